"""SAFE: loading and serving without running what others wrote."""

from __future__ import annotations

from ...auditor.rule import RuleClass
from .keras_mode import SafeModeDisabled
from .secrets import HardCodedSecret
from .serving import OpenServingConfig
from .shipped import PickledWeightsShipped
from .trusted import RemoteCodeTrusted
from .unsafe import UnsafeLoad

RULES: tuple[RuleClass, ...] = (
    UnsafeLoad,
    RemoteCodeTrusted,
    PickledWeightsShipped,
    SafeModeDisabled,
    HardCodedSecret,
    OpenServingConfig,
)
