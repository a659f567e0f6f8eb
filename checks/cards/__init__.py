"""DOC: model and data cards, metrics, citation, telemetry, contact."""

from ...auditor.rule import RuleClass
from .claims import BadCitation, UndisclosedTelemetry, UnsupportedMetric
from .missing import MissingCard
from .sections import EmptyCardSection, NoComputeDisclosure, NoContact

RULES: tuple[RuleClass, ...] = (
    MissingCard,
    EmptyCardSection,
    UnsupportedMetric,
    NoComputeDisclosure,
    BadCitation,
    UndisclosedTelemetry,
    NoContact,
)
