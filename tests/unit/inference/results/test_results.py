"""The files of a result: csv can read the CSV, a spreadsheet can open it safely, and the API reads it back."""

import hashlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.inference.models.base import LoadedModel, Patients
from chalicelib.inference.models.output_spec import OutputSpec
from chalicelib.inference.results import reader as reader_module
from chalicelib.inference.results import writer as writer_module
from chalicelib.inference.results.reader import ResultExpiredError, ResultReader
from chalicelib.inference.results.result import Result
from chalicelib.inference.results.writer import OFFSET_INTERVAL, ResultWriter
from tests.unit.inference.results.memory import Files
from tests.unit.support import FakeModel

NO_CURVE = OutputSpec(8.0, "years")
CURVE = OutputSpec(8.0, "log_hazard", (1, 3))
BAND = OutputSpec(8.0, "log_hazard", (1, 3), 0.8)


def fake_predictions(rows: int, seed: int = 1) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    years = draw.uniform(0, 8, rows)
    return pd.DataFrame(
        {
            "years": years,
            "lower": np.clip(years - 2, 0, 8),
            "upper": np.clip(years + 2, 0, 8),
            "upper_open": years > 6,
            "imputed": np.where(years < 2, "Copper;Stage", ""),
            "out_of_range": np.where(years > 7, "Age:above", ""),
            "baseline": 5.123456789,
            "contribution:Age": draw.normal(0, 1, rows),
            "contribution:Copper": np.where(years < 4, -0.0, 1e-7),
            "imputed_value:Copper": np.where(years < 2, 70 + years, np.nan),
            "imputed_value:Stage": np.where(years < 2, 2 + years, np.nan),
            **{f"if_low:{name}": np.where(years < 2, years / 2, np.nan) for name in ("Copper", "Stage")},
            **{f"if_high:{name}": np.where(years < 2, years + 1, np.nan) for name in ("Copper", "Stage")},
            "measure_first": np.where(years < 2, "Stage", ""),
            "survival:1": years / 8,
            "survival:3": years / 16,
            "median": np.where(years > 5, np.nan, years),
            **{f"survival_lower:{year}": years / 8 / year - 0.01 for year in (1, 3)},
            **{f"survival_upper:{year}": years / 8 / year + 0.01 for year in (1, 3)},
        }
    )


def loaded_model(output_spec: OutputSpec) -> LoadedModel:
    model = FakeModel()
    model.output_spec = output_spec
    return LoadedModel("lasso", "1.0", "f" * 64, model)


def write_result(
    ids: list[str] | None,
    frame: pd.DataFrame,
    chunk: int = 700,
    output_spec: OutputSpec = NO_CURVE,
    bad_rows: Iterator[dict[str, Any]] = iter(()),  # noqa: B008 - it is empty
    kept: Patients | None = None,
) -> tuple[Result, Files]:
    """Write a result, with the values ``kept`` if there are any."""
    files = Files()
    with ResultWriter(loaded_model(output_spec), bad_rows, keeps_values=kept is not None) as writer:
        for start in range(0, len(frame), chunk):
            chunk_ids = None if ids is None else ids[start : start + chunk]
            rows = frame.iloc[start : start + chunk]
            patients = {name: values[start : start + chunk] for name, values in (kept or {}).items()}
            predicted: Any = dict(rows.items())
            writer.add(chunk_ids, patients, predicted, rows["years"].to_numpy() + 0.5)
        writer.finish()
        return writer.upload(files, ""), files


def read_back(result: Result, files: Files, offset: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
    return ResultReader(files).rows(result, result.summary["rows"], offset, limit)


def bad_row(row: int, patient_id: str | None = "bad", message: str = "It is bad.") -> dict[str, Any]:
    return {"row": row, "id": patient_id, "errors": [{"row": row, "code": "bad", "message": message}]}


def rounded(number: float) -> float:
    return round(float(number), 6) + 0.0


# ---- IDs


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, min_size=1), st.lists(TEXTS, max_size=3))
def test_any_id_can_be_read_back(ids: list[str], bad_ids: list[str]) -> None:
    bad_rows = [bad_row(len(ids) + number, patient_id) for number, patient_id in enumerate(bad_ids, 1)]

    rows = read_back(*write_result(ids, fake_predictions(len(ids)), bad_rows=iter(bad_rows)))

    assert [row["id"] or "" for row in rows] == ids + bad_ids


