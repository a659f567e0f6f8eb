"""The state of each stream of an entry point, from the acts of its walk in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ...auditor.place import Place
from ...auditor.regex import regex
from ...auditor.streams import STREAMS, State
from ...auditor.walk import Event, Guard, Process, Walk
from .acts import Act, Draw, Seed
from .reaching import guard_between, in_worker, of_another_mode, reaches
from .seed_values import Quality


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of one stream of one entry point.

    `draw` decides the state; `seed` is the seeding that counts or almost counts; `late` comes after
    the draw; `lost` stands in another process.
    """

    stream: str
    state: State
    draw: Draw | None = None
    seed: Seed | None = None
    late: Seed | None = None
    lost: Seed | None = None
    why: str = ""
    #: Places of seedings of other streams before the draw, for evidence.
    others: tuple[Seed, ...] = field(default=())

    @property
    def drawn_at(self) -> Place | None:
        """Where the stream is first drawn."""
        return self.draw.event.place if self.draw is not None else None


def verdicts_of(walk: Walk, acts: Sequence[Act], main_line: int | None) -> list[Verdict]:
    """Return the verdict of each stream that is drawn or seeded."""
    used_as_seeds = {
        id(act.value.drawn_from) for act in acts if isinstance(act, Seed) and act.value.drawn_from
    }
    acts = [
        replace(act, feeds_seed=True)
        if isinstance(act, Draw) and id(act.event.result) in used_as_seeds
        else act
        for act in acts
    ]
    ordered = [act for act in acts if not (isinstance(act, Draw) and act.later)]
    ordered += [act for act in acts if isinstance(act, Draw) and act.later]
    found: list[Verdict] = []
    for stream in STREAMS:
        verdict = _judge(walk, stream, ordered, main_line)
        if verdict is not None:
            found.append(verdict)
    return found


def _first_draws(stream: str, acts: Sequence[Act]) -> list[int]:
    """Return the position of the first draw of each process; Keras and TensorFlow each have one.

    A draw that chooses a seed counts through that seed, where the stream is drawn from further.
    """
    mine = [
        (number, act)
        for number, act in enumerate(acts)
        if isinstance(act, Draw) and act.stream == stream and act.event.guard is not Guard.NOT_MET
    ]
    first: dict[tuple[Process, Process, str], int] = {}
    for number, act in [each for each in mine if not each[1].feeds_seed] or mine:
        first.setdefault((act.event.process, act.event.host, act.needs), number)
    return list(first.values())


def _judge(walk: Walk, stream: str, acts: Sequence[Act], main_line: int | None) -> Verdict | None:
    worst: Verdict | None = None
    for position in _first_draws(stream, acts):
        verdict = _judge_draw(stream, acts, position, main_line)
        if worst is None or verdict.state.rank > worst.state.rank:
            worst = verdict
    if worst is not None and worst.draw is not None and worst.draw.feeds_seed:
        worst = _through_its_seed(walk, worst, worst.draw, acts)
    worst = _own_seeds(stream, acts, worst)
    if worst is not None:
        return worst
    optional = _drawn_on_demand(stream, acts, main_line)
    if optional is not None:
        return optional
    seeded = next((act for act in acts if isinstance(act, Seed) and stream in act.streams), None)
    if seeded is None:
        return None
    if stream == "torch-cuda":
        return None
    if not walk.complete:
        return Verdict(stream, State.UNKNOWN, seed=seeded, why="not all of the program was walked")
    if stream in _MODELS and walk.opaque_from is not None and _precedes(walk, seeded, stream, acts):
        why = f"seeded at {seeded.event.place}, before calls that cannot be followed"
        return Verdict(stream, State.SEEDED, seed=seeded, why=why)
    return Verdict(stream, State.NOT_DRAWN, seed=seeded, why="seeded, nothing draws from it")


def _through_its_seed(walk: Walk, verdict: Verdict, draw: Draw, acts: Sequence[Act]) -> Verdict:
    """Judge a draw that only chooses the seed of a model which cannot be followed by that seed."""
    seeds = [act for act in acts if isinstance(act, Seed) and verdict.stream in act.streams]
    if verdict.stream not in _MODELS or walk.opaque_from is None or not seeds:
        return verdict
    return _by_quality(draw, seeds[-1], acts, ())


