"""PIN011: files fetched from an address and used without comparing a checksum."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...auditor.documents.shell import commands
from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import ProjectRule
from .hub import is_run_code
from .shell_texts import shell_texts


@dataclass(frozen=True, slots=True)
class _Download:
    """Where the address stands among the arguments, and which keyword carries a checksum."""

    position: int | None
    keyword: str
    checks: tuple[tuple[int | None, str], ...] = ()


_DOWNLOADS = {
    "urllib.request.urlretrieve": _Download(0, "url"),
    "wget.download": _Download(0, "url"),
    "gdown.download": _Download(0, "url"),
    "gdown.cached_download": _Download(0, "url", ((None, "hash"), (None, "md5"))),
    "torch.hub.download_url_to_file": _Download(0, "url", ((2, "hash_prefix"),)),
    "torch.hub.load_state_dict_from_url": _Download(0, "url", ((4, "check_hash"),)),
    "torch.utils.model_zoo.load_url": _Download(0, "url", ((4, "check_hash"),)),
    "torchvision.datasets.utils.download_url": _Download(0, "url", ((3, "md5"),)),
    "torchvision.datasets.utils.download_and_extract_archive": _Download(0, "url", ((4, "md5"),)),
    "pooch.retrieve": _Download(0, "url", ((1, "known_hash"),)),
    **{
        f"{module}.get_file": _Download(1, "origin", ((None, "file_hash"), (3, "md5_hash")))
        for module in (
            "keras.utils",
            "keras.utils.data_utils",
            "tensorflow.keras.utils",
            "tensorflow.keras.utils.data_utils",
            "tf_keras.utils",
        )
    },
}
_CHECKSUM = regex(r"\b(hashlib|sha256|sha1|sha512|md5|sha256sum|md5sum|checksum)\b", re.I)
_ADDRESS = regex(r"https?://\S+")
#: Addresses that name their content themselves, or installers and keys of the system.
_NAMED_CONTENT = regex(
    r"[0-9a-f]{40}|sha256|/releases/download/|zenodo\.org/records?/\d+|/raw/[0-9a-f]{7,40}/"
)
_DATA_ENDING = regex(
    r"\.(pth|pt|bin|ckpt|safetensors|h5|hdf5|keras|pkl|pickle|npz|npy|onnx|tflite|zip|tar|tgz"
    r"|gz|bz2|xz|7z|csv|tsv|json|jsonl|parquet|txt|mat|caffemodel|params|weights|pb|model|dat)$",
    re.I,
)


class UnverifiedDownload(ProjectRule):
    """A file is downloaded and used without comparing a checksum.

    ## What it does
    Reports downloads of weights and data from an address that the code or script itself names
    (`urlretrieve`, `gdown`, `wget`, `curl`, `get_file`, `load_state_dict_from_url`,
    `download_url` …) where no checksum is given and none is computed in the same file, one
    finding a file. Addresses that name a commit, a release or a record are not reported.

    ## Why is this bad?
    Files behind an address are replaced, cut short and poisoned without a trace; the run goes on
    with whatever came. A hash turns that into an error, and documents which file it was.

    ## Use instead
    `get_file(…, file_hash=…)`, `load_state_dict_from_url(…, check_hash=True)`,
    `download_url(…, md5=…)`, `sha256sum --check` after `wget`.

    ## References
    https://docs.pytorch.org/docs/stable/hub.html#torch.hub.load_state_dict_from_url
    """

    code = "PIN011"
    name = "unverified-download"
    confidence = Confidence.MEDIUM
    calls = frozenset(_DOWNLOADS)
    bad = (
        Example(
            "from urllib.request import urlretrieve as fetch\n"
            'fetch("https://example.org/weights.pth", "weights.pth")  # <-\n'
        ),
        Example(
            "import tensorflow as tf\nURL = 'https://example.org/flowers.tgz'\n"
            "path = tf.keras.utils.get_file('flowers', origin=URL, untar=True)  # <-\n"
        ),
        Example("#!/bin/sh\nwget https://example.org/data.zip  # <-\n", path="fetch.sh"),
    )
    good = (
        Example(
            "import tensorflow as tf\n"
            "tf.keras.utils.get_file('a', 'https://example.org/a.tgz', file_hash='"
            + "ab" * 32
            + "')\n"
        ),
        Example(
            "import hashlib\nfrom urllib.request import urlretrieve\n\n\n"
            "def fetch(digest):\n    urlretrieve('https://example.org/w.pth', 'w.pth')\n"
            "    assert hashlib.sha256(open('w.pth', 'rb').read()).hexdigest() == digest\n"
        ),
        Example(
            "#!/bin/sh\nwget https://example.org/data.zip\nsha256sum --check data.sha256\n",
            path="fetch.sh",
        ),
    )

    def collect(self, site: Site) -> Iterator[Any]:
        if not is_run_code(site.file.path) or site.name is None:
            return
        download = _DOWNLOADS[site.name]
        known = site.constant(site.argument(download.position, download.keyword))
        if known is None or not isinstance(known.value, str) or site.spreads:
            return
        if not _ADDRESS.match(known.value) or _NAMED_CONTENT.search(known.value):
            return
        for position, keyword in download.checks:
            node = site.argument(position, keyword)
            value = site.constant(node)
            if node is not None and (value is None or value.value not in {None, False}):
                return
        if not _CHECKSUM.search(_without_keywords(site.file.source.text)):
            yield (site.place, known.value)

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        by_file: dict[str, list[tuple[Place, str]]] = {}
        for place, address in facts:
            by_file.setdefault(place.path, []).append((place, address))
        checked: set[str] = set()
        in_scripts: dict[str, list[tuple[Place, str]]] = {}
        for text in shell_texts(project):
            if _CHECKSUM.search(text.text) or "gpg " in text.text:
                checked.add(text.path)
            for command in commands(text.text, text.line):
                if command.program.lstrip("!%") in {"wget", "curl"}:
                    for address in _data_addresses(command.words):
                        place = text.place(command.line)
                        in_scripts.setdefault(text.path, []).append((place, address))
        for path, found in in_scripts.items():
            if path not in checked:
                by_file.setdefault(path, []).extend(found)
        for path in sorted(by_file):
            yield self._found(path, by_file[path])

    def _found(self, path: str, found: list[tuple[Place, str]]) -> Finding:
        addresses = list(dict.fromkeys(address for _, address in found))
        more = f" and {len(addresses) - 1} more are" if len(addresses) > 1 else " is"
        return self.finding(
            found[0][0],
            f"{addresses[0]}{more} fetched and used without comparing a checksum",
            help="record the file's SHA-256 and compare it after the download",
            evidence=[Evidence(place, address) for place, address in found[1:20]],
        )


def _without_keywords(text: str) -> str:
    """Drop what mentions a checksum without computing one: `md5=None`, `check_hash=False`."""
    return re.sub(r"\b(file_hash|md5_hash|check_hash|md5|hash)\s*=\s*(None|False)", "", text)


def _data_addresses(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        if _ADDRESS.match(word) and "$" not in word and not _NAMED_CONTENT.search(word):
            bare = word.split("?", 1)[0].rstrip("/")
            if _DATA_ENDING.search(bare) or "drive.google.com" in word:
                yield word
