"""Adversaries learn a ring of eight Gaussians: who judges two samples at once keeps it whole.

It draws the losses of both, and real and generated samples, into `gan_ring.png`.
"""

import numpy as np
from matplotlib import pyplot as plt

from ganglion.adversarial import GenerativeAdversarialNetwork

DEVIATION = 0.01
turn = 2 * np.pi * np.arange(8) / 8
modes = np.column_stack([np.cos(turn), np.sin(turn)])
rng = np.random.default_rng(0)
X = modes[rng.integers(8, size=2500)] + DEVIATION * rng.normal(size=(2500, 2))
X = X.astype(np.float32)

net = GenerativeAdversarialNetwork(
    packing=2,
    batch_size=100,
    learning_rate_init=2e-3,
    lr_schedule="cosine",
    max_iter=200,
    random_state=0,
)
net.fit(X)
samples = net.sample(2500, random_state=0)
distances = np.linalg.norm(samples[:, None] - modes, axis=2)
near = distances.min(axis=1) < 3 * DEVIATION
found = np.unique(distances.argmin(axis=1)[near])
print(f"{near.mean():.0%} of the samples are within three deviations of {len(found)} modes")
print(
    "most samples are near a mode, and most modes are found:", near.mean() > 0.6 and len(found) > 6
)

figure, (curves, dots) = plt.subplots(ncols=2, figsize=(9, 4))
curves.plot(net.discriminator_loss_curve_, label="discriminator")
curves.plot(net.generator_loss_curve_, label="generator")
curves.set(xlabel="epoch", ylabel="loss")
curves.legend()
dots.scatter(*X.T, s=30, color="lightgray", label="real")
dots.scatter(*samples.T, s=2, label="generated")
dots.set_aspect("equal")
dots.legend()
figure.savefig("gan_ring.png")
