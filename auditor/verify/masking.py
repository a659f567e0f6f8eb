"""Takes out of a text what differs from run to run and means nothing: times, ids, addresses."""

from __future__ import annotations

import re

from ..regex import regex

_NUMBER = r"[-+]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?"
_UNIT = (
    r"(?:ns|us|µs|ms|s|sec|secs|seconds?|min|mins|minutes?|h|hours?|"
    r"(?:it|iter|step|sample|samples|steps|ex|img|images|tokens|batch|batches|fps|B|kB|MB|GB|MiB|GiB)"
    r"(?:/s|/sec|/second)|s/(?:it|step|batch|epoch|iter))"
)
_TIMED = (
    r"(?:time|elapsed|took|duration|eta|latency|runtime|wall|timestamp|date|seconds|"
    r"(?:samples|steps|tokens|it|iterations)_per_second|total_flos|created_at|started|finished)"
)
#: A time in a file name, where colons may not stand: 23-59-01, 23h59m01s.
_CLOCK = r"[0-2]\d[-_.h][0-5]\d(?:[-_.m][0-5]\d)?s?(?!\d)"
_MASKS = (
    (r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}", "<uuid>"),
    (r"\b[0-9a-f]{32}\b", "<uuid>"),
    (r"\b0x[0-9a-fA-F]{6,16}\b", "<address>"),
    (rf"\d{{4}}[-_.]\d\d[-_.]\d\d[-_T ./]{_CLOCK}", "<date>"),
    (rf"(?<![A-Za-z])[A-Z][a-z]{{2}}\d\d[-_]{_CLOCK}", "<date>"),
    (r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?", "<date>"),
    (
        r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +(?:\d+ +)?[A-Z][a-z]{2}[ \d:]*(?:[A-Z]+ )?\d{4}",
        "<date>",
    ),
    (r"\b\d{1,2}/\d{1,2}/\d{2,4}\b", "<date>"),
    (r"\b\d{8}[-_]\d{6}\b", "<date>"),
    (r"\b\d{1,3}:\d\d(?::\d\d)?(?:[.,]\d+)?\b", "<time>"),
    (r"(?<![0-9A-Za-z.])1[5-9]\d{8}(?:\.\d+|\d{3}|\d{6}|\d{9})?(?![\w.])", "<time>"),
    (r"(?i)\b(pid|process id|process|tid|thread id|port)([ =:#]+)\d+", r"\1\2<id>"),
    (r"/(?:tmp|var/folders)/[^\s'\",:;)\]}]*", "<path>"),
    (rf"(?<![\w.]){_NUMBER} ?{_UNIT}(?![\w/])", "<duration>"),
    (rf"(?i)(\w*{_TIMED}\w*[\"']?\s*[:=]?\s*[\"']?){_NUMBER}", r"\1<duration>"),
)
_COMPILED = tuple((regex(pattern), word) for pattern, word in _MASKS)


def masked(text: str, paths: tuple[str, ...] = ()) -> str:
    """The text with dates, times, durations, ids, addresses and temporary paths replaced.

    Progress bars, which overwrite their line with a carriage return, keep only what stands last.
    """
    for path in paths:
        text = text.replace(path, "<tree>")
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n")]
    text = "\n".join(lines)
    for pattern, word in _COMPILED:
        text = pattern.sub(word, text)
    return text


def masked_name(name: str) -> str:
    """A file name without uuids, dates, times and process ids."""
    name = masked(name)
    name = re.sub(r"(?<![a-z])\d{5,}(?![a-z])", "<number>", name)
    return re.sub(r"(?<=[-_.])(?!tfevents)[0-9a-z]{8}(?=[-_./]|$)(?=[^/]*\d)", "<name>", name)


#: Letters mixed with digits (but not `fold12`), or hexadecimal digits.
_DRAWN = regex(
    r"(?<![0-9A-Za-z])"
    r"(?:(?![A-Za-z]+\d{1,3}(?![0-9A-Za-z]))(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[0-9A-Za-z]{5,}"
    r"|[0-9a-f]{6,})"
    r"(?![0-9A-Za-z])"
    r"|<(?:number|name|uuid)>"
)


def nameless(name: str) -> str:
    """A masked name without any word that may have been drawn: for files that only one run has."""
    return _DRAWN.sub("<drawn>", name)
