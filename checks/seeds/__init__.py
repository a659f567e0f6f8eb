"""SEED: random streams, and where they are seeded."""

from ...auditor.rule import RuleClass
from .entropy import EntropySeed
from .generators import UnseededGenerator
from .hash_seed import LateHashSeed
from .random_state import MissingRandomState
from .unseeded import ConditionalSeed, SeedAfterUse, UnseededStream

RULES: tuple[RuleClass, ...] = (
    UnseededStream,
    ConditionalSeed,
    SeedAfterUse,
    EntropySeed,
    UnseededGenerator,
    MissingRandomState,
    LateHashSeed,
)
