"""The rules, a family a file or folder, with their examples."""

from ..auditor.rule import RuleClass
from . import datasets, determinism, keys, licences, loading, meta, ordering, pins, seeds

#: Every rule that ships, in the order of the manual.
RULES: tuple[RuleClass, ...] = (
    *datasets.RULES,
    *determinism.RULES,
    *keys.RULES,
    *licences.RULES,
    *loading.RULES,
    *ordering.RULES,
    *pins.RULES,
    *seeds.RULES,
    *meta.RULES,
)
