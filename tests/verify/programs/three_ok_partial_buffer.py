"""A buffer from np.empty that grows by doubling; only the filled part is ever read."""

import numpy as np


class Growing:
    def __init__(self) -> None:
        self.values, self.filled = np.empty(4), 0

    def append(self, value: float) -> None:
        if self.filled == self.values.size:
            larger = np.empty(2 * self.filled)
            larger[: self.filled] = self.values
            self.values = larger
        self.values[self.filled] = value
        self.filled += 1


losses = Growing()
loss = 1.0
for step in range(77):
    loss *= 0.97 + 0.02 * np.sin(step)
    losses.append(loss)
np.save("losses.npy", losses.values[: losses.filled])
