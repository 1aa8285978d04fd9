"""Models that are saved, and that take up what was: how far their training is, too."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ganglion._base import checks
from ganglion._base.arguments import explained
from ganglion.graphs import records
from ganglion.models import file_format
from ganglion.models.compiled import CompiledModel
from ganglion.models.file_format import Content
from ganglion.training import kept
from ganglion.training.kept import Kept
from ganglion.training.objectives import Objective


class SavedModel(CompiledModel):
    """A network that files hold."""

    @explained
    def save(
        self,
        path: str | Path,
        metadata: Mapping[str, str] | None = None,
        *,
        optimizer: bool = False,
    ) -> None:
        """Write architecture and parameters to a safetensors file; `ganglion.load` reads it.

        A crash leaves the old file or the new one, never half of one.

        Args:
            path: The file; it keeps its mode. A link is followed, a device or pipe written into.
            metadata: Texts to keep beside them, by name; `ganglion.files.read_metadata` gives them.
            optimizer: Whether to write what `compile` was told, too, and what the optimizer
                remembers: what is loaded, or restored, trains on with the same bits as this model
                would. `fit` is to be told the number of the next epoch, `initial_epoch`, by which
                the order of the samples goes.

        Raises:
            ValueError: With `optimizer`, when the model is not compiled, or a loss or a metric is a
                function.
        """
        checks.flag("optimizer", optimizer)
        with self._model.store.access.reading("save"):
            weights = dict(zip(self.parameter_names, self.get_weights(), strict=True))
            training = None
            if optimizer:
                objective = self._objective("save")
                training = kept.to_json(Kept.of("save", objective)), objective.state.blocks
            file_format.save(Path(path), self.architecture, weights, metadata or {}, training)

    @explained
    def restore(self, path: str | Path) -> dict[str, str]:
        """Take up parameters, and how far training is, of a model saved with `optimizer=True`.

        The model must be of the same network, and compiled as that one was.

        Args:
            path: The file that `save` wrote.

        Returns:
            The texts that `save` was given as metadata.

        Raises:
            OSError: When the file cannot be read.
            ValueError: When it is damaged, of another network or one compiled otherwise, or without
                what the optimizer remembers; the model is as it was.
            RuntimeError: While another call uses the model.
        """
        file = Path(path)
        with file_format.opened(file) as opened:
            content = Content(file, opened)
            if records.to_json(content.architecture) != records.to_json(self.architecture):
                raise ValueError(
                    f"restore: {path} holds another network, must be of the same layers, sizes,"
                    " dtype and seed"
                )
            content.check_tensors(self._model.network.parameters, self.dtype)
            how = content.training
            if how is None:
                raise ValueError(f"restore: {path} was saved without optimizer=True")
            objective = self._objective("restore")
            if not how.is_of(Kept.of("restore", objective)):
                raise ValueError(
                    f"restore: {path} is of a model that was compiled otherwise, must be with the"
                    " same optimizer, losses and metrics"
                )
            self._take_from(content, how, objective)
            return content.texts

    def _take_up_from(self, content: Content) -> None:
        """Take up all that a file holds that is checked, compiled as it says, if it does."""
        how = content.training
        if how is None:
            with file_format.blaming(content.path, "does not fit its architecture"):
                self.set_weights(content.weights(self.parameter_names))
            return
        with file_format.blaming(content.path, "does not say how to train"):
            objective = self._new_objective(how.optimizer, how.goals)
        self._take_from(content, how, objective)
        self._compiled = objective

    def _take_from(self, content: Content, how: Kept, objective: Objective) -> None:
        """Take up the parameters of a file that is checked, and how far an objective is."""
        with file_format.blaming(content.path, "does not say how far training is"):
            blocks = content.blocks(len(objective.state.blocks))
        weights = content.weights(self.parameter_names)
        with self._model.store.access.changing("restore"):
            self.parameter_vector[:] = self._model.network.join(weights, self.dtype)
            how.put_into(objective, blocks)
