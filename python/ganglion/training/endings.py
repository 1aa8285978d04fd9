"""Endings: whether a network's last activation gives what the loss reads."""

from ganglion._base import messages
from ganglion.losses import CustomLoss, Loss

_OF_ANY_NUMBER = ("identity", "leaky_relu")  # whose values go as far down as up
_NOT_TRAINED = "step"  # refused for itself, where it is compiled
_OWN_LOSS = {
    "softmax": "cross_entropy, of classes that exclude each other",
    "sigmoid": "binary_cross_entropy, of yes or no in each output",
}


def check_ending(loss: Loss | CustomLoss, ending: str, outputs: int) -> None:
    """Refuse an activation of the outputs that makes the loss meaningless; warn of an unwise one.

    Args:
        loss: What reads the outputs.
        ending: The name of their activation.
        outputs: How many there are.

    Raises:
        ValueError: When outputs are always the same, or are squashed twice.
    """
    if ending == "softmax" and outputs == 1:
        raise ValueError(
            "compile: the network ends in softmax of 1 output, which is always 1: end it with"
            " sigmoid for yes or no, or with an output for each class"
        )
    if not isinstance(loss, Loss) or ending in ("identity", loss.own_activation):
        return
    better = "no activation" if loss.own_activation is None else f"{loss.own_activation} or none"
    said = (
        f"compile: the network ends in {ending}, the loss {loss.name} reads its outputs as"
        f" {loss.reads}: end it with {better}"
    )
    if loss.own_activation is not None and ending in ("softmax", "sigmoid"):
        raise ValueError(f"{said}, or use the loss {_OWN_LOSS[ending]}")
    if loss.reads != "values" and ending not in (*_OF_ANY_NUMBER, _NOT_TRAINED):
        messages.warn([said])
