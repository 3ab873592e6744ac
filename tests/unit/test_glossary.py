"""Every name in docs/glossary.md exists: those of the code, of the resources, and of the Russian page."""

import importlib
import re
from typing import Any

import pytest

from local.provision import read_template
from tests.support.stack import ROOT

PAGE = (ROOT / "docs" / "glossary.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith(("| term |", "| --- |"))
]
CODE_NAMES = sorted({name for row in ROWS for name in re.findall(r"`([^`]+)`", row[2])})
OUTSIDE_CHALICELIB = ("training.", "local.", "admin.", "deploy.", "tests.")
RESOURCE = "resources:"
RUSSIAN_PAGE = "\n".join(
    path.read_text("utf-8") for path in sorted((ROOT / "frontend/src/i18n/ru").glob("*.ts"))
).lower()


def exists(name: str) -> bool:
    """Return whether a name of the code column is a module, or an attribute or field of one."""
    if name.startswith(RESOURCE):
        return name.removeprefix(RESOURCE) in read_template()
    path = name if name.startswith(OUTSIDE_CHALICELIB) else f"chalicelib.{name}"
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        try:
            module = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        return _has(module, parts[length:])
    return False


def _has(owner: Any, attributes: list[str]) -> bool:
    for attribute in attributes:
        if hasattr(owner, attribute):
            owner = getattr(owner, attribute)
        elif attribute in getattr(owner, "__annotations__", {}) or attribute in getattr(owner, "model_fields", {}):
            owner = None  # a field without a default: nothing can follow it
        else:
            return False
    return True


def test_every_row_has_a_term_a_meaning_and_a_name() -> None:
    assert len(ROWS) > 80
    for row in ROWS:
        assert len(row) == 4, row
        assert all(row[:3]), row


def test_every_term_is_defined_once() -> None:
    terms = [row[0] for row in ROWS]
    assert sorted(terms) == sorted(set(terms))


@pytest.mark.parametrize("name", CODE_NAMES)
def test_every_name_of_the_code_exists(name: str) -> None:
    assert exists(name), f"{name} does not exist: the glossary needs its new name"


@pytest.mark.parametrize(
    "name",
    [
        "billing.ledger.Entri",
        "billing.ledger.Entry.amounts",
        "billing.ledgers",
        "core.settings.Settings.lease",
        "training.targets.rmst",
        "resources:NoQueue",
        "nothing",
    ],
)
def test_a_wrong_name_is_noticed(name: str) -> None:
    assert not exists(name)


@pytest.mark.parametrize("words", sorted({row[3] for row in ROWS if row[3]}))
def test_the_russian_page_has_the_word(words: str) -> None:
    assert words.lower() in RUSSIAN_PAGE
