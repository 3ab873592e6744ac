import io
import os
import struct
import subprocess
import sys
import tracemalloc
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.inference.patient_file import workbook as reader
from chalicelib.inference.patient_file.findings import InvalidFileError
from chalicelib.inference.patient_file.workbook import (
    NumberText,
    Sheet,
    WorkbookBrokenError,
    WorkbookEncryptedError,
    WorkbookTooLargeError,
    read_sheet,
)
from tests.support.workbooks import (
    DATE_STYLE,
    DURATION_STYLE,
    MAIN,
    TIME_STYLE,
    Cell,
    archive,
    parts,
    shared_texts,
    sheet,
    sheet_of,
    workbook,
)
from tests.unit.support import ROOT

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "300"))
MEGABYTE = 1024 * 1024
HEADER = ["ID", "Age", "Bilirubin"]


def known_headings(row: list[str]) -> int:
    return sum(cell in HEADER for cell in row)


def read(content: bytes) -> Sheet:
    return read_sheet(io.BytesIO(content), known_headings)


def rows_of(content: bytes) -> list[list[str]]:
    return list(read(content).rows)


def rows_of_sheet(rows: str, *, shared: str | None = None) -> list[list[str]]:
    return rows_of(archive(parts({"A": sheet_of(rows)}, shared=shared)))


def limit_of(content: bytes) -> str:
    """Return the limit that the workbook exceeds, and assert that the sentence says what to do."""
    with pytest.raises(WorkbookTooLargeError) as caught:
        read(content)
    maximum = caught.value.extra["maximum"]
    assert f" {maximum:,} " in caught.value.reason or f" {maximum // MEGABYTE} MB" in caught.value.reason
    assert "CSV" in caught.value.reason
    return str(caught.value.extra["limit"])


# ---- cells


def test_texts_and_numbers_are_read_as_they_are() -> None:
    rows: list[list[Cell]] = [
        [*HEADER],
        ["Müller <1>", 1.1, 42],
        [" Иванова ", 1e-7, 20100.0],
        ["1,5", True, False],
        ["", None, -3],
    ]

    assert rows_of(workbook({"Patients": rows})) == [
        HEADER,
        ["Müller <1>", "1.1", "42"],
        [" Иванова ", "1e-07", "20100"],
        ["1,5", "TRUE", "FALSE"],
        ["", "", "-3"],
    ]


def test_numbers_are_told_from_texts_that_look_like_numbers() -> None:
    (row,) = rows_of(workbook({"A": [[1.5, "1.5", "1,5", 7]]}))

    assert [isinstance(cell, NumberText) for cell in row] == [True, False, False, True]


@pytest.mark.parametrize(
    ("stored", "text"),
    [("1.1000000000000001", "1.1"), ("0.30000000000000004", "0.30000000000000004"), ("1E+2", "100"), ("1e20", "1e+20")],
)
def test_a_number_has_its_shortest_text(stored: str, text: str) -> None:
    assert rows_of_sheet(f"<row><c><v>{stored}</v></c></row>") == [[text]]


@pytest.mark.parametrize(
    ("stored", "style", "text"),
    [
        ("43831", DATE_STYLE, "2020-01-01"),
        ("43831.5", DATE_STYLE, "2020-01-01T12:00:00"),
        ("0.5", TIME_STYLE, "12:00:00"),
        ("1.5", DURATION_STYLE, "1 day, 12:00:00"),
    ],
)
def test_dates_are_in_iso_8601(stored: str, style: int, text: str) -> None:
    assert rows_of_sheet(f'<row><c s="{style}"><v>{stored}</v></c></row>') == [[text]]


def test_formulas_count_by_their_stored_value() -> None:
    rows = '<row><c><f>1+1</f><v>2</v></c><c t="str"><f>"a"</f><v>a</v></c><c t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    assert rows_of_sheet(rows) == [["2", "a", ""]]


def test_formulas_without_stored_values_are_refused() -> None:
    with pytest.raises(WorkbookBrokenError, match="no stored values"):
        rows_of_sheet("<row><c><v>1</v></c><c><f>1+1</f></c></row>")


def test_shared_and_formatted_texts_are_read() -> None:
    shared = f'<sst xmlns="{MAIN}"><si><t/></si><si><r><t>um</t></r><r><t>ol</t></r></si><si><t>ID</t></si></sst>'
    rows = "".join(f'<c t="s"><v>{index}</v></c>' for index in (2, 1, 0))
    assert rows_of_sheet(f"<row>{rows}</row>", shared=shared) == [["ID", "umol", ""]]


