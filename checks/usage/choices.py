"""Which options of a project's functions are ever taken."""

from __future__ import annotations

import ast
import re

from ...auditor.file import File
from ...auditor.nodes import argument_of, last_name
from ...auditor.place import Place
from ...auditor.project import Project
from ...auditor.regex import regex
from ..per_project import per_project
from .branches import Choice, Parameter, parameter_of
from .uses import Uses, uses_of

#: How many functions may hand a parameter on.
_MAX_DEPTH = 4
_CONFIGURES = regex(r"\.(ya?ml|json|toml|cfg|ini|gin)$")
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None, "none": None}
_ASK_OF_CLASSES = frozenset({"super", "isinstance", "issubclass"})
_PACKAGES = (
    *("torch.", "tensorflow.", "tensorflow_datasets.", "keras.", "jax.", "numpy.", "pandas."),
    *("json.", "pickle.", "yaml.", "joblib."),
)
_OUTSIDE = ("torch", "tensorflow", "keras", "jax", "numpy")


class Choices:
    """Asks the calls in a project which values they give for a parameter."""

    def __init__(self, uses: Uses) -> None:
        self.uses = uses
        self._made: dict[tuple[Choice, frozenset[str]], bool] = {}

    def is_made(self, choice: Choice | None, idle: frozenset[str] = frozenset()) -> bool:
        """Whether a call in the project makes a choice; one that nobody sees made is made.

        None: there is nothing to choose. What idle files set that is off by default, does not
        count.
        """
        if choice is None:
            return True
        key = choice, idle
        if key not in self._made:
            self._made[key] = self._is_made(choice, idle)
        return self._made[key]

    def _is_made(self, choice: Choice, idle: frozenset[str]) -> bool:
        if choice.has_default:
            name = re.escape(choice.called)
            option = rf"\b{re.escape(choice.parameter)}\s*="
            # Without calls that hand the option on, only calls of the very function make it.
            itself = not self._is_open(choice)
            return any(
                self._is_made_in(file, choice, itself=itself) or _is_given_above(file, choice)
                for file in self.uses.files(rf"\b{name}\s*[(,)]|{option}")
                if file.path not in idle
            ) or (self._is_spread(choice.called) and self._is_configured(choice))
        if choice.is_usual and self._is_derived_from(choice.called):
            return True
        at = Parameter(choice.called, choice.position, None, choice.owner)
        values = self._values(at, choice.parameter, 0)
        return values is None or any(choice.takes(value) for value in values)

    def _is_derived_from(self, called: str) -> bool:
        """Whether another class, which may leave the default, is derived from one."""
        return any(
            called in {last_name(base) for base in derived.bases}
            for file in self.uses.files(rf"\b{re.escape(called)}\b")
            for derived in file.nodes.of(ast.ClassDef)
        )

    def is_asked_for(self, choice: Choice) -> bool:
        """Whether a call of the very function makes a choice that is off by default."""
        return any(
            self._is_made_in(file, choice, itself=True) or _is_given_above(file, choice)
            for file in self.uses.files(rf"\b{re.escape(choice.called)}\s*[(,)]")
        )

    def left_out(self, called: str, parameter: str, position: int) -> Place | None:
        """Return where a call in the project leaves a parameter out, so that its default holds."""
        for file in self.uses.files(rf"\b{re.escape(called)}\s*\("):
            for call in file.nodes.of(ast.Call):
                spreads = any(isinstance(each, ast.Starred) for each in call.args)
                spreads = spreads or any(each.arg is None for each in call.keywords)
                if last_name(call.func) != called or spreads:
                    continue
                if argument_of(call, parameter, position) is None:
                    return file.place(call)
        return None

    def _is_spread(self, called: str) -> bool:
        """`Model(**config)`: whether a call takes its arguments from a dictionary."""
        return any(
            last_name(call.func) == called and any(keyword.arg is None for keyword in call.keywords)
            for file in self.uses.files(rf"\b{re.escape(called)}\s*\(")
            for call in file.nodes.of(ast.Call)
        )

    def _is_open(self, choice: Choice) -> bool:
        """Whether a call hands an option on under its own name, or what is called is handed on."""
        return (
            self._is_spread(choice.called)
            or self._is_handed_on(choice.called)
            or any(
                last_name(given) == choice.parameter
                for file in self.uses.files(rf"\b{re.escape(choice.called)}\s*\(")
                for call in file.nodes.of(ast.Call)
                if last_name(call.func) == choice.called
                and (given := argument_of(call, choice.parameter, choice.position)) is not None
            )
        )

    def _is_configured(self, choice: Choice) -> bool:
        """Whether a configuration gives an option a value that makes a choice."""
        name = re.escape(choice.parameter).encode()
        given = re.compile(rb"\b" + name + rb"[\"']?\s*[:=]\s*[\"']?([\w.+-]+)")
        return any(
            choice.takes(_read(match[1].decode()))
            for path, text in self.uses.reach.spelling()
            if _CONFIGURES.search(path)
            for match in given.finditer(text)
        )

    def _values(self, at: Parameter, name: str, depth: int) -> list[object] | None:
        """Return what the calls in the project give for a parameter; None when one is not seen."""
        values: list[object] = []
        if isinstance(at.default, ast.Constant):
            values.append(at.default.value)
        elif at.default is not None or depth > _MAX_DEPTH:
            return None
        if self._is_handed_on(at.called):
            return None
        for file in self.uses.files(rf"\b{re.escape(at.called)}\s*\("):
            for call in file.nodes.of(ast.Call):
                if last_name(call.func) != at.called or _is_of_package(file, call):
                    continue
                around = file.enclosing_class(call) if at.owner else None
                if around is not None and around.name != at.owner:
                    continue
                given = argument_of(call, name, at.position)
                if given is None and at.default is not None:
                    continue
                found = self._worth(file, call, given, depth)
                if found is None:
                    return None
                values += found
        return values or None

    def _is_handed_on(self, called: str) -> bool:
        """`kind = Photos`: whether a class or function is kept or given, and called elsewhere."""
        return any(
            _is_value(file, node) for file, nodes in self.uses.reads(called) for node in nodes
        )

    def _worth(
        self, file: File, call: ast.Call, given: ast.expr | None, depth: int
    ) -> list[object] | None:
        if isinstance(given, ast.Constant):
            return [given.value]
        if not isinstance(given, ast.Name):
            return None
        found = file.scope_of(call).lookup(given.id)
        function = found[0].node if found is not None else None
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return None
        handed = parameter_of(file, function, given.id)
        return self._values(handed, given.id, depth + 1) if handed is not None else None

    def _is_made_in(self, file: File, choice: Choice, *, itself: bool = False) -> bool:
        for call in file.nodes.of(ast.Call):
            is_own = last_name(call.func) == choice.called
            given = argument_of(call, choice.parameter, choice.position if is_own else None)
            if given is None or (itself and not is_own):
                continue
            if not isinstance(given, ast.Constant):
                # What is handed on under its own name is given elsewhere, and looked for there.
                if is_own and last_name(given) != choice.parameter:
                    worth = self._worth(file, call, given, 0)
                    if worth is None or any(choice.takes(value) for value in worth):
                        return True
                continue
            if not choice.takes(given.value):
                continue
            name = file.dotted(call.func, file.scope_of(call)) or ""
            if is_own or name.split(".", 1)[0] not in _OUTSIDE:
                return True
        return False


