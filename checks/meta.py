"""META: the scan itself: suppressions and unreadable files."""

from __future__ import annotations

from collections.abc import Iterator

from ..auditor.example import Example
from ..auditor.finding import Edit, Finding, Fix, Severity
from ..auditor.outcome import Outcome
from ..auditor.rule import OutcomeRule, RuleClass


class SuppressionWithoutReason(OutcomeRule):
    """A suppression comment that gives no reason, or names no rule.

    ## What it does
    Reports `# fwaudit: ignore[...]` comments with nothing after the brackets, and bare
    `# fwaudit: ignore` comments.

    ## Why is this bad?
    The next reader cannot tell a considered exception from a silenced alarm. Suppressed findings
    are counted in the summary and listed in the dossier with their reasons.
    """

    code = "META001"
    name = "suppression-without-reason"
    severity = Severity.WARNING
    bad = (
        Example(
            "import numpy as np\nrng = np.random.default_rng()  # fwaudit: ignore[SEED007]  # <-\n"
        ),
        Example("import numpy as np\nrng = np.random.default_rng()  # fwaudit: ignore  # <-\n"),
    )
    good = (
        Example(
            "import numpy as np\n"
            "rng = np.random.default_rng()  # fwaudit: ignore[SEED007] demo, results are not kept\n"
        ),
        Example("import numpy as np\nrng = np.random.default_rng(0)\n"),
    )

    def check(self, outcome: Outcome) -> Iterator[Finding]:
        for item in (*outcome.used, *outcome.unused):
            if not item.rules:
                yield self.finding(
                    item.place,
                    "this suppression names no rule, so it hides everything here",
                    help="name the rule: # fwaudit: ignore[rule-name] why it does not apply",
                )
            elif not item.reason:
                yield self.finding(
                    item.place,
                    f"no reason is given for ignoring {', '.join(item.rules)}",
                    help="say why after the bracket; the reason appears in the dossier",
                )


class UnusedSuppression(OutcomeRule):
    """A suppression comment to which no finding answers.

    ## What it does
    Reports `# fwaudit: ignore[...]` comments whose rules all ran and found nothing there, and
    comments that name a rule which does not exist.

    ## Why is this bad?
    It will hide the next real fault on that line.
    """

    code = "META002"
    name = "unused-suppression"
    severity = Severity.WARNING
    bad = (
        Example(
            "import numpy as np\n"
            "rng = np.random.default_rng(0)  # fwaudit: ignore[SEED007] was unseeded once  # <-\n",
            fixed="import numpy as np\nrng = np.random.default_rng(0)\n",
        ),
        Example("x = 1  # fwaudit: ignore[unseeded-strem] no draw here  # <-\n"),
    )
    good = (
        Example(
            "import numpy as np\n"
            "rng = np.random.default_rng()  # fwaudit: ignore[SEED007] demo, results are not kept\n"
        ),
        Example('text = "# fwaudit: ignore[SEED007] inside a string"\n'),
    )

    def check(self, outcome: Outcome) -> Iterator[Finding]:
        for item, word in outcome.unknown:
            yield self.finding(
                item.place,
                f'"{word}" is no rule, so this comment suppresses nothing',
                help="fwaudit rules lists them all",
            )
        for item in outcome.unused:
            yield self.finding(
                item.place,
                f"nothing is reported here for {', '.join(item.rules)}",
                help="remove the comment",
                fix=Fix("remove the comment", (Edit(item.removal, ""),)),
            )


class UnreadableFile(OutcomeRule):
    """A file, or a notebook cell, that could not be read or parsed.

    ## What it does
    Reports what was left out of the scan: files of another Python, broken notebooks, wrong
    encodings, missing permissions; and rules that could not finish, by a fault of fwaudit. The scan
    goes on without them; if nothing else is found the exit code is 3.

    ## Why is this bad?
    Nothing is known about what could not be read: skipped is never clean.
    """

    code = "META003"
    name = "unreadable-file"
    severity = Severity.INFO
    bad = (
        Example('print "epoch", 1  # <-\n'),
        Example("def train(:  # <-\n    pass\n"),
    )
    good = (Example('print("epoch", 1)\n'), Example(""))

    def check(self, outcome: Outcome) -> Iterator[Finding]:
        for problem in outcome.problems:
            yield self.finding(problem.place, problem.message)


RULES: tuple[RuleClass, ...] = (SuppressionWithoutReason, UnusedSuppression, UnreadableFile)