def test_a_workbook_needs_no_styles_and_no_shared_texts() -> None:
    content = parts({"A": sheet_of('<row><c t="inlineStr"><is><t>ID</t></is></c><c><v>7</v></c></row>')})
    del content["xl/styles.xml"]
    assert "xl/sharedStrings.xml" not in content
    assert rows_of(archive(content)) == [["ID", "7"]]


def test_cells_may_have_prefixes_and_positions_with_gaps() -> None:
    rows = '<x:row r="2"><x:c r="B2"><x:v>1</x:v></x:c><x:c><x:v>2</x:v></x:c></x:row><x:row><x:c r="E3"/></x:row>'
    content = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    assert rows_of(archive(parts({"A": content}))) == [["", ""], ["1", "2"]]


def test_control_characters_are_left_out() -> None:
    assert rows_of_sheet('<row><c t="inlineStr"><is><t>a\x7fb\nc</t></is></c></row>') == [["ab\nc"]]


# ---- sheets


def test_the_first_sheet_with_cells_is_read() -> None:
    found = read(workbook({"Empty": [], "Notes": [["a"]], "Others": [["b"]]}))

    assert (found.name, found.sheets, list(found.rows)) == ("Notes", 3, [["a"]])


def test_the_sheet_with_the_most_known_headings_is_read() -> None:
    title: list[list[Cell]] = [["Patients of 2026"], [], [*HEADER], ["1", 20100, 1.4]]
    found = read(workbook({"Codes": [["ID", "x"]], "Patients": title, "Others": [HEADER[:2]]}))

    assert found.name == "Patients"
    assert list(found.rows)[2] == HEADER


def test_headings_beyond_the_first_20_rows_do_not_count() -> None:
    late = [["x"]] * 20 + [HEADER]
    assert read(workbook({"Notes": [["a"]], "Late": late})).name == "Notes"


def test_hidden_sheets_are_not_read() -> None:
    found = read(workbook({"Lists": [HEADER], "Patients": [["x"]]}, hidden=["Lists"]))

    assert (found.name, found.sheets) == ("Patients", 1)


@pytest.mark.parametrize("content", [workbook({"A": []}), workbook({"A": [["x"]]}, hidden=["A"])])
def test_a_workbook_without_cells_has_no_rows(content: bytes) -> None:
    assert rows_of(content) == []


# ---- bounds


def test_a_file_that_is_too_large_is_refused() -> None:
    assert limit_of(b"PK\x03\x04" + bytes(reader.WORKBOOK_BYTES_MAX)) == "bytes"


def test_too_many_parts_are_refused() -> None:
    content = archive({f"{number}.xml": "<x/>" for number in range(reader.ENTRIES_MAX + 1)})
    assert limit_of(content) == "entries"


def test_too_many_sheets_are_refused() -> None:
    assert limit_of(workbook({f"S{number}": [["x"]] for number in range(reader.SHEETS_MAX + 1)})) == "sheets"


@pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "xl/other.xml"])
def test_a_zip_bomb_costs_no_more_than_the_bound(name: str) -> None:
    content = archive(parts({"A": sheet([["x"]])}) | {name: "<x>" + " " * 200 * MEGABYTE + "</x>"})
    tracemalloc.start()
    try:
        assert limit_of(content) == "unpacked_bytes"
        assert tracemalloc.get_traced_memory()[1] < 1.5 * reader.UNPACKED_BYTES_MAX
    finally:
        tracemalloc.stop()


def with_stated_size(content: bytes, name: str, stated: int) -> bytes:
    size = zipfile.ZipFile(io.BytesIO(content)).getinfo(name).file_size
    return content.replace(struct.pack("<L", size), struct.pack("<L", stated))


def test_a_stated_size_is_not_trusted() -> None:
    content = archive(parts({"A": sheet_of("<row><c><v>1</v></c></row>" * 1000)}))
    name = "xl/worksheets/sheet1.xml"

    assert len(rows_of(with_stated_size(content, name, 200 * MEGABYTE))) == 1000
    with pytest.raises(WorkbookBrokenError):
        read(with_stated_size(content, name, 1))


@pytest.mark.parametrize("cell", ["XFD1048576", "A100021", "a2000000", "A99999999999"])
def test_a_far_row_is_refused(cell: str) -> None:
    digits = cell.lstrip("XFDAa")
    for rows in (
        f'<row r="1"><c r="A1"><v>1</v></c><c r="{cell}"><v>1</v></c></row>',
        f"<row r='{digits}'><c><v>1</v></c></row>",
    ):
        assert limit_of(archive(parts({"A": sheet_of(rows)}))) == "rows"


