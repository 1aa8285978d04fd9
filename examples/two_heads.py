"""One network with two heads: which digit it is, and how much ink it took.

It draws its losses and what it tells of ink, into `two_heads.png`.
"""

import numpy as np
from matplotlib import pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import ganglion as gn

X, digit = load_digits(return_X_y=True)
X = X.astype(np.float32) / 16
ink = X.mean(axis=1, keepdims=True) / X.mean()  # 1: as much as on average
X, X_test, digit, digit_test, ink, ink_test = train_test_split(
    X, digit, ink, test_size=0.25, random_state=0, stratify=digit
)

x = gn.Input(64)
trunk = gn.Dense(64, "relu")(gn.Dense(128, "relu")(x))
net = gn.Model(x, {"digit": gn.Dense(10, "softmax")(trunk), "ink": gn.Dense(1)(trunk)})
net.compile(
    "adam",
    {"digit": "cross_entropy", "ink": "squared_error"},
    metrics={"digit": "accuracy", "ink": "mean_absolute_error"},
)
history = net.fit(X, {"digit": digit, "ink": ink}, epochs=40, verbose=0)
figures = net.evaluate(X_test, {"digit": digit_test, "ink": ink_test})
predicted = net.predict(X_test)
print({name: round(value, 4) for name, value in figures.items()})
right = (predicted["digit"].argmax(axis=1) == digit_test).mean()
off = np.abs(predicted["ink"] - ink_test).mean()
print("most digits are read, and their ink is told:", right > 0.95 and off < 0.05)

figure, (curves, dots) = plt.subplots(ncols=2, figsize=(9, 4))
for name in ("digit_loss", "ink_loss"):
    curves.semilogy(history.history[name], label=name)
curves.set(xlabel="epoch")
curves.legend()
dots.scatter(ink_test, predicted["ink"], c=digit_test, s=6, cmap="tab10")
dots.axline((1, 1), slope=1, color="gray")
dots.set(xlabel="ink", ylabel="predicted")
figure.savefig("two_heads.png")
