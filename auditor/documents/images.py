"""Names of container images: registry, repository, tag, digest."""

from __future__ import annotations

from dataclasses import dataclass

from ..regex import regex

_DIGEST = regex(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ImageName:
    """`registry/repository:tag@digest`, taken apart."""

    repository: str
    tag: str
    digest: str

    @property
    def is_pinned(self) -> bool:
        """Whether a digest fixes the content."""
        return bool(_DIGEST.fullmatch(self.digest))

    @property
    def floats(self) -> bool:
        """Whether not even a version is named: no tag, `latest`, `nightly`, `main`."""
        return not self.digest and (not self.tag or not any(char.isdigit() for char in self.tag))


def image_name(text: str) -> ImageName:
    """Take an image's name apart."""
    rest, _, digest = text.strip().strip("\"'").partition("@")
    head, _, last = rest.rpartition("/")
    name, _, tag = last.partition(":")
    return ImageName(f"{head}/{name}" if head else name, tag, digest)
