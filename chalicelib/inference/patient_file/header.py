"""Find the columns of a file by its header and by what the sender says about it."""

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.inference.patient_file import columns, headings
from chalicelib.inference.patient_file.cells import VALUE_SHOWN_MAX, in_unit
from chalicelib.inference.patient_file.columns import Column, Unit
from chalicelib.inference.patient_file.findings import (
    ColumnDuplicatedError,
    ColumnMissingError,
    Finding,
    UnitUnknownError,
)
from chalicelib.inference.patient_file.headings import Heading
from chalicelib.inference.patient_file.mapping import check_mapping
from chalicelib.inference.patient_file.reading_options import ReadingOptions
from chalicelib.inference.patient_file.row_batch import Row


@dataclass(frozen=True, slots=True)
class HeaderColumn:
    """A column of the file that is read: its index, its heading, and its unit if the header or the sender names it."""

    column: Column
    index: int
    heading: str
    unit: Unit | None = None


def columns_of(header: Row, options: ReadingOptions, hint: str = "") -> list[HeaderColumn]:
    """Return the columns that are read, in the order of the canonical CSV.

    ``hint`` is a sentence for a file that lacks columns.

    Raises
    ------
    MappingInvalidError, ColumnDuplicatedError, ColumnMissingError, UnitUnknownError
    """
    check_mapping(header, options)
    found = _by_column(header, options)
    _refuse_duplicates(found, header)
    _refuse_missing(found, header, options, hint)
    return [_with_unit(*found[name][0], header, options) for name in columns.STORED if name in found]


def suggestions(header: Row, used: set[int], names: set[str]) -> Iterator[tuple[int, str]]:
    """Yield the index of each unused heading that looks like a column outside ``names``, and that column's name."""
    absent = tuple(name for name in columns.STORED if name not in names and name != "ID")
    if not absent:
        return
    for index, heading in enumerate(header):
        if index not in used and (name := headings.nearest(heading, absent)):
            yield index, name


def _by_column(header: Row, options: ReadingOptions) -> dict[str, list[tuple[Heading, int]]]:
    """Return the headings of each column. What the sender states excludes what the heading means by itself."""
    stated: dict[str, list[tuple[Heading, int]]] = {}
    known: dict[str, list[tuple[Heading, int]]] = {}
    described = options.described(header)
    for index, text in enumerate(header):
        heading = headings.find(text)
        if index in described:
            name = options.column_of(text)
            if name is not None:
                column = columns.BY_NAME[name]
                unit = heading.unit if heading and heading.column is column else None
                stated.setdefault(name, []).append((Heading(column, unit), index))
        elif heading and heading.column.kind != "ignored":
            known.setdefault(heading.column.name, []).append((heading, index))
    return {name: _preferred(places, header) for name, places in (known | stated).items()}


def _preferred(places: list[tuple[Heading, int]], header: Row) -> list[tuple[Heading, int]]:
    """Leave out headings that are surely not meant: with a unit that can't be converted, and further IDs."""
    if len(places) == 1:
        return places
    convertible = [place for place in places if place[0].unit is None or place[0].known_unit()] or places
    if convertible[0][0].column.kind != "id":
        return convertible
    own = [place for place in convertible if header[place[1]].strip().lower() == "id"]
    codes = [place for place in convertible if not headings.is_row_number(header[place[1]])]
    return (own or codes or convertible)[:1]


def _refuse_duplicates(found: dict[str, list[tuple[Heading, int]]], header: Row) -> None:
    findings = []
    for name, places in found.items():
        if len(places) > 1:
            texts = [header[index][:VALUE_SHOWN_MAX] for _, index in places]
            named = " and ".join(f"'{text}'" for text in dict.fromkeys(texts))
            # Equal headings can't be told apart by the option.
            advice = "Please keep one, or send columns." if len(set(texts)) > 1 else "Please rename or delete one."
            message = f"The column '{name}' appears twice ({named}). {advice}"
            findings.append(Finding("column_duplicated", message, column=name, params={"texts": texts}))
    if findings:
        raise ColumnDuplicatedError(" ".join(finding.message for finding in findings), findings)


def _refuse_missing(
    found: dict[str, list[tuple[Heading, int]]], header: Row, options: ReadingOptions, hint: str
) -> None:
    missing = [columns.BY_NAME[name] for name in columns.REQUIRED if name not in found]
    if not missing:
        return
    used = {index for places in found.values() for _, index in places} | options.described(header)
    near = {name: header[index][:VALUE_SHOWN_MAX] for index, name in suggestions(header, used, set(found))}
    findings = [_missing_column(column, near.get(column.name)) for column in missing]
    names = ", ".join(column.name for column in missing)
    shown = ", ".join(header)
    more = "..." if len(shown) > 2 * VALUE_SHOWN_MAX else ""
    raise ColumnMissingError(
        f"The header lacks required columns: {names}. This line was taken for the header: "
        f"'{shown[: 2 * VALUE_SHOWN_MAX]}{more}'.{hint}",
        findings,
    )


def _missing_column(column: Column, near: str | None) -> Finding:
    hint = f" Is it '{near}'?" if near else ""
    message = f"The column '{column.name}' ({column.title_en}{in_unit(column.unit)}) is missing.{hint}"
    params = {"unit": column.unit} | ({"heading": near} if near else {})
    return Finding("column_missing", message, column=column.name, params=params)


def _with_unit(heading: Heading, index: int, header: Row, options: ReadingOptions) -> HeaderColumn:
    column = heading.column
    if heading.unit is not None and column.scale_named(heading.unit):
        raise unknown_unit(column, heading.unit)  # no option can convert INR
    named = options.column_units.get(column.name, heading.unit)
    if named is None:
        return HeaderColumn(column, index, header[index])
    unit = column.unit_named(named)
    if unit is None:
        raise unknown_unit(column, named)
    return HeaderColumn(column, index, header[index], unit)


def two_units(column: Column, first: Unit, second: Unit) -> UnitUnknownError:
    """Return the error for a column for which the header names two units."""
    message = f"The header names both '{first.name}' and '{second.name}' as the unit of {column.name}. Please keep one."
    params = {"units": [first.name, second.name]}
    return UnitUnknownError(message, [Finding("unit_unknown", message, None, column.name, second.name, params)])


def unknown_unit(column: Column, text: str) -> UnitUnknownError:
    """Return the error for a unit that is not known, or that can't be converted."""
    known = [unit.name for unit in column.units]
    shown = text[:VALUE_SHOWN_MAX]
    scale = column.scale_named(text)
    if scale:
        message = f"{column.name} is wanted in {column.unit}. '{shown}' can't be converted to it."
    else:
        message = f"The header names '{shown}' as the unit of {column.name}. Known units: {' or '.join(known)}."
        if not column.required:
            message += " If the column is something else, rename it or map it to null."
    params = {"units": known} | ({"hint_unit": scale.name} if scale else {})
    return UnitUnknownError(message, [Finding("unit_unknown", message, None, column.name, shown, params)])
