"""Lists, dictionaries and comprehensions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .abstract import Known, Sequence, Table, Value
from .assigning import assign
from .iterating import element_of, iterate
from .space import Space

if TYPE_CHECKING:
    from .walker import Walker


def sequence(walker: Walker, node: ast.expr, space: Space) -> Value:
    """Return the value of a tuple, list or set."""
    assert isinstance(node, (ast.Tuple, ast.List, ast.Set))
    items: list[Value] = []
    exact = True
    for element in node.elts:
        if isinstance(element, ast.Starred):
            inner = walker.value(element.value, space)
            if isinstance(inner, Sequence):
                items.extend(inner.items)
                exact = exact and inner.exact
            else:
                exact = False
        else:
            items.append(walker.value(element, space))
    return Sequence(items, exact, len(walker.here.conditions))


def dictionary(walker: Walker, node: ast.expr, space: Space) -> Value:
    """Return the value of a dictionary display."""
    assert isinstance(node, ast.Dict)
    table = Table({})
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        value = walker.value(value_node, space)
        if key_node is None:
            if isinstance(value, Table):
                table.items |= value.items
                table.exact = table.exact and value.exact
            else:
                table.exact = False
            continue
        key = walker.value(key_node, space)
        if isinstance(key, Known) and isinstance(key.value, (str, int, bool, type(None))):
            table.items[key.value] = value
        else:
            table.exact = False
            table.items[len(table.items), "?"] = value
    return table


def comprehension(walker: Walker, node: ast.expr, space: Space) -> Value:
    """Return the value of a comprehension; its loops run once."""
    assert isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp))
    inner = Space("comprehension", space.file, space.qualname, space)
    inner.owner, inner.receiver = space.owner, space.receiver
    sources: list[Value] = []
    with walker.at(loop=True):
        for generator in node.generators:
            over = walker.value(generator.iter, inner)
            sources.append(over)
            iterate(walker, over, generator.iter, inner)
            assign(walker, generator.target, element_of(walker, over), inner, generator.iter)
            for test in generator.ifs:
                walker.value(test, inner)
        if isinstance(node, ast.DictComp):
            walker.value(node.key, inner)
            value = walker.value(node.value, inner)
            return Table({(0, "?"): value}, exact=False)
        return Sequence([walker.value(node.elt, inner)], exact=False)
