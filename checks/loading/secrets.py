"""SAFE005: keys and tokens of a fixed shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...auditor.example import Example
from ...auditor.finding import Confidence, Finding, Severity
from ...auditor.regex import regex
from ...auditor.rule import PlaceOfSpan, TextRule
from ..pins.hub import is_run_code

# Put together so that this file holds no token itself.
_HUB_TOKEN = "hf_" + "qWeRtYuIoPaSdFgHjKlZxCvBnMqWeRtYuI"
_AWS_KEY = "AKIA" + "Q7Z3MX5T2KWB6RNP"


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of secret: a text that every one holds, and its form."""

    what: str
    sign: str
    form: re.Pattern[str]


def _shape(what: str, sign: str, form: str) -> Shape:
    return Shape(what, sign, re.compile(form))


_SHAPES = (
    _shape("a Hugging Face token", "hf_", r"hf_[A-Za-z0-9]{34}\b"),
    _shape("an OpenAI key", "T3BlbkFJ", r"sk-[\w-]{20,}T3BlbkFJ[\w-]{20,}"),
    _shape("an Anthropic key", "sk-ant-", r"sk-ant-(?:api|admin)\d\d-[\w-]{80,}"),
    _shape("an AWS access key", "AKIA", r"AKIA[0-9A-Z]{16}\b"),
    *(_shape("a GitHub token", f"gh{kind}_", rf"gh{kind}_[A-Za-z0-9]{{36}}\b") for kind in "pousr"),
    _shape("a GitHub token", "github_pat_", r"github_pat_[A-Za-z0-9_]{82}\b"),
    _shape("a GitLab token", "glpat-", r"glpat-[\w-]{20}\b"),
    _shape("a PyPI token", "pypi-AgEI", r"pypi-AgEIcHlwaS5vcmc[\w-]{50,}"),
    _shape("a Google API key", "AIza", r"AIza[\w-]{35}(?![\w-])"),
    *(
        _shape("a Slack token", f"xox{kind}-", rf"xox{kind}-\d{{9,}}-[\w-]{{20,}}")
        for kind in "baprs"
    ),
    _shape("a Replicate token", "r8_", r"r8_[A-Za-z0-9]{37}\b"),
    _shape("a Stripe key", "sk_live_", r"sk_live_[A-Za-z0-9]{24,}"),
    _shape("an Azure storage key", "AccountKey=", r"AccountKey=[A-Za-z0-9+/]{86}=="),
    _shape("a Neptune token", "eyJhcGlfYWRkcmVzcyI6", r"eyJhcGlfYWRkcmVzcyI6[\w+/=-]{60,}"),
    _shape(
        "a Weights & Biases key",
        "wandb",
        r"(?i:wandb\.login\(\s*(?:[^)]*?key\s*=\s*)?|wandb_api_key[\"']?\]?\s*[:=]\s*|wandb login )"
        r"[\"']?[0-9a-f]{40}\b",
    ),
    _shape(
        "a Kaggle key",
        '"key"',
        r"\"username\"\s*:\s*\"[^\"]+\"\s*,\s*\"key\"\s*:\s*\"[0-9a-f]{32}\"",
    ),
    _shape(
        "a private key",
        "PRIVATE KEY-----",
        r"-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE KEY-----\s*(?:\\n)?"
        r"[\"'\s+]*(?:[A-Za-z0-9+/=]{40,}|Proc-Type)",
    ),
)
#: What the identifiers of a file show of each shape, without searching the text for it.
_SIGN_WORDS = frozenset(
    b"sk glpat AccountKey BEGIN WANDB_API_KEY wandb_api_key username xoxb xoxp xoxa xoxr xoxs "
    b"login".split()
)
_SIGN_PREFIXES = (
    b"hf_", b"AKIA", b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"github_pat_", b"AgEI", b"AIza",
    b"r8_", b"sk_live_", b"eyJhcGlfYWRkcmVzcyI6",
)  # fmt: skip
_PLACEHOLDER = regex(
    r"example|your|xxxx|\*\*\*\*|placeholder|dummy|fake|0000000|1234567890|abcdefghij|changeme",
    re.I,
)
#: A real token draws from many characters; a placeholder repeats few.
_FEWEST_CHARACTERS = 12