def test_an_empty_id_and_no_id_column_are_null() -> None:
    assert [row["id"] for row in read_back(*write_result(["", "x"], fake_predictions(2)))] == [None, "x"]
    assert [row["id"] for row in read_back(*write_result(None, fake_predictions(2)))] == [None, None]


RISKY = [
    "=1+1", "+cmd", "-x", "@SUM(A1)", "\tx", "\rx", "\nx", "\t5", "-inf", "\0=1",
    "＝1+1", "＋1", "－1", "＠SUM(A1)", "﹦1", "﹢1", "﹣1", "﹫x", "⁺1", "⁼1",
    "\u200b=1", "\ufeff＝1", "\u2060\u200d+1", "\u00ad-x", "\u3164=1", "\u2800@x", " =1", "\u00a0=1", "\u3000－1",
    "\x1f=1", "'=1", "'＝1", "''=1",
]  # fmt: skip


def id_cells(ids: list[str]) -> list[str]:
    _, files = write_result(ids, fake_predictions(len(ids)))
    return [row[1] for row in files.table()[1:]]


@pytest.mark.parametrize("text", RISKY, ids=ascii)
def test_row_12_an_id_that_a_spreadsheet_would_run_is_escaped(text: str) -> None:
    assert id_cells([text]) == [f"'{text}"]


def test_row_12_different_ids_stay_different_cells() -> None:
    ids = [quotes + text for text in [*RISKY, "x", "-5", "", "'", "\u200b"] for quotes in ("", "'", "''")]
    distinct = list(dict.fromkeys(ids))

    cells = id_cells(distinct)

    assert len(set(cells)) == len(distinct)
    assert [cell.removeprefix("'") for cell in cells] == distinct


@pytest.mark.parametrize("text", ["x=1", "Иванова", "1-2", "５", "−5", "№1", "", "(=1)"])
def test_any_other_id_is_unchanged(text: str) -> None:
    assert id_cells([text]) == [text]


@pytest.mark.parametrize("number", ["-5", "+5", "-1.5e3"])
def test_row_12_an_id_that_is_a_number_is_unchanged(number: str) -> None:
    assert id_cells([number]) == [number]


def test_row_12_the_id_and_the_errors_of_a_skipped_row_are_escaped() -> None:
    _, files = write_result(["x"], fake_predictions(1), bad_rows=iter([bad_row(1, "＝1+1", "\u200b=2")]))

    cells = files.table()[1]
    assert (cells[1], cells[-1]) == ("'＝1+1", "'\u200b=2")


def test_a_separator_of_another_locale_cannot_start_a_formula_inside_an_id() -> None:
    _, files = write_result(["x;=1+1", "x\t=1+1"], fake_predictions(2))

    text = files.contents["result.csv"].decode()
    assert '"x;=1+1"' in text
    assert '"x\t=1+1"' in text


# ---- rows


def test_the_header_describes_every_column() -> None:
    _, files = write_result(None, fake_predictions(1), output_spec=BAND)

    assert files.table()[0] == [
        "row", "ID", "years", "lower_10", "upper_90", "median_years", "survival_1y", "survival_3y",
        "survival_1y_lower_10", "survival_1y_upper_90", "survival_3y_lower_10", "survival_3y_upper_90", "mayo_score",
        "baseline_log_hazard", "contribution_Age_log_hazard", "contribution_Copper_log_hazard", "upper_is_open",
        "out_of_range", "imputed", "imputed_values", "years_if_measured", "measure_first", "model", "model_version",
        "error",
    ]  # fmt: skip


