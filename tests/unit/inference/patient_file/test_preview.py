"""The preview of a file in a dry run."""

import io
from typing import Any

from chalicelib.inference.patient_file.preview import BAD_ROWS_SHOWN_MAX, COLUMNS_SHOWN_MAX, FIRST_ROWS, Preview
from chalicelib.inference.patient_file.validator import inspect
from tests.unit.support import World, csv_of


def preview_of(content: str, *, is_sample: bool = False) -> dict[str, Any]:
    preview = Preview()
    inspect(io.BytesIO(content.encode()), preview=preview, is_sample=is_sample)
    return preview.document()


def file_of(*rows: str, header: str = "ID;Age;Bilirubin [umol/L];Albumin;Prothrombin;Edema;Ward") -> str:
    return "\n".join([header, *rows])


GOOD = "a;21464;24;3,5;12,2;N;7"


def test_the_header_is_shown_as_in_the_file_with_the_name_of_each_column() -> None:
    columns = preview_of(file_of(GOOD))["columns"]
    assert columns[2] == {
        "header": "Bilirubin [umol/L]", "column": "Bilirubin", "unit": "umol/L", "suggestion": None, "texts": [],
    }  # fmt: skip
    assert columns[5]["texts"] == ["N"]
    assert columns[6] == {"header": "Ward", "column": None, "unit": None, "suggestion": None, "texts": []}


def test_the_first_rows_and_the_bad_rows_are_shown_as_written() -> None:
    bad = " b ;21464;high;3,5;12,2;N;7"
    short = "c;21464"
    document = preview_of(file_of(*[GOOD] * 30, bad, GOOD, short))
    assert [row["row"] for row in document["rows"]] == [*range(1, FIRST_ROWS + 1), 31, 33]
    assert document["rows"][0]["cells"] == GOOD.split(";")
    assert document["rows"][-2]["cells"] == ["b", "21464", "high", "3,5", "12,2", "N", "7"]
    assert document["rows"][-1]["cells"] == ["c", "21464", "", "", "", "", ""]


def test_a_bad_row_among_the_first_is_shown_once() -> None:
    rows = preview_of(file_of(GOOD, "b;x;24;3,5;12,2;N;7"))["rows"]
    assert [row["row"] for row in rows] == [1, 2]


def test_the_preview_of_many_bad_rows_and_columns_stays_small() -> None:
    wide = ";".join(["x" * 500] * 100)
    header = ";".join([*(f"Extra {n}" for n in range(100)), "ID;Age;Bilirubin;Albumin;Prothrombin;Edema"])
    document = preview_of(file_of(*[f"{wide};a;x;1;3,5;12,2;N"] * 900, header=header))
    assert len(document["rows"]) == BAD_ROWS_SHOWN_MAX
    assert len(document["columns"]) == COLUMNS_SHOWN_MAX
    assert [column["column"] for column in document["columns"]][-6:] == [
        *("ID", "Age", "Bilirubin", "Albumin", "Prothrombin", "Edema")
    ]
    assert max(len(cell) for row in document["rows"] for cell in row["cells"]) == 40


def test_a_dry_run_contains_the_preview(world: World) -> None:
    user = world.register()
    report = world.dry_runs.of_file(user, "lasso", csv_of({"Bilirubin": "x"}))
    names = [column["column"] for column in report["preview"]["columns"]]
    assert report["preview"]["rows"][0]["cells"][names.index("Bilirubin")] == "x"
