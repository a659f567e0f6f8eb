"""PIN: environments and artefacts that name exactly what they use."""

from __future__ import annotations

from ...auditor.rule import RuleClass
from .images import UnpinnedImage
from .requirements import MissingLock, UnpinnedRequirement

RULES: tuple[RuleClass, ...] = (UnpinnedRequirement, MissingLock, UnpinnedImage)
