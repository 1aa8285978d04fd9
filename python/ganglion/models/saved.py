"""Models made again: out of files, and out of pickles."""

from __future__ import annotations

import os
from pathlib import Path

from ganglion._base.arguments import explained
from ganglion.graphs import records
from ganglion.graphs.architectures import Chain
from ganglion.models.file_format import blaming, check_tensors, config_of, opened
from ganglion.models.model import Model
from ganglion.models.sequential import Sequential


@explained
def load(path: str | os.PathLike[str]) -> Model:
    """Read a model that `save` wrote, a `Sequential` or a `Model`. It predicts the same bits.

    Raises:
        OSError: When the file cannot be read.
        ValueError: When it is damaged, or not a model; the message says what is wrong.
    """
    file = Path(path)
    with opened(file) as content:
        kind, config = config_of(file, content.metadata() or {})
        with blaming(file, "has a bad architecture"):
            architecture = records.from_json(kind, config)
            network = architecture.network()
        with blaming(file, "does not fit its architecture"):
            # before memory is taken
            check_tensors(content, network.parameters, architecture.dtype)
            made = Sequential if isinstance(architecture, Chain) else Model
            model = made.of(architecture, network)
            model.set_weights([content.get_tensor(name).T for name in model.parameter_names])
    return model
