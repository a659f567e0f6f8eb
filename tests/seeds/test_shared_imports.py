"""Modules are imported once for all walks; what one program does to them, no other sees."""

from pathlib import Path

from fwaudit.auditor.scan import ScanOptions, scan
from fwaudit.auditor.streams import EntryPointStreams
from fwaudit.auditor.walk.abstract import Known, Sequence, Table
from fwaudit.auditor.walk.journal import Journal
from fwaudit.checks.meta import RULES
from fwaudit.checks.seeds.survey import stream_table
from fwaudit.checks.walks import walks_of

MAIN = "if __name__ == '__main__':\n"


def rows(root: Path, files: dict[str, str]) -> dict[str, EntryPointStreams]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    result = scan(ScanOptions((root,), RULES, current=root, jobs=1))
    walks_of(result.project)
    return {row.path: row for row in stream_table(result.project)}


def states(row: EntryPointStreams) -> dict[str, str]:
    return {each.stream: str(each.state) for each in row.streams}


def test_a_draw_at_import_counts_for_every_program(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        {
            "data.py": "import random\norder = random.sample(range(9), 9)\n",
            "one.py": f"import data\n{MAIN}    print(data.order)\n",
            "two.py": f"import random\nrandom.seed(1)\nimport data\n{MAIN}    print(data.order)\n",
        },
    )
    assert states(found["one.py"]) == {"python": "unseeded"}
    assert states(found["two.py"]) == {"python": "seeded"}


def test_what_a_program_registers_is_gone_in_the_next(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        {
            "table.py": "TASKS = {}\n",
            "a.py": "import random\nimport table\n"
            f"table.TASKS['x'] = random.random\n{MAIN}    run = table.TASKS.get('x')\n"
            "    value = run() if run else 0\n    print([value])\n",
            "b.py": f"import table\n{MAIN}    run = table.TASKS.get('x')\n"
            "    value = run() if run else 0\n    print([value])\n",
        },
    )
    assert states(found["a.py"]) == {"python": "unseeded"}
    assert states(found["b.py"]) == {}


def test_what_a_module_registers_is_there_in_every_program(tmp_path: Path) -> None:
    program = (
        f"import table\nimport jobs\n{MAIN}    value = table.TASKS['x']()\n    print([value])\n"
    )
    found = rows(
        tmp_path,
        {
            "table.py": "TASKS = {}\n",
            "jobs.py": "import random\nimport table\ntable.TASKS['x'] = lambda: random.random()\n",
            "a.py": program,
            "b.py": program,
            "c.py": program.replace("import jobs\n", ""),
        },
    )
    assert states(found["a.py"]) == states(found["b.py"]) == {"python": "unseeded"}
    assert states(found["c.py"]) == {}


def test_modules_that_import_each_other(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        {
            "net/__init__.py": "from net.left import left\n",
            "net/left.py": "import net.right\n\n\ndef left():\n    return net.right.right()\n",
            "net/right.py": "from net import left\nimport random\n\n\ndef right():\n"
            "    return random.random()\n",
            "a.py": f"from net.right import right\n{MAIN}    value = right()\n    print([value])\n",
            "b.py": f"from net import left\n{MAIN}    value = left()\n    print([value])\n",
        },
    )
    assert states(found["a.py"]) == states(found["b.py"]) == {"python": "unseeded"}
    assert all(row.complete for row in found.values())


def test_imports_for_types_only_are_left_out(tmp_path: Path) -> None:
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import data\nprint(1)\n"
    files = {"data.py": "import random\norder = random.sample(range(9), 9)\n", "run.py": text}
    assert states(rows(tmp_path, files)["run.py"]) == {}


def test_journal_undoes_and_repeats() -> None:
    table, items = Table({"a": Known(1)}), Sequence([Known(1)])
    journal = Journal({id(table), id(table.items), id(items.items)})
    journal.put(table.items, "a", Known(2))
    journal.put(table.items, "b", Known(3))
    journal.drop(table.items, "a")
    journal.loosen(table)
    journal.append(items.items, Known(4))
    done = journal.undo()
    assert (list(table.items), table.exact, len(items.items)) == (["a"], True, 1)
    journal.redo(done)
    assert (list(table.items), table.exact, len(items.items)) == (["b"], False, 2)


def test_journal_lets_the_walks_own_values_go() -> None:
    table = Table({})
    journal = Journal(set())
    journal.put(table.items, "a", Known(1))
    assert journal.undo() == []
    assert list(table.items) == ["a"]
