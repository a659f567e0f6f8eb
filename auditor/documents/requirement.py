"""One dependency as a file states it: name, range, hashes, address."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as ParsedRequirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from ..place import Place
from ..regex import regex

#: Names under which other channels publish a package of the Python index.
_OTHER_NAMES = {
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "pytorch-gpu": "torch",
    "py-opencv": "opencv-python",
    "opencv": "opencv-python",
}
_FULL_HASH = regex(r"[0-9a-f]{40}|[0-9a-f]{64}")
_VCS = regex(r"(git|hg|svn|bzr)\+", re.I)
_ARCHIVE_HASH = regex(r"#.*\b(sha256|sha384|sha512)=[0-9a-f]{32,}")
_VERSION_IN_FILE = regex(r"/[A-Za-z0-9_.]+-(\d[^-/]*)(-[^/]*\.whl|\.tar\.gz|\.zip)([?#]|$)")
_COMMIT_ARCHIVE = regex(r"/[0-9a-f]{40}(\.tar\.gz|\.zip|$|[/#?])")


@dataclass(frozen=True, slots=True)
class Requirement:
    """A dependency. `group` is empty for what is always installed, else the extra or group.

    `text` is the requirement as a person would write it; `url` its direct address, if any.
    """

    name: str
    text: str
    place: Place
    specifier: SpecifierSet = field(default_factory=SpecifierSet)
    exact: Version | None = None
    url: str = ""
    marker: str = ""
    hashes: tuple[str, ...] = ()
    group: str = ""
    editable: bool = False
    channel: str = "pypi"

    @property
    def is_vcs(self) -> bool:
        """Whether it comes out of a version-control system."""
        return bool(_VCS.match(self.url))

    @property
    def is_local(self) -> bool:
        """Whether it is a folder or file of this machine."""
        return bool(self.url) and "://" not in self.url.removeprefix("file://")

    @property
    def is_pinned(self) -> bool:
        """Whether the next install takes the same release."""
        if self.is_local:
            return True
        if self.url:
            return is_pinned_url(self.url)
        return self.exact is not None


def is_full_hash(reference: str) -> bool:
    """Whether a git reference is a full commit hash."""
    return bool(_FULL_HASH.fullmatch(reference.lower()))


def vcs_reference(url: str) -> str:
    """Return what stands after `@` in a VCS address: `git+https://host/name@reference#egg=x`."""
    path = url.split("://", 1)[-1].split("#", 1)[0]
    path = path.split("/", 1)[-1] if "/" in path else path
    return path.rsplit("@", 1)[1] if "@" in path else ""


def is_pinned_url(url: str) -> bool:
    """Whether a direct address names one content: a commit, a hash, or a released file."""
    if _VCS.match(url):
        return is_full_hash(vcs_reference(url))
    return bool(
        _ARCHIVE_HASH.search(url) or _VERSION_IN_FILE.search(url) or _COMMIT_ARCHIVE.search(url)
    )


def exact_version(specifier: SpecifierSet) -> Version | None:
    """Return the one version that `==1.2` or `===1.2` allows; `==1.*` allows many."""
    for part in specifier:
        if part.operator in {"==", "==="} and not part.version.endswith(".*"):
            try:
                return Version(part.version)
            except InvalidVersion:
                return None
    return None


def known_name(name: str) -> str:
    """Return the canonical name on the Python index."""
    canonical = canonicalize_name(name)
    return _OTHER_NAMES.get(canonical, canonical)


def parse_requirement(
    text: str, place: Place, *, group: str = "", hashes: tuple[str, ...] = ()
) -> Requirement | None:
    """Read `name[extra]>=1; marker` or `name @ address`; None when it is no requirement."""
    try:
        parsed = ParsedRequirement(text)
    except InvalidRequirement:
        return _legacy(text, place, group, hashes)
    return Requirement(
        name=known_name(parsed.name),
        text=text.strip(),
        place=place,
        specifier=parsed.specifier,
        exact=exact_version(parsed.specifier),
        url=parsed.url or "",
        marker=str(parsed.marker) if parsed.marker is not None else "",
        hashes=hashes,
        group=group,
    )


_NAME_AND_RANGE = regex(r"^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^\]]*\])?\s*([<>=!~].*?)?\s*(;.*)?$")


def _legacy(text: str, place: Place, group: str, hashes: tuple[str, ...]) -> Requirement | None:
    """Read what older pip took: `torch==1.7.1+cu110.post1b`, `name>=1.*`."""
    match = _NAME_AND_RANGE.match(text.strip())
    if match is None:
        return None
    exact = None
    written = (match[3] or "").strip()
    try:
        specifier = SpecifierSet(written)
        exact = exact_version(specifier)
    except InvalidSpecifier:
        specifier = SpecifierSet()
        if written.startswith("==") and "," not in written and "*" not in written:
            exact = Version("0")
    return Requirement(
        known_name(match[1]), text.strip(), place, specifier, exact, hashes=hashes, group=group
    )


def from_version(name: str, version: str, place: Place, **rest: object) -> Requirement | None:
    """Build the requirement of a lock: exactly this version."""
    try:
        exact = Version(version)
    except InvalidVersion:
        return None
    specifier = SpecifierSet(f"=={exact}")
    made = Requirement(known_name(name), f"{name}=={version}", place, specifier, exact)
    if not rest:
        return made
    from dataclasses import replace

    return replace(made, **rest)  # type: ignore[arg-type]
