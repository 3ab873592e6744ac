import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.inference.patient_file import cells
from chalicelib.inference.patient_file.findings import FINDINGS_SHOWN_MAX, InvalidFileError, InvalidRowsError
from chalicelib.inference.patient_file.validator import check_file
from tests.unit.support import HEADER, SAMPLES, csv_of


def test_checking_a_canonical_csv_gives_the_same_bytes() -> None:
    checked = check_file((SAMPLES / "pbc-418.csv").read_bytes())

    assert checked.rows == 418
    assert check_file(checked.content).content == checked.content


def test_unknown_and_outcome_columns_are_left_out_and_named() -> None:
    content = b"ID,Status,Name,Age,Edema,Bilirubin,Albumin,Prothrombin\n1,D,Anna,21464,Y,14.5,2.6,12.2\n"

    checked = check_file(content)

    assert checked.ignored == ("Status", "Name")
    assert b"Anna" not in checked.content


def test_findings_are_bounded_and_counted() -> None:
    with pytest.raises(InvalidRowsError) as caught:
        check_file(csv_of(*({"Edema": "Q"} for _ in range(5000))))

    assert len(caught.value.extra["errors"]) == FINDINGS_SHOWN_MAX
    assert (caught.value.extra["errors_total"], caught.value.extra["bad_rows_total"]) == (5000, 5000)


def test_a_bad_cell_is_found_after_the_remembered_cells_were_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells.Cells, "DISTINCT_MAX", 10)
    rows = [{"Age": str(10_000 + number)} for number in range(9000)]
    rows[8500] = {"Age": "58"}

    with pytest.raises(InvalidRowsError) as caught:
        check_file(csv_of(*rows))

    assert caught.value.extra["bad_rows"] == "8501"


@given(
    st.one_of(st.binary(max_size=400), st.text(max_size=400).map(lambda text: f"{','.join(HEADER)}\n{text}".encode()))
)
def test_any_bytes_are_a_file_or_a_finding(content: bytes) -> None:
    try:
        rows = check_file(content).rows
    except InvalidFileError as error:
        rows = 1 if error.code and "Nothing was charged" in error.detail else 0
    assert rows > 0


def test_every_bad_row_is_named_in_a_file_of_many_bad_rows() -> None:
    good, bad = {"Bilirubin": "1.4"}, {"Bilirubin": "x"}
    rows = [bad, good, bad, bad, bad, good, *[bad] * 5000]

    with pytest.raises(InvalidRowsError) as caught:
        check_file(csv_of(*rows))

    assert caught.value.extra["bad_rows"] == "1, 3-5, 7-5006"
    assert caught.value.extra["bad_rows_total"] == 5004


@pytest.mark.parametrize(
    ("cells", "code", "sentence"),
    [
        ({"Albumin": "38"}, "unit_suspected",
         "38 looks like a value in g/L. Albumin is expected in g/dL. Did you mean 3.8?"),
        ({"Age": "58"}, "unit_suspected",
         "58 looks like a value in years. Age is expected in days. Did you mean 21180?"),
        ({"Prothrombin": "1.2"}, "unit_suspected",
         "1.2 looks like a value in INR. Prothrombin is expected in s, usually 9 to 18."),
        ({"Bilirubin": "high"}, "not_a_number", "'high' is not a number. Bilirubin must be a number, in mg/dL."),
        ({"Bilirubin": "1e999"}, "not_finite", "'1e999' is too large. Bilirubin must be a number, in mg/dL."),
        ({"Bilirubin": "NA"}, "value_missing", "Bilirubin is missing. It is required for every patient, in mg/dL."),
        ({"Bilirubin": "0.01"}, "below_minimum", "0.01 is too low for Bilirubin. Accepted: 0.1 to 60 mg/dL."),
        ({"Albumin": "7"}, "above_maximum", "7 is too high for Albumin. Accepted: 1 to 6 g/dL."),
        ({"Prothrombin": "85"}, "unit_suspected",
         "85 looks like a value in Quick's percentage. Prothrombin is expected in s, usually 9 to 18."),
        ({"Bilirubin": "-9"}, "missing_code_suspected",
         "-9 looks like a code for 'not measured'. If it is one, leave the cell empty, or send missing=-9."),
        ({"Edema": "Q"}, "unknown_category", ("'Q' is not allowed for Edema. Allowed values: N, S, Y. "
         "Other words can be explained by column_values.")),
        ({"ID": "x" * 101}, "too_long", "An ID can have at most 100 characters."),
        ({"Prothrombin": "10.6,1,2"}, "cell_count",
         ("This row has 8 cells; the header has 6. Numbers with a decimal comma need quotation marks, or semicolons "
          "between the cells.")),
    ],
)  # fmt: skip
def test_each_finding_says_what_is_wrong_where_and_what_is_expected(
    cells: dict[str, str], code: str, sentence: str
) -> None:
    with pytest.raises(InvalidRowsError) as caught:
        check_file(csv_of({}, cells))

    (finding,) = caught.value.extra["errors"]
    assert (finding["row"], finding["code"], finding["message"]) == (2, code, sentence)
    assert caught.value.detail.startswith("1 of 2 rows can't be predicted (row 2).")
    assert caught.value.detail.endswith("Nothing was charged.")
