"""JUnit XML: a suite a rule, a failing case a finding, a passing case where none was found."""

from __future__ import annotations

from xml.etree import ElementTree

from ..auditor.finding import Finding, Severity
from ..auditor.scan import ScanResult
from ..auditor.source import Problem
from .options import RenderOptions
from .plain import plain
from .scan_sarif import said


def render(result: ScanResult, options: RenderOptions) -> str:
    """Return the XML text."""
    names = {rule.code: rule.name for rule in result.rules}
    by_code: dict[str, list[Finding]] = {code: [] for code in names}
    for finding in result.findings:
        names.setdefault(finding.code, finding.name)
        by_code.setdefault(finding.code, []).append(finding)
    top = ElementTree.Element("testsuites", name="fwaudit", time=f"{result.seconds:.3f}")
    for code, findings in by_code.items():
        line = result.statistics.get(code)
        _suite(top, f"{code} {names[code]}", findings, line.seconds if line else 0.0)
    if result.problems:
        _unreadable(top, result.problems)
    for count in ("tests", "failures", "errors"):
        top.set(count, str(sum(int(suite.get(count, "0")) for suite in top)))
    ElementTree.indent(top)
    text = ElementTree.tostring(top, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(top: ElementTree.Element, name: str, findings: list[Finding], seconds: float) -> None:
    failing = [finding for finding in findings if finding.severity is not Severity.INFO]
    suite = ElementTree.SubElement(
        top,
        "testsuite",
        name=name,
        tests=str(max(len(findings), 1)),
        failures=str(len(failing)),
        errors="0",
        time=f"{seconds:.3f}",
    )
    if not findings:
        ElementTree.SubElement(suite, "testcase", classname=name, name="nothing found", time="0")
    for finding in findings:
        place = finding.place
        case = ElementTree.SubElement(
            suite, "testcase", classname=name, name=plain(f"{place}:{place.column}"), time="0"
        )
        if place.cell is None:
            case.set("file", plain(place.path))
            case.set("line", str(place.line))
        if finding.severity is Severity.INFO:
            ElementTree.SubElement(case, "system-out").text = plain(said(finding))
            continue
        failure = ElementTree.SubElement(
            case, "failure", type=finding.severity.value, message=plain(finding.message)
        )
        evidence = [f"{plain(str(item.place))}: {plain(item.note)}" for item in finding.evidence]
        failure.text = "\n".join([plain(said(finding)), *evidence])


def _unreadable(top: ElementTree.Element, problems: tuple[Problem, ...]) -> None:
    count = str(len(problems))
    suite = ElementTree.SubElement(
        top, "testsuite", name="files read", tests=count, failures="0", errors=count, time="0"
    )
    for problem in problems:
        case = ElementTree.SubElement(
            suite, "testcase", classname="files read", name=plain(str(problem.place)), time="0"
        )
        ElementTree.SubElement(case, "error", type="unreadable", message=plain(problem.message))
