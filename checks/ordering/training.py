"""Whether a program that trains uses the code around a listing."""

from __future__ import annotations

import ast
import re
from pathlib import PurePosixPath

from ...auditor.file import File
from ...auditor.project import Project
from ...auditor.regex import regex
from ...auditor.words import words_of
from ..per_project import per_project
from ..usage.branches import tests
from ..usage.reach import Reach
from ..usage.uses import Uses, is_tried, uses_of
from .purpose import EVALUATION_SETS, MEASURES, SERVES, Purpose, names_evaluation_set
from .view import view_of

_LEARNS = regex(
    rb"\.(fit|backward|train_on_batch|apply_gradients|minimize|train_step)\(|GradientTape|"
    rb"value_and_grad|\bgrad\(|optax|Optimizer\b|Trainer\("
)
_SAYS_SO = regex(rb"train|epoch|fit\(|optim|backward|minimi[sz]e", re.I)
_MEASURING = regex(r"^(fid|metrics?|evals?|evaluations?)$")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Training:
    """Asks which classes and functions the programs of a project that train come to use."""

    def __init__(self, uses: Uses) -> None:
        self.uses = uses
        self.reach: Reach = uses.reach
        self._used: dict[tuple[str, str], bool] = {}
        self._run: dict[str, bool] = {}
        self._given: dict[tuple[str, str], bool] = {}

    def comes_to(self, path: str, owner: str) -> bool:
        """Whether a program that trains uses a class or function of a file, or runs the file."""
        return self._uses(path, owner) if owner else self._runs(path)

    def _uses(self, path: str, name: str) -> bool:
        if (path, name) not in self._used:
            self._used[path, name] = False
            self._used[path, name] = any(
                self._is_use(file, node, name)
                for file, nodes in self.uses.reads(name)
                if self._imports(file, path) and not self.uses.is_of_another(file, path, name)
                for node in nodes
            )
        return self._used[path, name]

    def _imports(self, file: File, path: str) -> bool:
        """Whether a file imports another; a path that a program adds is not known, its name is."""
        if path in self.reach.imports(file.path):
            return True
        path_of, stem = self.reach.project.links.path_of, PurePosixPath(path).stem
        return any(
            item.module == stem and path_of(stem, file.path) is None
            for item in file.scouted.imports
        )

    def _is_use(self, file: File, node: ast.Name | ast.Attribute, name: str) -> bool:
        """Whether one read of a name uses what it stands for in a training."""
        above = file.enclosing_class(node) or file.enclosing_function(node)
        if above is not None and above.name == name:
            return False
        if _asks_for_evaluation(file.parents.get(node), node):
            return False
        if not self._is_kept(file, node) or not self._is_chosen(file, node):
            return False
        if above is None:
            block = file.enclosing_main_block(node)
            if block is None:
                return self._runs(file.path)
            return not is_tried(file, node) and self._trains(file.path)
        if isinstance(above, _FUNCTIONS):
            what, *of = words_of(above.name)
            if MEASURES.search(what) or names_evaluation_set(of):
                return False
            if above.name == "main" or above.decorator_list:
                return self._runs(file.path)
        return self._uses(file.path, above.name)

    def _is_kept(self, file: File, node: ast.expr) -> bool:
        """Whether what is made of a class is read again, and not only called an evaluation set."""
        if Purpose(file, view_of(file)).is_evaluation_set(node):
            return False
        at: ast.AST | None = node
        while isinstance(at, (ast.expr, ast.keyword, ast.comprehension)):
            if isinstance(at, ast.keyword) and EVALUATION_SETS.search((at.arg or "").lower()):
                return False
            at = file.parents.get(at)
        match at:
            case ast.Assign(targets=[ast.Name(id=name) as target]):
                scope = file.scope_of(target)
                if any(True for _ in file.loads({name}, scope)):
                    return True
                is_top = scope is file.scouted.top
                return is_top and any(
                    other.path != file.path and nodes for other, nodes in self.uses.reads(name)
                )
            case ast.arg() | ast.AnnAssign(value=None):
                return False
            case _:
                return True

    def _is_chosen(self, file: File, node: ast.AST) -> bool:
        """Whether nothing chooses the branch or the key by a text that the project never gives."""
        named = [_texts(test, holds) for test, holds in tests(file, node)]
        match file.parents.get(node):
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                named += [_text(key) for key, value in pairs if value is node]
            case _:
                pass
        return all(
            not texts or any(self._is_given(text, file.path) for text in texts) for texts in named
        )

    def _is_given(self, text: str, besides: str) -> bool:
        """Whether a configuration, a command line or a default gives an option a text."""
        if not text or text == "__main__" or "train" in text.lower():
            return True
        if EVALUATION_SETS.search(text.lower()):
            return False
        if (text, besides) not in self._given:
            word = re.escape(text).encode()
            end = rb"[\"']?" + word + rb"(?![\w.-])"
            # In code, `"kind": "lsun"` is mostly an entry of data.
            code = re.compile(
                rb"(?<![=!<>])=\s*" + end + rb"|choices\s*=\s*[\[(][^\])]*[\"']" + word + rb"[\"']"
            )
            other = re.compile(rb"([:=]\s*|--[\w-]+[ =])" + end)
            self._given[text, besides] = any(
                (code if path.endswith(".py") else other).search(content)
                for path, content in self.reach.spelling(besides=besides)
                if not only_measures(path)
            )
        return self._given[text, besides]

    def _runs(self, path: str) -> bool:
        """Whether a program that trains imports a file, or is that file."""
        return any(self._trains(entry.path) for entry in self.reach.entries(path))

    def _trains(self, path: str) -> bool:
        """Whether a program trains: says so itself, and it or what it imports takes steps."""
        if path not in self._run:
            closure = self.reach.imports(path)
            self._run[path] = (
                not only_measures(path)
                and self.reach.holds(_SAYS_SO, frozenset({path}))
                and self.reach.holds(_LEARNS, closure)
            )
        return self._run[path]


@per_project
def training_of(project: Project) -> Training:
    """Return what the trainings of a project use, kept for all rules."""
    return Training(uses_of(project))


def only_measures(path: str) -> bool:
    """Whether the name of a file, or of a folder around it, says that it measures or shows."""
    at = PurePosixPath(path.lower())
    words = words_of(at.stem)
    return any(_MEASURING.search(part) for part in (*at.parts[:-1], *words)) or any(
        pattern.search(word) for pattern in SERVES for word in (words[0], words[-1])
    )


def _asks_for_evaluation(call: ast.AST | None, called: ast.AST) -> bool:
    """`load("test", root)`: whether a call names the part of the data that it asks for."""
    if not isinstance(call, ast.Call) or call.func is not called:
        return False
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    texts = [text.lower() for argument in given for text in _text(argument)]
    return any(EVALUATION_SETS.search(text) and "/" not in text for text in texts) and not any(
        "train" in text for text in texts
    )


def _texts(test: ast.expr, holds: bool) -> list[str]:
    """`kind == "lsun"`, `kind in ("a", "b")`: the texts of which one must be given."""
    match test:
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            is_equality = isinstance(op, (ast.Eq, ast.In) if holds else (ast.NotEq, ast.NotIn))
            sides = [left, right] if is_equality else []
            elements = [
                element
                for side in sides
                for element in (side.elts if isinstance(side, (ast.Tuple, ast.List)) else [side])
            ]
            return [text for element in elements for text in _text(element)]
        case _:
            return []


def _text(node: ast.expr | None) -> list[str]:
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case _:
            return []
