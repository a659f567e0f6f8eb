"""One walk over the syntax tree of a file: scopes, imports, definitions, and sites worth a look."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, cast

from .interest import Interest
from .nodes import GETTERS
from .scopes import Binding, Bound, Scope
from .scouted import Definition, Import, Scouted, Seen

#: Calls that declare an option of a program.
OPTION_CALLS = frozenset(
    {"add_argument", "option", "argument", "Option", "Argument"}
    | {
        f"DEFINE_{kind}"
        for kind in ("integer", "float", "string", "bool", "boolean", "enum", "list")
    }
)


def _is_read(node: ast.AST, wanted: bool) -> bool:
    """Whether a name is merely read, and nobody wants to see that: a third of all nodes."""
    return not wanted and type(node.ctx) is ast.Load  # type: ignore[attr-defined]


def absolute_module(module: str, is_package: bool, level: int, target: str | None) -> str:
    """Turn a relative import of `module` into a dotted name; too many dots leave what is known."""
    if level == 0:
        return target or ""
    parts = module.split(".") if module else []
    drop = level - 1 if is_package else level
    base = parts[: len(parts) - drop] if drop <= len(parts) else []
    return ".".join([*base, *([target] if target else [])])


def scout(
    tree: ast.Module,
    module: str,
    is_package: bool,
    lasts: frozenset[str] | None,
    kinds: frozenset[type[ast.AST]] = frozenset(),
    interest: Interest | None = None,
) -> Scouted:
    """Walk the tree once.

    `lasts` are the last parts of call names worth keeping (None keeps every call); `kinds` are
    further node types worth keeping; `interest` says which definitions can hold any of them (None:
    all).
    """
    return _Scout(module, is_package, lasts, kinds).run(tree, interest)


def _position(seen: Seen) -> tuple[int, int]:
    node: Any = seen.node
    return node.lineno, node.col_offset


_Stack = list[ast.AST | Scope]


class _Scout:
    def __init__(
        self,
        module: str,
        is_package: bool,
        lasts: frozenset[str] | None,
        kinds: frozenset[type[ast.AST]],
    ) -> None:
        self.module = module
        self.is_package = is_package
        #: Grows with the names under which wanted ones are imported or kept.
        self.lasts = None if lasts is None else set(lasts)
        self.kinds = kinds

    def run(self, tree: ast.Module, interest: Interest | None) -> Scouted:
        top = Scope("module", "", None, tree)
        out = self.out = Scouted(top)
        out.opened[tree] = top
        self.interest = interest
        # What the top of the file imports under another name is known before definitions are
        # judged, so all of those are passed over first.
        self._judging = False
        self._walk([top, *reversed(tree.body)])
        self._judging = True
        for node, resume in list(out.passed.items()):
            if self._wanted(node):
                resume()
        if interest is not None:
            out.seen.sort(key=_position)
        return out

    def _wanted(self, node: ast.AST) -> bool:
        """Whether a definition can hold what some rule wants."""
        if self.interest is None:
            return True
        assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        return self.interest.in_lines(node.lineno, node.end_lineno or node.lineno)

    def _resume(self, node: ast.AST, stack: _Stack) -> None:
        if self.out.passed.pop(node, None) is not None:
            self._walk(stack)

    def _walk(self, stack: _Stack) -> None:
        """Walk what is on the stack; a scope on it is entered when it is popped."""
        out = self.out
        lasts, kinds, getters, binders = self.lasts, self.kinds, GETTERS, self._BINDERS
        names = ast.Name in kinds
        push, pop = stack.append, stack.pop
        scope, statement = out.top, cast(ast.stmt, None)
        #: Handlers and cases belong to the statement around them, not to the one before them.
        around: dict[ast.AST, ast.stmt] = {}
        while stack:
            node = pop()
            if node.__class__ is Scope:
                scope = cast(Scope, node)
                continue
            node = cast(ast.AST, node)
            kind = node.__class__
            if isinstance(node, ast.Call):
                func = node.func
                last = ""
                if isinstance(func, ast.Attribute):
                    last = func.attr
                elif isinstance(func, ast.Name):
                    last = func.id
                if lasts is None or last in lasts:
                    out.seen.append(Seen(node, scope, statement, last))
                if last in OPTION_CALLS:
                    out.options.append(Seen(node, scope, statement, last))
            elif isinstance(node, ast.stmt):
                statement = node
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    self._definition(node, scope, stack)
                    if kind in kinds:
                        out.seen.append(Seen(node, scope, statement))
                    continue
                if isinstance(node, (ast.Try, ast.TryStar)):
                    around |= dict.fromkeys(node.handlers, node)
                elif isinstance(node, ast.Match):
                    around |= dict.fromkeys(node.cases, node)
            elif node in around:
                statement = around[node]
            elif isinstance(node, ast.Lambda):
                self._lambda(node, scope, stack)
                if kind in kinds:
                    out.seen.append(Seen(node, scope, statement))
                continue
            if (binder := binders.get(kind)) is not None:
                binder(self, node, scope)
            if kind in kinds:
                out.seen.append(Seen(node, scope, statement))
            getter = getters[kind]
            if getter is None:
                continue
            for value in reversed(getter(node)):
                if value.__class__ is list:
                    for child in reversed(value):
                        of = child.__class__
                        if (
                            of is not ast.Constant
                            and child is not None
                            and (of is not ast.Name or not _is_read(child, names))
                        ):
                            push(child)
                elif value is not None and value.__class__ is not ast.Constant:
                    if value.__class__ is ast.Name:
                        if not _is_read(value, names):
                            push(value)
                    elif isinstance(value, ast.AST):
                        push(value)

    def _lambda(self, node: ast.Lambda, scope: Scope, stack: _Stack) -> None:
        inner = Scope("function", scope.qualname, scope, node)
        self._parameters(node.args, inner)
        self.out.opened[node] = inner
        stack += [scope, node.body, inner]
        stack += [default for default in reversed(node.args.kw_defaults) if default is not None]
        stack += reversed(node.args.defaults)

    def _definition(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
        scope: Scope,
        stack: _Stack,
    ) -> None:
        qualname = f"{scope.qualname}.{node.name}" if scope.qualname else node.name
        kind = "class" if isinstance(node, ast.ClassDef) else "function"
        target = f"{self.module}.{qualname}" if self.module else qualname
        scope.bind(node.name, Binding(Bound.DEFINITION, target=target, node=node))
        end = node.end_lineno or node.lineno
        self.out.defined.append(Definition(qualname, kind, node.lineno, end))
        inner = Scope(kind, qualname, scope, node)
        self.out.opened[node] = inner
        outside: list[ast.AST] = list(node.decorator_list)
        if isinstance(node, ast.ClassDef):
            outside += [*node.bases, *node.keywords]
        else:
            self._parameters(node.args, inner)
            outside += [*node.args.defaults, *[d for d in node.args.kw_defaults if d]]
        if self._judging and self._wanted(node):
            stack += [scope, *reversed(node.body), inner]
        else:
            resume = partial(self._resume, node, [*reversed(node.body), inner])
            self.out.passed[node] = resume
            if (owner := inner.enclosing_class()) is not None:
                owner.pending.append(resume)
        stack += reversed(outside)

    def _parameters(self, arguments: ast.arguments, scope: Scope) -> None:
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
        defaults += arguments.defaults
        pairs = [
            *zip(positional, defaults, strict=True),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        ]
        for argument, default in pairs:
            scope.bind(argument.arg, Binding(Bound.PARAMETER, value=default, node=argument))
        for extra in (arguments.vararg, arguments.kwarg):
            if extra is not None:
                scope.bind(extra.arg, Binding(Bound.OPAQUE, node=extra))

    def _name(self, node: ast.AST, scope: Scope) -> None:
        assert isinstance(node, ast.Name)
        if type(node.ctx) is not ast.Load:
            known = scope.bindings.get(node.id)
            # `_assign` has recorded the value of this very target already.
            if known is None or all(binding.node is not node for binding in known):
                scope.bind(node.id, Binding(Bound.OPAQUE, node=node))

    def _import(self, node: ast.AST, scope: Scope) -> None:
        assert isinstance(node, ast.Import)
        for alias in node.names:
            self.out.imports.append(Import(alias.name, "", node.lineno))
            if alias.asname:
                scope.bind(alias.asname, Binding(Bound.IMPORT, target=alias.name, node=node))
            else:
                top = alias.name.split(".", 1)[0]
                scope.bind(top, Binding(Bound.IMPORT, target=top, node=node))

    def _import_from(self, node: ast.AST, scope: Scope) -> None:
        assert isinstance(node, ast.ImportFrom)
        module = absolute_module(self.module, self.is_package, node.level, node.module)
        for alias in node.names:
            star = alias.name == "*"
            self.out.imports.append(Import(module, alias.name, node.lineno, star))
            if not star:
                target = f"{module}.{alias.name}" if module else alias.name
                self._also(alias.asname, alias.name)
                scope.bind(
                    alias.asname or alias.name, Binding(Bound.IMPORT, target=target, node=node)
                )

    def _also(self, alias: str | None, name: str) -> None:
        """Keep calls of an alias when calls of the name are kept."""
        if alias and self.lasts is not None and name in self.lasts and alias not in self.lasts:
            self.lasts.add(alias)
            if self.interest is not None:
                self.interest.add(alias)

    def _assign(self, node: ast.AST, scope: Scope) -> None:
        assert isinstance(node, ast.Assign)
        for target in node.targets:
            self._assign_target(target, node.value, scope)

    def _assign_target(self, target: ast.expr, value: ast.expr, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            scope.bind(target.id, Binding(Bound.ASSIGNED, value=value, node=target))
            if isinstance(value, ast.Attribute):
                self._also(target.id, value.attr)
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            if (owner := scope.enclosing_class()) and target.value.id == scope.self_name():
                owner.attributes.setdefault(target.attr, []).append((value, scope))
        elif isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List)):
            starred = any(isinstance(element, ast.Starred) for element in target.elts)
            if len(target.elts) == len(value.elts) and not starred:
                for inner, part in zip(target.elts, value.elts, strict=True):
                    self._assign_target(inner, part, scope)

    def _annotated_assign(self, node: ast.AST, scope: Scope) -> None:
        assert isinstance(node, ast.AnnAssign)
        if node.value is not None:
            self._assign_target(node.target, node.value, scope)

    def _named(self, node: ast.AST, scope: Scope) -> None:
        assert isinstance(node, ast.NamedExpr)
        self._assign_target(node.target, node.value, scope)

    def _outer(self, node: ast.AST, scope: Scope) -> None:
        assert isinstance(node, (ast.Global, ast.Nonlocal))
        scope.outer_names.update(node.names)

    def _handler(self, node: ast.AST, scope: Scope) -> None:
        assert isinstance(node, ast.ExceptHandler)
        if node.name:
            scope.bind(node.name, Binding(Bound.OPAQUE, node=node))

    def _with(self, node: ast.AST, scope: Scope) -> None:
        assert isinstance(node, (ast.With, ast.AsyncWith))
        for item in node.items:
            if isinstance(item.optional_vars, ast.Name):
                binding = Binding(Bound.ASSIGNED, value=item.context_expr, node=item.optional_vars)
                scope.bind(item.optional_vars.id, binding)

    #: What binds names. Plain functions: bound methods kept by a scout would be a cycle around the
    #: whole tree, which then waits for the collector (a fifth of the time of a large scan).
    _BINDERS: ClassVar[dict[type[ast.AST], Callable[[_Scout, ast.AST, Scope], None]]] = {
        ast.Name: _name,
        ast.Import: _import,
        ast.ImportFrom: _import_from,
        ast.Assign: _assign,
        ast.AnnAssign: _annotated_assign,
        ast.NamedExpr: _named,
        ast.Global: _outer,
        ast.Nonlocal: _outer,
        ast.ExceptHandler: _handler,
        ast.With: _with,
        ast.AsyncWith: _with,
    }
