"""Shell text as simple commands with their lines; nothing is expanded or run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..regex import regex

#: Commands nested this deep in `sh -c "…"` are looked at.
_MAX_NESTING = 3
_HEREDOC = regex(r"<<-?\s*(['\"]?)(\w+)\1")
_ASSIGNMENT = regex(r"[A-Za-z_]\w*=")
_KEYWORDS = frozenset(
    "if then else elif fi do done while until for time ! { } exec sudo nohup".split()
)
_RUN_TEXT = (("-c",), ("-lc",), ("-ec",))
_SHELLS = frozenset({"sh", "bash", "/bin/sh", "/bin/bash", "zsh"})


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command: its words without quotes, and the line on which it begins."""

    words: tuple[str, ...]
    line: int

    @property
    def program(self) -> str:
        """The last part of the program's path."""
        return self.words[0].rsplit("/", 1)[-1]


@dataclass(slots=True)
class _Reader:
    text: str
    line: int
    at: int = 0
    word: list[str] = field(default_factory=list[str])
    quoted: bool = False
    words: list[str] = field(default_factory=list[str])
    begun: int = 0

    def end_word(self) -> None:
        if self.word or self.quoted:
            if not self.words:
                self.begun = self.begun or self.line
            self.words.append("".join(self.word))
        self.word, self.quoted = [], False

    def end_command(self) -> Command | None:
        self.end_word()
        words, line = self.words, self.begun
        self.words, self.begun = [], 0
        return Command(tuple(words), line or self.line) if words else None


def commands(text: str, first_line: int = 1, depth: int = 0) -> Iterator[Command]:
    """Yield the simple commands of a script, those inside `sh -c "…"` too."""
    for command in _split(_without_heredocs(text), first_line):
        words = _strip_prefix(command.words)
        if not words:
            continue
        clean = Command(words, command.line)
        yield clean
        nested = words[2:3] if words[0] in _SHELLS and words[1:2] in _RUN_TEXT else ()
        if depth < _MAX_NESTING:
            for script in nested:
                yield from commands(script, clean.line, depth + 1)


def _strip_prefix(words: tuple[str, ...]) -> tuple[str, ...]:
    at = 0
    while at < len(words) and (_ASSIGNMENT.match(words[at]) or words[at] in _KEYWORDS):
        at += 1
    return words[at:]


def _without_heredocs(text: str) -> str:
    """Blank the bodies of here-documents: they are input, not commands."""
    if "<<" not in text:
        return text
    lines = text.split("\n")
    end = ""
    for index, line in enumerate(lines):
        if end:
            if line.strip() == end:
                end = ""
            lines[index] = ""
        elif (match := _HEREDOC.search(line)) and "<<<" not in line:
            end = match[2]
            lines[index] = line[: match.start()] + line[match.end() :]
    return "\n".join(lines)


def _split(text: str, first_line: int) -> Iterator[Command]:
    reader = _Reader(text, first_line)
    size = len(text)
    while reader.at < size:
        char = text[reader.at]
        step = 1
        if char == "\\":
            step = _escape(reader)
        elif char in "'\"":
            step = _quote(reader, char)
        elif text.startswith(("$(", "${"), reader.at):
            step = _substitution(reader)
        elif char == "#" and not reader.word:
            end = text.find("\n", reader.at)
            step = (end if end >= 0 else size) - reader.at
        elif char in " \t\r":
            reader.end_word()
        elif char in "\n;|&()":
            if (command := reader.end_command()) is not None:
                yield command
            reader.line += char == "\n"
        elif char in "<>":
            reader.end_word()
            step = _redirection(reader)
        else:
            reader.word.append(char)
        reader.at += step
    if (command := reader.end_command()) is not None:
        yield command


def _escape(reader: _Reader) -> int:
    following = reader.text[reader.at + 1 : reader.at + 2]
    if following == "\n":
        reader.end_word()
        reader.line += 1
    else:
        reader.word.append(following)
    return 2


def _quote(reader: _Reader, mark: str) -> int:
    reader.quoted = True
    at = reader.at + 1
    while at < len(reader.text) and reader.text[at] != mark:
        if mark == '"' and reader.text[at] == "\\" and at + 1 < len(reader.text):
            at += 1
        if reader.text[at] == "\n":
            reader.begun = reader.begun or reader.line
            reader.line += 1
        reader.word.append(reader.text[at])
        at += 1
    return at - reader.at + 1


def _substitution(reader: _Reader) -> int:
    close = ")" if reader.text[reader.at + 1] == "(" else "}"
    opening = reader.text[reader.at + 1]
    depth, at = 0, reader.at + 1
    while at < len(reader.text):
        depth += (reader.text[at] == opening) - (reader.text[at] == close)
        at += 1
        if depth == 0:
            break
    taken = reader.text[reader.at : at]
    reader.word.append(taken)
    reader.line += taken.count("\n")
    return at - reader.at


def _redirection(reader: _Reader) -> int:
    """Skip `> file`, `2>&1`, `< file`, whose target is no argument."""
    match = re.compile(r"[<>]+&?[ \t]*[^\s;|&()]*").match(reader.text, reader.at)
    return len(match[0]) if match is not None else 1
