"""PIN010: code that is fetched from a hub and run, without a fixed revision."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...auditor.documents.requirement import is_full_hash
from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Confidence, Finding
from ...auditor.regex import regex
from ...auditor.rule import SiteRule
from .hub import is_run_code, is_true, repository, revision_of, why_not_fixed

_HUB_REPOSITORY = regex(r"[\w.-]+/[\w.-]+(:[\w./-]+)?")
_TF_HUB = regex(r"https?://(tfhub\.dev|www\.kaggle\.com/models|kaggle\.com/models)/[\w./-]+")


class UnpinnedRemoteCode(SiteRule):
    """Code is fetched from a hub and run at whatever state it has that day.

    ## What it does
    Reports `torch.hub.load`, `list` and `help` of a GitHub repository without a full commit hash
    after the colon; TensorFlow Hub and Kaggle handles without a version number; and calls with
    `trust_remote_code=True` whose repository is known and whose revision is missing or can move.

    ## Why is this bad?
    What runs is decided by whoever can push to that repository, after you tested it. Branches and
    tags can be moved; `torch.hub` without a reference takes the default branch at call time.

    ## Use instead
    `torch.hub.load("owner/repo:<full commit hash>", …)`, `https://tfhub.dev/owner/model/3`,
    `from_pretrained(…, trust_remote_code=True, revision="<hash>", code_revision="<hash>")`.

    ## References
    https://docs.pytorch.org/docs/stable/hub.html
    """

    code = "PIN010"
    name = "unpinned-remote-code"
    calls = frozenset(
        {
            "torch.hub.load",
            "torch.hub.help",
            "torch.hub.list",
            "tensorflow_hub.load",
            "tensorflow_hub.KerasLayer",
            "tensorflow_hub.resolve",
            "tensorflow_hub.Module",
            "datasets.load_dataset",
            "transformers.pipeline",
        }
    )
    methods = frozenset({"from_pretrained"})
    bad = (
        Example(
            "from torch import hub\n"
            'model = hub.load("pytorch/vision:v0.10.0", "resnet18", pretrained=True)  # <-\n',
            title="a tag is no pin",
        ),
        Example(
            "import transformers as tf\n"
            'model = tf.AutoModel.from_pretrained("lab/phi", trust_remote_code=True)  # <-\n'
        ),
        Example(
            "import tensorflow_hub as hub\n"
            'layer = hub.KerasLayer("https://tfhub.dev/google/nnlm-en-dim50")  # <-\n'
        ),
    )
    good = (
        Example(
            "import torch\n"
            'torch.hub.load("pytorch/vision:6db1569c89094cf23f3bc41f79275c45e9fcb3f3", "vgg")\n'
            'torch.hub.load("./vision", "resnet18", source="local")\n'
        ),
        Example(
            "import tensorflow_hub as hub\n"
            'layer = hub.KerasLayer("https://tfhub.dev/google/nnlm-en-dim50/2")\n'
            'own = hub.load("exported/1")\n'
        ),
        Example(
            "import torch\n\n\ndef build(repository, entry):\n"
            "    return torch.hub.load(repository, entry)\n"
        ),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        if not is_run_code(site.file.path):
            return
        name = site.name or ""
        if name.startswith("torch.hub."):
            yield from self._torch_hub(site)
        elif name.startswith("tensorflow_hub."):
            yield from self._tensorflow_hub(site)
        elif is_true(site, "trust_remote_code"):
            yield from self._trusted(site)

    def _torch_hub(self, site: Site) -> Iterator[Finding]:
        known = site.constant(site.argument(0, "repo_or_dir", "github"))
        source = site.constant(site.argument(None, "source"))
        if known is None or not isinstance(known.value, str):
            return
        is_local = source is not None and source.value == "local"
        if is_local or not _HUB_REPOSITORY.fullmatch(known.value):
            return
        repository_name, _, reference = known.value.partition(":")
        if is_full_hash(reference):
            return
        what = f'"{reference}", a branch or tag' if reference else "its default branch"
        yield self.finding(
            site.place,
            f"the code of {repository_name} is fetched from {what} and run",
            help=f'name a commit: "{repository_name}:<full commit hash>"',
            confidence=_confidence(known.via),
            subject=repository_name,
        )

    def _tensorflow_hub(self, site: Site) -> Iterator[Finding]:
        known = site.constant(site.argument(0, "handle", "spec"))
        if known is None or not isinstance(known.value, str):
            return
        if _TF_HUB.match(known.value) and not re.search(r"/\d+(/?$|\?|#)", known.value):
            yield self.finding(
                site.place,
                f"{known.value} names no version, so it is the newest one",
                help="end the handle with its version number, such as /1",
                confidence=_confidence(known.via),
                subject=known.value,
            )

    def _trusted(self, site: Site) -> Iterator[Finding]:
        keyword = (
            "path" if site.name == "datasets.load_dataset" else "pretrained_model_name_or_path"
        )
        position, keyword = (1, "model") if site.name == "transformers.pipeline" else (0, keyword)
        found = repository(site, site.argument(position, keyword))
        revision = revision_of(site, "revision", "code_revision")
        if found is None or revision.state not in {"absent", "moving"}:
            return
        yield self.finding(
            site.place,
            f"any code in {found.name} is trusted and run {why_not_fixed(revision)}",
            help='add revision="<full commit hash>", and code_revision where the code stands apart',
            confidence=_confidence(found.constant.via),
            subject=found.name,
        )


def _confidence(via: str) -> Confidence:
    return Confidence.MEDIUM if via in {"parameter", "option"} else Confidence.HIGH
