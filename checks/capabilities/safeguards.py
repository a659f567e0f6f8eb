"""USE011: safeguards that are switched off."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File
from ...auditor.finding import Evidence, Finding, Severity
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import ProjectRule
from ..cards.reading import project_cards
from .evidence import group, served_by

_SWITCHES = {
    "safety_checker": None,
    "requires_safety_checker": False,
    "add_watermarker": False,
}
#: Clients whose harm filters take a threshold.
_GENERATORS = frozenset({"google", "vertexai"})
_ATTRIBUTES = frozenset({"safety_checker", "watermark"})
_QUIET_PATH = regex(
    r"(?:^|/)(?:benchmarks?|classify|label\w*|moderat\w*|annotat\w*|convert\w*|conversion|train\w*|finetune\w*|tests?)(?:/|[\w-]*\.)",
    re.I,
)
_ASKED = regex(r"nsfw|safety|unsafe|filter|watermark|moderat", re.I)
_TRAINING = regex(r"valid|train|convert|benchmark|augment", re.I)
#: A comment of some words on the line itself is a reason, good or not.
_BESIDE = regex(r"#\s*\w[^#]*\s\w+.*\s\w+\s*$")
_LOADS_CHECKER = regex(r"SafetyChecker\.from_pretrained\(")
#: A program that computes gradients makes pictures for its loss, not for people.
_BACKWARD = regex(r"\.backward\(")
_REASON = regex(r"#.*\b(?:safety|nsfw|filter|checker|watermark|moderation)\b.*\w+ \w+", re.I)


class SafeguardRemoved(ProjectRule):
    """A safety filter or watermark that ships with a model is switched off.

    ## What it does
    Reports `safety_checker=None`, `requires_safety_checker=False`, `add_watermarker=False`,
    assignments of None or of a function that passes everything to `pipe.safety_checker`, and
    `pipe.watermark = None`, in programs that use diffusers, and harm filters of Google's clients
    set to `BLOCK_NONE`. In a program that serves people it is an error. Tests, benchmarks, labels,
    conversion and training are left out; a comment that gives the reason, or a section on safety in
    the README, settles it, as does a checker that the project loads itself.

    ## Why is this bad?
    The model's card and licence rely on the filter; people who meet the output never learn that it
    is gone.

    ## Use instead
    Leave it on; or put another filter in its place and say so.
    """

    code = "USE011"
    name = "safeguard-removed"
    words = frozenset(
        {"safety_checker", "requires_safety_checker", "add_watermarker", "watermark", "BLOCK_NONE"}
    )
    bad = (
        Example(
            "from diffusers import StableDiffusionPipeline as Pipe\n"
            "pipe = Pipe.from_pretrained('stable-diffusion-v1-5/stable-diffusion-v1-5',\n"
            "                            safety_checker=None)  # <-\n",
            path="generate.py",
        ),
        Example(
            "import gradio as gr\n"
            "import diffusers\n"
            "pipe = diffusers.DiffusionPipeline.from_pretrained('x/y')\n"
            "pipe.safety_checker = lambda images, **rest: (images, [False] * len(images))  # <-\n"
            "gr.Interface(pipe, 'text', 'image').launch()\n",
            path="app.py",
        ),
    )
    good = (
        Example(
            "from diffusers import StableDiffusionPipeline\n"
            "pipe = StableDiffusionPipeline.from_pretrained('x/y', safety_checker=mine)\n",
            path="generate.py",
        ),
        Example(
            "import diffusers\n"
            "# the filter runs in the service in front, which also sees the safety labels\n"
            "pipe = diffusers.DiffusionPipeline.from_pretrained('x/y', safety_checker=None)\n",
            path="generate.py",
        ),
        Example("def run(safety_checker=None):\n    return safety_checker\n"),
        Example(
            "import diffusers\n"
            "def load(disable_nsfw_checker=False):\n"
            "    options = {}\n"
            "    if disable_nsfw_checker:\n"
            "        options = dict(safety_checker=None)\n"
            "    return diffusers.DiffusionPipeline.from_pretrained('x/y', **options)\n",
            path="generate.py",
            title="the user asks for it",
        ),
        Example(
            "import google.generativeai as genai\n"
            "# the safety filters stop words of medicine\n"
            "settings = [\n"
            "    {\n"
            "        'category': 'HARM_CATEGORY_HARASSMENT',\n"
            "        'note': 'first',\n"
            "        'threshold': 'BLOCK_NONE',\n"
            "    },\n"
            "]\n"
            "model = genai.GenerativeModel('gemini-2.5-pro', safety_settings=settings)\n",
            path="notes.py",
            title="the reason stands above the statement",
        ),
        Example(
            "import diffusers\n"
            "class FaceAugmenter:\n"
            "    def load(self):\n"
            "        self.pipe = diffusers.DiffusionPipeline.from_pretrained(\n"
            "            'x/y', safety_checker=None)\n",
            path="faces.py",
            title="pictures to train on",
        ),
        Example(
            "import diffusers\n"
            "pipe = diffusers.DiffusionPipeline.from_pretrained('x/y', safety_checker=None)\n",
            path="manager.py",
            files=(
                (
                    "run.py",
                    "import diffusers.safety_checker as s\ns.SafetyChecker.from_pretrained('y')\n",
                ),
            ),
            title="the checker runs in a place of its own",
        ),
    )

    def collect_file(self, file: File) -> Iterator[Any]:
        if is_test_path(file.path) or _QUIET_PATH.search(file.path):
            return
        if "diffusers" not in file.imported and not _GENERATORS & file.imported:
            return
        if _LOADS_CHECKER.search(file.source.text):
            yield (None, file.path, "its own checker")
        serves = sorted(group("serving") & file.imported)
        if not serves and _BACKWARD.search(file.source.text):
            yield (None, file.path, "")
            return
        for node in file.nodes.of(ast.Call, ast.Dict, ast.keyword, ast.Assign):
            at, what = _switched_off(node)
            if at is None or _has_reason(file, at) or _in_training(file, at.lineno):
                continue
            if _on_demand(file, at):
                continue
            yield (file.place(at), what, serves[0] if serves else "")

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        section = project_cards(project).section("out-of-scope")
        own = any(place is None and web for place, _, web in facts)
        helpers = _imported_by(project, [path for place, path, web in facts if not (place or web)])
        facts = [
            fact
            for fact in facts
            if fact[0] is not None
            and fact[0].path not in helpers
            # A project that loads the checker itself runs it in a place of its own.
            and not (own and "checker" in fact[1])
        ]
        if not facts or (section is not None and "safety" in section[1].text.lower()):
            return
        ordered = sorted(facts, key=lambda fact: not fact[2])
        place, what, web = ordered[0]
        web = web or served_by(project, place) or ""
        yield self.finding(
            place,
            f"{what}: a safeguard that the model's card describes is off"
            + (f", in something that serves people ({web})" if web else "")
            + "; nothing here says why. AI Act Art. 50(2) and NeurIPS (checklist 11) ask for it",
            help="leave it on, put another filter in its place, or give the reason in a comment",
            severity=Severity.ERROR if ordered[0][2] else None,
            evidence=_others(ordered[1:]),
        )


def _imported_by(project: Project, paths: Sequence[str]) -> set[str]:
    """Return the files of the project that some files import: what helps to train is training."""
    found = {
        project.links.path_of(item.module, path)
        for path in paths
        for item in project.modules[path].imports
    }
    return {path for path in found if path is not None}


def _others(facts: Sequence[Any]) -> list[Evidence]:
    return [Evidence(place, what) for place, what, _ in facts]


Off = tuple[ast.expr | ast.stmt | ast.keyword | None, str]


def _switched_off(node: ast.AST) -> Off:
    """Return the node that switches a safeguard off, and how it reads."""
    match node:
        case ast.Call(keywords=keywords):
            for keyword in keywords:
                if (
                    keyword.arg in _SWITCHES
                    and isinstance(keyword.value, ast.Constant)
                    and keyword.value.value is _SWITCHES[keyword.arg]
                ):
                    return keyword, f"{keyword.arg}={keyword.value.value}"
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                is_threshold = isinstance(key, ast.Constant) and key.value == "threshold"
                if is_threshold and _blocks_none(value):
                    return value, "a harm filter set to BLOCK_NONE"
        case ast.keyword(arg="threshold", value=value) if _blocks_none(value):
            return value, "a harm filter set to BLOCK_NONE"
        case ast.Assign(targets=[ast.Attribute(value=owner, attr=attribute)], value=value):
            if isinstance(owner, ast.Name) and owner.id == "self":
                return None, ""
            if attribute in _ATTRIBUTES and _lets_pass(value):
                return node, f".{attribute} = {'None' if _is_none(value) else 'a pass-through'}"
        case _:
            pass
    return None, ""


def _blocks_none(value: ast.expr) -> bool:
    name = value.value if isinstance(value, ast.Constant) else getattr(value, "attr", "")
    return name in {"BLOCK_NONE", "OFF"}


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _lets_pass(value: ast.expr) -> bool:
    """Whether a value is None, or a lambda that returns its pictures as they are."""
    if _is_none(value):
        return True
    if not isinstance(value, ast.Lambda) or not value.args.args:
        return False
    first = value.args.args[0].arg
    body = value.body
    parts = body.elts if isinstance(body, ast.Tuple) else [body]
    return isinstance(parts[0], ast.Name) and parts[0].id == first


def _on_demand(file: File, node: ast.AST) -> bool:
    """Whether a node stands below a condition that asks for it: the user switches it off."""
    above = file.parents.get(node)
    while above is not None:
        if isinstance(above, (ast.If, ast.IfExp)) and _ASKED.search(ast.unparse(above.test)):
            return True
        above = file.parents.get(above)
    return False


def _in_training(file: File, line: int) -> bool:
    """Whether a line stands in a function that trains or validates."""
    return any(
        _TRAINING.search(item.qualname)
        for item in file.scouted.definitions
        if item.line <= line <= item.end_line
    )


def _has_reason(file: File, node: ast.expr | ast.stmt | ast.keyword) -> bool:
    """Whether a comment on the line, inside the statement or just above it gives a reason."""
    above: ast.AST = node
    while not isinstance(above, ast.stmt) and (parent := file.parents.get(above)) is not None:
        above = parent
    first = above.lineno if isinstance(above, ast.stmt) else node.lineno
    lines = file.lines[max(first - 4, 0) : node.lineno]
    return any(_REASON.search(text) for text in lines) or _BESIDE.search(lines[-1]) is not None