def test_a_wide_area_of_few_cells_is_refused() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="99999"><c r="XFD99999" t="inlineStr"><is/></c></row>'
    assert limit_of(archive(parts({"A": sheet_of(rows)}))) == "cells"
    prefixed = rows.replace("<", "<n:").replace("<n:/", "</n:")
    content = f'<n:worksheet xmlns:n="{MAIN}"><n:sheetData>{prefixed}</n:sheetData></n:worksheet>'
    assert limit_of(archive(parts({"A": content}))) == "cells"


def test_the_areas_of_all_sheets_are_added() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="90000"><c r="T90000"><v>1</v></c></row>'
    one = sheet_of(rows)
    assert len(rows_of(archive(parts({"A": one})))) == 90_000
    assert limit_of(archive(parts({"A": one, "B": one}))) == "cells"


def test_formats_of_cells_without_values_do_not_count() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="1"/></row><row r="1048576"><c r="A1048576" s="1"/></row>'
    assert rows_of_sheet(rows) == [["1"]]


def test_the_most_rows_are_read_with_a_title_and_a_header() -> None:
    rows = "<row/><row/>" + "<row><c><v>1</v></c></row>" * reader.ROWS_MAX
    assert len(rows_of_sheet(rows)) == reader.ROWS_MAX + 2


def test_too_many_elements_are_refused() -> None:
    content = parts({"A": sheet([["x"]])})
    content["xl/styles.xml"] = f"<styleSheet>{'<x/>' * reader.ELEMENTS_MAX}</styleSheet>"
    assert limit_of(archive(content)) == "elements"


def test_deeply_nested_elements_are_refused() -> None:
    with pytest.raises(WorkbookBrokenError, match="nested"):
        rows_of_sheet("<a>" * 100_000 + "</a>" * 100_000)


@pytest.mark.parametrize("index", ["1", "&#49;", "1<!-- -->0", "x"])
def test_a_long_text_that_many_cells_share_is_refused(index: str) -> None:
    rows = f'<row><c t="s"><v>{index}</v></c></row>' * 2000
    content = archive(parts({"A": sheet_of(rows)}, shared=shared_texts(["a", "b" * 100_000] + ["c"] * 20)))
    assert limit_of(content) == "text_bytes"


def test_a_long_text_beside_many_short_ones_is_read() -> None:
    rows = '<row><c t="s"><v>1</v></c></row>' + '<row><c t="s"><v>0</v></c></row>' * 50_000
    shared = shared_texts(["a", "b" * 30_000])
    assert len(rows_of_sheet(rows, shared=shared)) == 50_001


def test_shared_texts_that_calamine_may_count_differently_are_taken_for_the_longest() -> None:
    shared = f'<sst xmlns="{MAIN}"><si/><si><t>{"b" * 100_000}</t></si><si><t>a</t></si></sst>'
    rows = '<row><c t="s"><v>0</v></c></row>' * 2000
    assert limit_of(archive(parts({"A": sheet_of(rows)}, shared=shared))) == "text_bytes"


# ---- broken and hostile workbooks


def test_entities_are_refused() -> None:
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    rows = sheet_of("<row><c t='str'><v>&e9;</v></c></row>")
    with pytest.raises(WorkbookBrokenError, match="document type"):
        read(archive(parts({"A": f'<!DOCTYPE x [<!ENTITY e0 "x">{entities}]>{rows}'})))


@pytest.mark.parametrize("count", ["99999999999999999999", "4000000000"])
def test_a_wrong_number_of_texts_is_refused(count: str) -> None:
    with pytest.raises(WorkbookBrokenError, match="number of texts"):
        rows_of_sheet("", shared=f'<sst xmlns="{MAIN}" uniqueCount="{count}"><si><t>x</t></si></sst>')


def test_a_password_is_named() -> None:
    with pytest.raises(WorkbookEncryptedError, match="password"):
        read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100))
    content = bytearray(workbook({"A": [["x"]]}))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(signature) + flags] |= 1
    with pytest.raises(WorkbookEncryptedError):
        read(bytes(content))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_compression_is_refused(method: int) -> None:
    with pytest.raises(WorkbookBrokenError, match="compressed"):
        read(archive(parts({"A": sheet([["x"]])}), compression=method))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        workbook({"A": [["x"]]})[:-30],
        archive({"xl/workbook.xml": "<workbook/>"}),
        archive(parts({"A": "<worksheet>"})),
        archive(parts({"A": sheet_of("<row><c r='ABCDEFG1'><v>1</v></c></row>")})),
        archive(parts({"A": sheet_of("<row r='x'><c><v>1</v></c></row>")})),
        archive(parts({"A": sheet_of("<row><c t='s'><v>7</v></c></row>")})),
        archive(parts({"A": sheet_of("<row/>")}) | {"XL/workbook.xml": "<workbook/>"}),
        archive(parts({"A": sheet_of("<row/>")}) | {"xl/workbook.xml": "<workbook/>".encode("utf-16")}),
    ],
)
def test_a_broken_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(WorkbookBrokenError) as caught:
        read(content)
    assert "save it again" in caught.value.reason


