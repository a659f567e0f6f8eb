"""Environments of reinforcement learning: what is one, what seeds it, which is only tried."""

from __future__ import annotations

import ast

from ...auditor.nodes import last_name
from ...auditor.walk import Arguments, Event, Instance, Known, Made, Value
from ...auditor.walk.abstract import Choice, FunctionValue, Table

_NAMES = frozenset(
    "env envs venv vec_env action_space eval_env eval_envs train_env test_env".split()
)
#: How makers of environments call the seed that they take (`random`: dm_control's tasks).
_SEED_KEYS = ("seed", "rand_seed", "env_seed", "random_seed", "random")
_MAX_WRAPPERS = 8


def is_environment(event: Event) -> bool:
    """Whether a method is called on a gym environment or one of its spaces."""
    if event.name.startswith("gym."):
        return True
    if isinstance(event.receiver, Instance):
        return any(base.startswith(("gym.", "gymnasium.")) for base in event.receiver.cls.outside())
    func = getattr(event.node, "func", None)
    if isinstance(func, ast.Attribute):
        text = ast.unparse(func.value).rsplit(".", 1)[-1].lower()
        return text in _NAMES
    return False


def seed_of_maker(value: Value | None, depth: int = 0) -> Value | None:
    """Return the seed that the maker of an environment, or of what it wraps, was given."""
    if depth > _MAX_WRAPPERS:
        return None
    match value:
        case Made() | Instance():
            given = value.arguments
            wrapped = given.get(0, "env", "envs", "venv")
            return _seed_in(given) or seed_of_maker(wrapped, depth + 1)
        case Choice():
            seeds = (seed_of_maker(each, depth + 1) for each in value.values)
            return next((seed for seed in seeds if seed is not None), None)
        case _:
            return None


def _seed_in(arguments: Arguments) -> Value | None:
    tables = [each.items for each in arguments.keywords.values() if isinstance(each, Table)]
    for holder in (arguments.keywords, *tables):
        for key in _SEED_KEYS:
            seed = holder.get(key)
            if seed is not None and not (isinstance(seed, Known) and isinstance(seed.value, bool)):
                return seed
    return None


def may_be_seeded(event: Event) -> bool:
    """Whether a reset hands on what is not seen, or an unseen maker was handed a seed."""
    func = getattr(event.node, "func", None)
    if event.arguments.spreads or not isinstance(func, ast.Attribute):
        return event.arguments.spreads
    maker = event.receiver
    if not isinstance(maker, Made) or maker.name.startswith("gym."):
        return False
    holder = ast.unparse(func.value)
    around = event.file.enclosing_function(event.node) or event.file.tree
    return any(
        last_name(given).endswith("seed")
        for made in event.file.nodes.of(ast.Assign, under=around)
        if any(ast.unparse(target) == holder for target in made.targets)
        for call in event.file.nodes.of(ast.Call, under=made.value)
        for given in call.args
    )


def seeds_its_space(value: Value | None, depth: int = 0) -> bool:
    """Whether an environment, or a wrapper of the project in it, hands its seed to the space."""
    if depth > _MAX_WRAPPERS:
        return False
    match value:
        case Instance():
            own = next(
                (c.space.names["seed"] for c in value.cls.line() if "seed" in c.space.names), None
            )
            if isinstance(own, FunctionValue) and _seeds_a_space(own):
                return True
        case Choice():
            return any(seeds_its_space(each, depth + 1) for each in value.values)
        case Made():
            pass
        case _:
            return False
    return seeds_its_space(value.arguments.get(0, "env", "envs", "venv"), depth + 1)


def _seeds_a_space(function: FunctionValue) -> bool:
    return any(
        isinstance(call.func, ast.Attribute)
        and call.func.attr == "seed"
        and ast.unparse(call.func.value).endswith("action_space")
        for call in function.file.nodes.of(ast.Call, under=function.node)
    )


def is_tried_once(event: Event) -> bool:
    """Whether an environment takes single steps where it draws, and no loop there steps it.

    Scripts and notebooks show what an environment looks like, or touch it to get at its data.
    """
    func = getattr(event.node, "func", None)
    if event.loops or not isinstance(func, ast.Attribute):
        return False
    holder = ast.unparse(func.value).removesuffix(".action_space")
    around = event.file.enclosing_function(event.node) or event.file.tree
    steps = [
        call
        for call in event.file.nodes.of(ast.Call, under=around)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "step"
        and ast.unparse(call.func.value) == holder
    ]
    return bool(steps) and not any(
        isinstance(outer, (ast.For, ast.While, ast.comprehension))
        for step in steps
        for outer in event.file.ancestors(step)
    )
