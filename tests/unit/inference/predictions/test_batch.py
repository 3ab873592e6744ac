"""Both readers of the canonical CSV give the same patients."""

import csv
import io
from collections.abc import Callable
from typing import BinaryIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.inference.patient_file import columns
from chalicelib.inference.patient_file.findings import BrokenCsvError, InvalidFileError, InvalidRowsError
from chalicelib.inference.predictions import batch
from chalicelib.inference.predictions.batch import Chunk, canonical_chunks

OPTIONAL = [name for name in columns.STORED if not columns.BY_NAME[name].required]
IDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n\r",;\t '), max_size=8)
READERS: dict[str, Callable[[bytes], bytes | BinaryIO]] = {"content": bytes, "stream": io.BytesIO}
FIRST_ROW = {"Age": "18000", "Edema": "N", "Bilirubin": "1.4", "Albumin": "3.5", "Prothrombin": "10.6"}


def cells(name: str) -> st.SearchStrategy[str]:
    column = columns.BY_NAME[name]
    if column.kind == "id":
        return IDS
    low_high = column.limits if column.kind == "number" else (0.0, 0.0)
    text = st.sampled_from(column.allowed) if column.kind == "category" else st.floats(*low_high).map(number)
    return text if column.required else st.just("") | text


def number(value: float) -> str:
    return f"{value:.6g}"


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Return a canonical CSV with any of the optional columns."""
    names = [name for name in columns.STORED if name not in draw(st.sets(st.sampled_from(OPTIONAL)))]
    rows = draw(st.lists(st.tuples(*map(cells, names)), min_size=1, max_size=7))
    return canonical(names, rows, draw(st.sampled_from(["\n", "\r\n"])))


def canonical(names: list[str], rows: list[tuple[str, ...]], line_end: str = "\n") -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=line_end)
    writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue().encode()


def assert_equal(chunks: list[Chunk], others: list[Chunk]) -> None:
    for chunk, other in zip(chunks, others, strict=True):
        assert chunk.ids == other.ids
        assert chunk.patients.keys() == other.patients.keys()
        for name, values in chunk.patients.items():
            np.testing.assert_array_equal(values, other.patients[name], err_msg=name)


@given(content=files(), rows=st.integers(1, 8))
@settings(deadline=None)
def test_a_small_file_and_a_stream_give_the_same_patients(content: bytes, rows: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "CHUNK_ROWS", rows)
        assert_equal(list(canonical_chunks(content)), list(canonical_chunks(io.BytesIO(content))))


@pytest.mark.parametrize("reader", READERS)
def test_missing_values_are_nan_and_minus_one_and_categories_are_positions(reader: str) -> None:
    rows = [("", "", "3", *FIRST_ROW.values()), ("7", "2.5", "", *FIRST_ROW.values())]
    content = canonical(["ID", "Copper", "Stage", *FIRST_ROW], rows)
    [(ids, patients)] = canonical_chunks(READERS[reader](content))
    assert ids == ["", "7"]
    np.testing.assert_array_equal(patients["Copper"], [np.nan, 2.5])
    assert patients["Stage"].tolist() == [2, -1]
    assert patients["Edema"].tolist() == [0, 0]


@pytest.mark.filterwarnings("ignore:Constructing a Categorical")
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"Age": ""}, InvalidRowsError("The column Age is missing or has missing values.")),
        ({"Age": None}, InvalidRowsError("The column Age is missing or has missing values.")),
        ({"Edema": ""}, InvalidRowsError("The column Edema is missing or has missing values.")),
        ({"Edema": "X"}, InvalidRowsError("The column Edema has unknown values.")),
        ({"Stage": "5"}, InvalidRowsError("The column Stage has unknown values.")),
        ({"Bilirubin": "61"}, InvalidRowsError("The column Bilirubin has values outside the range 0.1 to 60.")),
        ({"Copper": "inf"}, InvalidRowsError("The column Copper has values outside the range 1 to 2000.")),
        ({"Albumin": "3,5"}, BrokenCsvError("The stored file can't be read as a table.")),
    ],
    ids=str,
)
def test_both_readers_refuse_what_the_check_would_not_have_written(
    reader: str, changed: dict[str, str | None], error: InvalidFileError
) -> None:
    cells = {name: text for name, text in (FIRST_ROW | changed).items() if text is not None}
    content = canonical(list(cells), [tuple(cells.values())])
    with pytest.raises(type(error)) as refusal:
        list(canonical_chunks(READERS[reader](content)))
    assert refusal.value.reason == error.reason
