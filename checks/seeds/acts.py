"""Events of a walk as acts on random streams: drawing and seeding."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ...auditor.versions import Versions
from ...auditor.walk import Event, Kind, Known, Made, Value, Walk
from .environments import is_environment, may_be_seeded, seed_of_maker, seeds_its_space
from .facts import Drawer, Seeder, draws_from, keras_stream, seeders
from .incidental import is_incidental
from .random_state import drawing_estimators
from .seed_values import FIXED, Quality, SeedValue, judge_seed
from .vocabulary import GENERATORS, JAX_KEYS


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw from a stream. `needs`: the stream whose seeding counts (Keras layers: Python's).

    `own`: the seed that this draw brings along, when it does. `later`: it happens when the made
    object is used.
    """

    stream: str
    event: Event
    needs: str
    later: bool = False
    own: SeedValue | None = None
    what: str = ""
    #: The number drawn is used as a seed.
    feeds_seed: bool = False


@dataclass(frozen=True, slots=True)
class Seed:
    """A seeding of streams."""

    streams: tuple[str, ...]
    event: Event
    value: SeedValue


Act = Draw | Seed


def acts_of(walk: Walk, versions: Versions) -> list[Act]:
    """Return the acts of a walk in order."""
    acts: list[Act] = []
    for event in walk.events:
        acts.extend(_acts(event, versions))
    return acts


def _acts(event: Event, versions: Versions) -> Iterator[Act]:
    name = event.name
    if event.kind is Kind.ITERATE:
        drawer = draws_from(name)
        if drawer is not None and drawer.iterated and isinstance(event.receiver, Made):
            yield from _loader_draws(event, event.receiver, drawer)
        return
    if event.kind is not Kind.CALL:
        return
    if (seeder := seeders().get(name)) is not None:
        yield from _seeds(event, seeder, versions)
    elif name in GENERATORS:
        yield from _generator(event, name)
    elif name in JAX_KEYS:
        yield from _jax_key(event, name)
    elif name.startswith("jax.random.") or name == "haiku.next_rng_key":
        if name.rsplit(".", 1)[-1] not in _KEY_TOOLS:
            yield Draw("jax", event, "jax")
    elif name in drawing_estimators():
        yield from _estimator(event, name)
    elif event.method in {"seed", "manual_seed", "reset", "sample"} and is_environment(event):
        yield from _environment(event)
    elif event.method in {"seed", "manual_seed"}:
        yield from _reseed(event)
    elif (drawer := draws_from(name)) is not None and not drawer.iterated:
        yield from _draws(event, drawer, versions)


_KEY_TOOLS = frozenset(
    "split fold_in clone key_data key_impl wrap_key_data key_dtype PRNGKey key default_prng_impl "
    "KeyArray".split()
)


def _seeds(event: Event, seeder: Seeder, versions: Versions) -> Iterator[Act]:
    streams = seeder.seeds(versions)
    value = FIXED
    if seeder.keywords:
        given = event.arguments.get(seeder.position, *seeder.keywords)
        if given is not None or not event.arguments.spreads:
            value = judge_seed(given, seeder.none)
    elif seeder.none == "entropy":
        value = SeedValue(Quality.ENTROPY, f"{seeder.name}() seeds from the system's entropy")
    yield Seed(streams, event, value)
    if seeder.name.endswith("Trainer") or seeder.name.startswith("stable_baselines3."):
        # Training draws from what the constructor has seeded.
        yield Draw("torch", event, "torch", later=True, what="training")


def _draws(event: Event, drawer: Drawer, versions: Versions) -> Iterator[Act]:
    if not _really_draws(event, drawer) or (not drawer.what and is_incidental(event)):
        return
    needs = drawer.stream
    if drawer.need == "keras":
        needs = keras_stream(versions)
    yield Draw(drawer.stream, event, needs, drawer.later, what=drawer.what)


def _really_draws(event: Event, drawer: Drawer) -> bool:
    arguments = event.arguments
    for name, values in drawer.unless.items():
        given = arguments.get(drawer.position.get(name), name)
        if given is None:
            continue
        if values == "given":
            if not (isinstance(given, Known) and given.value is None):
                return False
        elif values == "made":
            if not isinstance(given, Known):
                return False
        elif isinstance(given, Known) and given.value in values:
            return False
    return all(
        _holds(arguments.get(drawer.position.get(name), name), values)
        for name, values in drawer.when.items()
    )


def _holds(given: Value | None, values: list[object]) -> bool:
    return isinstance(given, Known) and any(bool(given.value) is value for value in values)


