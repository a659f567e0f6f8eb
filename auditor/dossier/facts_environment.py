"""What is declared of the environment, and what a reader needs to run the code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..place import Place
from .fact import Fact, State, Support
from .facts_repeatability import NOT_RUN, run_support
from .view import Teller, View

_TELL = Teller("Environment")
_CODE = Teller("Code")
FRAMEWORKS = (
    "torch tensorflow jax flax keras dm-haiku transformers pytorch-lightning lightning numpy "
    "scikit-learn onnx onnxruntime"
).split()
LOCKS = (
    "uv.lock poetry.lock pdm.lock pipfile.lock conda-lock.yml pixi.lock pylock.toml pylock.*.toml "
    "requirements*.lock requirements*.lock.txt"
).split()
_SETS = r"\.add_argument\(|^class \w*Config\b|\bget(?:_default)?_config\("
_EVALUATES = r"\bdef (?:eval\w*|validate\w*|test_step|validation_step)\(|\.eval\(\)"
MANIFESTS = (
    "requirements*.txt pyproject.toml setup.py setup.cfg environment*.y*ml pipfile conda*.y*ml"
).split()


def environment(view: View) -> Iterator[Fact]:
    """Yield what is known of the environment."""
    yield from _python(view)
    versions = view.repository.environment.versions
    named = [found for name in FRAMEWORKS if (found := versions.get(name)) is not None]
    value = ", ".join(
        f"{found.name} {found.exact or found.specifier or 'any version'}".strip() for found in named
    )
    support = tuple(Support(found.place, note=found.name) for found in named)
    state = State.DECLARED if named else State.NOT_FOUND
    note = "" if named else "no framework is among the declared packages"
    yield _TELL.fact("frameworks", "Framework versions", state, value, support, note)
    for id, title, patterns, note in (
        ("lock", "Lock file", LOCKS, "no lock file: uv lock, or pip freeze"),
        ("container", "Container image", ["dockerfile*", "containerfile*"], "no Dockerfile"),
    ):
        paths = view.repository.matching(*patterns, most=4)
        yield _TELL.evidence(id, title, ", ".join(paths), view.repository.support(*paths), note)
    yield from _recorded(view)


def _python(view: View) -> Iterator[Fact]:
    title = "Python version"
    for pattern, regex in (
        (".python-version", r"^\s*(\d[\w.]*)"),
        ("pyproject.toml", r"^\s*(?:requires-python|python)\s*=\s*[\"']([^\"']+)"),
        ("setup.cfg", r"^\s*python_requires\s*=\s*(\S+)"),
        ("environment*.y*ml", r"^\s*-\s*[\"']?python\s*(?:=+|[<>])\s*([\w.*<>=,]+)"),
        ("setup.py", r"python_requires\s*=\s*[\"']([^\"']+)"),
        ("dockerfile*", r"^\s*FROM\s+(?:\S*/)?python:(\S+)"),
    ):
        for path in view.repository.matching(pattern, most=3):
            for number, line in enumerate(_lines(view, path), 1):
                if match := re.search(regex, line):
                    support = (Support(Place(path, number), note=line.strip()[:80]),)
                    yield _TELL.fact("python", title, State.DECLARED, match[1], support)
                    return
    yield _TELL.fact("python", title, State.NOT_FOUND, note="add .python-version")


def _lines(view: View, path: str) -> list[str]:
    state = view.repository.states[path]
    if state.is_python:
        return view.repository.source(path).text.split("\n")
    return view.repository.text(path).split("\n")


def _recorded(view: View) -> Iterator[Fact]:
    title = "Environment as the runs saw it"
    if not view.verifications:
        yield _TELL.fact("recorded", title, State.NOT_FOUND, note=f"{NOT_RUN}: fwaudit verify")
        return
    found = view.verifications[-1].document["environment"]
    words = [
        f"{name} {found[name]}"
        for name in ("python", *FRAMEWORKS, "cuda", "accelerator", "processor", "threads", "system")
        if isinstance(found.get(name), str | int)
    ]
    support = (run_support(view.verifications[-1]),)
    yield _TELL.fact("recorded", title, State.EVIDENCE, ", ".join(words), support)


def code(view: View) -> Iterator[Fact]:
    """Yield what there is to run, and how."""
    repository = view.repository
    paths = repository.matching(*MANIFESTS, most=5)
    yield _CODE.evidence(
        "dependencies", "Dependencies declared", ", ".join(paths), repository.support(*paths),
        "no requirements, pyproject or environment file",
    )  # fmt: skip
    for id, title, pattern in (
        (
            "training-code",
            "Training code",
            r"(^|_)(train\w*|fine_?tun\w*|pretrain\w*|main|run)(_|\.)",
        ),
        (
            "evaluation-code",
            "Evaluation code",
            r"(^|_)(eval\w*|validat\w*|test|benchmark\w*|infer\w*|predict\w*|enjoy)(_|\.)",
        ),
    ):
        named = [p for p in repository.code_paths if re.search(pattern, p.rsplit("/", 1)[-1], re.I)]
        named = sorted(named, key=lambda path: (path.count("/"), path))[:4]
        value, support = ", ".join(named), repository.support(*named)
        if not named and id == "evaluation-code":
            value, support = "in the code", tuple(repository.grep(("eval",), _EVALUATES))
        yield _CODE.evidence(id, title, value, support, "no file is named so")
    yield _commands(view)
    yield _CODE.evidence(
        "hyper-parameters",
        "Hyper-parameters and their defaults",
        "options in the code",
        repository.grep(
            ("--lr", "learning_rate", "batch_size", "batch-size", "--epochs"),
            r"add_argument\(\s*['\"]--?(?:lr|learning[-_]rate|batch[-_]size|epochs|weight[-_]decay)"
            r"|^\s*(?:lr|learning_rate|batch_size|num_epochs|epochs|weight_decay)\s*[:=]",
        ),
        "no option or constant for learning rate, batch size or epochs",
    )
    configs = [
        path
        for path in repository.matching("*.yaml", "*.yml", "*.gin", "*.toml", most=200)
        if re.search(r"(^|/)(conf|config|configs|experiments?|params)(/|\.)", path, re.I)
    ]
    support = repository.support(*configs[:5])
    value = f"{len(configs)} files"
    if not configs:
        value, support = "in the code", tuple(repository.grep(("add_argument", "Config"), _SETS))
    yield _CODE.evidence("configurations", "Configuration", value, support, "none was found")
    yield _CODE.evidence(
        "split",
        "Training, validation and test split",
        "made in the code",
        repository.grep(
            ("split", "train="),
            r"train_test_split\(|random_split\(|split\s*=\s*['\"](?:train|test|val)|train\s*=\s*(?:True|False)",
        ),
        "no split is visible in the code",
    )
    tests = repository.matching("test_*.py", "*_test.py", most=5)
    yield _CODE.evidence(
        "tests", "Tests of the code", ", ".join(tests[:3]), repository.support(*tests[:3]),
        "no test file",
    )  # fmt: skip


def _commands(view: View) -> Fact:
    title = "Exact commands to run"
    pattern = (
        r"^\s*(?:\$\s*)?(?:[A-Z_]+=\S+\s+)*"
        r"(?:python3?|torchrun|accelerate launch|deepspeed|bash)\s+\S*[./]\S*"
    )
    support: list[Support] = []
    for card in view.repository.cards:
        if (found := card.find(pattern)) is not None:
            support.append(
                Support(Place(card.path, found[0]), note=card.lines[found[0] - 1].strip()[:120])
            )
    value = support[0].note if support else ""
    state = State.DECLARED if support else State.NOT_FOUND
    note = "" if support else "no command line in the README"
    return _CODE.fact("commands", title, state, value, tuple(support[:4]), note)
