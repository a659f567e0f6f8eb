"""Programs that measure speed or size: what goes in makes no difference to what comes out."""

from __future__ import annotations

import ast
import re

from ...auditor.nodes import last_name
from ...auditor.regex import regex
from ...auditor.walk import Kind
from .acts import Draw
from .survey import Surveyed
from .vocabulary import learns

_NAMES = regex(
    r"(^|[_/])(flops?|macs|speed|bench(mark)?s?|latency|throughput|fps|profil(e|er|ing)|timing)"
    r"([_./]|$)",
    re.I,
)
#: Calls that measure time or count operations.
_MEASURES = regex(
    r"^(time|perf_counter|perf_counter_ns|monotonic|time_ns|timeit|process_time|Timer|elapsed_time|"
    r"get_model_complexity_info|FlopCountAnalysis|profile|flop_count|summary|get_flops)$"
)
_SAVES = frozenset({"torch.save"})


def only_measures(item: Surveyed, draw: Draw) -> bool:
    """Whether a program, or the function that draws, is named after a measurement and takes one."""
    names = (item.entry.path.rpartition("/")[2], *draw.event.definition.split("."))
    if not any(_NAMES.search(name) for name in names):
        return False
    for event in item.walk.events:
        if learns(event) or (event.kind is Kind.CALL and event.name in _SAVES):
            return False
    calls = draw.event.file.nodes.of(ast.Call)
    return any(_MEASURES.match(last_name(call.func)) for call in calls) or _counts(item)


def _counts(item: Surveyed) -> bool:
    return bool(re.search(r"(^|[_/])(flops?|macs)([_.]|$)", item.entry.path, re.I))
