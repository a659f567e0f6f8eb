"""PIN: environments and artefacts that name exactly what they use."""

from __future__ import annotations

from ...auditor.rule import RuleClass
from .datasets import UnpinnedDataset
from .downloads import UnverifiedDownload
from .images import UnpinnedImage
from .installs import UnpinnedInstall
from .locks import UnhashedLock, UnpinnedPython
from .models import UnpinnedModel
from .remote_code import UnpinnedRemoteCode
from .requirements import MissingLock, UnpinnedRequirement
from .served import FloatingServedVersion
from .sources import UnpinnedVcs

RULES: tuple[RuleClass, ...] = (
    UnpinnedRequirement,
    MissingLock,
    UnhashedLock,
    UnpinnedPython,
    UnpinnedImage,
    UnpinnedInstall,
    UnpinnedVcs,
    UnpinnedModel,
    UnpinnedDataset,
    UnpinnedRemoteCode,
    UnverifiedDownload,
    FloatingServedVersion,
)
