"""Which seedings have an effect on which draws: across processes, and under which conditions."""

from __future__ import annotations

from ...auditor.walk import Event, Guard, Process
from .acts import Draw, Seed


def reaches(seed: Event, draw: Event, main_line: int | None) -> bool:
    """Whether a seeding in one process has an effect on draws in the other."""
    if seed.process is draw.process and (
        seed.process is Process.MAIN or seed.started == draw.started
    ):
        return True
    process, started = draw.process, draw.started
    if process is Process.WORKER:
        # The loader hands its workers a number of the process that iterates over it.
        process, started = draw.host, draw.host_started
        if seed.process is process and seed.started == started:
            return True
    if seed.process is not Process.MAIN:
        return False
    if process is not Process.SPAWNED:
        return True
    # A fresh interpreter imports the program again, but does not run its main block.
    if seed.importing:
        return True
    at_top = not seed.way and not seed.definition
    return at_top and main_line is not None and seed.place.line < main_line


def in_worker(seed: Seed, draw: Draw) -> bool:
    """Whether a worker itself seeds what it draws from (`worker_init_fn`)."""
    event = seed.event
    same = event.process is Process.WORKER and event.started == draw.event.started
    return same and draw.needs in seed.streams and event.guard is not Guard.NOT_MET


def of_another_mode(seed: Event, draw: Event) -> bool:
    """Whether a seeding belongs to a branch that the default of an option leaves aside."""
    shared = {(condition.place, condition.text) for condition in draw.conditions}
    return any(
        condition.other_mode and (condition.place, condition.text) not in shared
        for condition in seed.conditions
    )


def guard_between(seed: Event, draw: Event) -> Guard:
    """Return the guard of one event as seen from another: shared conditions do not count."""
    shared = {(condition.place, condition.text) for condition in draw.conditions}
    guards = [
        condition.guard
        for condition in seed.conditions
        if (condition.place, condition.text) not in shared
    ]
    return max(guards, default=Guard.ALWAYS)
