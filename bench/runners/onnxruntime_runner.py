"""ONNX Runtime, which does not train: a graph of Gemm and Relu."""

import os

import onnxruntime
from onnx import ModelProto, TensorProto, helper, numpy_helper

from ganglion.bench.runners.protocol import Inference, Runner, serve
from ganglion.bench.workloads import Floats, Workload


def model(workload: Workload) -> ModelProto:
    """Return the network as other frameworks export it: weights are `(units, inputs)`."""
    chains = workload.predicting_chains()
    layers = [(layer, layer is not chain[-1]) for chain in chains for layer in chain]
    nodes, tensors = [], []
    name = "x"
    for i, (layer, is_relu) in enumerate(layers):
        tensors.append(numpy_helper.from_array(layer.weights.T.copy(), f"w{i}"))
        tensors.append(numpy_helper.from_array(layer.biases, f"b{i}"))
        nodes.append(helper.make_node("Gemm", [name, f"w{i}", f"b{i}"], [f"z{i}"], transB=1))
        name = f"z{i}"
        if is_relu:
            nodes.append(helper.make_node("Relu", [name], [f"a{i}"]))
            name = f"a{i}"
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", workload.sizes[0]])
    y = helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", workload.sizes[-1]])
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
