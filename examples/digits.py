"""Handwritten digits: a classifier with validation data, early stopping and a file."""

import tempfile
from pathlib import Path

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import ganglion as gn

X, y = load_digits(return_X_y=True)
X_rest, X_test, y_rest, y_test = train_test_split(X, y, test_size=0.2, random_state=0, stratify=y)

net = gn.MLP([64, 128, 10], activation="relu", dropout=0.1, rescale=1 / 16)
net.summary()
net.compile(optimizer="adam", loss="cross_entropy", metrics=["accuracy"])
history = net.fit(
    X_rest,
    y_rest,
    epochs=100,
    validation_split=0.1,
    callbacks=[gn.callbacks.EarlyStopping(patience=10, restore_best_weights=True)],
    verbose=0,
)
print(f"{len(history)} epochs, validation accuracy {max(history.history['val_accuracy']):.3f}")
print("test:", net.evaluate(X_test, y_test))

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "digits.safetensors"
    net.save(path)
    same = gn.load(path)
print("the loaded network predicts the same:", (same.predict(X_test) == net.predict(X_test)).all())
