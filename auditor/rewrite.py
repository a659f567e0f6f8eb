"""Fixes as LibCST transformations of the call at a site; what is not touched stays as written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .file import Site
from .finding import Edit, Fix

if TYPE_CHECKING:
    import libcst as cst


def wrapped(site: Site, function: str, title: str, *, safe: bool) -> Fix | None:
    """Return the fix that hands the call's result to a function: `function(call)`."""
    import libcst as cst

    call = site.cst
    if not isinstance(call, cst.Call):
        return None
    outer = cst.Call(func=cst.parse_expression(function), args=[cst.Arg(call)])
    return _replacing(site, outer, title, safe)


def with_keyword(site: Site, name: str, value: str, title: str, *, safe: bool) -> Fix | None:
    """Return the fix that passes a keyword argument, in place of one that is passed already."""
    import libcst as cst

    call = site.cst
    if not isinstance(call, cst.Call) or any(argument.star for argument in call.args):
        return None
    given = next((a for a in call.args if a.keyword is not None and a.keyword.value == name), None)
    if given is not None:
        changed = given.with_changes(value=cst.parse_expression(value))
        arguments = [changed if argument is given else argument for argument in call.args]
    else:
        arguments = _appended(call, name, value)
    return _replacing(site, call.with_changes(args=arguments), title, safe)


def _appended(call: cst.Call, name: str, value: str) -> list[cst.Arg]:
    import libcst as cst

    new = cst.Arg(
        keyword=cst.Name(name),
        value=cst.parse_expression(value),
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
    )
    if not call.args:
        return [new]
    *before, last = call.args
    separator = cst.Comma(whitespace_after=_space_between(before))
    return [*before, last.with_changes(comma=separator), new.with_changes(comma=last.comma)]


def _space_between(arguments: list[cst.Arg]) -> cst.BaseParenthesizableWhitespace:
    """Return the space after a comma; a call over several lines goes on as its arguments do."""
    import libcst as cst

    comma = arguments[0].comma if arguments else None
    if isinstance(comma, cst.Comma) and isinstance(
        comma.whitespace_after, cst.ParenthesizedWhitespace
    ):
        return comma.whitespace_after.with_changes(first_line=cst.TrailingWhitespace())
    return cst.SimpleWhitespace(" ")


def _replacing(site: Site, node: cst.CSTNode, title: str, safe: bool) -> Fix | None:
    fragment = site.file.fragment(site.statement)
    if fragment is None:
        return None
    indent = " " * fragment.indent
    code = fragment.module.code_for_node(node).replace("\n", f"\n{indent}")
    return Fix(title, (Edit(site.place, code),), safe)
