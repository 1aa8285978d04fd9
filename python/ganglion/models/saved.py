"""Models made again: out of files, and out of pickles."""

from __future__ import annotations

import os
from pathlib import Path

from ganglion._base.arguments import explained
from ganglion.graphs.architectures import Chain
from ganglion.models.file_format import Content, blaming, opened
from ganglion.models.model import Model
from ganglion.models.sequential import Sequential


@explained
def load(path: str | os.PathLike[str]) -> Model:
    """Read a model that `save` wrote, a `Sequential` or a `Model`. It predicts the same bits.

    One that was saved with `optimizer=True` is compiled, and trains on with the same bits.

    Raises:
        OSError: When the file cannot be read.
        ValueError: When it is damaged, or not a model; the message says what is wrong.
    """
    file = Path(path)
    with opened(file) as given:
        content = Content(file, given)
        architecture = content.architecture
        with blaming(file, "has a bad architecture"):
            network = architecture.network()
        content.check_tensors(network.parameters, architecture.dtype)  # before memory is taken
        made = Sequential if isinstance(architecture, Chain) else Model
        with blaming(file, "does not fit its architecture"):
            model = made.of(architecture, network)
        model._take_up_from(content)
    return model
