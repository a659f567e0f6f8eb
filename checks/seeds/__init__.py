"""SEED: random streams, and where they are seeded."""

from ...auditor.rule import RuleClass
from .children import SeedLostInChild
from .entropy import EntropySeed
from .environment_rule import UnseededEnvironment
from .generators import UnseededGenerator
from .hash_seed import LateHashSeed
from .random_state import MissingRandomState
from .unseeded import ConditionalSeed, SeedAfterUse, UnseededStream
from .workers import WorkerStream

RULES: tuple[RuleClass, ...] = (
    UnseededStream,
    ConditionalSeed,
    SeedAfterUse,
    EntropySeed,
    SeedLostInChild,
    WorkerStream,
    UnseededGenerator,
    MissingRandomState,
    UnseededEnvironment,
    LateHashSeed,
)
