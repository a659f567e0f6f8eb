"""SEED: random streams, and where they are seeded."""

from ...auditor.rule import RuleClass
from .checkpoints import RandomStateNotCheckpointed
from .children import SeedLostInChild
from .dead_option import DeadSeedOption
from .entropy import EntropySeed
from .environment_rule import UnseededEnvironment
from .generators import UnseededGenerator
from .hash_seed import LateHashSeed
from .random_state import MissingRandomState
from .ranks import SplitPerRank
from .reseeding import GlobalReseed
from .sampling import UnseededSampling
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
    SplitPerRank,
    DeadSeedOption,
    GlobalReseed,
    UnseededEnvironment,
    LateHashSeed,
    RandomStateNotCheckpointed,
    UnseededSampling,
)