@per_project
def choices_of(project: Project) -> Choices:
    """Return which options a project takes, kept for all rules."""
    return Choices(uses_of(project))


def _is_given_above(file: File, choice: Choice) -> bool:
    """Whether a class that is derived from the one that is called hands it something else."""
    for derived in file.nodes.of(ast.ClassDef):
        if choice.called not in {last_name(base) for base in derived.bases}:
            continue
        for call in file.nodes.of(ast.Call, under=derived):
            if last_name(call.func) != "__init__":
                continue
            given = argument_of(call, choice.parameter, choice.position)
            if given is not None and not (
                isinstance(given, ast.Constant) and not choice.takes(given.value)
            ):
                return True
    return False


def _is_of_package(file: File, call: ast.Call) -> bool:
    """`json.load(f)`: whether a call is visibly one of a package that many programs use."""
    return (file.dotted(call.func, file.scope_of(call)) or "").startswith(_PACKAGES)


def _is_value(file: File, node: ast.expr) -> bool:
    """Whether a name is assigned or given to a call other than `super` and `isinstance`."""
    match file.parents.get(node):
        case ast.Assign() | ast.Dict() | ast.keyword() | ast.Return():
            return True
        case ast.Call(func=func):
            return func is not node and last_name(func) not in _ASK_OF_CLASSES
        case _:
            return False


def _read(text: str) -> object:
    """Return the value that a word of a configuration stands for."""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    try:
        return float(text)
    except ValueError:
        return text
