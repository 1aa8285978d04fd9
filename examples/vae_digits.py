"""A variational autoencoder lays digits out on a plane, and makes new ones of it.

It draws the plane, and digits that it makes from all over it, into `vae_digits.png`.
"""

import warnings

import numpy as np
from matplotlib import pyplot as plt
from scipy.stats import norm
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from ganglion.autoencoder import VariationalAutoencoder

warnings.simplefilter("ignore", ConvergenceWarning)  # each epoch that is asked for is run

X, digit = load_digits(return_X_y=True)
X, X_test, digit, digit_test = train_test_split(
    X / 16, digit, test_size=0.25, random_state=0, stratify=digit
)

net = VariationalAutoencoder(
    n_components=2,
    hidden_layer_sizes=(128, 64),
    likelihood="gaussian",
    batch_size=64,
    learning_rate_init=3e-3,
    lr_schedule="one_cycle",
    max_iter=120,
    n_iter_no_change=np.inf,
    random_state=0,
)
codes = net.fit(X).transform(X)


def read_by_neighbours(plane: object) -> float:
    """Return how many digits are read right by those that lie about them on a plane."""
    pipeline = make_pipeline(plane, KNeighborsClassifier(15)).fit(X, digit)
    return pipeline.score(X_test, digit_test)


ours, by_pca = read_by_neighbours(net), read_by_neighbours(PCA(2))
print(f"digits read by their neighbours on the plane: {ours:.3f}, on that of PCA: {by_pca:.3f}")
print("the plane tells more digits apart than that of PCA:", ours > by_pca + 0.1)

figure, (plane, made) = plt.subplots(ncols=2, figsize=(10, 4.8), layout="constrained")
dots = plane.scatter(*codes.T, c=digit, s=6, cmap="tab10")
plane.legend(*dots.legend_elements(), loc="upper right", fontsize=8)
plane.set_title("codes of digits")
side = norm.ppf(np.linspace(0.03, 0.97, 15))  # each step has as much of the normal
places = np.stack(np.meshgrid(side, side[::-1]), axis=-1).reshape(-1, 2)
images = net.inverse_transform(places).reshape(15, 15, 8, 8)
made.imshow(images.swapaxes(1, 2).reshape(120, 120), cmap="gray_r", vmin=0, vmax=1)
made.set_title("digits made of codes")
made.axis("off")
figure.savefig("vae_digits.png")
