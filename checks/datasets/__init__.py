"""DATA: data sets that were withdrawn or carry conditions, and the papers that data comes with."""

from ...auditor.rule import RuleClass
from .withdrawn import AgreementUnnamed, DeprecatedDataset, WithdrawnDataset

RULES: tuple[RuleClass, ...] = (WithdrawnDataset, DeprecatedDataset, AgreementUnnamed)
