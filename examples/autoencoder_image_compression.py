"""Photographs of 64 numbers a patch, kept as 8: by an autoencoder, and by PCA beside it.

It draws a part of one, and what both make of it, into `autoencoder_image_compression.png`.
"""

import warnings

import numpy as np
from matplotlib import pyplot as plt
from numpy.typing import NDArray
from sklearn.datasets import load_sample_images
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning

from ganglion.autoencoder import Autoencoder

warnings.simplefilter("ignore", ConvergenceWarning)  # each epoch that is asked for is run

SIDE, CODE = 8, 8  # pixels of a patch's side, numbers of its code
Image = NDArray[np.float32]


def patches_of(image: Image) -> Image:
    """Return the patches of an image, side by side, a row each."""
    rows, columns = (size // SIDE for size in image.shape)
    cut = image[: rows * SIDE, : columns * SIDE].reshape(rows, SIDE, columns, SIDE)
    return cut.swapaxes(1, 2).reshape(-1, SIDE * SIDE)


def image_of(patches: Image, columns: int) -> Image:
    """Return the image of such patches, so many in a row."""
    grid = patches.reshape(-1, columns, SIDE, SIDE)
    return grid.swapaxes(1, 2).reshape(-1, columns * SIDE)


def psnr(image: Image, other: Image) -> float:
    """Return the ratio of the highest signal, 1, to the noise, in decibels."""
    return float(-10 * np.log10(((image - other) ** 2).mean()))


photographs = [image.mean(axis=2, dtype=np.float32) / 255 for image in load_sample_images().images]
X = np.concatenate([patches_of(image) for image in photographs])
mean, deviation = X.mean(), X.std()
net = Autoencoder(
    n_components=CODE,
    hidden_layer_sizes=256,
    batch_size=32,
    learning_rate_init=5e-3,
    lr_schedule="one_cycle",
    max_iter=40,
    n_iter_no_change=np.inf,
    random_state=0,
)
scaled = (X - mean) / deviation
by_net = net.fit(scaled).reconstruct(scaled) * deviation + mean
pca = PCA(CODE).fit(X)
by_pca = pca.inverse_transform(pca.transform(X))
print(f"PSNR: {psnr(X, by_net):.2f} dB, of PCA with as many numbers: {psnr(X, by_pca):.2f} dB")
print("the autoencoder keeps more than PCA:", psnr(X, by_net) > psnr(X, by_pca) + 0.8)

columns = photographs[1].shape[1] // SIDE
count = len(patches_of(photographs[1]))
shown = {"the photograph": X, "8 numbers a patch": by_net, "8 components of PCA": by_pca}
figure, row = plt.subplots(ncols=3, figsize=(11, 3.6), layout="constrained")
for axes, (name, patches) in zip(row, shown.items(), strict=True):
    image = image_of(patches[-count:], columns)[80:280, 160:400]
    axes.imshow(image, cmap="gray", vmin=0, vmax=1)
    axes.set_title(name)
    axes.axis("off")
figure.savefig("autoencoder_image_compression.png")
