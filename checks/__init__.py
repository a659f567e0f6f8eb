"""The rules, a family a file or folder, with their examples."""

from ..auditor.rule import RuleClass
from . import (
    capabilities,
    cards,
    datasets,
    determinism,
    keys,
    licences,
    loading,
    meta,
    numerics,
    ordering,
    people,
    pins,
    seeds,
    vulnerabilities,
)

#: Every rule that ships, in the order of the manual.
RULES: tuple[RuleClass, ...] = (
    *capabilities.RULES,
    *cards.RULES,
    *datasets.RULES,
    *determinism.RULES,
    *keys.RULES,
    *licences.RULES,
    *loading.RULES,
    *numerics.RULES,
    *ordering.RULES,
    *people.RULES,
    *pins.RULES,
    *seeds.RULES,
    *vulnerabilities.RULES,
    *meta.RULES,
)