#: What a class named in a configuration most likely draws from: it is a model.
_MODELS = frozenset(("torch", "tensorflow"))


def _precedes(walk: Walk, seed: Seed, stream: str, acts: Sequence[Act]) -> bool:
    """Whether a certain seeding comes before the first call that cannot be followed."""
    certain = seed.value.quality is Quality.FIXED and seed.event.guard <= Guard.MET
    before = walk.events[: walk.opaque_from]
    return certain and any(event is seed.event for event in before)


def _drawn_on_demand(stream: str, acts: Sequence[Act], main_line: int | None) -> Verdict | None:
    """A stream that is drawn only when the user asks, and seeded then, is seeded."""
    for number, act in enumerate(acts):
        if isinstance(act, Draw) and act.stream == stream:
            verdict = _judge_draw(stream, acts, number, main_line)
            return verdict if verdict.state is State.SEEDED else None
    return None


def _own_seeds(stream: str, acts: Sequence[Act], worst: Verdict | None) -> Verdict | None:
    """Take draws that bring their own seed into account: each is a stream of its own."""
    for act in acts:
        if not isinstance(act, Draw) or act.stream != stream or act.own is None:
            continue
        if act.event.guard is Guard.NOT_MET:
            continue
        verdict = _judge_own(act, acts)
        if worst is None or verdict.state.rank > worst.state.rank:
            worst = verdict
    return worst


def _judge_own(draw: Draw, acts: Sequence[Act]) -> Verdict:
    assert draw.own is not None
    key = f"other:{id(draw.event.result)}"
    for act in acts:
        if isinstance(act, Seed) and key in act.streams and act.value.quality is Quality.FIXED:
            return Verdict(draw.stream, State.SEEDED, draw, act, why=_seeded_at(act.event))
    own = Seed((draw.stream,), draw.event, draw.own)
    return _by_quality(draw, own, acts, ())


def _judge_draw(stream: str, acts: Sequence[Act], position: int, main_line: int | None) -> Verdict:
    draw = acts[position]
    assert isinstance(draw, Draw)
    if draw.own is not None:
        return _judge_own(draw, acts)
    needs = draw.needs
    # A JAX key is handed over: whoever made it made it before.
    earlier = acts if needs == "jax" else acts[:position]
    before = [act for act in earlier if isinstance(act, Seed)]
    if draw.event.process is Process.WORKER and not any(in_worker(s, draw) for s in before):
        # The loader seeds its workers from torch's stream.
        needs = "torch"
    others = tuple(seed for seed in before if needs not in seed.streams)
    mine = [
        seed
        for seed in before
        if needs in seed.streams and not of_another_mode(seed.event, draw.event)
    ]
    of_objects = needs.startswith("gym-") or needs == "jax"
    reaching = [seed for seed in mine if of_objects or reaches(seed.event, draw.event, main_line)]
    best = _best(reaching, draw)
    if best is not None:
        return _by_quality(draw, best, acts, others)
    lost = next((seed for seed in mine if seed not in reaching), None)
    late = next(
        (
            act
            for act in acts[position:]
            if isinstance(act, Seed)
            and needs in act.streams
            and act.value.quality in {Quality.FIXED, Quality.OPTIONAL}
            and act.event.process is draw.event.process
            and act.event.guard is not Guard.NOT_MET
        ),
        None,
    )
    if lost is not None:
        why = f"only the parent process seeds it, at {lost.event.place}"
    elif late is not None:
        why = f"seeded at {late.event.place}, after the first draw"
    else:
        why = "nothing on the way seeds it"
    return Verdict(stream, State.UNSEEDED, draw, None, late, lost, why, others)


#: Reasons of conditions that ask whether a seed was given.
_NO_SEED = regex(r"seed|rng|random|(defaults to|is) None", re.I)
_ORDER = {
    Quality.FIXED: 0,
    Quality.MAYBE: 1,
    Quality.OPTIONAL: 2,
    Quality.ENTROPY: 3,
    Quality.NOTHING: 4,
}


def _best(seeds: Sequence[Seed], draw: Draw) -> Seed | None:
    """Return the seeding that decides: the last certain one, else the best before the draw."""
    best: Seed | None = None
    for seed in seeds:
        if seed.value.quality is Quality.NOTHING:
            continue
        if (
            best is None
            or certainty(seed, draw, seeds) <= certainty(best, draw, seeds)
            or (seed.value.quality is Quality.ENTROPY and seed.event.guard <= Guard.MET)
        ):
            best = seed
    return best


