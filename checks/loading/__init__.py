"""SAFE: loading and serving without running what others wrote."""

from __future__ import annotations

from ...auditor.rule import RuleClass
from .trusted import RemoteCodeTrusted
from .unsafe import UnsafeLoad

RULES: tuple[RuleClass, ...] = (UnsafeLoad, RemoteCodeTrusted)
