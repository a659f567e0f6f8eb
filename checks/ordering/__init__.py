"""ORDER: the order of data and of iteration."""

from ...auditor.rule import RuleClass
from .completion import CompletionOrder
from .hashes import SaltedHash
from .listing import UnsortedListing
from .pipelines import NondeterministicPipeline
from .sampler import MissingSetEpoch
from .sets import SetIteration
from .shuffles import UnseededShuffle

RULES: tuple[RuleClass, ...] = (
    UnsortedListing,
    SetIteration,
    SaltedHash,
    CompletionOrder,
    NondeterministicPipeline,
    UnseededShuffle,
    MissingSetEpoch,
)
