"""ORDER: the order of data and of iteration."""

from ...auditor.rule import RuleClass
from .completion import CompletionOrder
from .listing import UnsortedListing
from .sets import SetIteration

RULES: tuple[RuleClass, ...] = (UnsortedListing, SetIteration, CompletionOrder)
