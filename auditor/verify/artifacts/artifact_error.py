"""The one error of this package."""

from __future__ import annotations

from ...errors import UserError


class ArtifactError(UserError):
    """The file is not what its name says, or is larger than the limits allow; one line."""
