"""DATA: data sets that were withdrawn or carry conditions, and the papers that data comes with."""

from ...auditor.rule import RuleClass
from .papers import (
    DataWithoutCard,
    IncompleteCroissant,
    ScraperWithoutConsent,
    UnnamedTrainingData,
)
from .withdrawn import AgreementUnnamed, DeprecatedDataset, WithdrawnDataset

RULES: tuple[RuleClass, ...] = (
    WithdrawnDataset,
    DeprecatedDataset,
    UnnamedTrainingData,
    DataWithoutCard,
    IncompleteCroissant,
    ScraperWithoutConsent,
    AgreementUnnamed,
)
