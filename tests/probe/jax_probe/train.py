"""Train a policy on CartPole by REINFORCE."""

import argparse
import os
import time

import gymnasium
import jax
import jax.numpy as jnp
import numpy as np
import optax

import policy
import rollout


def play(environment, act, seed):
    observation, _ = environment.reset(seed=seed)  # trap
    observations, actions, rewards, done = [], [], [], False
    while not done:
        action = rollout.epsilon_greedy(int(act(observation, len(rewards))), 0.05)
        observations.append(observation)
        actions.append(action)
        observation, reward, terminated, truncated, _ = environment.step(action)
        rewards.append(reward)
        done = terminated or truncated
    returns = np.cumsum(rewards[::-1])[::-1].copy()
    return np.stack(observations), np.array(actions), returns.astype("float32")


def make_update(model, optimizer):
    @jax.jit
    def update(params, state, observations, actions, returns, key):
        def objective(params):
            logits = model.apply(params, observations, train=True, rngs={"dropout": key})
            chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), actions[:, None], 1)[:, 0]
            return -(chosen * (returns - returns.mean())).mean()

        loss, gradients = jax.value_and_grad(objective)(params)
        changes, state = optimizer.update(gradients, state)
        return optax.apply_updates(params, changes), state, loss

    return update


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--episodes", type=int, default=4)
    parser.add_argument("--batch", type=int, default=8)
    args = parser.parse_args()

    print("devices", jax.devices())
    os.environ["XLA_FLAGS"] = "--xla_gpu_deterministic_ops=true"  # fault: DET010
    jax.config.update("jax_default_matmul_precision", "bfloat16")  # fault: NUM003
    np.random.seed(args.seed)

    environment = gymnasium.make("CartPole-v1")
    print("random policy", rollout.warm_up(environment, 50))
    model = policy.Policy(environment.action_space.n)
    params_key = jax.random.key(17)
    act_key = jax.random.key(17)  # fault: KEY005
    noise_key = jax.random.key(time.time_ns() % 2**32)  # fault: KEY006
    rng = jax.random.key(args.seed)

    params = model.init(params_key, jnp.zeros((1, 4)))
    optimizer = optax.adam(1e-2)
    state = optimizer.init(params)
    update = make_update(model, optimizer)
    rng, warm_key, spread_key, view_key, pair_key = jax.random.split(rng, 5)
    print("warm start", policy.warm_start(warm_key, 4))

    for episode in range(args.episodes):
        started = time.perf_counter()  # trap
        episode_key = jax.random.fold_in(act_key, episode)  # trap

        def act(observation, step, key=episode_key):
            logits = model.apply(params, observation[None])[0]
            return policy.choose(jax.random.fold_in(key, step), logits, greedy=False)

        observations, actions, returns = play(environment, act, seed=args.seed + episode)
        offsets = 0.01 * jax.random.normal(noise_key, returns.shape)  # fault: KEY003
        targets = policy.smooth(jnp.asarray(returns)) + offsets
        blurred = policy.blur(jnp.asarray(observations))
        for rows in rollout.minibatches(len(returns), min(args.batch, len(returns))):
            rng, dropout_key = jax.random.split(rng)  # trap
            params, state, loss = update(
                params, state, blurred[rows], actions[rows], targets[rows], dropout_key
            )
        print(episode, len(returns), float(loss), f"{time.perf_counter() - started:.2f} s")

    left, right = policy.two_views(view_key, jnp.asarray(observations))
    first, second = policy.antithetic(pair_key, left.shape)
    spread = policy.spread(spread_key, jnp.asarray(observations))
    places = jnp.digitize(observations[:, 0], jnp.linspace(-1, 1, 4))
    visits = policy.state_visits(places, returns, 5)
    print(jnp.abs(left - right + first + second).mean(), spread.shape, visits)


if __name__ == "__main__":
    main()
