"""FAIR, PII, HUM: the people in the data and behind it."""

from ...auditor.rule import RuleClass
from .groups import NoGroupMetrics, NoReviewStatement, ProtectedAttributeUnevaluated
from .personal import PersonalDataInOutputs, PersonalDataShipped

RULES: tuple[RuleClass, ...] = (
    ProtectedAttributeUnevaluated,
    NoGroupMetrics,
    NoReviewStatement,
    PersonalDataShipped,
    PersonalDataInOutputs,
)
