"""The result's two files: what the csv and json modules would write of the same values, and safe to open."""

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

from chalicelib.inference.models.base import Loaded
from chalicelib.inference.models.output_spec import OutputSpec
from chalicelib.inference.results.reader import row_document
from chalicelib.inference.results.result import Result
from chalicelib.inference.results.row_codec import escape_formula
from chalicelib.inference.results.writer import OFFSET_INTERVAL, ResultWriter
from chalicelib.inference.storage.file_store import FileStore, Stored
from tests.unit.support import FakeModel

NO_CURVE = OutputSpec(8.0, "years")
CURVE = OutputSpec(8.0, "log_hazard", (1, 3))
BAND = OutputSpec(8.0, "log_hazard", (1, 3), 0.8)


class Files(FileStore):
    """Keeps what is put."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put_stream(self, key: str, stream: IO[bytes], size: int, content_type: str) -> Stored:
        stream.seek(0)
        self.kept[key] = stream.read(size)
        return Stored(size, "")


def predicted(rows: int, seed: int = 1) -> pd.DataFrame:
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


def loaded(output_spec: OutputSpec) -> Loaded:
    model = FakeModel()
    model.output_spec = output_spec
    return Loaded("lasso", "1.0", "f" * 64, model)


def written(
    ids: list[str] | None, frame: pd.DataFrame, chunk: int = 700, output_spec: OutputSpec = NO_CURVE
) -> tuple[list[list[str]], list[str], Result]:
    files = Files()
    with ResultWriter(loaded(output_spec)) as writer:
        for start in range(0, len(frame), chunk):
            part = None if ids is None else pd.Series(ids[start : start + chunk], dtype="str")
            rows = frame.iloc[start : start + chunk]
            writer.add(part, rows, rows["years"].to_numpy() + 0.5)
        result = writer.upload(files, "")
    table = list(csv.reader(io.StringIO(files.kept["result.csv"].decode(), newline="")))
    return table, files.kept["rows.jsonl"].decode().split("\n")[:-1], result


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12), min_size=1))
def test_any_id_comes_out_of_both_files_as_it_went_in(ids: list[str]) -> None:
    table, lines, _ = written(ids, predicted(len(ids)))

    assert [json.loads(line)[1] for line in lines] == ids
    assert [read_back(row[1]) for row in table[1:]] == ids


def read_back(cell: str) -> str:
    """The ID that a cell of the CSV stands for."""
    without = cell.removeprefix("'")
    return without if escape_formula(without) == cell else cell


def test_numbers_are_the_model_s_to_six_decimals_in_both_files() -> None:
    frame = predicted(50)

    table, lines, result = written([str(each) for each in range(50)], frame)

    for row, line, (_, expected) in zip(table[1:], lines, frame.iterrows(), strict=True):
        numbers = [round(float(expected[name]), 6) for name in ("years", "lower", "upper")]
        parts = [round(float(expected[f"contribution:{name}"]), 6) + 0.0 for name in ("Age", "Copper")]
        stored = json.loads(line)
        assert stored[2:5] == numbers
        assert stored[8] == parts
        assert row[2:5] + row[12:14] == [repr(number) for number in numbers + parts]
        assert row[11] == "5.123457"
        assert row[14:] == ["lasso", "1.0", ""]
    assert table[0][11:14] == ["baseline_years", "contribution_Age_years", "contribution_Copper_years"]
    assert result.output == round(float(frame["years"].iloc[0]), 6)


@pytest.mark.parametrize(
    "rows", [1, OFFSET_INTERVAL - 1, OFFSET_INTERVAL, OFFSET_INTERVAL + 1, 3 * OFFSET_INTERVAL + 17]
)
def test_each_mark_is_where_its_row_begins(rows: int) -> None:
    _, lines, result = written(None, predicted(rows))

    content = "".join(f"{line}\n" for line in lines).encode()
    assert len(lines) == rows
    assert result.row_offsets[-1] == len(content)
    assert len(result.row_offsets) == -(-rows // OFFSET_INTERVAL) + 1
    for place, mark in enumerate(result.row_offsets[:-1]):
        assert json.loads(content[mark:].split(b"\n", 1)[0])[0] == place * OFFSET_INTERVAL + 1


RISKY = [
    "=1+1", "+cmd", "-x", "@SUM(A1)", "\tx", "\rx", "\nx", "\t5", "-inf", "\0=1",
    "＝1+1", "＋1", "－1", "＠SUM(A1)", "﹦1", "﹢1", "﹣1", "﹫x", "⁺1", "⁼1",
    "\u200b=1", "\ufeff＝1", "\u2060\u200d+1", "\u00ad-x", "\u3164=1", "\u2800@x", " =1", "\u00a0=1", "\u3000－1",
    "\x1f=1", "'=1", "'＝1", "''=1",
]  # fmt: skip


@pytest.mark.parametrize("text", RISKY, ids=ascii)
def test_row_12_an_id_that_a_spreadsheet_would_run_is_made_a_text(text: str) -> None:
    table, lines, _ = written([text], predicted(1))

    assert table[1][1] == f"'{text}"
    assert json.loads(lines[0])[1] == text


def test_row_12_no_two_ids_become_one_cell() -> None:
    ids = [quotes + text for text in [*RISKY, "x", "-5", "", "'", "\u200b"] for quotes in ("", "'", "''")]
    distinct = list(dict.fromkeys(ids))

    table, _, _ = written(distinct, predicted(len(distinct)))

    cells = [row[1] for row in table[1:]]
    assert len(set(cells)) == len(distinct)
    assert [read_back(cell) for cell in cells] == distinct


@pytest.mark.parametrize("text", ["x=1", "Иванова", "'s-Hertogenbosch", "1-2", "５", "−5", "№1", "", "(=1)"])
def test_any_other_id_stays_as_it_is(text: str) -> None:
    assert written([text], predicted(1))[0][1][1] == text


def test_row_12_a_skipped_row_s_id_and_reason_are_made_texts() -> None:
    files = Files()
    bad = iter([{"row": 1, "id": "＝1+1", "errors": [{"message": "\u200b=2"}]}])
    with ResultWriter(loaded(NO_CURVE), bad) as writer:
        writer.add(pd.Series(["x"], dtype="str"), predicted(1), np.zeros(1))
        writer.finish()
        writer.upload(files, "")

    cells = list(csv.reader(io.StringIO(files.kept["result.csv"].decode(), newline="")))[1]
    assert (cells[1], cells[-1]) == ("'＝1+1", "'\u200b=2")


def test_a_separator_of_another_locale_can_not_begin_a_formula_inside_an_id() -> None:
    files = Files()
    with ResultWriter(loaded(NO_CURVE)) as writer:
        writer.add(pd.Series(["x;=1+1", "x\t=1+1"], dtype="str"), predicted(2), np.zeros(2))
        writer.upload(files, "")

    text = files.kept["result.csv"].decode()
    assert '"x;=1+1"' in text
    assert '"x\t=1+1"' in text


@pytest.mark.parametrize("number", ["-5", "+5", "-1.5e3"])
def test_row_12_an_id_that_is_a_number_stays_one(number: str) -> None:
    assert written([number], predicted(1))[0][1][1] == number


def test_gaps_score_and_curve_are_in_both_files() -> None:
    frame = predicted(40)

    table, lines, result = written(None, frame, output_spec=CURVE)

    assert table[0] == [
        "row", "ID", "years", "lower_80", "upper_80", "upper_is_open", "median_years", "survival_1y", "survival_3y",
        "mayo_score", "imputed", "out_of_range", "years_if_measured", "measure_first", "baseline_log_hazard",
        "contribution_Age_log_hazard", "contribution_Copper_log_hazard", "model", "model_version", "error",
    ]  # fmt: skip
    open_medians, gaps = 0, 0
    for row, line, (_, expected) in zip(table[1:], lines, frame.iterrows(), strict=True):
        cells, stored = dict(zip(table[0], row, strict=True)), json.loads(line)
        years = round(float(expected["years"]), 6)
        survival = [round(years_ / by, 6) for by in (8, 16) for years_ in [float(expected["years"])]]
        assert stored[9] == float(cells["mayo_score"]) == round(float(expected["years"]) + 0.5, 6)
        assert stored[10] == [float(cells["survival_1y"]), float(cells["survival_3y"])] == survival
        if years > 5:
            open_medians += 1
            assert (stored[11], cells["median_years"]) == (None, "")
        else:
            assert stored[11] == float(cells["median_years"]) == years
        if cells["imputed"]:
            gaps += 1
            low, high = (round(float(expected[f"{side}:Copper"]), 6) for side in ("if_low", "if_high"))
            assert stored[12] == [[low, high], [low, high]]
            assert cells["years_if_measured"] == f"Copper:{low!r}..{high!r};Stage:{low!r}..{high!r}"
            assert stored[13] == cells["measure_first"] == "Stage"
        else:
            assert (stored[12], cells["years_if_measured"], stored[13]) == ([], "", "")
    assert 0 < open_medians < 40
    assert 0 < gaps < 40
    assert result.output_spec == CURVE


@pytest.mark.parametrize("chunk", [1, 700, 2000])
def test_each_bin_of_the_cohort_says_what_its_patients_rows_say(chunk: int) -> None:
    frame = predicted(1500)
    frame = frame[(frame["years"] < 3) | (frame["years"] > 4)]
    frame.loc[frame.index[5], ["years", "survival:1", "survival:3"]] = 8.0, 1.0, 0.5

    cohort = cohort_of(frame, chunk, CURVE)

    empty = 0
    for place, (low, high) in enumerate(pairwise(cohort["edges"])):
        years = frame["years"].round(6)
        rows = frame[(low <= years) & (years < high) | (years == high) & (high == 8)]
        assert cohort["counts"][place] == len(rows)
        assert cohort["imputed"][place] == (rows["imputed"] != "").sum()
        assert cohort["out_of_range"][place] == (rows["out_of_range"] != "").sum()
        if rows.empty:
            empty += 1
            assert (cohort["mean_years"][place], cohort["survival"][place]) == (None, [])
        else:
            assert cohort["mean_years"][place] == pytest.approx(rows["years"].mean(), abs=5.1e-4)
            means = rows[["survival:1", "survival:3"]].mean()
            assert cohort["survival"][place] == pytest.approx(means.tolist(), abs=5.1e-5)
    assert empty == 2
    assert {len(str(mean).partition(".")[2]) for mean in cohort["mean_years"] if mean} <= {1, 2, 3}
    assert {len(str(share).partition(".")[2]) for shares in cohort["survival"] for share in shares} <= {1, 2, 3, 4}


def test_bins_weighted_by_their_counts_make_the_whole_file() -> None:
    frame = predicted(1500)

    cohort = cohort_of(frame, 700, CURVE)

    means = np.average(cohort["mean_years"], weights=cohort["counts"])
    assert means == pytest.approx(frame["years"].mean(), abs=1e-3)
    curve = np.average(cohort["survival"], axis=0, weights=cohort["counts"])
    assert curve == pytest.approx(frame[["survival:1", "survival:3"]].mean().to_numpy(), abs=1e-4)
    assert sum(cohort["imputed"]) == (frame["imputed"] != "").sum() > 0
    assert sum(cohort["out_of_range"]) == (frame["out_of_range"] != "").sum() > 0


def test_a_model_without_a_curve_has_no_survival_in_any_bin() -> None:
    cohort = cohort_of(predicted(100), 700, NO_CURVE)

    assert cohort["survival"] == [[]] * len(cohort["counts"])
    assert all(cohort["mean_years"])


def cohort_of(frame: pd.DataFrame, chunk: int, output_spec: OutputSpec) -> dict[str, Any]:
    """The cohort's object of what was predicted, in chunks."""
    files = Files()
    with ResultWriter(loaded(output_spec)) as writer:
        for start in range(0, len(frame), chunk):
            rows = frame.iloc[start : start + chunk]
            writer.add(None, rows, np.zeros(len(rows)))
        writer.upload(files, "")
    found: dict[str, Any] = json.loads(files.kept["cohort.json"])
    return found