def certainty(seed: Seed, draw: Draw, seeds: Sequence[Seed] = ()) -> int:
    """Return how surely a seeding holds at a draw: 0 is certain."""
    worth = _ORDER[seed.value.quality]
    guard = guard_between(seed.event, draw.event)
    if guard is Guard.UNKNOWN and _other_branch_seeds(seed, seeds):
        guard = Guard.ALWAYS
    if guard is Guard.UNKNOWN:
        return max(worth, 1)
    return max(worth, 2) if guard is Guard.NOT_MET else worth


def _other_branch_seeds(seed: Seed, seeds: Sequence[Seed]) -> bool:
    """Whether the other branch of the innermost undecided test seeds as well."""
    if not seed.event.conditions:
        return False
    mine = seed.event.conditions[-1]
    return any(
        other.event.conditions
        and other.event.conditions[-1].place == mine.place
        and other.event.conditions[-1].text != mine.text
        and other.value.quality is Quality.FIXED
        for other in seeds
    )


def _by_quality(draw: Draw, seed: Seed, acts: Sequence[Act], others: tuple[Seed, ...]) -> Verdict:
    guard = guard_between(seed.event, draw.event) if seed.event is not draw.event else Guard.ALWAYS
    worth = certainty(seed, draw, [act for act in acts if isinstance(act, Seed)])
    stream = draw.stream
    if seed.value.drawn_from is not None and worth == 0:
        return _derived(draw, seed, acts, others)
    if worth == 0:
        return Verdict(stream, State.SEEDED, draw, seed, why=_seeded_at(seed.event))
    if seed.value.quality is Quality.ENTROPY and guard is not Guard.NOT_MET:
        return Verdict(stream, State.UNSEEDED, draw, seed, why=seed.value.reason, others=others)
    if seed.value.quality is Quality.OPTIONAL:
        why = seed.value.reason
        return Verdict(stream, State.CONDITIONAL, draw, seed, why=why, others=others)
    if guard is Guard.NOT_MET:
        why = reason_of(seed.event)
        return Verdict(stream, State.CONDITIONAL, draw, seed, why=why, others=others)
    why = f"seeded at {seed.event.place} if {_undecided(seed.event)}"
    return Verdict(stream, State.UNKNOWN, draw, seed, why=why)


def _derived(draw: Draw, seed: Seed, acts: Sequence[Act], others: tuple[Seed, ...]) -> Verdict:
    """The seed was drawn from another stream: as good as that one."""
    source = next(
        (
            act
            for act in acts
            if isinstance(act, Draw) and act.event.result is seed.value.drawn_from
        ),
        None,
    )
    if source is None:
        return Verdict(draw.stream, State.SEEDED, draw, seed, why=_seeded_at(seed.event))
    position = acts.index(source)
    inner = _judge_draw(source.stream, acts, position, None)
    if inner.state is State.SEEDED:
        return Verdict(draw.stream, State.SEEDED, draw, seed, why=_seeded_at(seed.event))
    if inner.state is State.CONDITIONAL:
        return Verdict(draw.stream, inner.state, draw, seed, why=inner.why, others=others)
    # Another option that happens to lead here has nothing to do with the seed.
    met = [c for c in source.event.conditions if c.guard is Guard.MET and _NO_SEED.search(c.reason)]
    if met:
        why = f"{met[-1].reason}, then the seed is drawn at random"
        return Verdict(draw.stream, State.CONDITIONAL, draw, seed, why=why, others=others)
    why = f"its seed is drawn from {source.stream}, which nothing seeds"
    return Verdict(draw.stream, State.UNSEEDED, draw, seed, why=why, others=others)


def reason_of(event: Event) -> str:
    """Say why the defaults do not reach an event."""
    missed = [c for c in event.conditions if c.guard is Guard.NOT_MET]
    return missed[-1].reason or missed[-1].text if missed else "a condition"


def _undecided(event: Event) -> str:
    open_ones = [c for c in event.conditions if c.guard is Guard.UNKNOWN]
    return open_ones[-1].text if open_ones else "a seed is given"


def _seeded_at(event: Event) -> str:
    return f"seeded at {event.place}"
