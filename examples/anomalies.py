"""An autoencoder finds what is unlike all that it was trained on: fours among other digits.

It draws the scores, and the digits that are least normal to it, into `anomalies.png`.
"""

import warnings

import numpy as np
from matplotlib import pyplot as plt
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

from ganglion.autoencoder import Autoencoder

warnings.simplefilter("ignore", ConvergenceWarning)  # each epoch that is asked for is run

UNSEEN = 4

X, digit = load_digits(return_X_y=True)
X, X_test, digit, digit_test = train_test_split(
    X / 16, digit, test_size=0.5, random_state=0, stratify=digit
)
known = X[digit != UNSEEN]
fitted, kept = train_test_split(known, test_size=0.25, random_state=0)

net = Autoencoder(
    n_components=8,
    hidden_layer_sizes=64,
    batch_size=32,
    learning_rate_init=3e-3,
    lr_schedule="one_cycle",
    max_iter=80,
    n_iter_no_change=np.inf,
    random_state=0,
)
net.fit(fitted)
limit = np.quantile(net.score_samples(kept), 0.05)  # below it is one in twenty of what is normal
scores = net.score_samples(X_test)
is_unseen = digit_test == UNSEEN
found, alarms = (scores[is_unseen] < limit).mean(), (scores[~is_unseen] < limit).mean()
area = roc_auc_score(is_unseen, -scores)
print(f"found: {found:.2f} of the unseen; false alarms: {alarms:.2f} of the others; AUC {area:.3f}")
print("the unseen digit is told from the others:", area > 0.95)

figure, (curves, images) = plt.subplots(ncols=2, figsize=(9, 4), layout="constrained")
for chosen, label in ((~is_unseen, "other digits"), (is_unseen, f"{UNSEEN}, never seen")):
    curves.hist(scores[chosen], bins=40, density=True, alpha=0.6, label=label)
curves.axvline(limit, color="gray", linestyle=":")
curves.set(xlabel="score_samples", yticks=[])
curves.legend()
least = X_test[scores.argsort()[:40]].reshape(5, 8, 8, 8)
images.imshow(least.swapaxes(1, 2).reshape(40, 64), cmap="gray_r")
images.set_title("least normal")
images.axis("off")
figure.savefig("anomalies.png")
