"""What is known of a Python file after the workers are done with it: small, plain data."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from .regex import regex
from .scout import absolute_module
from .scouted import Import, Scouted
from .source import ShellLine, Source


@dataclass(slots=True)
class Module:
    """One Python file or notebook. Lines are those of the joined text.

    `parsed` is false when the gate kept the file from being parsed; then `imports` come from a look
    at its lines.
    """

    path: str
    name: str
    parsed: bool
    imports: tuple[Import, ...] = ()
    main_line: int | None = None
    #: The line of the first statement at module level that does something.
    effect_line: int | None = None
    #: Whether such a statement is more than an assignment: a loop, or a call for its own sake.
    acts: bool = False
    #: Resolved names of decorators of top-level functions: (decorator, function, line).
    decorated: tuple[tuple[str, str, int], ...] = ()
    shell: tuple[ShellLine, ...] = field(default=())
    lines: int = 0


_IMPORT = regex(
    r"^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import\b[ \t]*(\([^)]*\)|[^#\n]*)"
    r"|import[ \t]+([\w., \t]+))",
    re.M,
)
_MAIN = regex(r"^if[ \t]+\(?[ \t]*(?:__name__[ \t]*==|['\"]__main__['\"][ \t]*==)", re.M)
#: A loop, or a call: what it is assigned to, and its last name.
_EFFECT = regex(
    r"^(?:(?:for|while)[ \t]"
    r"|([A-Za-z_]\w*[ \t]*=[ \t]*(?!=))?(?:[A-Za-z_]\w*\.)*([A-Za-z_]\w*)[ \t]*\()",
    re.M,
)


def glance(source: Source, name: str) -> Module:
    """Describe a file without parsing it."""
    text = source.text
    is_package = source.path.rsplit("/", 1)[-1] == "__init__.py"
    imports: list[Import] = []
    for match in _IMPORT.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if match[1]:
            module = absolute_module(name, is_package, *_leveled(match[1]))
            found = [part.split(" as ")[0].strip() for part in match[2].strip("()").split(",")]
            imports += [Import(module, part, line) for part in found if module and part]
            continue
        parts = [part.split(" as ")[0].strip() for part in match[3].split(",")]
        imports += [Import(part, "", line) for part in parts if part]
    main = _MAIN.search(text)
    effects = [match for match in _EFFECT.finditer(text) if match[2] not in _HARMLESS_CALLS]
    return Module(
        source.path,
        name,
        parsed=False,
        imports=tuple(imports),
        main_line=text.count("\n", 0, main.start()) + 1 if main else None,
        effect_line=text.count("\n", 0, effects[0].start()) + 1 if effects else None,
        acts=any(not match[1] for match in effects),
        shell=source.shell,
        lines=text.count("\n"),
    )


def _leveled(written: str) -> tuple[int, str]:
    bare = written.strip().lstrip(".")
    return len(written.strip()) - len(bare), bare


def describe(
    source: Source,
    name: str,
    tree: ast.Module,
    scouted: Scouted,
    decorated: tuple[tuple[str, str, int], ...],
) -> Module:
    """Describe a parsed file."""
    main_line = next((node.lineno for node in tree.body if is_main_guard(node)), None)
    effects = [node for node in tree.body if has_effect(node)]
    return Module(
        source.path,
        name,
        parsed=True,
        imports=tuple(scouted.imports),
        main_line=main_line,
        effect_line=effects[0].lineno if effects else None,
        acts=any(not isinstance(node, ast.Assign) for node in effects),
        decorated=decorated,
        shell=source.shell,
        lines=source.text.count("\n"),
    )


def is_main_guard(node: ast.stmt) -> bool:
    """Whether a statement is `if __name__ == "__main__":`, possibly with `and …`."""
    if not isinstance(node, ast.If):
        return False
    tests = node.test.values if isinstance(node.test, ast.BoolOp) else [node.test]
    for test in tests:
        if isinstance(test, ast.Compare) and len(test.comparators) == 1:
            sides = [test.left, test.comparators[0]]
            names = {side.id for side in sides if isinstance(side, ast.Name)}
            texts = {side.value for side in sides if isinstance(side, ast.Constant)}
            if "__name__" in names and "__main__" in texts:
                return True
    return False


_HARMLESS_CALLS = frozenset(
    (
        "namedtuple TypeVar NamedTuple getLogger get_logger compile Path dict list set tuple "
        "frozenset OrderedDict defaultdict deque Lock RLock partial lru_cache object property "
        "field ParamSpec NewType Literal simplefilter filterwarnings basicConfig append insert "
        "setdefault update environ get getenv join dirname abspath realpath register __all__ "
        "extend add_safe_globals warn"
    ).split()
)


def has_effect(node: ast.stmt) -> bool:
    """Whether a statement at module level does work: a loop, or a call that is not mere set-up."""
    match node:
        case ast.For() | ast.While() | ast.With() | ast.AsyncWith() | ast.AsyncFor():
            return True
        case ast.Expr(value=ast.Call() as call) | ast.Assign(value=ast.Call() as call):
            func = call.func
            last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
            return last not in _HARMLESS_CALLS
        case _:
            return False
