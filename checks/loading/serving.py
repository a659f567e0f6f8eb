"""SAFE006: model servers that anybody who reaches them can steer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ...auditor.document import Document
from ...auditor.example import Example
from ...auditor.finding import Confidence, Finding, Severity
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import DocumentRule

_PROPERTY = regex(r"^\s*([\w.]+)\s*[=:]\s*(.*?)\s*$")
_LOOPBACK = regex(r"https?://(127\.|localhost|\[::1\])|^unix:", re.I)
_ANY_SOURCE = regex(r"(^|[,|])\s*(file://\.\*|https?(\(s\)\?)?://\.\*|\.\*)\s*($|[,|])")
_FLAGS = regex(r"--(disable-token-auth|enable-model-api)\b")
#: Keys by which a properties file is known to be TorchServe's.
_OWN = frozenset(
    {"inference_address", "management_address", "model_store", "load_models", "metrics_address"}
)


class OpenServingConfig(DocumentRule):
    """A model server lets anybody who reaches it load models or change it.

    ## What it does
    Reports, in TorchServe's `config.properties`: a management address that is not the loopback
    one, token checks switched off, model registration over the API, sources of models left open
    (`allowed_urls`), and packages installed out of model archives; `--disable-token-auth` and
    `--enable-model-api` in Dockerfiles, compose files and scripts; and TensorFlow Serving's
    Prometheus page, which shares the REST port without authentication.

    ## Why is this bad?
    TorchServe runs the handler code of every archive that it loads. An open management API with
    open sources is remote code execution for whoever reaches port 8081 (CVE-2023-43654).

    ## Use instead
    `management_address=http://127.0.0.1:8081`, `allowed_urls` with your own store, token
    authorization on, and a proxy with authentication before everything else.

    ## References
    https://docs.pytorch.org/serve/configuration.html
    https://docs.pytorch.org/serve/token_authorization_api.html
    https://nvd.nist.gov/vuln/detail/CVE-2023-43654
    """

    code = "SAFE006"
    name = "open-serving-config"
    patterns = (
        "*.properties", "*[Dd]ockerfile*", "*.sh", "*compose*.yml", "*compose*.yaml",
        "*monitoring*", "*.config", "*.service",
    )  # fmt: skip
    bad = (
        Example(
            "inference_address=http://0.0.0.0:8080\nmanagement_address=http://0.0.0.0:8081  # <-\n"
            "allowed_urls=https://models.example.org/.*\n",
            path="config.properties",
        ),
        Example(
            "FROM scratch\nCMD torchserve --start --models all --disable-token-auth  # <-\n",
            path="Dockerfile",
        ),
        Example(
            "model_store=/models\ndisable_token_authorization=true  # <-\n", path="ts.properties"
        ),
    )
    good = (
        Example(
            "inference_address=http://0.0.0.0:8080\nmanagement_address=http://127.0.0.1:8081\n"
            "allowed_urls=https://models.example.org/.*\n",
            path="config.properties",
        ),
        Example("log4j.rootLogger=INFO\nmanagement=http://0.0.0.0\n", path="log4j.properties"),
    )

    def check(self, document: Document, project: Project) -> Iterator[Finding]:
        if document.name.endswith(".properties"):
            yield from self._torchserve(document)
        elif "monitoring" in document.name or document.name.endswith(".config"):
            yield from self._monitoring(document)
        elif "torchserve" in document.text:
            for number, line in enumerate(document.lines, 1):
                if (match := _FLAGS.search(line)) and not line.lstrip().startswith("#"):
                    yield self._flag(document, number, match[1])

    def _flag(self, document: Document, number: int, flag: str) -> Finding:
        what = (
            "TorchServe answers without checking tokens"
            if flag == "disable-token-auth"
            else "models can be registered and deleted over TorchServe's API"
        )
        return self.finding(document.place(number), what, help=f"leave --{flag} out")

    def _torchserve(self, document: Document) -> Iterator[Finding]:
        found = _properties(document)
        if _OWN.isdisjoint(found):
            return
        address, line = found.get("management_address", ("", 0))
        is_open = bool(address) and not _LOOPBACK.search(address)
        if is_open:
            sources, _ = found.get("allowed_urls", (".*", 0))
            anything = _ANY_SOURCE.search(sources) is not None
            yield self.finding(
                document.place(line),
                f"the management API listens on {address}"
                + (", and models may be registered from any address" if anything else ""),
                help="bind it to http://127.0.0.1:8081"
                + ("; name the sources in allowed_urls" if anything else ""),
                severity=Severity.ERROR if anything else Severity.WARNING,
            )
        for key, message, help_text in _SWITCHES:
            value, line = found.get(key, ("", 0))
            if value.lower() == "true":
                yield self.finding(document.place(line), message, help=help_text)
        sources, line = found.get("allowed_urls", ("", 0))
        if sources and _ANY_SOURCE.search(sources) and not is_open:
            yield self.finding(
                document.place(line),
                "models may be registered from any address or file",
                help="name your own store: allowed_urls=https://models.example.org/.*",
            )

    def _monitoring(self, document: Document) -> Iterator[Finding]:
        match = re.search(r"prometheus_config\s*:?\s*\{[^}]*enable\s*:\s*true", document.text)
        if match is not None:
            yield self.finding(
                document.place(document.text.count("\n", 0, match.start()) + 1),
                "TensorFlow Serving shows its metrics on the REST port, without authentication",
                help="keep the REST port inside, or put a proxy with authentication before it",
                severity=Severity.INFO,
                confidence=Confidence.MEDIUM,
            )


_SWITCHES = (
    (
        "disable_token_authorization",
        "TorchServe answers without checking tokens",
        "leave token authorization on",
    ),
    (
        "enable_model_api",
        "models can be registered and deleted over TorchServe's API",
        "set enable_model_api=false and name the archives in load_models",
    ),
    (
        "install_py_dep_per_model",
        "packages named inside a model archive are installed when it is loaded",
        "install them in the image, from a lock",
    ),
)


def _properties(document: Document) -> Mapping[str, tuple[str, int]]:
    """Return key -> (value, line) of a Java properties file."""
    found: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(document.lines, 1):
        if not line.lstrip().startswith(("#", "!")) and (match := _PROPERTY.match(line)):
            found[match[1]] = (match[2], number)
    return found
