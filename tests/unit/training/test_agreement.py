"""The card's sentences, the documentation's tables and the page decide alike what is unlikely to be chance."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from tests.unit.training.conftest import report_of
from training.build import ARTEFACTS_DIR
from training.card import make_card, to_json
from training.data import Outcome
from training.models import mayo
from training.page import write_page
from training.tables import write_tables

CARD = ARTEFACTS_DIR / "mayo" / "card.json"


@pytest.mark.parametrize(
    ("difference", "se", "written", "is_unlikely"),
    [
        (0.0544, 0.0270, "+0.054 ± 0.027", False),  # more than two standard errors, until both are rounded
        (0.0536, 0.0269, "+0.054 ± 0.027", False),
        (0.0546, 0.0274, "+0.055 ± 0.027", True),  # less than two, until both are rounded
    ],
)
def test_texts_tables_and_page_decide_on_the_rounded_figures(
    root: Path, patients: pd.DataFrame, outcome: Outcome, difference: float, se: float, written: str, is_unlikely: bool
) -> None:
    report = report_of(json.loads((root / CARD).read_text("utf-8")))
    changed = {"c_index_difference": difference, "c_index_difference_se": se}
    entry = report.later_visits["entry_values"] | changed
    # As it is, 0.90496 would be written as 0.90; it is stored as 0.905.
    best = report.not_achievable["best_possible_7y"] | {"mae_of_mean": 0.90496}
    report = replace(
        report,
        later_visits=report.later_visits | {"entry_values": entry},
        not_achievable={"best_possible_7y": best},
    )
    card = make_card(mayo.RECIPE, mayo.fit(patients, outcome), report, patients, b"")
    (root / CARD).write_text(to_json(card), "utf-8")
    write_tables(root)
    write_page(root / ARTEFACTS_DIR, root / "page.html")

    statements, table = " ".join(card["statements"]["en"]), (root / "docs" / "models.md").read_text("utf-8")
    page = (root / "page.html").read_text("utf-8")
    assert f"{written} ({'unlikely to be chance' if is_unlikely else 'may be chance'})" in statements
    assert (f"**{written}**" if is_unlikely else f"| {written} |") in table
    assert f"<td>{written.replace('±', '&plusmn;')}{'*' if is_unlikely else ''}</td>" in page
    assert "0.91 years on average within 7 years" in card["not_achievable"]["en"]
    assert "| 0.91 |" in table
    assert "<td>0.91</td>" in page
