"""USE106, USE012: voices that are cloned, synthesis that nobody can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import Site
from ...auditor.finding import Evidence, Finding, Severity
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import ProjectRule
from ..cards.reading import project_cards
from ..data.tables import date_of
from .evidence import CapabilityRule, Use, group, imported_roots, own_left_out, row

_MARKED = regex(
    r"watermark|AI[- ]generated|synthetic(?:ally)? (?:generated|speech|voice|audio|image|media)|"
    r"C2PA|content credentials|disclose",
    re.I,
)
_CONSENT = regex(r"consent|permission of the (?:speaker|person)|impersonat", re.I)


class VoiceCloning(CapabilityRule):
    """Speech is made with the voice of a given person, and nothing says how it is marked.

    ## What it does
    Reports text-to-speech with a reference voice (`speaker_wav=`, F5-TTS, OpenVoice, tortoise …).
    Speech with a voice that ships with the model is not reported, nor is recognition. A watermark
    (perth, audioseal, wavmark), or a word on consent or disclosure in the README, settles it.

    ## Why is this bad?
    A voice is a person. Listeners and the person have to know.

    ## References
    - https://artificialintelligenceact.eu/article/50/
    """

    code = "USE106"
    name = "voice-cloning"
    capability = "voice-cloning"
    calls = frozenset(row("voice-cloning")["calls"])
    methods = frozenset(row("voice-cloning")["keyword_methods"])
    prefixes = tuple(row("voice-cloning")["prefixes"])
    words = frozenset(row("voice-cloning")["providers"])
    bad = (
        Example(
            "from TTS.api import TTS\n"
            "tts = TTS('tts_models/multilingual/multi-dataset/xtts_v2')\n"
            "tts.tts_to_file('hello', speaker_wav='boss.wav', file_path='out.wav')  # <-\n"
        ),
        Example("from f5_tts.api import F5TTS as Speaker\nmodel = Speaker()  # <-\n"),
    )
    good = (
        Example(
            "from TTS.api import TTS\n"
            "TTS('tts_models/en/ljspeech/vits').tts_to_file('hello', file_path='out.wav')\n"
        ),
        Example(
            "from f5_tts.api import F5TTS\nimport perth\nmodel = F5TTS()\n"
            "mark = perth.PerthImplicitWatermarker()\n"
        ),
    )

    def called(self, site: Site) -> str | None:
        keywords = row("voice-cloning")["keyword_methods"].get(site.last)
        if keywords and site.name not in self.calls:
            if site.argument(None, *keywords) is None:
                return None
            if not site.file.imported & set(row("voice-cloning")["method_imports"]):
                return None
            return f"{site.last}({keywords[0]}=…) takes a reference voice"
        root = (site.name or "").split(".", 1)[0]
        return f"{site.name}() is called|{root}" if site.name else None

    def uses(self, project: Project, facts: Sequence[Any]) -> list[Use]:
        return super().uses(project, own_left_out(project, facts))

    def is_satisfied(self, project: Project) -> bool:
        cards = project_cards(project)
        if cards.says(_MARKED) is not None or cards.says(_CONSENT) is not None:
            return True
        return super().is_satisfied(project)


_MAKERS = frozenset({"from_pretrained", "tts_to_file", "tts"})
_MARKERS = frozenset(
    {"perth", "audioseal", "wavmark", "imwatermark", "invisible_watermark", "c2pa", "trustmark"}
)


class UnmarkedSynthesis(ProjectRule):
    """An application gives people made pictures or speech without a mark or a word.

    ## What it does
    Reports a program that imports a web framework (Gradio, Streamlit, FastAPI …) and makes pictures
    or speech (a diffusers pipeline, Coqui TTS), in a project that neither imports a watermarking
    library nor says in a document that its output is made. Information; under the profile
    `eu-documentation` a warning.

    ## Why is this bad?
    Readers and listeners cannot tell, and machine-readable marking is a duty in the European Union.

    ## References
    - https://artificialintelligenceact.eu/article/50/
    """

    code = "USE012"
    name = "unmarked-synthesis"
    severity = Severity.INFO
    methods = _MAKERS
    words = group("serving")
    bad = (
        Example(
            "import gradio as gr\n"
            "from diffusers import DiffusionPipeline as Pipe\n"
            "pipe = Pipe.from_pretrained('stabilityai/stable-diffusion-xl-base-1.0')  # <-\n"
            "gr.Interface(pipe, 'text', 'image').launch()\n",
            path="app.py",
        ),
        Example(
            "import streamlit\n"
            "from TTS.api import TTS\n"
            "tts = TTS('tts_models/en/ljspeech/vits')\n"
            "tts.tts_to_file('hello', file_path='out.wav')  # <-\n",
            path="app.py",
            profile="eu-documentation",
        ),
    )
    good = (
        Example(
            "import gradio as gr\n"
            "from transformers import AutoModel\n"
            "net = AutoModel.from_pretrained('google-bert/bert-base-uncased')\n",
            path="app.py",
        ),
        Example(
            "import gradio\n"
            "from diffusers import DiffusionPipeline\n"
            "pipe = DiffusionPipeline.from_pretrained('stabilityai/sdxl-turbo')\n",
            path="app.py",
            files=(("README.md", "# Poster\nEvery picture is AI-generated, and says so.\n"),),
        ),
    )

    def collect(self, site: Site) -> Iterator[Any]:
        web = sorted(group("serving") & site.file.imported)
        if not web or is_test_path(site.file.path):
            return
        name = site.name or (site.origin(site.receiver) if site.receiver is not None else "") or ""
        made = name.startswith("diffusers.") and "Pipeline" in name
        spoken = site.last != "from_pretrained" and "TTS" in site.file.imported
        if made or spoken:
            yield (site.place, "pictures" if made else "speech", web[0])

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        if not facts or not _MARKERS.isdisjoint(imported_roots(project)):
            return
        if project_cards(project).says(_MARKED) is not None:
            return
        place, what, web = facts[0]
        strict = project.profile == "eu-documentation"
        yield self.finding(
            place,
            f"{what} made here goes out with {web}; no watermark is written and no document says "
            f"that they are made. AI Act Art. 50(2) asks for machine-readable marks "
            f"({date_of('eu-art-50-2')})",
            help="mark the output (invisible-watermark, audioseal, C2PA) and say so",
            severity=Severity.WARNING if strict else None,
            evidence=[Evidence(other, kind) for other, kind, _ in facts[1:]],
        )
