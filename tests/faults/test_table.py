"""SECURITY.md names the test of every fault, and no test that is not there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

FAULTS = Path(__file__).parent
SECURITY = FAULTS.parent.parent / "SECURITY.md"
LINE = re.compile(r"^\|.*\| (?:tests/([\w/]+\.py) )?`(test_\w+)` \|$", re.MULTILINE)


def names_of_tests(path: Path) -> set[str]:
    """List the tests of a file."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    functions = {node.name for node in body if isinstance(node, ast.FunctionDef)}
    return {name for name in functions if name.startswith("test_")}


def test_the_table_and_the_tests_name_each_other() -> None:
    own = {name for path in FAULTS.glob("test_*.py") for name in names_of_tests(path)}
    own -= names_of_tests(Path(__file__))
    named = LINE.findall(SECURITY.read_text(encoding="utf-8"))
    assert {name for file, name in named if not file} == own
    for file, name in named:
        if file:
            assert name in names_of_tests(FAULTS.parent / file)


def test_every_row_has_a_test() -> None:
    text = SECURITY.read_text(encoding="utf-8").partition("## Every fault")[2]
    rows = [row for row in text.splitlines() if row.startswith("| ")][1:]
    headings = [row for row in rows if row.startswith("| **")]
    assert len(headings) == 6
    assert len(rows) - len(headings) == len(LINE.findall(text)) > 40


def test_readme_and_changes_lead_here() -> None:
    assert "(SECURITY.md)" in (SECURITY.parent / "README.md").read_text(encoding="utf-8")
