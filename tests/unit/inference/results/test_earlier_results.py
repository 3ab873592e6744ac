"""Results equal those of commit 063d9b7, whose stored results stay readable: `data/write_results.py` recorded both."""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from admin.verify import first_difference
from chalicelib.inference.predictions.repository import _from_item
from chalicelib.inference.results.reader import ResultReader
from chalicelib.inference.results.result import Result
from tests.unit.inference.results.memory import Files, predict

RECORDED = Path(__file__).parents[2] / "data" / "results_063d9b7.json.gz"
MODELS = pytest.mark.parametrize("model", ["lasso", "cox-lasso", "mayo"])


@cache
def recorded() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(gzip.decompress(RECORDED.read_bytes()))
    return document


@cache
def today(model: str) -> tuple[Result, Files]:
    return predict(model, recorded()["patients"].encode(), skip=True)


def without_empty_ids(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"id": row["id"] or None} for row in rows]


@MODELS
def test_the_rows_are_the_same(model: str) -> None:
    earlier = recorded()["models"][model]["rows"]
    assert any(row["errors"] for row in earlier)
    assert any(row["imputed"] for row in earlier) or model == "mayo"
    result, files = today(model)

    rows = ResultReader(files).rows(result, len(earlier), 0, 1000)

    assert rows == without_empty_ids(earlier)


@MODELS
def test_the_summary_and_the_cohort_are_the_same(model: str) -> None:
    earlier = recorded()["models"][model]["cohort"]
    result, files = today(model)

    cohort = ResultReader(files).cohort_summary(result)

    assert cohort["sickest"] == without_empty_ids(earlier["sickest"])
    # Means of probabilities that were rounded before may differ in their last decimal.
    for today_of_bin, earlier_of_bin in zip(cohort.pop("survival"), earlier["survival"], strict=True):
        assert today_of_bin == pytest.approx(earlier_of_bin, abs=1.01e-4)
    assert {name: cohort[name] for name in cohort if name != "sickest"} == {
        name: earlier[name] for name in earlier if name not in {"sickest", "survival"}
    }


@MODELS
def test_the_csv_has_the_same_cells_and_more_columns(model: str) -> None:
    (earlier,) = (text for key, text in recorded()["models"][model]["files"].items() if key.endswith("result.csv"))
    _, files = today(model)

    assert first_difference(earlier, files.contents["result.csv"].decode()) is None


@MODELS
def test_a_result_with_json_rows_is_still_read(model: str) -> None:
    earlier = recorded()["models"][model]
    result = _from_item(earlier["item"]).result
    assert result is not None
    assert result.has_json_rows
    reader = ResultReader(Files({key: text.encode() for key, text in earlier["files"].items()}))

    assert reader.rows(result, 80, 0, 1000) == earlier["rows"]
    assert reader.rows(result, 80, 3, 2) == earlier["rows"][3:5]
    assert reader.cohort_summary(result) == earlier["cohort"]
