"""The tests in the table of docs/security.md exist, and the numbered ones have the number of their row."""

import ast
import re
from functools import cache

import pytest

from tests.unit.support import ROOT

ROWS = {
    int(number): re.findall(r"`((?:tests|frontend)/[^`]+?::[^`]+)`", tests)
    for number, tests in re.findall(
        r"^\| (\d+) \|.*\|([^|]*)\|$", (ROOT / "docs" / "security.md").read_text("utf-8"), re.M
    )
}


@cache
def named_in(path: str) -> frozenset[str]:
    """Return the names of a file's tests: functions in Python, titles in Playwright."""
    text = (ROOT / path).read_text("utf-8")
    if path.endswith(".ts"):
        return frozenset(re.findall(r"\btest\('([^']+)'", text))
    return frozenset(
        node.name
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def test_the_table_has_rows_1_to_20() -> None:
    assert sorted(ROWS) == list(range(1, 21))


@pytest.mark.parametrize("row", ROWS)
def test_the_tests_of_a_row_exist(row: int) -> None:
    assert ROWS[row]
    for test in ROWS[row]:
        path, _, name = test.partition("::")
        assert name in named_in(path), test


@pytest.mark.parametrize("row", ROWS)
def test_the_numbered_tests_of_a_row_have_its_number(row: int) -> None:
    numbers = {int(number) for test in ROWS[row] for number in re.findall(r"::test_row_(\d+)_", test)}
    assert numbers == {row}
