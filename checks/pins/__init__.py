"""PIN: environments and artefacts that name exactly what they use."""

from __future__ import annotations

from ...auditor.rule import RuleClass
from .datasets import UnpinnedDataset
from .images import UnpinnedImage
from .models import UnpinnedModel
from .remote_code import UnpinnedRemoteCode
from .requirements import MissingLock, UnpinnedRequirement

RULES: tuple[RuleClass, ...] = (
    UnpinnedRequirement,
    MissingLock,
    UnpinnedImage,
    UnpinnedModel,
    UnpinnedDataset,
    UnpinnedRemoteCode,
)