class HardCodedSecret(TextRule):
    """A key or token stands in the repository.

    ## What it does
    Reports keys and tokens of a fixed shape (Hugging Face, OpenAI, Anthropic, AWS, GitHub,
    GitLab, PyPI, Google, Slack, Weights & Biases, Kaggle, Neptune, Replicate, Stripe, Azure
    storage, private keys) in Python, notebooks' code, configuration, scripts and text files.
    Placeholders are not reported. The message shows the first characters only.

    ## Why is this bad?
    Whoever reads the repository, its history or its images can act as its owner: push other
    weights under the same name, read private data, spend money.

    ## Use instead
    An environment variable or the client's own login. Revoke the key first: removing it from the
    file leaves it in the history.

    ## References
    https://huggingface.co/docs/hub/security-tokens
    """

    code = "SAFE005"
    name = "hard-coded-secret"
    severity = Severity.ERROR
    patterns = (
        ".env*", "*.env", "*.json", "*.yml", "*.yaml", "*.toml", "*.cfg", "*.ini", "*.conf",
        "*.properties", "*.sh", "*.bash", "*.ps1", "*.bat", "*.md", "*.rst", "*.txt", "*.pem",
        "*.key", "*[Dd]ockerfile*", "[Mm]akefile", "*.xml", ".netrc", ".pypirc", "*.tf", "*.js",
    )  # fmt: skip
    bad = (
        Example(
            "from huggingface_hub import login as enter\n" + f'enter(token="{_HUB_TOKEN}")  # <-\n'
        ),
        Example(f"aws_access_key_id: {_AWS_KEY}  # <-\nregion: eu-west-1\n", path="config.yml"),
    )
    good = (
        Example(
            "import os\nfrom huggingface_hub import login\n\n"
            'login(token=os.environ["HF_TOKEN"])\nhf_model_with_a_rather_long_name_indeed_x = 1\n'
        ),
        Example(
            'token = "hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"\nkey = "AKIA' + 'IOSFODNN7EXAMPLE"\n'
        ),
    )

    def wants(self, words: frozenset[bytes]) -> bool:
        if not _SIGN_WORDS.isdisjoint(words):
            return True
        return any(len(word) > 7 and word.startswith(_SIGN_PREFIXES) for word in words)

    def check(self, text: str, path: str, place: PlaceOfSpan) -> Iterator[Finding]:
        seen: set[str] = set()
        for shape in _SHAPES:
            if shape.sign not in text and shape.sign.upper() not in text:
                continue
            for match in shape.form.finditer(text):
                secret = match[0]
                before = text[max(match.start() - 1, 0) : match.start()]
                # A boundary in the expression itself would make the search many times slower.
                if secret in seen or before.isalnum() or is_placeholder(secret):
                    continue
                in_tests = not is_run_code(path)
                if in_tests and shape.what == "a private key":
                    continue
                seen.add(secret)
                line = text.count("\n", 0, match.start()) + 1
                column = match.start() - text.rfind("\n", 0, match.start())
                first = secret.split("\n", 1)[0]
                shown = "" if shape.what == "a private key" else f" ({_shown(secret)}…)"
                found = self.finding(
                    place(line, column, column + len(first)),
                    f"{shape.what} stands here in plain text{shown}",
                    help="revoke it, then read it from the environment; history keeps what was "
                    "committed",
                    confidence=Confidence.MEDIUM if in_tests else Confidence.HIGH,
                )
                # The line itself would put the secret into the cache.
                yield replace(found, statement=f"{shape.what} {len(seen)}")


def is_placeholder(secret: str) -> bool:
    """Whether a text of the right shape is plainly no secret."""
    return bool(_PLACEHOLDER.search(secret)) or len(set(secret)) < _FEWEST_CHARACTERS


def _shown(secret: str) -> str:
    """Return the first characters, enough to find it and too few to use it."""
    tail = re.search(r"[A-Za-z0-9_-]+$", secret)
    return (tail[0] if tail else secret)[:6]
