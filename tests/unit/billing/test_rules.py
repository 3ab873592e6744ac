"""The tests that docs/coins.md names exist."""

import re

from tests.unit.support import ROOT

PAGE = (ROOT / "docs" / "coins.md").read_text("utf-8")


def test_every_test_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    defined = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }

    assert named
    assert named - defined == set()


def test_every_test_file_that_the_page_names_exists() -> None:
    named = re.findall(r"`(?:tests/unit/)?([\w/]*test_\w+\.py)`", PAGE)

    assert named
    assert [name for name in named if not list((ROOT / "tests" / "unit").rglob(name))] == []
