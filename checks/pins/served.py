"""PIN012: servers that take whatever model version is newest."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from ...auditor.document import Document
from ...auditor.example import Example
from ...auditor.finding import Confidence, Finding
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import DocumentRule

#: The manifest of a model archive is a few hundred bytes.
_MAX_MANIFEST_BYTES = 1 << 20
_CONFIG = regex(r"\bconfig\s*:?\s*\{")
_POLICY = regex(r"\b(?:model_)?version_policy\s*:?\s*\{\s*(\w+)")


class FloatingServedVersion(DocumentRule):
    """A model server takes whatever version of a model is newest.

    ## What it does
    Reports TensorFlow Serving model configurations without `model_version_policy { specific … }`
    (the highest number is served by default), Triton's `version_policy` of `latest` or `all`,
    TorchServe's `load_models=all`, and model archives (`.mar`) without a version.

    ## Why is this bad?
    A new folder in the model store changes what is served without any change to the deployment,
    and nothing records which version answered.

    ## Use instead
    `model_version_policy { specific { versions: 42 } }`, `version_policy: { specific: { versions:
    [42] } }`, `load_models=name=name.mar`, `torch-model-archiver --version`.

    ## References
    https://www.tensorflow.org/tfx/serving/serving_config
    https://docs.pytorch.org/serve/configuration.html
    """

    code = "PIN012"
    name = "floating-served-version"
    patterns = ("*.config", "*.pbtxt", "config.properties", "*.properties", "*.mar")
    bad = (
        Example(
            'model_config_list {\n  config {  # <-\n    name: "digits"\n'
            '    base_path: "/models/digits"\n    model_platform: "tensorflow"\n  }\n}\n',
            path="models.config",
        ),
        Example(
            "inference_address=http://127.0.0.1:8080\nmodel_store=/models\nload_models=all  # <-\n",
            path="config.properties",
        ),
        Example(
            'name: "digits"\nplatform: "onnxruntime_onnx"\nmax_batch_size: 8\n'
            "version_policy: { latest: { num_versions: 1 } }  # <-\n",
            path="models/digits/config.pbtxt",
        ),
    )
    good = (
        Example(
            'model_config_list {\n  config {\n    name: "digits"\n    base_path: "/models/digits"\n'
            "    model_version_policy { specific { versions: 42 } }\n  }\n}\n",
            path="models.config",
        ),
        Example("model_store=/models\nload_models=digits=digits.mar\n", path="config.properties"),
        Example(
            'name: "digits"\nplatform: "onnxruntime_onnx"\n'
            "version_policy: { specific: { versions: [3] } }\n",
            path="models/digits/config.pbtxt",
        ),
    )

    def check(self, document: Document, project: Project) -> Iterator[Finding]:
        if document.name.endswith(".mar"):
            yield from self._archive(document)
        elif document.name.endswith(".properties"):
            yield from self._torchserve(document)
        elif "model_config_list" in document.text:
            yield from self._serving(document)
        elif document.name == "config.pbtxt":
            yield from self._triton(document)

    def _serving(self, document: Document) -> Iterator[Finding]:
        text = re.sub(r"#[^\n]*", lambda found: " " * len(found[0]), document.text)
        for match in _CONFIG.finditer(text):
            body = _block(text, match.end() - 1)
            policy = _POLICY.search(body)
            if policy is not None and policy[1] == "specific":
                continue
            name = re.search(r"\bname\s*:\s*[\"']([^\"']+)", body)
            what = f"the {policy[1]} versions" if policy else "the highest version number it finds"
            yield self.finding(
                document.place(text.count("\n", 0, match.start()) + 1),
                f"{name[1] if name else 'this model'} is served at {what}",
                help="add model_version_policy { specific { versions: N } }",
            )

    def _triton(self, document: Document) -> Iterator[Finding]:
        text = re.sub(r"#[^\n]*", lambda found: " " * len(found[0]), document.text)
        policy = _POLICY.search(text)
        if policy is not None and policy[1] in {"latest", "all"}:
            yield self.finding(
                document.place(text.count("\n", 0, policy.start()) + 1),
                f"the {policy[1]} versions in the folder are served",
                help="add version_policy: { specific: { versions: [N] } }",
            )

    def _torchserve(self, document: Document) -> Iterator[Finding]:
        for number, line in enumerate(document.lines, 1):
            if re.match(r"\s*load_models\s*=\s*all\b", line, re.I):
                yield self.finding(
                    document.place(number),
                    "every archive in the model store is loaded, whatever lies there",
                    help="name the archives: load_models=name=name.mar",
                )

    def _archive(self, document: Document) -> Iterator[Finding]:
        manifest = read_manifest(Path(document.state.absolute))
        if manifest is not None and not re.search(r'"modelVersion"\s*:\s*"[^"]+"', manifest):
            yield self.finding(
                document.place(1, 1, 1),
                "the archive's manifest names no model version",
                help="build it with torch-model-archiver --version",
                confidence=Confidence.MEDIUM,
            )


def _block(text: str, start: int) -> str:
    """Return the text between a brace and its partner."""
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] == "{") - (text[at] == "}")
        if depth == 0:
            return text[start:at]
    return text[start:]


def read_manifest(path: Path) -> str | None:
    """Return the manifest of a model archive; None when it is no such archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo("MAR-INF/MANIFEST.json")
            if info.file_size > _MAX_MANIFEST_BYTES:
                return None
            with archive.open(info) as file:
                text = file.read(_MAX_MANIFEST_BYTES).decode("utf-8", "replace")
        json.loads(text)
    except (OSError, KeyError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile):
        return None
    return text
