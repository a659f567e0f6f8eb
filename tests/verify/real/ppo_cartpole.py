"""stable-baselines3: PPO on CartPole."""

import sys

from stable_baselines3 import PPO

seed = None if "unseeded" in sys.argv else 0
model = PPO("MlpPolicy", "CartPole-v1", n_steps=64, batch_size=32, n_epochs=2, seed=seed, device="cpu")
model.learn(256)
model.save("ppo")