def _loader_draws(event: Event, loader: Made, drawer: Drawer) -> Iterator[Act]:
    arguments = loader.arguments
    generator = arguments.get(None, "generator")
    if generator is not None and not (isinstance(generator, Known) and generator.value is None):
        return
    sampler = arguments.get(3, "sampler")
    drawn = _holds(arguments.get(2, "shuffle"), [True])
    if isinstance(sampler, Made) and sampler.name.startswith("torch.utils.data."):
        if sampler.arguments.get(None, "generator") is None:
            drawn = drawn or sampler.name.endswith(
                (".RandomSampler", ".SubsetRandomSampler", ".WeightedRandomSampler")
            )
    if drawn:
        yield Draw("torch", event, "torch", what="the order of the loader")


def _generator(event: Event, name: str) -> Iterator[Act]:
    if name.endswith("from_non_deterministic_state"):
        value = SeedValue(Quality.ENTROPY, "it starts from the system's entropy")
    elif name == "torch.Generator":
        value = FIXED
    else:
        given = event.arguments.get(0, "seed", "x")
        value = judge_seed(given, "entropy") if given or not event.arguments.spreads else FIXED
    if not is_incidental(event):
        yield Draw("other", event, "other", own=value, what="a private generator")


def _jax_key(event: Event, name: str) -> Iterator[Act]:
    given = event.arguments.get(0, "seed", "default", "params")
    value = judge_seed(given, "entropy") if given is not None else FIXED
    yield Seed(("jax",), event, value)
    yield Draw("jax", event, "jax", later=True, own=value, what="a key")


def _estimator(event: Event, name: str) -> Iterator[Act]:
    if event.arguments.spreads or not _estimator_draws(event, name):
        return
    given = event.arguments.get(None, "random_state")
    if given is None or (isinstance(given, Known) and given.value is None and not given.origin):
        yield Draw("sklearn", event, "numpy", what="random_state is None")
    else:
        yield Draw("sklearn", event, "sklearn", own=judge_seed(given, "entropy"))


def _estimator_draws(event: Event, name: str) -> bool:
    kind, conditions = drawing_estimators()[name]
    for argument, values in conditions.items():
        given = event.arguments.get(None, argument)
        if given is not None and not isinstance(given, Known):
            return False
        if isinstance(given, Known) and given.value in values:
            return kind == "when"
    return kind != "when"


_RESET_KEYS = ("rng", "key", "keys", "rng_key", "prng_key", "reset_key")


def _is_own(event: Event) -> bool:
    """Whether an environment resets itself (in its constructor): whoever uses it resets again."""
    func = getattr(event.node, "func", None)
    return isinstance(func, ast.Attribute) and ast.unparse(func.value) == "self"


def _environment(event: Event) -> Iterator[Act]:
    func = getattr(event.node, "func", None)
    holder = ast.unparse(func.value) if isinstance(func, ast.Attribute) else ""
    on_space = "action_space" in event.name or holder.endswith("action_space")
    stream = "gym-action-space" if on_space else "gym-env"
    if "observation_space" in event.name or holder.endswith("observation_space"):
        return
    if event.method in {"seed", "manual_seed"}:
        both = not on_space and seeds_its_space(event.receiver)
        streams = (stream, "gym-action-space") if both else (stream,)
        yield Seed(streams, event, judge_seed(event.arguments.get(0, "seed"), "entropy"))
    elif event.method == "reset" and not on_space:
        if event.arguments.positional or any(
            name in event.arguments.keywords for name in _RESET_KEYS
        ):
            # gym takes keywords only; an environment in JAX is handed its key.
            return
        given = event.arguments.get(None, "seed")
        if given is not None or (given := seed_of_maker(event.receiver)) is not None:
            yield Seed((stream,), event, judge_seed(given, "nothing"))
        elif may_be_seeded(event):
            yield Seed((stream,), event, SeedValue(Quality.MAYBE, "a seed may be handed on"))
        if not _is_own(event):
            yield Draw(stream, event, stream)
    elif event.method == "sample" and on_space:
        yield Draw(stream, event, stream)


def _reseed(event: Event) -> Iterator[Act]:
    """`generator.manual_seed(n)`, `rng.seed(n)`: the private generator gets a seed."""
    if isinstance(event.receiver, Made) and event.receiver.name in GENERATORS:
        given = event.arguments.get(0, "seed")
        yield Seed((f"other:{id(event.receiver)}",), event, judge_seed(given, "entropy"))
