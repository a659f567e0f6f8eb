"""FAIR, PII, HUM: the people in the data and behind it."""

from ...auditor.rule import RuleClass
from .crowds import NoReviewStatement
from .groups import NoGroupMetrics, ProtectedAttributeUnevaluated
from .personal import PersonalDataInOutputs, PersonalDataShipped

RULES: tuple[RuleClass, ...] = (
    ProtectedAttributeUnevaluated,
    NoGroupMetrics,
    NoReviewStatement,
    PersonalDataShipped,
    PersonalDataInOutputs,
)
