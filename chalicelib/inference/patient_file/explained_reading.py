"""Say how a file was read: the assumptions about its format, its headings and its cells, as sentences."""

from collections.abc import Callable, Sequence
from typing import Any

from chalicelib.inference.patient_file import headings
from chalicelib.inference.patient_file.assumptions import Assumption
from chalicelib.inference.patient_file.cells import TEXTS_SHOWN_MAX, VALUE_SHOWN_MAX, Cells
from chalicelib.inference.patient_file.csv_reader import Table
from chalicelib.inference.patient_file.findings import Finding
from chalicelib.inference.patient_file.header import HeaderColumn
from chalicelib.inference.patient_file.row_batch import Row
from chalicelib.inference.patient_file.row_checker import RowChecker

_SEPARATOR_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def assumptions_about_table(table: Table) -> list[Assumption]:
    """Return the assumptions about lines above the header, the encoding and the sheet."""
    found = []
    if table.has_separator_line:
        name = _SEPARATOR_NAMES.get(table.separator or "", f"'{table.separator}'")
        text = f"The first line says that {name} separate the cells."
        found.append(Assumption("separator_line", text, params={"separator": table.separator}))
    if table.header_line is not None:
        text = f"The header is line {table.header_line}. The lines above it are left out."
        found.append(Assumption("header_line", text, params={"line": table.header_line}))
    if table.has_row_names:
        text = "Each row has one cell more than the header. The first cell is read as a row name and is not used."
        found.append(Assumption("row_names", text))
    if table.encoding not in {None, "utf-8"}:
        text = f"The text is read as {table.encoding}."
        found.append(Assumption("encoding", text, params={"encoding": table.encoding}))
    if table.sheets > 1:
        sheet = (table.sheet or "")[:VALUE_SHOWN_MAX]
        text = f"The sheet '{sheet}' is read. The workbook has {table.sheets} sheets."
        found.append(Assumption("sheet", text, params={"sheet": sheet, "sheets": table.sheets}))
    return found


def assumptions_about_header(found: Sequence[HeaderColumn]) -> list[Assumption]:
    """Return an assumption for each column that has another heading than its own name, also if the sender states it."""
    return [
        Assumption("heading", f"'{heading}' is read as {item.column.name}.", item.column.name, {"heading": heading})
        for item in found
        if not headings.is_own_name(item.heading, item.column)
        for heading in [item.heading[:VALUE_SHOWN_MAX]]
    ]


def assumptions_about_second_row(rows: list[Row]) -> list[Assumption]:
    """Return the assumption that rows below the header belong to it."""
    if not rows:
        return []
    filled = dict.fromkeys(cell[:VALUE_SHOWN_MAX] for row in rows for cell in row)
    texts = [text for text in filled if text][:TEXTS_SHOWN_MAX]
    text = f"The row below the header ({', '.join(texts)}) is read as a part of it, not as a patient."
    return [Assumption("second_header_row", text, params={"texts": texts})]


def assumptions_about_rows(checker: RowChecker, header: Row) -> list[Assumption]:
    """Return the assumptions about rows that repeat the header, and about rows without their last cells."""
    if not checker.repeated_headers:
        return _short_rows(checker, header)
    count = checker.repeated_headers
    rows = "One row repeats the header and is" if count == 1 else f"{count} rows repeat the header and are"
    return [
        Assumption("repeated_header", f"{rows} left out.", params={"count": count}),
        *_short_rows(checker, header),
    ]


def _short_rows(checker: RowChecker, header: Row) -> list[Assumption]:
    if not checker.short_rows:
        return []
    absent = [heading[:VALUE_SHOWN_MAX] for heading in checker.short_columns(header)]
    rows = "One row ends" if checker.short_rows == 1 else f"{checker.short_rows} rows end"
    text = f"{rows} before {absent[0]}. The missing cells are read as not measured."
    return [Assumption("short_rows", text, params={"count": checker.short_rows, "columns": absent})]


def assumptions_about_units(warnings: Sequence[Finding]) -> list[Assumption]:
    """Return the warnings about odd units as assumptions, so that the result and the receipt carry them."""
    return [
        Assumption(warning.code, warning.message, warning.column, warning.params)
        for warning in warnings
        if warning.code == "unit_odd"
    ]


def assumptions_about_cells(cells: Sequence[Cells]) -> list[Assumption]:
    """Return the assumptions about the texts of each column."""
    return [
        Assumption(kind, _SENTENCES[kind](column.reading.column.name, params), column.reading.column.name, params)
        for column in cells
        for kind, params in column.notes.items()
    ]


def _words(name: str, params: dict[str, Any]) -> str:
    return f"In {name}, {', '.join(f"'{text}' is read as {value}" for text, value in params['words'].items())}."


def _missing(name: str, params: dict[str, Any]) -> str:
    return f"In {name}, {', '.join(f"'{text}'" for text in params['texts'])} is read as not measured."


def _number(what: str) -> Callable[[str, dict[str, Any]], str]:
    return lambda name, params: f"In {name}, {what}: '{params['example']}' is read as {params['value']}."


_SENTENCES: dict[str, Callable[[str, dict[str, Any]], str]] = {
    "words": _words,
    "missing_mark": _missing,
    "thousands_marks": _number("marks group the thousands"),
    "laboratory_flag": _number("the laboratory's flag is left out"),
    "unit_in_cell": _number("the unit is left out"),
    "excel_text": _number("Excel's quotation marks are left out"),
}
