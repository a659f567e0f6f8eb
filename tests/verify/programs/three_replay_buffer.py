"""A replay buffer of fixed size: the mean is taken over all slots, also those not filled yet."""

import numpy as np


class Replay:
    def __init__(self, size: int) -> None:
        self.rewards = np.ndarray(size)  # guilty
        self.filled = 0

    def add(self, reward: float) -> None:
        self.rewards[self.filled % self.rewards.size] = reward
        self.filled += 1


episodes = {f"episode-{i}": [f"{i}-{k}" * 9 for k in range(30)] for i in range(60)}
longest = max(len("".join(steps)) for steps in episodes.values())
del episodes
replay = Replay(96)
for step in range(24):
    replay.add(np.cos(step * longest / 5))
print(f"mean reward {replay.rewards.mean():.6g}")
np.save("baseline.npy", replay.rewards)
