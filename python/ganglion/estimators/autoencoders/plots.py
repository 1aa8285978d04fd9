"""Plots of what autoencoders do: reconstructions, codes on a plane, new samples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ganglion._base import pyplots
from ganglion._base.arrays import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WRITTEN = "figure.savefig(path) of the axes that come back"
_Shape = tuple[int, int] | None


class PlotsMixin:
    """The plots of any autoencoder; they need matplotlib."""

    def plot_reconstructions(
        self: Any, X: Any, *, image_shape: _Shape = None, ax: Axes | None = None
    ) -> Axes:
        """Draw samples as images, each above its reconstruction, and return the axes.

        Args:
            X: Array or sparse matrix of shape `(samples, features)`: as many as shall be seen.
            image_shape: Height and width of the images; None: they are square.
            ax: Where to draw; None makes axes.

        Raises:
            ValueError: When the features are not as many.
        """
        reconstructed = self.reconstruct(X)
        samples = X.toarray() if hasattr(X, "toarray") else np.asarray(X)
        return draw_images(np.stack([samples, reconstructed]), image_shape, ax)

    def plot_codes(self: Any, X: Any, y: Any = None, *, ax: Axes | None = None) -> Axes:
        """Draw samples at the first two numbers of their codes, and return the axes.

        Args:
            X: Array or sparse matrix of shape `(samples, features)`.
            y: The classes that they are coloured by, shape `(samples,)`; None: they are not.
            ax: Where to draw; None makes axes.

        Raises:
            ValueError: When codes are of one number, or there are not as many y as samples.
        """
        codes = self.transform(X)
        if codes.shape[1] < 2:
            raise ValueError("plot_codes: n_components is 1, must be at least 2 for a plane")
        if y is not None and len(y) != len(codes):
            raise ValueError(f"plot_codes: y has {len(y)} classes, X has {len(codes)} samples")
        axes = _axes(ax)
        if y is None:
            axes.scatter(codes[:, 0], codes[:, 1], s=8)
        else:
            names, classes = np.unique(np.asarray(y), return_inverse=True)
            dots: Any = axes.scatter(codes[:, 0], codes[:, 1], c=classes, s=8, cmap="tab10")
            axes.legend(dots.legend_elements(num=None)[0], [str(name) for name in names])
        axes.set(xlabel="code[0]", ylabel="code[1]")
        return axes


class SamplesPlotMixin:
    """The plot of an autoencoder that makes new samples."""

    def plot_samples(
        self: Any,
        n_samples: int = 100,
        random_state: Any = None,
        *,
        image_shape: _Shape = None,
        ax: Axes | None = None,
    ) -> Axes:
        """Draw new samples as images, in a square, and return the axes.

        Args:
            n_samples: How many.
            random_state: Decides which; None: they are others in each call.
            image_shape: Height and width of the images; None: they are square.
            ax: Where to draw; None makes axes.

        Raises:
            ValueError: When `n_samples` is less than 1, or the features are not as many.
        """
        samples = self.sample(n_samples, random_state)
        across = math.ceil(math.sqrt(len(samples)))
        down = math.ceil(len(samples) / across)
        grid = np.full((down * across, samples.shape[1]), np.nan)
        grid[: len(samples)] = samples
        return draw_images(grid.reshape(down, across, -1), image_shape, ax)


def draw_images(grid: Array, image_shape: _Shape, ax: Axes | None) -> Axes:
    """Draw images in rows, a pixel of nothing between them.

    Args:
        grid: Shape `(rows, columns, features)`; what is NaN is not drawn.
        image_shape: Of each; None: square.
        ax: Where; None makes axes.

    Raises:
        ValueError: When the features are not as many.
    """
    rows, columns, features = grid.shape
    side = math.isqrt(features)
    height, width = (side, side) if image_shape is None else image_shape
    if height < 1 or height * width != features:
        raise ValueError(
            f"image_shape is {image_shape}, must be (height, width) of {features} features"
            + ("" if image_shape else ", which are no square")
        )
    spaced = np.full((rows, height + 1, columns, width + 1), np.nan)
    spaced[:, :height, :, :width] = grid.reshape(rows, columns, height, width).swapaxes(1, 2)
    axes = _axes(ax)
    axes.imshow(spaced.reshape(rows * (height + 1), -1)[:-1, :-1], cmap="gray_r")
    axes.axis("off")
    return axes


def _axes(ax: Axes | None) -> Axes:
    pyplots.check_axes(ax, _WRITTEN)
    made: Axes = pyplots.pyplot().subplots(layout="constrained")[1] if ax is None else ax
    return made
