"""Playing episodes and replaying them in minibatches."""

import random

import numpy as np


def warm_up(environment, steps):
    environment.reset()  # fault: SEED012
    rewards = []
    for _ in range(steps):
        action = environment.action_space.sample()  # fault: SEED012
        _, reward, terminated, truncated, _ = environment.step(action)
        rewards.append(reward)
        if terminated or truncated:
            environment.reset()
    return float(np.mean(rewards))


def epsilon_greedy(action, epsilon):
    return 0 if random.random() < epsilon else action  # fault: SEED001


def minibatches(count, size):
    np.random.seed(42)  # fault: SEED011
    order = np.random.permutation(count)
    for start in range(0, count - size + 1, size):
        yield order[start : start + size]