@pytest.mark.parametrize("output_spec", [NO_CURVE, CURVE, BAND], ids=["no curve", "curve", "band"])
def test_a_row_has_the_model_s_numbers_to_six_decimals(output_spec: OutputSpec) -> None:
    frame = fake_predictions(50)

    result, files = write_result(None, frame, output_spec=output_spec)

    kinds = set()
    for row, (_, expected) in zip(read_back(result, files), frame.iterrows(), strict=True):
        imputed = expected["imputed"].split(";") if expected["imputed"] else []
        contributions = {name: rounded(expected[f"contribution:{name}"]) for name in ("Age", "Copper")}
        assert {name: row[name] for name in ("years", "lower", "upper", "baseline")} == {
            name: rounded(expected[name]) for name in ("years", "lower", "upper", "baseline")
        }
        assert row["mayo_score"] == rounded(expected["years"] + 0.5)
        assert row["upper_open"] == expected["upper_open"]
        assert {entry["column"]: entry["value"] for entry in row["contributions"]} == {
            name: value for name, value in contributions.items() if value
        }
        assert row["imputed"] == imputed
        assert row["imputed_values"] == [
            {"column": name, "value": rounded(expected[f"imputed_value:{name}"])} for name in imputed
        ]
        assert row["if_measured"] == [
            {"column": name, "low": rounded(expected[f"if_low:{name}"]), "high": rounded(expected[f"if_high:{name}"])}
            for name in imputed
        ]
        assert row["measure_first"] == (expected["measure_first"] or None)
        assert row["out_of_range"] == ([{"column": "Age", "direction": "above"}] if expected["out_of_range"] else [])
        has_median = bool(output_spec.survival_years) and expected["years"] <= 5
        assert row["median_years"] == (rounded(expected["median"]) if has_median else None)
        assert [(point["years"], point["probability"]) for point in row["survival"]] == [
            (year, rounded(expected[f"survival:{year}"])) for year in output_spec.survival_years
        ]
        has_band = output_spec.curve_band_level is not None
        for point in row["survival"]:
            ends = [rounded(expected[f"survival_{end}:{point['years']}"]) for end in ("lower", "upper")]
            assert [point["lower"], point["upper"]] == (ends if has_band else [None, None])
        kinds.add((bool(imputed), bool(row["out_of_range"]), row["upper_open"], row["median_years"] is None))
    assert len(kinds) >= 4
    assert result.output == rounded(frame["years"].iloc[0])
    assert result.output_spec == output_spec


def test_numbers_for_values_that_are_not_missing_are_refused() -> None:
    """Otherwise they would be shown as those of other rows."""
    frame = fake_predictions(50)
    frame["if_low:Copper"] = 1.0
    with pytest.raises(ValueError, match="not missing"):
        write_result(None, frame)


@pytest.mark.parametrize(
    "rows", [1, OFFSET_INTERVAL - 1, OFFSET_INTERVAL, OFFSET_INTERVAL + 1, 3 * OFFSET_INTERVAL + 17]
)
def test_each_row_offset_is_the_start_of_its_row(rows: int) -> None:
    result, files = write_result(None, fake_predictions(rows))

    content = files.contents["result.csv"]
    assert content[: result.row_offsets[0]].count(b"\n") == 1
    assert result.row_offsets[-1] == len(content)
    assert len(result.row_offsets) == -(-rows // OFFSET_INTERVAL) + 1
    for index, offset in enumerate(result.row_offsets[:-1]):
        assert content[offset:].startswith(b"%d," % (index * OFFSET_INTERVAL + 1))


@pytest.mark.parametrize("offset", [0, 998, 1000, 1999, 2400])
def test_any_page_is_read_alone_with_ids_that_have_line_breaks_and_with_skipped_rows(offset: int) -> None:
    skipped = [1, 2, 999, 1000, 1001, 1500, 2450]
    bad_rows = [bad_row(row, "a\nb", f"Row {row} is bad.") for row in skipped]
    ids = [f"{number}\n" for number in range(2443)]

    result, files = write_result(ids, fake_predictions(2443), bad_rows=iter(bad_rows))

    page = read_back(result, files, offset, 50)
    assert [row["row"] for row in page] == list(range(offset + 1, min(offset + 50, 2450) + 1))
    for row in page:
        if row["row"] in skipped:
            assert (row["id"], row["years"], row["errors"]) == (
                "a\nb",
                None,
                bad_rows[skipped.index(row["row"])]["errors"],
            )
        else:
            assert row["id"] == ids[row["row"] - 1 - sum(number < row["row"] for number in skipped)]
            assert row["errors"] == []
    assert sum(end - start for key, start, end in files.reads if key == "result.csv") < 2.1 * 150 * OFFSET_INTERVAL


@pytest.mark.parametrize(("bytes_max", "rows"), [(1, 1), (1000, 12)])
def test_a_page_of_long_rows_is_shorter_and_has_at_least_one_row(
    monkeypatch: pytest.MonkeyPatch, bytes_max: int, rows: int
) -> None:
    result, files = write_result(None, fake_predictions(20), bad_rows=iter([bad_row(3)]))
    whole = read_back(result, files)
    monkeypatch.setattr(reader_module, "PAGE_BYTES_MAX", bytes_max)

    page = read_back(result, files, 2)

    assert 1 <= len(page) <= rows
    assert page == whole[2 : 2 + len(page)]


def test_a_small_result_is_one_file_and_a_page_of_it_one_read() -> None:
    result, files = write_result(None, fake_predictions(OFFSET_INTERVAL))

    assert files.contents.keys() == {"result.csv"}
    read_back(result, files)
    ResultReader(files).cohort_summary(result)
    assert len(files.reads) == 2
    assert (result.rows_key, result.cohort_key, result.bad_rows) == ("result.csv", None, None)


def test_the_size_of_a_result_counts_its_skipped_rows() -> None:
    result, files = write_result(None, fake_predictions(OFFSET_INTERVAL), bad_rows=iter([bad_row(1)]))

    assert files.contents.keys() == {"result.csv", "bad.jsonl", "cohort.json"}
    assert result.files.keys() == {"csv_key", "rows_key", "bad_rows_key", "cohort_key"}


@pytest.mark.parametrize("name", ["result.csv", "bad.jsonl"])
def test_a_result_of_which_a_file_is_gone_has_expired(name: str) -> None:
    result, files = write_result(None, fake_predictions(3), bad_rows=iter([bad_row(1)]))
    del files.contents[name]
    with pytest.raises(ResultExpiredError):
        read_back(result, files)


# ---- values

AGES = st.floats(6570, 40000)
COPPERS = st.just(np.nan) | st.floats(1, 2000)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(AGES, COPPERS), min_size=1, max_size=20), st.integers(1, 20), st.integers(0, 2))
def test_kept_values_can_be_read_back(values: list[tuple[float, float]], chunk: int, bad_rows: int) -> None:
    ages, coppers = np.array(values).T
    skipped = iter([bad_row(number) for number in range(1, bad_rows + 1)])

    result, files = write_result(
        None, fake_predictions(len(values)), chunk, bad_rows=skipped, kept={"Age": ages, "Copper": coppers}
    )

    rows = read_back(result, files)
    assert ["values" in row for row in rows] == [False] * bad_rows + [True] * len(values)
    assert [row["values"] for row in rows[bad_rows:]] == [
        {"Age": rounded(age)} | ({} if np.isnan(copper) else {"Copper": rounded(copper)}) for age, copper in values
    ]
    for row in ResultReader(files).cohort_summary(result)["sickest"]:
        assert row["values"] == rows[row["row"] - 1]["values"]


