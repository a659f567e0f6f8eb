"""PIN008: models from a hub without a fixed revision."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Confidence, Evidence, Finding
from ...auditor.regex import regex
from ...auditor.rule import SiteRule
from .handles import HANDLE_CALLS, HANDLE_METHODS, Moving, moving_handle
from .hub import Reference, Revision, is_run_code, is_true, repository, revision_of, why_not_fixed

#: Packages whose `from_pretrained` takes a repository of the Hugging Face hub and a `revision`.
_HUB_PACKAGES = frozenset(
    "transformers diffusers peft sentence_transformers optimum huggingface_hub trl tokenizers "
    "setfit adapters auto_gptq unsloth accelerate span_marker gliner awq open_flamingo".split()
)
_CALLS = {
    "transformers.pipeline": ("model", 1),
    "transformers.pipelines.pipeline": ("model", 1),
    "huggingface_hub.hf_hub_download": ("repo_id", 0),
    "huggingface_hub.snapshot_download": ("repo_id", 0),
    "huggingface_hub.cached_download": ("repo_id", 0),
    "sentence_transformers.SentenceTransformer": ("model_name_or_path", 0),
    "sentence_transformers.CrossEncoder": ("model_name", 0),
    "sentence_transformers.SparseEncoder": ("model_name_or_path", 0),
    "vllm.LLM": ("model", 0),
}
#: Methods that add a repository's adapter to a model; they take a `revision`.
_ADDING = frozenset("load_adapter load_lora_weights load_ip_adapter load_textual_inversion".split())
_SENTENCE_MODEL = regex(
    r"(all|multi-qa|paraphrase|msmarco|distiluse|stsb|clip|nli|average)-[\w.-]+"
)


class UnpinnedModel(SiteRule):
    """A pretrained model is loaded from a hub without a fixed revision.

    ## What it does
    Reports `from_pretrained`, `pipeline`, `SentenceTransformer`, `hf_hub_download`,
    `snapshot_download`, `vllm.LLM`, adapters (`load_adapter`, `load_lora_weights` …),
    `from_single_file` addresses and `hf-hub:` or `hf://` names whose repository is known from the
    code (also through a constant, a default or an option) and whose revision is missing or is a
    branch, a tag or a short hash; Kaggle models without a version; and torchvision's `DEFAULT` or
    timm's default weights, which mean other weights in another release, unless that package is
    pinned. One finding a file and model. Local paths, names that only the caller knows and
    repositories that the same file publishes are not reported.

    ## Why is this bad?
    The owner can push other weights, another tokenizer or configuration at any time; the same
    script then fine-tunes or evaluates a different model.

    ## Use instead
    `from_pretrained(name, revision="<40 hexadecimal digits>")`, the commit shown under "Files and
    versions" on the model's page.

    ## References
    https://huggingface.co/docs/transformers/main_classes/model
    """

    code = "PIN008"
    name = "unpinned-model"
    methods = frozenset({"from_pretrained"}) | _ADDING | HANDLE_METHODS
    calls = frozenset(_CALLS) | HANDLE_CALLS
    prefixes = ("torchvision.models.",)
    bad = (
        Example(
            "from transformers import AutoModel as Model\n\n"
            'NAME = "facebook/opt-125m"\nmodel = Model.from_pretrained(NAME)  # <-\n',
            title="through an alias and a constant",
        ),
        Example(
            "import argparse\nfrom diffusers import StableDiffusionPipeline\n\n"
            "parser = argparse.ArgumentParser()\n"
            'parser.add_argument("--base", default="runwayml/stable-diffusion-v1-5")\n'
            "args = parser.parse_args()\n"
            "pipe = StableDiffusionPipeline.from_pretrained(args.base)  # <-\n",
        ),
        Example(
            "from dataclasses import dataclass\nfrom transformers import AutoModel\n\n\n"
            '@dataclass\nclass Config:\n    name: str = "facebook/opt-125m"\n\n\n'
            "def build(cfg: Config):\n    return AutoModel.from_pretrained(cfg.name)  # <-\n",
            title="the default of a configuration class",
        ),
        Example(
            "import huggingface_hub as hub\n"
            'path = hub.hf_hub_download("openai/clip-vit-base-patch32", "config.json",  # <-\n'
            '                           revision="main")\n',
        ),
        Example(
            "from torchvision.models import resnet50, ResNet50_Weights\n"
            "model = resnet50(weights=ResNet50_Weights.DEFAULT)  # <-\n"
        ),
        Example(
            "from diffusers import StableDiffusionPipeline as Pipeline\n"
            'ADDRESS = "https://huggingface.co/lab/shapes/blob/main/shapes.safetensors"\n'
            "pipe = Pipeline.from_single_file(ADDRESS)  # <-\n"
            'pipe.load_lora_weights("lab/round", weight_name="round.safetensors")  # <-\n'
        ),
        Example(
            "import kagglehub\nimport open_clip\nimport timm\n"
            'path = kagglehub.model_download("google/gemma/pyTorch/2b")  # <-\n'
            'clip = open_clip.create_model("hf-hub:lab/clip")  # <-\n'
            'net = timm.create_model("resnet50", pretrained=True)  # <-\n'
        ),
    )
    good = (
        Example(
            "from transformers import AutoModel\n"
            'model = AutoModel.from_pretrained("facebook/opt-125m",\n'
            '    revision="27dcfa74d334bc871f3234de431e71c6eeba5dd6")\n'
        ),
        Example(
            "from transformers import AutoModel\n"
            'AutoModel.from_pretrained("./out")\nAutoModel.from_pretrained("outputs/best")\n'
            'AutoModel.from_pretrained("checkpoints/last.ckpt")\n',
            title="local paths",
        ),
        Example(
            "from transformers import AutoModel\n\n\ndef load(name, **options):\n"
            "    return AutoModel.from_pretrained(name, **options)\n",
            path="shapes/loading.py",
            title="the caller's name",
        ),
        Example(
            "from torchvision.models import resnet50, ResNet50_Weights\n"
            "model = resnet50(weights=ResNet50_Weights.IMAGENET1K_V2)\n"
        ),
        Example(
            "import kagglehub\nimport open_clip\nimport timm\n"
            'kagglehub.model_download("google/gemma/pyTorch/2b/3")\n'
            'open_clip.create_model("ViT-B-32", pretrained="laion2b_s34b_b79k")\n'
            'timm.create_model("resnet50.a1_in1k", pretrained=True)\n'
            'timm.create_model("resnet50")\n'
        ),
    )

    def check(self, site: Site) -> Iterator[Finding]:
        if not is_run_code(site.file.path):
            return
        if (site.name or "").startswith("torchvision.models."):
            yield from self._torchvision(site)
            return
        if site.name in HANDLE_CALLS or site.last in HANDLE_METHODS:
            if (handle := moving_handle(site)) is not None:
                yield self._moving(site, handle)
            return
        found = self._reference(site)
        if found is None or is_true(site, "trust_remote_code"):
            return
        revision = revision_of(site, "revision")
        if revision.state in {"absent", "moving"}:
            yield self._found(site, found, revision)

    def _found(self, site: Site, found: Reference, revision: Revision) -> Finding:
        evidence: list[Evidence] = []
        where = site.file.place(found.constant.source)
        if where.line != site.place.line:
            evidence.append(Evidence(where, f'"{found.name}"'))
        default = " by default" if found.is_default else ""
        return self.finding(
            site.place,
            f"{found.name} is loaded{default} {why_not_fixed(revision)}",
            help='add revision="<full commit hash>" from the model\'s page',
            confidence=Confidence.MEDIUM if found.is_default else Confidence.HIGH,
            evidence=evidence,
            subject=found.name,
        )

    def _reference(self, site: Site) -> Reference | None:
        if site.name in _CALLS:
            keyword, position = _CALLS[site.name]
            known = site.constant(site.argument(None, "repo_type"))
            if known is not None and known.value == "dataset":
                return None
            node = site.argument(position, keyword)
            if site.name.startswith("sentence_transformers.") and node is not None:
                return _sentence_model(site, node)
            return repository(site, node)
        if site.last in _ADDING:
            is_hub = not _HUB_PACKAGES.isdisjoint(site.file.imported)
            return repository(site, site.argument(0), bare=False) if is_hub else None
        if site.last != "from_pretrained" or not _is_hub_class(site):
            return None
        adapter = (site.name or "").startswith("peft.") and len(site.call.args) > 1
        node = site.argument(
            1 if adapter else 0, "pretrained_model_name_or_path", "model_id", "model_name"
        )
        return repository(site, node, bare=site.name is not None)

    def _moving(self, site: Site, found: Moving) -> Finding:
        is_default = found.constant.via in {"parameter", "option"}
        return self.finding(
            site.place,
            f"{found.name} is loaded{' by default' if is_default else ''} {found.why}",
            help=found.help,
            confidence=Confidence.MEDIUM if is_default else Confidence.HIGH,
            subject=found.name,
        )

    def _torchvision(self, site: Site) -> Iterator[Finding]:
        node = site.argument(None, "weights")
        if node is None or site.versions.exact("torchvision") is not None:
            return
        known = site.constant(node)
        text = known.value if known is not None else (site.dotted(node) or "")
        if not isinstance(text, str) or text.rpartition(".")[2] != "DEFAULT":
            return
        yield self.finding(
            site.place,
            f"{site.last} takes its DEFAULT weights, which depend on the torchvision installed "
            f"({site.versions.say('torchvision')})",
            help="name the weights, such as IMAGENET1K_V2, or pin torchvision",
            confidence=Confidence.MEDIUM,
            subject=f"torchvision {site.last}",
        )


def _is_hub_class(site: Site) -> bool:
    if site.name is not None:
        return site.name.split(".", 1)[0] in _HUB_PACKAGES
    return not _HUB_PACKAGES.isdisjoint(site.file.imported)


def _sentence_model(site: Site, node: ast.expr) -> Reference | None:
    known = site.constant(node)
    value = known.value if known is not None else None
    if known is not None and isinstance(value, str) and _SENTENCE_MODEL.fullmatch(value):
        return Reference(f"sentence-transformers/{value}", known, node)
    return repository(site, node)
