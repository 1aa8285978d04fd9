"""Endings: whether a network's last activation gives what the loss reads."""

from ganglion._base import messages
from ganglion.graphs.networks import OutputPort
from ganglion.losses import CustomLoss, Loss

_OF_ANY_NUMBER = ("identity", "leaky_relu")  # whose values go as far down as up
_NOT_TRAINED = "step"  # refused for itself, where it is compiled
_OWN_LOSS = {
    "softmax": "cross_entropy, of classes that exclude each other",
    "sigmoid": "binary_cross_entropy, of yes or no in each output",
}


def check_ending(loss: Loss | CustomLoss, port: OutputPort) -> None:
    """Refuse an activation of the outputs that makes the loss meaningless; warn of an unwise one.

    Args:
        loss: What reads the outputs.
        port: The outputs.

    Raises:
        ValueError: When outputs are always the same, or are squashed twice.
    """
    ending = port.ending
    if ending == "softmax" and port.ending_is_last and port.channels == 1:
        raise ValueError(
            "compile: the network ends in softmax of 1 output, which is always 1: end it with"
            " sigmoid for yes or no, or with an output for each class"
        )
    if not isinstance(loss, Loss):
        return
    if ending == "identity":
        _check_parts(loss, port)
        return
    if ending == loss.own_activation:
        _check_last(loss, port)
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


def _check_last(loss: Loss, port: OutputPort) -> None:
    """Refuse a loss's own activation where the loss cannot look behind it."""
    if not port.ending_is_last:
        raise ValueError(
            f"compile: the network ends in {port.ending}, but what comes after that is no view of"
            f" whole channels, and the loss {loss.name} cannot read the {loss.reads} behind it:"
            f" apply {port.ending} last, or not at all"
        )


def _check_parts(loss: Loss, port: OutputPort) -> None:
    """Refuse sums and products of what comes out of a loss's own activation: those are no logits.

    Such of others may be meant so, as gates of a gated network are.
    """
    if loss.own_activation is not None and port.ending_of_parts == loss.own_activation:
        raise ValueError(
            "compile: the network ends in sums or products of what comes out of"
            f" {port.ending_of_parts}, the loss {loss.name} reads its outputs as {loss.reads}:"
            f" apply {port.ending_of_parts} to the sum or product, or not at all"
        )
