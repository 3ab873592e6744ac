"""The result's two files: what the csv and json modules would write of the same values, and safe to open."""

import csv
import io
import json
from typing import IO

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.inference.files import FileStore
from chalicelib.inference.prediction import Result
from chalicelib.inference.results import MARK_ROWS, ResultWriter


class Files(FileStore):
    """Keeps what is put."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put_stream(self, key: str, stream: IO[bytes], size: int, content_type: str) -> None:
        stream.seek(0)
        self.kept[key] = stream.read(size)


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
        }
    )


def written(ids: list[str] | None, frame: pd.DataFrame, chunk: int = 700) -> tuple[list[list[str]], list[str], Result]:
    files = Files()
    with ResultWriter("lasso", "1.0") as writer:
        for start in range(0, len(frame), chunk):
            part = None if ids is None else pd.Series(ids[start : start + chunk], dtype="str")
            writer.add(part, frame.iloc[start : start + chunk])
        result = writer.upload(files, "csv", "rows")
    table = list(csv.reader(io.StringIO(files.kept["csv"].decode(), newline="")))
    return table, files.kept["rows"].decode().split("\n")[:-1], result


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12), min_size=1))
def test_any_id_comes_out_of_both_files_as_it_went_in(ids: list[str]) -> None:
    table, lines, _ = written(ids, predicted(len(ids)))

    assert [json.loads(line)[1] for line in lines] == ids
    assert [row[1].removeprefix("'") for row in table[1:]] == [each.removeprefix("'") for each in ids]


def test_numbers_are_the_model_s_to_six_decimals_in_both_files() -> None:
    frame = predicted(50)

    table, lines, result = written([str(each) for each in range(50)], frame)

    for row, line, (_, expected) in zip(table[1:], lines, frame.iterrows(), strict=True):
        numbers = [round(float(expected[name]), 6) for name in ("years", "lower", "upper")]
        parts = [round(float(expected[f"contribution:{name}"]), 6) + 0.0 for name in ("Age", "Copper")]
        stored = json.loads(line)
        assert stored[2:5] == numbers
        assert stored[8] == parts
        assert row[2:5] + row[9:11] == [repr(number) for number in numbers + parts]
        assert row[8] == "5.123457"
        assert row[11:] == ["lasso", "1.0"]
    assert table[0][9:11] == ["Age_years", "Copper_years"]
    assert result.output == round(float(frame["years"].iloc[0]), 6)


@pytest.mark.parametrize("rows", [1, MARK_ROWS - 1, MARK_ROWS, MARK_ROWS + 1, 3 * MARK_ROWS + 17])
def test_each_mark_is_where_its_row_begins(rows: int) -> None:
    _, lines, result = written(None, predicted(rows))

    content = "".join(f"{line}\n" for line in lines).encode()
    assert len(lines) == rows
    assert result.marks[-1] == len(content)
    assert len(result.marks) == -(-rows // MARK_ROWS) + 1
    for place, mark in enumerate(result.marks[:-1]):
        assert json.loads(content[mark:].split(b"\n", 1)[0])[0] == place * MARK_ROWS + 1


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-x", "@SUM(A1)", "\tx", "\rx"])
def test_an_id_that_a_spreadsheet_would_run_is_made_a_text(text: str) -> None:
    table, lines, _ = written([text], predicted(1))

    assert table[1][1] == f"'{text}"
    assert json.loads(lines[0])[1] == text


@pytest.mark.parametrize("number", ["-5", "+5", "-1.5e3"])
def test_an_id_that_is_a_number_stays_one(number: str) -> None:
    assert written([number], predicted(1))[0][1][1] == number
