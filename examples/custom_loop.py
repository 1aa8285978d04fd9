"""A training loop of one's own: forward, a gradient from anywhere, backward, step.

A policy learns by REINFORCE (Williams, 1992) which of four levers pays off best in each of three
states; the gradient is that of the expected reward, which no built-in loss knows.
"""

import numpy as np

import ganglion as gn

rng = np.random.default_rng(0)
pay = rng.uniform(size=(3, 4))  # chance of a reward for each state and lever

policy = gn.MLP([3, 16, 4], activation="tanh")
policy.compile(optimizer=gn.optimizers.Adam(learning_rate=0.02), loss="cross_entropy")

for _ in range(400):
    states = rng.integers(3, size=64)
    logits = policy.forward(np.eye(3)[states])
    chances = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    pulled = (chances.cumsum(axis=1) > rng.uniform(size=(64, 1))).argmax(axis=1)
    rewards = (rng.uniform(size=64) < pay[states, pulled]).astype(float)
    advantage = rewards - rewards.mean()
    policy.backward((chances - np.eye(4)[pulled]) * advantage[:, None] / 64)
    policy.apply_gradients()

chosen = policy.predict(np.eye(3)).argmax(axis=1)
print("pulls", chosen, "- best is", pay.argmax(axis=1))
print(f"expected reward {pay[np.arange(3), chosen].mean():.2f} of {pay.max(axis=1).mean():.2f}")
