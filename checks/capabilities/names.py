"""USE108, USE109, USE113 to USE115: what names, imports and definitions give away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File, Site
from ...auditor.finding import Confidence, Evidence, Finding, Severity
from ...auditor.place import NOWHERE, Place
from ...auditor.project import Project
from ...auditor.rule import ProjectRule
from ..cards.reading import project_cards, project_names
from ..licences.references import LOAD_METHODS, LOADERS, collect_models, references
from .evidence import CapabilityRule, Use, clause, imported_roots, is_stated, own_left_out, row


def _parts(name: str) -> set[str]:
    return set(re.split(r"[^a-z0-9]+", name.lower()))


class IntimateImagery(ProjectRule):
    """A program or model is for undressing people in pictures.

    ## What it does
    Looks for the names of such tools (nudify, undress, deepnude, declothe) as whole words of the
    project's own name, of model ids that are loaded or released, and of command-line options.
    Filters and classifiers are not reported, nor is a word in a text.

    ## Why is this bad?
    It makes intimate pictures of people who did not agree. No statement settles it: a person has to
    decide.

    ## References
    - https://artificialintelligenceact.eu/article/5/
    """

    code = "USE108"
    name = "nsfw-intimate"
    severity = Severity.ERROR
    methods = LOAD_METHODS | {"add_argument"}
    calls = frozenset(LOADERS)
    words = frozenset(row("nsfw-intimate")["names"])
    bad = (
        Example(
            "from diffusers import AutoPipelineForInpainting as Pipe\n"
            "pipe = Pipe.from_pretrained('somebody/nudify-sdxl')  # <-\n"
        ),
        Example(
            "import argparse\n"
            "parser = argparse.ArgumentParser()\n"
            "parser.add_argument('--undress', action='store_true')  # <-\n"
        ),
    )
    good = (
        Example(
            "from transformers import pipeline\n"
            "filter = pipeline('image-classification', model='somebody/nudify-detector')\n"
        ),
        Example("text = 'how to undress a salad'\n"),
    )

    def collect(self, site: Site) -> Iterator[Any]:
        names = set(row("nsfw-intimate")["names"])
        if is_test_path(site.file.path):
            return
        if site.last == "add_argument":
            flag = site.constant(site.argument(0))
            if (
                flag is not None
                and str(flag.value).startswith("--")
                and (names & _parts(str(flag.value)))
            ):
                yield (str(flag.value), site.place, "an option")
            return
        for model, place, how in collect_models(site):
            parts = _parts(model)
            if names & parts and not parts & _FILTERS:
                yield (model, place, how)

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        capability = row("nsfw-intimate")
        names = set(capability["names"])
        found: list[tuple[str, Place, str]] = list(facts)
        for own in sorted(project_names(project)):
            if names & _parts(own) and not _parts(own) & _FILTERS:
                found.append((own, NOWHERE, "the name of the project"))
        for card in project_cards(project).hub:
            for value in (*card.values("base_model"), *card.values("tags")):
                if names & _parts(value) and not _parts(value) & _FILTERS:
                    found.append((value, card.place(value), "card metadata"))
        if found:
            name, place, how = found[0]
            yield self.finding(
                place,
                f"{capability['title']}: {name} ({how}); {clause(capability)}. "
                f"Missing: {capability['statement']}",
                help="decide, with somebody who knows the law, whether this may be published",
                evidence=[Evidence(other, f"{what} ({way})") for what, other, way in found[1:]],
            )


_FILTERS = frozenset(("detector detection detect classifier filter safety checker").split())


class SafetyOff(ProjectRule):
    """A model whose refusals were taken out is released or loaded.

    ## What it does
    Reports ids of models that say so in their name (abliterated, uncensored, as whole words): in
    a card's `base_model` as a warning, where code loads them as information. A section on misuse or
    out-of-scope use settles it.

    ## Why is this bad?
    The base model's card describes a safeguard that users of this one no longer have.
    """

    code = "USE109"
    name = "safety-off"
    methods = LOAD_METHODS
    calls = frozenset(LOADERS)
    words = frozenset(row("safety-off")["names"])
    bad = (
        Example(
            "---\nlicense: apache-2.0\nbase_model: some/Qwen3-8B-abliterated  # <-\n---\n# Tuned\n",
            path="README.md",
        ),
        Example(
            "from transformers import AutoModelForCausalLM as Net\n"
            "net = Net.from_pretrained('somebody/Mistral-7B-uncensored')  # <-\n"
        ),
    )
    good = (
        Example(
            "---\nlicense: apache-2.0\nbase_model: somebody/Qwen3-8B-abliterated\n---\n# Tuned\n"
            "## Out-of-scope use\nFor red-teaming in a closed laboratory only, not for users.\n",
            path="README.md",
        ),
        Example(
            "from transformers import AutoModel\n"
            "net = AutoModel.from_pretrained('mistralai/Mistral-7B-v0.1')\n"
        ),
    )

    def collect(self, site: Site) -> Iterator[Any]:
        return collect_models(site)

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        capability = row("safety-off")
        names = set(capability["names"])
        if is_stated(project):
            return
        found = [
            (value, card.place(value, "base_model"), True)
            for card in project_cards(project).hub
            for value in card.values("base_model")
            if names & _parts(value)
        ]
        found += [
            (item.id, item.place, False)
            for item in references(list(facts), project)
            if names & _parts(item.id)
        ]
        if found:
            model, place, released = found[0]
            yield self.finding(
                place,
                f"{capability['title']}: {model}; {clause(capability)}. "
                f"Missing: {capability['statement']}",
                help="say in the card why, and for whom the model is meant",
                severity=Severity.WARNING if released else Severity.INFO,
                evidence=[Evidence(other, name) for name, other, _ in found[1:]],
            )


class OffensiveGeneration(ProjectRule):
    """Attack tooling and a text generator are used in one module.

    ## What it does
    Reports a module that imports pwntools or impacket beside a client or library of a language
    model. Detection, and tooling without a generator, are not reported. A SECURITY.md or a use
    policy settles it. Information only.

    ## Why is this bad?
    Generated attacks scale; whoever publishes it should say for whom it is.
    """

    code = "USE113"
    name = "malware-offense"
    severity = Severity.INFO
    bad = (
        Example("from pwn import *  # <-\nimport openai\nio = remote('localhost', 1337)\n"),
        Example("from transformers import pipeline\nfrom impacket import smb  # <-\n"),
    )
    good = (
        Example("from pwn import *\nio = remote('localhost', 1337)\n"),
        Example(
            "from pwn import *\nimport openai\n",
            files=(("SECURITY.md", "# Security\nReport to us; for competitions only.\n"),),
        ),
    )

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        capability = row("malware-offense")
        if is_stated(project) or any(
            path.rsplit("/", 1)[-1].upper() == "SECURITY.MD" for path in project.documents
        ):
            return
        tools, writers = (set(names) for names in capability["pairs"])
        found: list[tuple[Place, str]] = []
        for path, module in project.modules.items():
            lines = {item.module.split(".", 1)[0]: item.line for item in module.imports}
            tool = sorted(tools & lines.keys())
            writer = sorted(writers & lines.keys())
            if tool and writer and not is_test_path(path):
                note = f"{tool[0]} is imported beside {writer[0]}"
                found.append((_line(project, path, lines[tool[0]]), note))
        if found:
            place, note = found[0]
            yield self.finding(
                place,
                f"{capability['title']}: {note}; {clause(capability)}. "
                f"Missing: {capability['statement']}",
                help="add SECURITY.md or a use policy",
                evidence=[Evidence(other, text) for other, text in found[1:]],
            )


def _line(project: Project, path: str, line: int) -> Place:
    file = project.file(path)
    return file.place_of_line(line) if file is not None else Place(path, line)


class BioDesign(CapabilityRule):
    """Proteins or genomes are generated, and no document says what is screened.

    ## What it does
    Reports calls that load generators (ESM3, Evo 2) or run RFdiffusion. Embedding and structure
    prediction are not reported. Information only.

    ## Why is this bad?
    Sequences can be ordered. Screening is what stands between a design and a hazard.

    ## References
    - https://responsiblebiodesign.ai/
    """

    code = "USE114"
    name = "bio-design"
    severity = Severity.INFO
    capability = "bio-design"
    calls = frozenset(row("bio-design")["calls"])
    prefixes = tuple(row("bio-design")["prefixes"])
    bad = (
        Example(
            "from esm.models.esm3 import ESM3 as Net\n"
            "net = Net.from_pretrained('esm3-sm-open-v1')  # <-\n"
        ),
        Example("import evo2\nnet = evo2.Evo2('evo2_7b')  # <-\n"),
    )
    good = (
        Example("import esm\nnet, alphabet = esm.pretrained.esm2_t33_650M_UR50D()\n"),
        Example(
            "import evo2\nnet = evo2.Evo2('evo2_7b')\n",
            files=(
                (
                    "README.md",
                    "# Phage\n## Safety\nEvery sequence is screened before it is kept.\n",
                ),
            ),
        ),
    )

    def called(self, site: Site) -> str | None:
        root = (site.name or "").split(".", 1)[0]
        return f"{site.name}() is called|{root}" if site.name else None

    def uses(self, project: Project, facts: Sequence[Any]) -> list[Use]:
        return super().uses(project, own_left_out(project, facts))


class AutonomousWeapon(ProjectRule):
    """A function engages targets, in a program that detects objects.

    ## What it does
    Reports definitions with names of weapon control in a module that imports an object detector.
    Games are not reported. Names say little: the confidence is low, and the rule is shown under
    `--pedantic` only.

    ## Why is this bad?
    Licences of the RAIL family exclude it, and a reader should learn who decides.
    """

    code = "USE115"
    name = "autonomous-weapon"
    severity = Severity.INFO
    confidence = Confidence.LOW
    words = frozenset(row("autonomous-weapon")["functions"])
    bad = (
        Example("import ultralytics\ndef engage_target(box):  # <-\n    return box\n"),
        Example(
            "from torchvision import models as m\n"
            "class Turret:\n"
            "    def fire_control(self):  # <-\n"
            "        return m\n"
        ),
    )
    good = (
        Example("import pygame\nimport cv2\ndef fire_control(ship):\n    return ship\n"),
        Example("import ultralytics\ndef target_engagement_rate(clicks):\n    return clicks\n"),
    )

    def collect_file(self, file: File) -> Iterator[Any]:
        capability: Mapping[str, Any] = row("autonomous-weapon")
        if is_test_path(file.path) or file.imported & set(capability["quiet_imports"]):
            return
        if not file.imported & set(capability["detectors"]):
            return
        for item in file.scouted.definitions:
            if item.qualname.rsplit(".", 1)[-1] in capability["functions"]:
                yield (file.place_of_line(item.line), item.qualname)

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        capability = row("autonomous-weapon")
        if facts and not is_stated(project) and "gym" not in imported_roots(project):
            place, name = facts[0]
            yield self.finding(
                place,
                f"{capability['title']}: {name} is defined beside an object detector; "
                f"{clause(capability)}. Missing: {capability['statement']}",
                help="say who decides, and on what",
                evidence=[Evidence(other, text) for other, text in facts[1:]],
            )
