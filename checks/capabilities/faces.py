"""USE101 to USE104, USE107: faces: recognised, collected, read, sorted, swapped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ...auditor.entrypoints import is_test_path
from ...auditor.example import Example
from ...auditor.file import File, Site
from ...auditor.finding import Evidence, Finding, Severity
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.rule import ProjectRule
from ..cards.reading import project_cards
from .evidence import CapabilityRule, Use, clause, group, is_stated, row
from .swaps import SWAP_WORDS, named_swaps

_OUT_OF_SCOPE = (
    "README.md",
    "# Doorbell\n## Out-of-scope use\nNot for finding or following people in public places.\n",
)


class FaceRecognition(CapabilityRule):
    """Faces are identified or compared, and no document says what this is not for.

    ## What it does
    Reports calls that identify, compare or embed faces (face_recognition, DeepFace, InsightFace,
    facenet-pytorch, OpenCV), by resolved name. Detection, landmarks and blurring are not reported.
    An import alone is information, as is a README that tells users what law says of
    biometric data. InsightFace beside a face swap is a part of the swap. A section
    on out-of-scope or prohibited use, a use policy or a licence of the RAIL family settles it.

    ## Why is this bad?
    The same code unlocks a door or follows a crowd. Who builds on it has to learn what it was not
    made for.

    ## References
    - https://artificialintelligenceact.eu/annex/3/
    """

    code = "USE101"
    name = "face-recognition"
    capability = "face-recognition"
    calls = frozenset(row("face-recognition")["calls"])
    # Each part of a name is spelled where it is called; the longest tells most.
    words = SWAP_WORDS | {max(name.split("."), key=len) for name in calls}
    bad = (
        Example(
            "from deepface import DeepFace as DF\n"
            "def same(a, b):\n"
            "    return DF.verify(a, b)['verified']  # <-\n"
        ),
        Example(
            "import face_recognition as fr\n"
            "known = fr.face_encodings(fr.load_image_file('a.jpg'))[0]  # <-\n",
            files=(("README.md", "# Doorbell\nOpens the door.\n"),),
        ),
    )
    good = (
        Example(
            "from deepface import DeepFace\nDeepFace.verify('a', 'b')\n", files=(_OUT_OF_SCOPE,)
        ),
        Example(
            "from facenet_pytorch import MTCNN\nboxes = MTCNN().detect(None)\n",
            title="detection only",
        ),
        Example("def extract_features(arcface):\n    return arcface\n"),
    )

    def called(self, site: Site) -> str | None:
        if site.name == "insightface.app.FaceAnalysis":
            modules = site.constant(site.argument(None, "allowed_modules"))
            if modules is not None and modules.value == ("detection",):
                return None
        return super().called(site)

    def uses(self, project: Project, facts: Sequence[Any]) -> list[Use]:
        swaps = any(note.endswith("is loaded|") for _, note in facts)
        kept = [
            (place, note)
            for place, note in facts
            # What finds the faces that are swapped identifies nobody: the swap is reported.
            if not note.endswith("is loaded|") and not (swaps and note.startswith("insightface."))
        ]
        return super().uses(project, kept)

    def collect_file(self, file: File) -> Iterator[Any]:
        return iter(()) if is_test_path(file.path) else named_swaps(file)

    def report(self, project: Project, found: Sequence[Use]) -> Finding:
        finding = super().report(project, found)
        if project_cards(project).says(_PRIVACY) is None:
            return finding
        return replace(finding, severity=Severity.INFO)


#: A word to users on what faces are in law, though not on what the program is not for.
_PRIVACY = regex(r"\bGDPR\b|\bBIPA\b|\bbiometric (?:data|information|privacy)\b", re.I)


class FaceScraping(ProjectRule):
    """One module collects pictures from the web and embeds the faces in them.

    ## What it does
    Reports a module that imports a scraper and calls a face embedding. Either half alone is not
    reported.

    ## Why is this bad?
    A collection of faces of people who were not asked is the thing that the law names.

    ## References
    - https://artificialintelligenceact.eu/article/5/
    """

    code = "USE102"
    name = "face-scraping"
    severity = Severity.ERROR
    calls = group("face_embedders")
    bad = (
        Example(
            "from bs4 import BeautifulSoup\n"
            "from deepface import DeepFace\n"
            "def collect(page):\n"
            "    for image in BeautifulSoup(page).find_all('img'):\n"
            "        yield DeepFace.represent(image['src'])  # <-\n"
        ),
        Example(
            "import instaloader\n"
            "import face_recognition as fr\n"
            "def add(picture):\n"
            "    return fr.face_encodings(picture)  # <-\n"
        ),
    )
    good = (
        Example("from deepface import DeepFace\nDeepFace.represent('me.jpg')\n"),
        Example(
            "from bs4 import BeautifulSoup\nprint(BeautifulSoup('<p>').text)\n",
            files=(("embed.py", "from deepface import DeepFace\nDeepFace.represent('me.jpg')\n"),),
            title="two halves in two programs",
        ),
    )

    def collect(self, site: Site) -> Iterator[Any]:
        scrapers = sorted(group("scrapers") & site.file.imported)
        if scrapers and not is_test_path(site.file.path):
            yield (site.place, site.name, scrapers[0])

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        if not facts:
            return
        capability = row("face-scraping")
        place, name, scraper = facts[0]
        yield self.finding(
            place,
            f"{name}() embeds faces in a module that scrapes with {scraper}; "
            f"{clause(capability)}. Missing: {capability['statement']}",
            help="say where the pictures come from and who agreed; else do not keep the embeddings",
            severity=Severity.WARNING if is_stated(project) else None,
            evidence=[Evidence(other, f"{call}()") for other, call, _ in facts[1:]],
        )


_EMOTION_TASKS = frozenset({"audio-classification", "image-classification", "video-classification"})


class EmotionRecognition(CapabilityRule):
    """Emotions are inferred from faces or voices, and no document says where this is not for.

    ## What it does
    Reports calls into emotion recognisers of faces (fer, hsemotion, py-feat, rmn, DeepFace with
    `emotion`), and pipelines that classify sound or pictures with a model for emotions. Emotions of
    texts are never reported. Imports match by exact name: `feat` is not `extract_features`, and a
    package of the project's own that has the name is not meant.

    ## Why is this bad?
    At work and in schools it is forbidden in the European Union, elsewhere people must be told.

    ## References
    - https://artificialintelligenceact.eu/article/5/
    """

    code = "USE103"
    name = "emotion-recognition"
    capability = "emotion-recognition"
    calls = frozenset((*row("emotion-recognition")["calls"], "transformers.pipeline"))
    bad = (
        Example("from fer import FER\ndetector = FER(mtcnn=True)  # <-\n"),
        Example(
            "import transformers as tf\n"
            "listen = tf.pipeline('audio-classification',  # <-\n"
            "    model='superb/wav2vec2-base-superb-er-emotion')\n"
        ),
        Example(
            "from deepface import DeepFace\n"
            "mood = DeepFace.analyze('a.jpg', actions=['emotion'])  # <-\n"
        ),
    )
    good = (
        Example(
            "from transformers import pipeline\n"
            "mood = pipeline('text-classification', model='somebody/go-emotion-base')\n",
            title="the emotions of a text",
        ),
        Example(
            "from feat import extract_features\nextract_features()\n",
            files=(("feat/__init__.py", "def extract_features():\n    pass\n"),),
            title="a package of the project's own",
        ),
        Example("from deepface import DeepFace\nDeepFace.analyze('a.jpg', actions=['age'])\n"),
    )

    def called(self, site: Site) -> str | None:
        if site.name == "transformers.pipeline":
            task = site.constant(site.argument(0, "task"))
            model = site.constant(site.argument(1, "model"))
            if task is None or task.value not in _EMOTION_TASKS or model is None:
                return None
            parts = str(model.value).lower().replace("/", "-").replace("_", "-").split("-")
            return f"a model for emotions, {model.value}" if "emotion" in parts else None
        if site.name == "deepface.DeepFace.analyze":
            return analysed(site, "emotion")
        return super().called(site)


def analysed(site: Site, trait: str) -> str | None:
    """Return what DeepFace.analyze infers when the trait is among its actions, or by default."""
    argument = site.argument(1, "actions")
    if argument is None:
        return None if site.spreads else f"DeepFace.analyze() without actions infers {trait} too"
    actions = site.constant(argument)
    if actions is None:
        return None
    value: Any = actions.value
    asked = trait in value if isinstance(value, tuple) else trait == value
    return f"DeepFace.analyze(actions=…{trait!r}…)" if asked else None


class BiometricCategorisation(CapabilityRule):
    """Race is inferred from faces.

    ## What it does
    Reports `DeepFace.analyze` with `race` among its actions as an error, without actions (the
    default infers race) as a warning, and cards tagged as race or ethnicity classifiers.

    ## Why is this bad?
    The categories are not facts of a face, and sorting people by them is what the law names. For
    measuring fairness, say so.

    ## References
    - https://artificialintelligenceact.eu/article/5/
    """

    code = "USE104"
    name = "biometric-categorisation"
    severity = Severity.ERROR
    capability = "biometric-categorisation"
    calls = frozenset({"deepface.DeepFace.analyze"})
    bad = (
        Example(
            "from deepface import DeepFace as DF\n"
            "found = DF.analyze('a.jpg', actions=['age', 'race'])  # <-\n"
        ),
        Example("from deepface import DeepFace\nfound = DeepFace.analyze('a.jpg')  # <-\n"),
    )
    good = (
        Example("from deepface import DeepFace\nDeepFace.analyze('a.jpg', actions=('age',))\n"),
        Example(
            "from deepface import DeepFace\nDeepFace.analyze('a.jpg', actions=('race',))\n",
            files=(
                (
                    "README.md",
                    "# Audit\n## Ethics\nRace is inferred to count errors by group, not to sort.\n",
                ),
            ),
        ),
    )

    def called(self, site: Site) -> str | None:
        return analysed(site, "race")

    def severity_of(self, found: Sequence[Use], served: bool) -> Severity:
        asked = any("actions=" in use.note or use.level == "declared" for use in found)
        return Severity.ERROR if asked else Severity.WARNING
