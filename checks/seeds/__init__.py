"""SEED: random streams, and where they are seeded."""

from ...auditor.rule import RuleClass
from .entropy import EntropySeed
from .generators import UnseededGenerator
from .hash_seed import LateHashSeed
from .random_state import MissingRandomState

RULES: tuple[RuleClass, ...] = (
    EntropySeed,
    UnseededGenerator,
    MissingRandomState,
    LateHashSeed,
)