def test_kept_categories_are_read_back_as_texts() -> None:
    frame = fake_predictions(3).rename(columns={"contribution:Copper": "contribution:Stage"})
    kept: Patients = {"Age": np.array([20000.0, 21000.0, 22000.0]), "Stage": np.array([3, -1, 0])}

    rows = read_back(*write_result(None, frame, kept=kept))

    assert [row["values"].get("Stage") for row in rows] == ["4", None, "1"]


def test_values_are_written_only_if_they_are_kept_and_only_of_the_model_s_columns() -> None:
    frame = fake_predictions(2)
    kept: Patients = {"Age": np.array([20000.0, 21000.0]), "Platelets": np.array([200.0, 300.0])}

    without, with_values = (write_result(None, frame, kept=values)[1].table() for values in (None, kept))

    assert [name for name in without[0] if name.startswith("value_")] == []
    added = ["value_Age", "value_Copper"]
    start = with_values[0].index("value_Age")
    assert with_values[0][start:] == [*added, "model", "model_version", "error"]
    assert [row[start : start + 2] for row in with_values[1:]] == [["20000.0", ""], ["21000.0", ""]]
    assert [row[:start] + row[start + 2 :] for row in with_values] == without


# ---- cohort


@pytest.mark.parametrize("chunk", [1, 700, 2000])
def test_each_bin_of_the_cohort_summary_agrees_with_the_rows_of_its_patients(chunk: int) -> None:
    frame = fake_predictions(1500)
    frame = frame[(frame["years"] < 3) | (frame["years"] > 4)]
    frame.loc[frame.index[5], ["years", "survival:1", "survival:3"]] = 8.0, 1.0, 0.5

    summary = cohort_summary(frame, chunk, CURVE)

    empty_bins = 0
    for index, (low, high) in enumerate(pairwise(summary["edges"])):
        years = frame["years"].round(6)
        rows = frame[(low <= years) & (years < high) | (years == high) & (high == 8)]
        assert summary["counts"][index] == len(rows)
        assert summary["imputed"][index] == (rows["imputed"] != "").sum()
        assert summary["out_of_range"][index] == (rows["out_of_range"] != "").sum()
        if rows.empty:
            empty_bins += 1
            assert (summary["mean_years"][index], summary["survival"][index]) == (None, [])
        else:
            assert summary["mean_years"][index] == pytest.approx(rows["years"].mean(), abs=5.1e-4)
            means = rows[["survival:1", "survival:3"]].mean()
            assert summary["survival"][index] == pytest.approx(means.tolist(), abs=5.1e-5)
    assert empty_bins == 2
    assert {len(str(mean).partition(".")[2]) for mean in summary["mean_years"] if mean} <= {1, 2, 3}
    assert {len(str(share).partition(".")[2]) for shares in summary["survival"] for share in shares} <= {1, 2, 3, 4}


