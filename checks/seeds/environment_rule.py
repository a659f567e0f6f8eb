"""SEED012: environments that are reset, or sampled from, without a seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.example import Example
from ...auditor.finding import Finding
from ...auditor.project import Project
from ...auditor.rule import Prediction, ProjectRule
from ...auditor.streams import State
from .environments import is_tried_once
from .grouping import grouped
from .rollouts import is_in_earnest
from .survey import Surveyed, survey
from .telling import REMEDIES, confidence_of, way_of

_WORDS = {
    "gym-env": "the environment is reset and was never given a seed",
    "gym-action-space": "the action space is sampled and was never given a seed",
}


class UnseededEnvironment(ProjectRule):
    """A reinforcement-learning environment, or its action space, draws without a seed.

    ## What it does
    Reports the first `reset()` of a gym or gymnasium environment that no `reset(seed=…)` or
    `env.seed(…)` precedes on the way from the entry point, and the first
    `action_space.sample()` without an `action_space.seed(…)`. A seed that the maker of the
    environment is given counts. Shown by default where results visibly depend on it: the
    environment is made in sight, by gym or a package whose environments start from entropy as
    well, a loop steps it, and the program learns, or keeps or sums up what it saw, with no
    operator beside it. All else, as single steps that only show what an environment looks like
    and programs that a person plays or watches, is told only with `--pedantic`.

    ## Why is this bad?
    An environment and its action space each own a generator. Seeding NumPy or torch reaches
    neither, and seeding the environment does not reach the action space.

    ## Use instead
    ```python
    observation, _ = env.reset(seed=seed)
    env.action_space.seed(seed)
    ```

    ## References
    - https://gymnasium.farama.org/api/env/#gymnasium.Env.reset
    """

    code = "SEED012"
    name = "unseeded-environment"
    predicts = tuple(Prediction("unseeded-rng", stream=stream) for stream in _WORDS)
    bad = (
        Example("import gymnasium as gym\nenv = gym.make('CartPole-v1')\nenv.reset()  # <-\n"),
        Example(
            "import gym as g\n"
            "env = g.make('CartPole-v1')\n"
            "env.reset(seed=0)\n"
            "action = env.action_space.sample()  # <-\n"
        ),
    )
    good = (
        Example("import gymnasium\nenv = gymnasium.make('CartPole-v1')\nenv.reset(seed=0)\n"),
        Example(
            "import gym\n"
            "env = gym.make('CartPole-v1')\n"
            "env.seed(1)\n"
            "env.action_space.seed(1)\n"
            "env.reset()\n"
            "action = env.action_space.sample()\n"
        ),
        Example(
            "import jax\n"
            "from brax import envs\n"
            "env = envs.create('ant')\n"
            "state = env.reset(jax.random.PRNGKey(0))\n"
            "state = env.reset(rng=jax.random.PRNGKey(1))\n"
        ),
        Example(
            "import envpool\n"
            "def make(seed):\n"
            "    return lambda: envpool.make('Pong-v5', env_type='gym', seed=seed)\n"
            "def rollout(make):\n"
            "    env = make(1)()\n"
            "    return env.reset()\n"
            "print(rollout(make))\n"
        ),
        Example(
            "import gym\n"
            "from agent import Learner\n"
            "env = gym.make('CartPole-v1')\n"
            "agent = Learner(3, env.observation_space.sample(), env.action_space.sample())\n"
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        yield from grouped(
            finding for item in survey(project) for finding in self._of(project, item)
        )

    def _of(self, project: Project, item: Surveyed) -> Iterator[Finding]:
        for verdict in item.verdicts:
            draw = verdict.draw
            if verdict.stream not in _WORDS or verdict.state is not State.UNSEEDED or draw is None:
                continue
            is_tried = is_tried_once(draw.event)
            found = self.finding(
                draw.event.place,
                _WORDS[verdict.stream],
                help=REMEDIES[verdict.stream],
                confidence=confidence_of(project, item, draw),
                entry_point=item.entry.path,
                stream=verdict.stream,
                evidence=way_of(item.entry, draw.event),
            )
            yield found.doubted(is_tried or not is_in_earnest(project, item, draw.event))
