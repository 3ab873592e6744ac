"""The Python function of docs/models.md computes the curves that the models predict, from a row as the API sends it."""

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from chalicelib.inference.models.base import LoadedModel
from chalicelib.inference.models.loader import load
from chalicelib.inference.models.mayo import risk_score
from chalicelib.inference.results.reader import ResultReader
from chalicelib.inference.results.writer import ResultWriter
from tests.support.docs import blocks
from tests.support.frames import patients_of, predict
from tests.support.models import CARDS
from tests.unit.inference.models.conftest import ARTEFACTS
from tests.unit.inference.results.memory import Files

ROUNDING = 1e-5
"""Rows have six decimals, and a row's score is a sum of several numbers."""

Survival = Callable[[float, dict[str, Any], dict[str, Any]], float]


def rows_of(loaded: LoadedModel, cohort: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as the API sends them."""
    files = Files()
    with ResultWriter(loaded) as writer:
        patients = patients_of(cohort)
        writer.add(cohort["ID"], patients, loaded.model.predict(patients), risk_score(patients))
        result = writer.upload(files, "")
    rows: list[dict[str, Any]] = json.loads(json.dumps(ResultReader(files).rows(result, len(cohort), 0, 1000)))
    return rows


@pytest.fixture(scope="module")
def survival() -> Survival:
    namespace: dict[str, Any] = {}
    exec(blocks("docs/models.md", "python")[0], namespace)
    function: Survival = namespace["survival"]
    return function


@pytest.mark.parametrize("model_id", [model_id for model_id, card in CARDS.items() if card["survival_years"]])
def test_the_documented_function_computes_the_predicted_curve(
    model_id: str, cohort: pd.DataFrame, survival: Survival
) -> None:
    card, loaded = CARDS[model_id], load(model_id, ARTEFACTS)
    predicted = predict(loaded.model, cohort)
    rows = rows_of(loaded, cohort)
    for year in card["survival_years"]:
        expected = predicted[f"survival:{year}"].tolist()
        assert [survival(year, row, card) for row in rows] == pytest.approx(expected, abs=ROUNDING)
    # Medians lie between the years of ``survival``.
    medians = [(row, row["median_years"]) for row in rows if row["median_years"] is not None]
    assert len(medians) > 100
    assert [survival(years, row, card) for row, years in medians] == pytest.approx([0.5] * len(medians), abs=ROUNDING)
    assert [survival(0, row, card) for row in rows] == [1] * len(rows)
