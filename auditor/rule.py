"""What a rule is: its names, what triggers it, and its examples, which are tests and manual."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from .example import Example as Example
from .finding import Confidence, Evidence, Finding, Fix, Severity
from .place import NOWHERE, Place

if TYPE_CHECKING:
    from .document import Document
    from .file import File, Site
    from .outcome import Outcome
    from .project import Project


PlaceOfSpan = Callable[[int, int, int], Place]


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a rule foretells for `verify`: a cause, and a stream or an operation when it is one."""

    cause: str
    stream: str | None = None
    operation: str | None = None


class Rule:
    """The part that every rule has. The docstring is its page in the manual.

    Headings of the docstring: "What it does", "Why is this bad?", "Example" (taken from `bad`),
    "Use instead", and where they apply "Fix safety", "References".
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity] = Severity.WARNING
    confidence: ClassVar[Confidence] = Confidence.HIGH
    since: ClassVar[str] = "0.1.0"
    frameworks: ClassVar[tuple[str, ...]] = ()
    #: Empty: every profile. Else the rule is active only under the named ones.
    profiles: ClassVar[tuple[str, ...]] = ()
    #: Answers an audit: active whenever one is asked for, whatever is selected or ignored.
    audits: ClassVar[bool] = False
    predicts: ClassVar[tuple[Prediction, ...]] = ()
    bad: ClassVar[tuple[Example, ...]] = ()
    good: ClassVar[tuple[Example, ...]] = ()
    #: A Python file that holds none of any active rule's words is not parsed. `word(` means a word
    #: that is called, which keeps prose from counting.
    words: ClassVar[frozenset[str]] = frozenset()
    #: Parts of words, in lower case: a file with a word that holds one is looked at as well.
    stems: ClassVar[frozenset[str]] = frozenset()
    #: Shell patterns on path or file name of files that are not Python and that the rule sees too.
    patterns: ClassVar[tuple[str, ...]] = ()

    def check_document(self, document: Document, project: Project) -> Iterator[Finding]:
        """Yield what a file that is not Python says; in the main process."""
        return iter(())

    def finding(
        self,
        place: Place,
        message: str,
        *,
        help: str = "",
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        entry_point: str | None = None,
        stream: str | None = None,
        evidence: Sequence[Evidence] = (),
        fix: Fix | None = None,
        subject: str = "",
    ) -> Finding:
        """Build a finding of this rule; those about one `subject` in one file become one."""
        return Finding(
            code=self.code,
            name=self.name,
            severity=severity or self.severity,
            confidence=confidence or self.confidence,
            place=place,
            message=message,
            help=help,
            entry_point=entry_point,
            stream=stream,
            frameworks=self.frameworks,
            evidence=tuple(evidence),
            fix=fix,
            subject=subject,
        )

    def absent(self, message: str, **rest: Any) -> Finding:
        """Build a finding about something that the project lacks."""
        return self.finding(NOWHERE, message, **rest)

    @classmethod
    def manual(cls) -> str:
        """Return the docstring, dedented."""
        return inspect.getdoc(cls) or ""

    @classmethod
    def summary(cls) -> str:
        """Return the first line of the docstring."""
        return cls.manual().split("\n", 1)[0]


class SiteRule(Rule):
    """Sees one call, assignment or other node in one Python file, in a worker process.

    `calls` are resolved dotted names (`numpy.random.default_rng`); `prefixes` match every call
    below a dotted name (`jax.random.`); `methods` match the last name of a call whose receiver is
    not resolved (`from_pretrained`). `nodes` asks for every node of these types as well.
    """

    calls: ClassVar[frozenset[str]] = frozenset()
    prefixes: ClassVar[tuple[str, ...]] = ()
    methods: ClassVar[frozenset[str]] = frozenset()
    nodes: ClassVar[tuple[type[ast.AST], ...]] = ()

    def check(self, site: Site) -> Iterator[Finding]:
        """Yield what is wrong at this site."""
        raise NotImplementedError


class FileRule(Rule):
    """Sees one whole Python file or notebook, in a worker process; `words` must be given."""

    def check(self, file: File) -> Iterator[Finding]:
        """Yield what is wrong in this file."""
        raise NotImplementedError


class DocumentRule(Rule):
    """Sees one file that is not Python; `patterns` must be given."""

    def check(self, document: Document, project: Project) -> Iterator[Finding]:
        """Yield what is wrong in this document."""
        raise NotImplementedError


class TextRule(Rule):
    """Sees the text of a file, Python or not, without parsing it; comments and strings count.

    Python files and notebooks (their code cells) are always seen; `patterns` name further files.
    """

    def wants(self, words: frozenset[bytes]) -> bool:
        """Whether a Python file with these identifiers (in strings too) is worth a look."""
        return True

    def check(self, text: str, path: str, place: PlaceOfSpan) -> Iterator[Finding]:
        """Yield what is wrong; `place(line, column, end_column)` counts from 1 in `text`."""
        raise NotImplementedError


class ProjectRule(Rule):
    """Sees the linked project, in the main process.

    It may collect plain, picklable facts about sites in the workers (triggers as in `SiteRule`);
    they arrive in `check` in the order of paths and lines.
    """

    calls: ClassVar[frozenset[str]] = frozenset()
    prefixes: ClassVar[tuple[str, ...]] = ()
    methods: ClassVar[frozenset[str]] = frozenset()
    nodes: ClassVar[tuple[type[ast.AST], ...]] = ()

    def collect(self, site: Site) -> Iterator[Any]:
        """Yield plain facts about this site for `check`."""
        return iter(())

    def collect_file(self, file: File) -> Iterator[Any]:
        """Yield plain facts about a whole file that holds one of the rule's `words`."""
        return iter(())

    def check(self, project: Project, facts: Sequence[Any]) -> Iterator[Finding]:
        """Yield what is wrong in the project."""
        raise NotImplementedError

    def check_alone(self, facts: Sequence[Any]) -> Iterator[Finding]:
        """Yield what is wrong whoever uses it, where single files are given and no project."""
        return iter(())


class OutcomeRule(Rule):
    """Sees what the scan itself met: unreadable files, suppressions used and unused."""

    def check(self, outcome: Outcome) -> Iterator[Finding]:
        """Yield what is wrong with the scan's outcome."""
        raise NotImplementedError


RuleClass = type[Rule]
