"""ORDER: the order of data and of iteration."""

from ...auditor.rule import RuleClass
from .completion import CompletionOrder
from .hashes import SaltedHash
from .listing import UnsortedListing
from .pipelines import NondeterministicPipeline, UnseededShuffle
from .sampler import MissingSetEpoch
from .sets import SetIteration

RULES: tuple[RuleClass, ...] = (
    UnsortedListing,
    SetIteration,
    SaltedHash,
    CompletionOrder,
    NondeterministicPipeline,
    UnseededShuffle,
    MissingSetEpoch,
)
