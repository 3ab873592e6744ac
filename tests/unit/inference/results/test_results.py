"""The files of a result: the csv and json modules can read them, and a spreadsheet can open the CSV safely."""

import csv
import hashlib
import io
import json
from itertools import pairwise
from typing import IO, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.inference.models.base import LoadedModel
from chalicelib.inference.models.output_spec import OutputSpec
from chalicelib.inference.results.reader import row_document
from chalicelib.inference.results.result import Result
from chalicelib.inference.results.row_codec import escape_formula
from chalicelib.inference.results.writer import OFFSET_INTERVAL, ResultWriter
from chalicelib.inference.storage.file_store import FileStore, StoredObject
from tests.unit.support import FakeModel

NO_CURVE = OutputSpec(8.0, "years")
CURVE = OutputSpec(8.0, "log_hazard", (1, 3))
BAND = OutputSpec(8.0, "log_hazard", (1, 3), 0.8)


class Files(FileStore):
    """Keeps the stored files in memory."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    def put_stream(self, key: str, stream: IO[bytes], size: int, content_type: str) -> StoredObject:
        stream.seek(0)
        self.contents[key] = stream.read(size)
        return StoredObject(size, "")


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
    ids: list[str] | None, frame: pd.DataFrame, chunk: int = 700, output_spec: OutputSpec = NO_CURVE
) -> tuple[list[list[str]], list[str], Result]:
    files = Files()
    with ResultWriter(loaded_model(output_spec)) as writer:
        for start in range(0, len(frame), chunk):
            chunk_ids = None if ids is None else pd.Series(ids[start : start + chunk], dtype="str")
            rows = frame.iloc[start : start + chunk]
            writer.add(chunk_ids, rows, rows["years"].to_numpy() + 0.5)
        result = writer.upload(files, "")
    table = list(csv.reader(io.StringIO(files.contents["result.csv"].decode(), newline="")))
    return table, files.contents["rows.jsonl"].decode().split("\n")[:-1], result


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12), min_size=1))
def test_any_id_can_be_read_back_from_both_files(ids: list[str]) -> None:
    table, lines, _ = write_result(ids, fake_predictions(len(ids)))

    assert [json.loads(line)[1] for line in lines] == ids
    assert [read_back(row[1]) for row in table[1:]] == ids


def read_back(cell: str) -> str:
    """Return the ID of an ID cell of the CSV, without the apostrophe that escapes it."""
    unescaped = cell.removeprefix("'")
    return unescaped if escape_formula(unescaped) == cell else cell


def test_both_files_have_the_model_s_numbers_to_six_decimals() -> None:
    frame = fake_predictions(50)

    table, lines, result = write_result([str(number) for number in range(50)], frame)

    for row, line, (_, expected) in zip(table[1:], lines, frame.iterrows(), strict=True):
        numbers = [round(float(expected[name]), 6) for name in ("years", "lower", "upper")]
        contributions = [round(float(expected[f"contribution:{name}"]), 6) + 0.0 for name in ("Age", "Copper")]
        stored = json.loads(line)
        assert stored[2:5] == numbers
        assert stored[8] == contributions
        assert row[2:5] + row[13:15] == [repr(number) for number in numbers + contributions]
        assert row[12] == "5.123457"
        assert row[15:] == ["lasso", "1.0", ""]
    assert table[0][12:15] == ["baseline_years", "contribution_Age_years", "contribution_Copper_years"]
    assert result.output == round(float(frame["years"].iloc[0]), 6)


@pytest.mark.parametrize(
    "rows", [1, OFFSET_INTERVAL - 1, OFFSET_INTERVAL, OFFSET_INTERVAL + 1, 3 * OFFSET_INTERVAL + 17]
)
def test_each_row_offset_is_the_start_of_its_row(rows: int) -> None:
    _, lines, result = write_result(None, fake_predictions(rows))

    content = "".join(f"{line}\n" for line in lines).encode()
    assert len(lines) == rows
    assert result.row_offsets[-1] == len(content)
    assert len(result.row_offsets) == -(-rows // OFFSET_INTERVAL) + 1
    for index, offset in enumerate(result.row_offsets[:-1]):
        assert json.loads(content[offset:].split(b"\n", 1)[0])[0] == index * OFFSET_INTERVAL + 1


RISKY = [
    "=1+1", "+cmd", "-x", "@SUM(A1)", "\tx", "\rx", "\nx", "\t5", "-inf", "\0=1",
    "＝1+1", "＋1", "－1", "＠SUM(A1)", "﹦1", "﹢1", "﹣1", "﹫x", "⁺1", "⁼1",
    "\u200b=1", "\ufeff＝1", "\u2060\u200d+1", "\u00ad-x", "\u3164=1", "\u2800@x", " =1", "\u00a0=1", "\u3000－1",
    "\x1f=1", "'=1", "'＝1", "''=1",
]  # fmt: skip


@pytest.mark.parametrize("text", RISKY, ids=ascii)
def test_row_12_an_id_that_a_spreadsheet_would_run_is_escaped(text: str) -> None:
    table, lines, _ = write_result([text], fake_predictions(1))

    assert table[1][1] == f"'{text}"
    assert json.loads(lines[0])[1] == text


def test_row_12_different_ids_stay_different_cells() -> None:
    ids = [quotes + text for text in [*RISKY, "x", "-5", "", "'", "\u200b"] for quotes in ("", "'", "''")]
    distinct = list(dict.fromkeys(ids))

    table, _, _ = write_result(distinct, fake_predictions(len(distinct)))

    cells = [row[1] for row in table[1:]]
    assert len(set(cells)) == len(distinct)
    assert [read_back(cell) for cell in cells] == distinct


@pytest.mark.parametrize("text", ["x=1", "Иванова", "'s-Hertogenbosch", "1-2", "５", "−5", "№1", "", "(=1)"])
def test_any_other_id_is_unchanged(text: str) -> None:
    assert write_result([text], fake_predictions(1))[0][1][1] == text


def test_row_12_the_id_and_the_errors_of_a_skipped_row_are_escaped() -> None:
    files = Files()
    bad_rows = iter([{"row": 1, "id": "＝1+1", "errors": [{"message": "\u200b=2"}]}])
    with ResultWriter(loaded_model(NO_CURVE), bad_rows) as writer:
        writer.add(pd.Series(["x"], dtype="str"), fake_predictions(1), np.zeros(1))
        writer.finish()
        writer.upload(files, "")

    cells = list(csv.reader(io.StringIO(files.contents["result.csv"].decode(), newline="")))[1]
    assert (cells[1], cells[-1]) == ("'＝1+1", "'\u200b=2")


def test_a_separator_of_another_locale_cannot_start_a_formula_inside_an_id() -> None:
    files = Files()
    with ResultWriter(loaded_model(NO_CURVE)) as writer:
        writer.add(pd.Series(["x;=1+1", "x\t=1+1"], dtype="str"), fake_predictions(2), np.zeros(2))
        writer.upload(files, "")

    text = files.contents["result.csv"].decode()
    assert '"x;=1+1"' in text
    assert '"x\t=1+1"' in text


@pytest.mark.parametrize("number", ["-5", "+5", "-1.5e3"])
def test_row_12_an_id_that_is_a_number_is_unchanged(number: str) -> None:
    assert write_result([number], fake_predictions(1))[0][1][1] == number


def test_imputed_columns_mayo_score_and_curve_are_in_both_files() -> None:
    frame = fake_predictions(40)

    table, lines, result = write_result(None, frame, output_spec=CURVE)

    assert table[0] == [
        "row", "ID", "years", "lower_10", "upper_90", "upper_is_open", "median_years", "survival_1y", "survival_3y",
        "mayo_score", "imputed", "imputed_values", "out_of_range", "years_if_measured", "measure_first",
        "baseline_log_hazard", "contribution_Age_log_hazard", "contribution_Copper_log_hazard", "model",
        "model_version", "error",
    ]  # fmt: skip
    open_medians, imputed_rows = 0, 0
    for row, line, (_, expected) in zip(table[1:], lines, frame.iterrows(), strict=True):
        cells, stored = dict(zip(table[0], row, strict=True)), json.loads(line)
        years = round(float(expected["years"]), 6)
        survival = [round(float(expected["years"]) / divisor, 6) for divisor in (8, 16)]
        assert stored[9] == float(cells["mayo_score"]) == round(float(expected["years"]) + 0.5, 6)
        assert stored[10] == [float(cells["survival_1y"]), float(cells["survival_3y"])] == survival
        if years > 5:
            open_medians += 1
            assert (stored[11], cells["median_years"]) == (None, "")
        else:
            assert stored[11] == float(cells["median_years"]) == years
        if cells["imputed"]:
            imputed_rows += 1
            low, high = (round(float(expected[f"{side}:Copper"]), 6) for side in ("if_low", "if_high"))
            assert stored[12] == [[low, high], [low, high]]
            assert cells["years_if_measured"] == f"Copper:{low!r}..{high!r};Stage:{low!r}..{high!r}"
            assert stored[13] == cells["measure_first"] == "Stage"
            values = [round(float(expected[f"imputed_value:{name}"]), 6) for name in ("Copper", "Stage")]
            assert stored[15] == values
            assert cells["imputed_values"] == f"Copper:{values[0]!r};Stage:{values[1]!r}"
        else:
            assert (stored[12], cells["years_if_measured"], stored[13]) == ([], "", "")
            assert (stored[15], cells["imputed_values"]) == ([], "")
    assert 0 < open_medians < 40
    assert 0 < imputed_rows < 40
    assert result.output_spec == CURVE


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
    files = Files()
    with ResultWriter(loaded_model(output_spec)) as writer:
        for start in range(0, len(frame), chunk):
            rows = frame.iloc[start : start + chunk]
            writer.add(None, rows, np.zeros(len(rows)))
        writer.upload(files, "")
    summary: dict[str, Any] = json.loads(files.contents["cohort.json"])
    return summary


def test_the_band_is_in_the_rows_and_not_in_the_csv() -> None:
    frame = fake_predictions(40)

    with_band, lines, result = write_result(None, frame, output_spec=BAND)
    without_band, lines_without_band, _ = write_result(None, frame, output_spec=CURVE)

    for line, (_, expected) in zip(lines, frame.iterrows(), strict=True):
        ends = [expected[f"survival_{end}:{year}"] for year in (1, 3) for end in ("lower", "upper")]
        assert json.loads(line)[14] == [round(float(end), 6) for end in ends]
    assert {tuple(json.loads(line)[14]) for line in lines_without_band} == {()}
    assert with_band == without_band
    assert result.output_spec == BAND


def shown_row(line: str, output_spec: OutputSpec) -> dict[str, Any]:
    _, _, result = write_result(None, fake_predictions(1), output_spec=output_spec)
    return row_document(json.loads(line), result)


def test_a_point_of_the_curve_is_shown_with_its_band() -> None:
    [line] = write_result(None, fake_predictions(1), output_spec=BAND)[1]
    stored = json.loads(line)
    assert shown_row(line, BAND)["survival"] == [
        {"years": year, "probability": stored[10][i], "lower": stored[14][2 * i], "upper": stored[14][2 * i + 1]}
        for i, year in enumerate((1, 3))
    ]


def test_a_row_without_a_band_shows_null_also_from_an_older_release() -> None:
    [line] = write_result(None, fake_predictions(1), output_spec=CURVE)[1]
    older_line = json.dumps(json.loads(line)[:-1])
    points = shown_row(line, CURVE)["survival"]
    assert [(point["lower"], point["upper"]) for point in points] == [(None, None)] * 2
    assert shown_row(older_line, CURVE) == shown_row(line, CURVE)


def test_the_result_has_the_hashes_of_its_csv_and_of_the_model() -> None:
    files = Files()
    with ResultWriter(loaded_model(NO_CURVE)) as writer:
        for _ in range(3):
            writer.add(None, fake_predictions(700), np.zeros(700))
        result = writer.upload(files, "")

    assert result.csv_sha256 == hashlib.sha256(files.contents["result.csv"]).hexdigest()
    assert (result.model_version, result.model_sha256) == ("1.0", "f" * 64)