def test_the_means_of_the_bins_weighted_by_their_counts_are_the_means_of_the_file() -> None:
    frame = fake_predictions(1500)

    summary = cohort_summary(frame, 700, CURVE)

    means = np.average(summary["mean_years"], weights=summary["counts"])
    assert means == pytest.approx(frame["years"].mean(), abs=1e-3)
    curve = np.average(summary["survival"], axis=0, weights=summary["counts"])
    assert curve == pytest.approx(frame[["survival:1", "survival:3"]].mean().to_numpy(), abs=1e-4)
    assert sum(summary["imputed"]) == (frame["imputed"] != "").sum() > 0
    assert sum(summary["out_of_range"]) == (frame["out_of_range"] != "").sum() > 0


def test_a_model_without_a_curve_has_no_survival_in_any_bin() -> None:
    summary = cohort_summary(fake_predictions(100), 700, NO_CURVE)

    assert summary["survival"] == [[]] * len(summary["counts"])
    assert all(summary["mean_years"])


def cohort_summary(frame: pd.DataFrame, chunk: int, output_spec: OutputSpec) -> dict[str, Any]:
    """Write the predictions in chunks of ``chunk`` rows and return the cohort summary."""
    result, files = write_result(None, frame, chunk, output_spec)
    return ResultReader(files).cohort_summary(result)


@pytest.mark.parametrize("output_spec", [NO_CURVE, BAND], ids=["no curve", "band"])
@pytest.mark.parametrize("seed", range(5))
def test_the_cohort_that_is_computed_from_the_rows_is_the_one_that_the_worker_stores(
    monkeypatch: pytest.MonkeyPatch, output_spec: OutputSpec, seed: int
) -> None:
    frame = fake_predictions(300, seed)
    frame["years"] = frame["years"].round(1)  # equal estimates keep the order of the file
    ids = [f"'{number}\n" for number in range(300)]
    bad_rows = [bad_row(7), bad_row(200)]
    computed_result, computed_files = write_result(ids, frame, 700, output_spec, iter(bad_rows))
    monkeypatch.setattr(writer_module, "SMALL_RESULT_ROWS", 0)
    stored_result, stored_files = write_result(ids, frame, 100, output_spec, iter(bad_rows))

    computed = ResultReader(computed_files).cohort_summary(computed_result)
    stored = ResultReader(stored_files).cohort_summary(stored_result)

    assert (computed_result.cohort_key, stored_result.cohort_key) == (None, "cohort.json")
    for name, decimals in (("mean_years", 3), ("survival", 4)):  # a sum in another order can be rounded otherwise
        for of_computed, of_stored in zip(computed.pop(name), stored.pop(name), strict=True):
            assert of_computed == pytest.approx(of_stored, abs=1.01 * 10**-decimals)
    assert computed == stored
    assert [row["id"] for row in stored["sickest"]] != ids


def test_the_stored_cohort_lists_the_thousand_lowest_estimates_of_all_chunks() -> None:
    frame = fake_predictions(2500)
    frame["years"] = frame["years"].round(2)

    lowest = cohort_summary(frame, 700, NO_CURVE)["sickest"]

    expected = sorted(range(2500), key=lambda index: (frame["years"][index], index))[:1000]
    assert [row["row"] for row in lowest] == [index + 1 for index in expected]


def test_the_result_has_the_hashes_of_its_csv_and_of_the_model() -> None:
    result, files = write_result(None, fake_predictions(2100))

    assert result.csv_sha256 == hashlib.sha256(files.contents["result.csv"]).hexdigest()
    assert (result.model_version, result.model_sha256) == ("1.0", "f" * 64)