def test_the_band_is_in_the_rows_and_the_csv_is_the_same_without_it() -> None:
    frame = predicted(40)

    with_band, lines, result = written(None, frame, output_spec=BAND)
    without, bare, _ = written(None, frame, output_spec=CURVE)

    for line, (_, expected) in zip(lines, frame.iterrows(), strict=True):
        ends = [expected[f"survival_{end}:{year}"] for year in (1, 3) for end in ("lower", "upper")]
        assert json.loads(line)[14] == [round(float(end), 6) for end in ends]
    assert {tuple(json.loads(line)[14]) for line in bare} == {()}
    assert with_band == without
    assert result.output_spec == BAND


def row_of(line: str, output_spec: OutputSpec) -> dict[str, Any]:
    _, _, result = written(None, predicted(1), output_spec=output_spec)
    return row_document(json.loads(line), result)


def test_a_point_of_the_curve_is_shown_with_its_band() -> None:
    [line] = written(None, predicted(1), output_spec=BAND)[1]
    stored = json.loads(line)
    assert row_of(line, BAND)["survival"] == [
        {"years": year, "probability": stored[10][at], "lower": stored[14][2 * at], "upper": stored[14][2 * at + 1]}
        for at, year in enumerate((1, 3))
    ]


def test_a_row_without_a_band_or_from_before_there_was_one_says_null() -> None:
    [line] = written(None, predicted(1), output_spec=CURVE)[1]
    older = json.dumps(json.loads(line)[:-1])
    points = row_of(line, CURVE)["survival"]
    assert [(point["lower"], point["upper"]) for point in points] == [(None, None)] * 2
    assert row_of(older, CURVE) == row_of(line, CURVE)


def test_the_result_names_the_bytes_of_its_csv_and_of_the_model() -> None:
    files = Files()
    with ResultWriter(loaded(NO_CURVE)) as writer:
        for _ in range(3):
            writer.add(None, predicted(700), np.zeros(700))
        result = writer.upload(files, "")

    assert result.csv_sha256 == hashlib.sha256(files.kept["result.csv"]).hexdigest()
    assert (result.model_version, result.model_sha256) == ("1.0", "f" * 64)
