"""Check what the sender says about the columns: every heading, column, unit and value must exist."""

from collections.abc import Iterator, Mapping

from chalicelib.inference.patient_file import columns
from chalicelib.inference.patient_file.cells import VALUE_SHOWN_MAX
from chalicelib.inference.patient_file.findings import Finding, MappingInvalidError
from chalicelib.inference.patient_file.reading_options import ReadingOptions
from chalicelib.inference.patient_file.row_batch import Row

_SENTENCES_MAX = 3
_HEADINGS_SHOWN_MAX = 30


def check_mapping(header: Row, options: ReadingOptions) -> None:
    """Refuse options that name something that is not there.

    Raises
    ------
    MappingInvalidError
        ``errors`` names each wrong heading, column, unit and value, with those that exist.
    """
    findings = [
        *_wrong_columns(header, options),
        *_wrong_units(options.column_units),
        *_wrong_values(options.column_values),
    ]
    if findings:
        raise MappingInvalidError(" ".join(finding.message for finding in findings[:_SENTENCES_MAX]), findings)


def _finding(option: str, value: str, what: str, known: list[str]) -> Finding:
    shown = value[:VALUE_SHOWN_MAX]
    message = f"{option}: '{shown}' is not {what}. Known: {', '.join(known)}."
    return Finding("mapping_invalid", message, None, option, shown, {"allowed": known})


def _wrong_columns(header: Row, options: ReadingOptions) -> Iterator[Finding]:
    known = {options.plain_heading(cell) for cell in header}
    for heading, name in options.columns.items():
        if options.plain_heading(heading) not in known:
            headings = [cell[:VALUE_SHOWN_MAX] for cell in header[:_HEADINGS_SHOWN_MAX]]
            yield _finding("columns", heading, "a heading of the file", headings)
        if name is not None and name not in columns.STORED:
            yield _finding("columns", name, "a column", list(columns.STORED))


def _wrong_units(units: Mapping[str, str]) -> Iterator[Finding]:
    for name, unit in units.items():
        if name not in columns.NUMBERS:
            yield _finding("column_units", name, "a column with a unit", list(columns.NUMBERS))
        elif columns.BY_NAME[name].unit_named(unit) is None:
            known = [known.name for known in columns.BY_NAME[name].units]
            yield _finding("column_units", unit, f"a unit of {name}", known)


def _wrong_values(values: Mapping[str, Mapping[str, str | None]]) -> Iterator[Finding]:
    for name, by_text in values.items():
        if name not in columns.CATEGORIES:
            yield _finding("column_values", name, "a column with categories", list(columns.CATEGORIES))
            continue
        allowed = list(columns.BY_NAME[name].allowed)
        for value in by_text.values():
            if value is not None and value not in allowed:
                yield _finding("column_values", value, f"a value of {name}", allowed)
