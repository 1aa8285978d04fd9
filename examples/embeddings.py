"""Letters as points of a plane, learnt from which letters follow which: vowels come together.

The text is that of scikit-learn's descriptions of its data. The points are drawn into
`embeddings.png`.
"""

import re

import numpy as np
from matplotlib import pyplot as plt
from sklearn import datasets

import ganglion as gn

LETTERS = " abcdefghijklmnopqrstuvwxyz"
VOWELS = "aeiou"

loads = ("breast_cancer", "diabetes", "digits", "iris", "linnerud", "wine")
text = " ".join(getattr(datasets, f"load_{name}")().DESCR for name in loads)
numbers = np.array([LETTERS.index(one) for one in re.sub("[^a-z]+", " ", text.lower())])

letter = gn.Input(1, name="letter")
point = gn.Flatten()(gn.Embedding(len(LETTERS), 2)(letter))
around = {name: gn.Dense(len(LETTERS))(point) for name in ("before", "after")}
net = gn.Model(letter, around, seed=1)
net.compile(gn.optimizers.Adam(0.02), "cross_entropy")
neighbours = {"before": numbers[:-2], "after": numbers[2:]}
net.fit(numbers[1:-1, None], neighbours, batch_size=256, epochs=30, verbose=0)

points = net.get_weights()[0][1:]  # without the space
common = np.bincount(numbers, minlength=len(LETTERS))[1:] >= 50
is_vowel = np.array([one in VOWELS for one in LETTERS[1:]])
centers = [points[common & is_vowel].mean(axis=0), points[common & ~is_vowel].mean(axis=0)]
distances = [np.linalg.norm(points - center, axis=1) for center in centers]
right = (distances[0] < distances[1]) == is_vowel
print("told apart:", "".join(np.array(list(LETTERS[1:]))[common & right]))
print("vowels lie by vowels, consonants by consonants:", right[common].mean() > 0.85)

figure, axes = plt.subplots(figsize=(5, 5))
axes.scatter(*points.T, s=0)
for name, place, vowel in zip(LETTERS[1:], points, is_vowel, strict=True):
    axes.annotate(name, place, color="tab:red" if vowel else "tab:blue", ha="center", va="center")
figure.savefig("embeddings.png")