def test_a_panic_of_the_library_is_a_broken_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    panic = type("PanicException", (BaseException,), {})

    def fail(*_: object) -> None:
        raise panic

    monkeypatch.setattr(reader, "_open", fail)
    with pytest.raises(WorkbookBrokenError):
        read(workbook({"A": [["x"]]}))


def test_an_interruption_is_not_a_broken_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(reader, "_open", interrupt)
    with pytest.raises(KeyboardInterrupt):
        read(workbook({"A": [["x"]]}))


SAMPLE = parts(
    {"A": sheet([HEADER, ["1", 20100, 1.4]]), "B": sheet_of('<row r="2"><c r="B2" t="s"><v>0</v></c></row>')},
    shared=shared_texts(["Age", "Ж"]),
)
pieces = st.sampled_from([
    "", "<", ">", "/", '"', "<c>", "</c>", "<row>", "</row>", "<v>", "</v>", "9" * 10, "-1", "XFD1048576", "A0", "<!--",
    "]]>", "&amp;", 't="s"', 't="d"', 's="1"', "\0", "1e999", "sheet1", "rId2", "<si/>", "<is><t>x</t></is>",
])  # fmt: skip
edits = st.lists(
    st.tuples(st.sampled_from(sorted(SAMPLE)), st.floats(0, 1), st.integers(0, 30), pieces), min_size=1, max_size=6
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(edits, st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4)), max_size=2))
def test_any_workbook_is_read_or_refused(
    changes: list[tuple[str, float, int, str]], damage: list[tuple[float, bytes]]
) -> None:
    contents = dict(SAMPLE)
    for name, position, length, piece in changes:
        start = int(position * len(contents[name]))
        contents[name] = contents[name][:start] + piece + contents[name][start + length :]
    content = archive(contents)
    for position, data in damage:
        start = int(position * len(content))
        content = content[:start] + data + content[start + len(data) :]

    with suppress(InvalidFileError):
        assert all(isinstance(cell, str) for row in rows_of(content) for cell in row)


MEASURE = """
import re, sys
from pathlib import Path
from chalicelib.inference.patient_file.workbook import read_sheet

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024

before = peak()
with open(sys.argv[1], "rb") as source:
    rows = sum(1 for row in read_sheet(source, len).rows)
print(rows, peak() - before)
"""


def measured(content: bytes, folder: Path) -> tuple[int, int]:
    """Return the rows of a workbook and the MB of memory to read it. tracemalloc does not see calamine's memory."""
    path = folder / "workbook.xlsx"
    path.write_bytes(content)
    process = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    rows, megabytes = map(int, process.stdout.split())
    return rows, megabytes


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the memory of a process")
def test_the_most_cells_fit_into_memory(tmp_path: Path) -> None:
    columns = reader.CELLS_MAX // reader.ROWS_MAX
    last = f'<row r="{reader.ROWS_MAX}"><c r="{chr(ord("A") + columns - 1)}{reader.ROWS_MAX}"><v>1</v></c></row>'
    row = '<row><c t="s"><v>0</v></c>' + "<c><v>1.5</v></c>" * (columns - 2) + "</row>"
    content = parts({"A": sheet_of(row * (reader.ROWS_MAX - 1) + last)}, shared=shared_texts(["x" * 1000]))

    rows, megabytes = measured(archive(content), tmp_path)

    assert rows == reader.ROWS_MAX
    assert 50 < megabytes < 600


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the memory of a process")
def test_the_longest_part_fits_into_memory(tmp_path: Path) -> None:
    text = "x" * (reader.UNPACKED_BYTES_MAX - MEGABYTE)

    rows, megabytes = measured(workbook({"A": [[text]]}), tmp_path)

    assert rows == 1
    assert 50 < megabytes < 600


def test_calamine_is_loaded_only_for_a_workbook() -> None:
    script = "import sys, chalicelib.inference.patient_file.workbook; print('python_calamine' in sys.modules)"
    process = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert process.stdout.strip() == "False"
