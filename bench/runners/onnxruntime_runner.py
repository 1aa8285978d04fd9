"""ONNX Runtime, which does not train: a graph of Gemm and Relu."""

import os

import onnxruntime
from onnx import ModelProto, TensorProto, helper, numpy_helper

from ganglion.bench.runners.protocol import Inference, Runner, serve
from ganglion.bench.workloads import Floats, Workload


def model(workload: Workload) -> ModelProto:
    """Return the network as other frameworks export it: weights are `(units, inputs)`."""
    layers = workload.initial_weights()
    nodes, tensors = [], []
    name = "x"
    for i, layer in enumerate(layers):
        last = i == len(layers) - 1
        tensors.append(numpy_helper.from_array(layer.weights.T.copy(), f"w{i}"))
        tensors.append(numpy_helper.from_array(layer.biases, f"b{i}"))
        output = "y" if last else f"z{i}"
        nodes.append(helper.make_node("Gemm", [name, f"w{i}", f"b{i}"], [output], transB=1))
        if not last:
            name = f"a{i}"
            nodes.append(helper.make_node("Relu", [output], [name]))
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", workload.sizes[0]])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["rows", workload.sizes[-1]])
    graph = helper.make_graph(nodes, "network", [x], [y], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def inference(workload: Workload) -> Inference:
    """Return a run of a session."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(os.environ["OMP_NUM_THREADS"])
    session = onnxruntime.InferenceSession(
        model(workload).SerializeToString(), options, providers=["CPUExecutionProvider"]
    )

    def infer(x: Floats) -> Floats:
        y: Floats = session.run(None, {"x": x})[0]
        return y

    return infer


if __name__ == "__main__":
    serve(Runner(None, inference))
