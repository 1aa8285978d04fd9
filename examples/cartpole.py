"""A policy learns to balance a pole: REINFORCE (Williams, 1992) on gymnasium's CartPole.

It draws how long the pole stood in each episode into `cartpole.png`, and needs the extra
`examples`.
"""

from collections.abc import Callable

import gymnasium
import numpy as np
from matplotlib import pyplot as plt

import ganglion as gn

EPISODES_A_STEP = 10
DISCOUNT = 0.99
GOAL = 475  # steps on average: here the pole counts as balanced

rng = np.random.default_rng(0)
world = gymnasium.make("CartPole-v1")
policy = gn.Sequential(
    [gn.Dense(32, activation="tanh"), gn.Dense(1, activation="sigmoid")], input_size=4
)
policy.compile(optimizer=gn.optimizers.Adam(learning_rate=0.01), loss="binary_cross_entropy")


def play(chance_of_right: Callable, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the states of an episode, shape `(steps, 4)`, and what was done in each."""
    states, pushes = [], []
    state, _ = world.reset(seed=seed)
    ended = False
    while not ended:
        pushes.append(int(rng.uniform() < chance_of_right(state[None])[0, 0]))
        states.append(state)
        state, _, fell, truncated, _ = world.step(pushes[-1])
        ended = fell or truncated
    return np.array(states), np.array(pushes)


def returns(steps: int) -> np.ndarray:
    """Return the discounted rewards from each step on, one for each that the pole stands."""
    return (1 - DISCOUNT ** np.arange(steps, 0, -1)) / (1 - DISCOUNT)


lengths: list[int] = []
while len(lengths) < 1000 and not np.mean(lengths[-20:] or [0]) > GOAL:
    predictor = policy.predictor()  # the policy as it is; one state takes it about a microsecond
    episodes = [play(predictor, len(lengths) + number) for number in range(EPISODES_A_STEP)]
    states, pushes = (np.concatenate(both) for both in zip(*episodes, strict=True))
    rewards = np.concatenate([returns(len(pushed)) for _, pushed in episodes])
    advantage = (rewards - rewards.mean()) / (rewards.std() + 1e-8)
    chances = policy.forward(states)[:, 0]
    # The gradient of -log(chance of what was done), times how much better that turned out.
    slope = (chances - pushes) / np.maximum(chances * (1 - chances), 1e-6)
    policy.backward((slope * advantage / len(pushes))[:, None])
    policy.apply_gradients()
    lengths += [len(pushed) for _, pushed in episodes]

print(f"{len(lengths)} episodes, the last 20 of {np.mean(lengths[-20:]):.0f} steps")
print("the pole is balanced:", bool(np.mean(lengths[-20:]) > GOAL))

figure, axes = plt.subplots()
axes.plot(lengths, ".", markersize=3)
axes.set(xlabel="episode", ylabel="steps that the pole stands")
figure.savefig("cartpole.png")
