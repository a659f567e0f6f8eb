"""Notebooks: code cells as one Python text, magics and shell lines set aside."""

from __future__ import annotations

import json
from typing import Any, cast

from .place import Place
from .regex import regex
from .source import Cell, Problem, ShellLine, Source, explain_syntax_error, parse

_MAGIC = regex(r"^(\s*)(%{1,2}|!{1,2}|\?)(.*)$")
_ASSIGNED = regex(r"^(\s*[\w.,\s]+=\s*)([%!])(.*)$")
_HELP = regex(r"^\s*[\w.]+\?{1,2}\s*$")
#: Line magics that hand the rest of the line to a shell; `%shell` is Colab's.
_SHELL_MAGICS = frozenset({"shell", "system", "sx"})
_PYTHON_CELL_MAGICS = {"time", "timeit", "capture", "prun", "memit", "mprun", "lprun"}


def read_notebook(path: str, data: bytes) -> Source:
    """Return the code cells of a notebook (format 3 or 4) as one source.

    A cell that Python cannot parse is left out and named in `problems`.
    """
    try:
        document: Any = json.loads(data.decode("utf-8-sig"))
        cells = _cells(document)
    except (ValueError, RecursionError, TypeError, AttributeError) as error:
        reason = str(error).split("\n", 1)[0]
        problem = Problem(Place(path), f"broken notebook: {reason}")
        return Source(path, "", problems=(problem,))
    if not _is_python(document):
        return Source(path, "")
    text: list[str] = []
    spans: list[Cell] = []
    shell: list[ShellLine] = []
    problems: list[Problem] = []
    for index, cell in enumerate(cells):
        if cell.get("cell_type") != "code":
            continue
        lines, shell_lines = _python_lines(path, index, _cell_text(cell))
        code = "\n".join(lines)
        try:
            parse(code)
        except SyntaxError as error:
            line = max(error.lineno or 1, 1)
            message = explain_syntax_error(error, code)
            problems.append(Problem(Place(path, line, cell=index), message))
            continue
        spans.append(Cell(index, len(text) + 1, len(lines)))
        text.extend(lines)
        shell.extend(shell_lines)
    return Source(path, "\n".join(text) + "\n", tuple(spans), tuple(shell), tuple(problems))


def _cells(document: Any) -> list[dict[str, Any]]:
    if not isinstance(document, dict):
        raise ValueError("not a JSON object")
    notebook = cast(dict[str, Any], document)
    found: Any = notebook.get("cells")
    if found is None:
        sheets: list[dict[str, Any]] = notebook.get("worksheets") or []
        found = [cell for sheet in sheets for cell in sheet.get("cells", [])]
    if not isinstance(found, list):
        raise ValueError("`cells` is not a list")
    return [cast(dict[str, Any], cell) for cell in cast(list[Any], found) if isinstance(cell, dict)]


def _is_python(document: dict[str, Any]) -> bool:
    metadata: dict[str, Any] = document.get("metadata") or {}
    info: dict[str, Any] = metadata.get("language_info") or {}
    kernel: dict[str, Any] = metadata.get("kernelspec") or {}
    language: Any = info.get("name") or kernel.get("language")
    return language is None or "python" in str(language).lower()


def _cell_text(cell: dict[str, Any]) -> str:
    source: Any = cell.get("source", cell.get("input", ""))
    text = "".join(map(str, cast(list[Any], source))) if isinstance(source, list) else str(source)
    return text.replace("\r\n", "\n")


def _python_lines(path: str, index: int, text: str) -> tuple[list[str], list[ShellLine]]:
    """Replace what is not Python by `pass` of the same indentation, line for line."""
    lines = text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if indent := len(first) - len(first.lstrip()):
        # A cell may be indented as a whole; IPython takes the first line's indentation off.
        lines = [line[indent:] if not line[:indent].strip() else line for line in lines]
    shell: list[ShellLine] = []
    if first.startswith("%%"):
        magic = first[2:].split(" ", 1)[0].strip()
        if magic not in _PYTHON_CELL_MAGICS:
            if magic in {"bash", "sh", "script", "system", "sx", "!"}:
                shell = [
                    ShellLine(Place(path, number, cell=index), line.strip())
                    for number, line in enumerate(lines, 1)
                    if line.strip() and not line.startswith("%%")
                ]
            return ["" for _ in lines], shell
    result: list[str] = []
    continued = is_shell = False
    for number, line in enumerate(lines, 1):
        if continued:
            if is_shell:
                joined = shell[-1].text[:-1].rstrip() + " " + line.strip()
                shell[-1] = ShellLine(shell[-1].place, joined)
            continued = line.rstrip().endswith("\\")
            result.append("")
            continue
        replaced, command = _python_line(line)
        result.append(replaced)
        is_shell = command is not None
        if command is not None:
            shell.append(ShellLine(Place(path, number, cell=index), command))
        # A line magic goes on behind a backslash, whatever it is.
        continued = line.rstrip().endswith("\\") and not replaced.rstrip().endswith("\\")
    return result, shell


def _python_line(line: str) -> tuple[str, str | None]:
    """Return the line as Python, and the command that it hands to a shell or installer."""
    if assigned := _ASSIGNED.match(line):
        command = assigned[3].strip() if assigned[2] == "!" else None
        return f"{assigned[1]}None", command
    if (magic := _MAGIC.match(line)) and not line.lstrip().startswith("%%"):
        indent, mark, rest = magic[1], magic[2], magic[3].strip()
        word, _, command = rest.partition(" ")
        if word in _SHELL_MAGICS and not mark.startswith("!"):
            return f"{indent}pass", command.strip()
        if mark.startswith("!") or word in {"pip", "conda", "mamba", "uv", "sh"}:
            return f"{indent}pass", rest
        if rest.split(" ", 1)[0] in {"time", "timeit"} and " " in rest:
            return f"{indent}{rest.split(' ', 1)[1]}", None
        return f"{indent}pass", None
    if line.lstrip().startswith("%%"):
        return "", None
    if _HELP.match(line) or line.lstrip().startswith("?"):
        indent = line[: len(line) - len(line.lstrip())]
        return f"{indent}pass", None
    return line, None
