"""The smallest task a single layer cannot learn: exclusive or."""

import numpy as np

import ganglion as gn

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([0, 1, 1, 0])

net = gn.MLP([2, 4, 1], activation="tanh", seed=0)
net.compile(optimizer=gn.optimizers.Adam(learning_rate=0.1), loss="binary_cross_entropy")
net.fit(X, y, epochs=200, verbose=0)

logits = net.predict(X)[:, 0]  # above 0 means yes
for inputs, logit in zip(X, logits, strict=True):
    print(inputs, "->", int(logit > 0))
