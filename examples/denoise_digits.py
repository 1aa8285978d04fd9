"""A denoising autoencoder takes noise off handwritten digits that it has never seen.

It draws some of them, with noise and without, into `denoise_digits.png`.
"""

import warnings

import numpy as np
from matplotlib import pyplot as plt
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from ganglion.autoencoder import DenoisingAutoencoder

warnings.simplefilter("ignore", ConvergenceWarning)  # each epoch that is asked for is run

NOISE = 0.3  # standard deviation, of pixels from 0 to 1

X = load_digits().data / 16
X, X_test = train_test_split(X, test_size=0.25, random_state=0)
noise = np.random.default_rng(0).normal(0, NOISE, (2, *X.shape))
noisy, noisy_test = X + noise[0], X_test + noise[1, : len(X_test)]

net = DenoisingAutoencoder(
    n_components=32,
    hidden_layer_sizes=128,
    noise="gaussian",
    noise_level=NOISE,
    batch_size=64,
    learning_rate_init=3e-3,
    lr_schedule="one_cycle",
    max_iter=100,
    n_iter_no_change=np.inf,
    random_state=0,
)
net.fit(X)  # which adds noise by itself, another in each step
cleaned = net.reconstruct(noisy_test)
pca = PCA(12).fit(noisy)  # no other number of components does better
by_pca = pca.inverse_transform(pca.transform(noisy_test))

told = {"noisy": noisy_test, "by PCA": by_pca, "by the autoencoder": cleaned}
errors = {name: float(((images - X_test) ** 2).mean()) for name, images in told.items()}
print({name: round(error, 4) for name, error in errors.items()})
print("a third less is left than by PCA:", errors["by the autoencoder"] < errors["by PCA"] * 2 / 3)

shown = {"digits": X_test, **told}
figure, rows = plt.subplots(len(shown), 10, figsize=(8, 3.6))
for row, (name, images) in zip(rows, shown.items(), strict=True):
    row[0].set_title(name, loc="left", fontsize=9)
    for axes, image in zip(row, images, strict=False):
        axes.imshow(image.reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
        axes.axis("off")
figure.savefig("denoise_digits.png")
