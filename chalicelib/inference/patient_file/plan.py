"""Decide how each column is read, from the header, the sender's options and the first rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, filterfalse

from chalicelib.inference.patient_file import words
from chalicelib.inference.patient_file.assumptions import Assumption
from chalicelib.inference.patient_file.cells import ColumnReading
from chalicelib.inference.patient_file.columns import Column, Unit
from chalicelib.inference.patient_file.findings import Finding
from chalicelib.inference.patient_file.header import HeaderColumn
from chalicelib.inference.patient_file.numbers import (
    DecimalMark,
    Evidence,
    Marks,
    grouped_thousands,
    number_and_unit,
)
from chalicelib.inference.patient_file.reading_options import ReadingOptions
from chalicelib.inference.patient_file.row_batch import RowBatch
from chalicelib.inference.patient_file.workbook import NumberText

_DECIDING_SHARE = 0.9
"""A column is read in a unit that nobody states only if at least this share of its first numbers fits it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How the file is read: its columns, what was assumed, and what is wrong with the file as a whole."""

    readings: list[ColumnReading]
    assumptions: list[Assumption]
    findings: list[Finding]
    evidence: Evidence


def plan_of(found: Sequence[HeaderColumn], first: RowBatch, options: ReadingOptions, *, is_workbook: bool) -> Plan:
    """Return the plan for a file whose first rows are ``first``."""
    indices = {item.column.name: item.index for item in found if item.column.kind == "number"}
    counts = first.counts(list(indices.values()))
    texts = {name: _stripped(counts[index]) for name, index in indices.items()}
    # The number cells of a workbook say nothing about the marks of the texts in it.
    typed = {cell for row in first.rows for cell in row if isinstance(cell, NumberText)} if is_workbook else frozenset()
    every_text = chain.from_iterable(texts.values())
    evidence = Evidence.of(list(filterfalse(typed.__contains__, every_text) if typed else every_text))
    marks = Marks(options.decimal or _decimal(evidence), groups=options.decimal is not None, points_too=is_workbook)
    rare_si = options.si and any(
        _shows_rare_si(item, _numbers(texts[item.column.name], marks)) for item in found if item.column.si_is_rare
    )
    readings, assumptions = [], []
    for item in found:
        values = dict(options.column_values.get(item.column.name, {}))
        reading = ColumnReading(item.column, marks=marks, missing=options.missing, values=values)
        if item.column.kind == "number":
            reading, unit = _with_unit(reading, item, texts[item.column.name], options, rare_si=rare_si)
            assumptions += unit
        readings.append(reading)
    if marks.decimal == "," and options.decimal is None:
        assumptions.append(Assumption("decimal_comma", "The comma is read as the decimal mark."))
    findings = [] if options.decimal else _unclear_decimal(evidence, readings, texts)
    return Plan(readings, assumptions, findings, evidence)


def _stripped(texts: Iterable[str]) -> list[str]:
    """Return the different ``texts`` without blanks around them, which few files have."""
    together = "".join(texts)
    return list(texts if together.split() == [together] else dict.fromkeys(map(str.strip, texts)))


def _numbers(texts: list[str], marks: Marks) -> list[float]:
    read = marks.all_plain(texts)
    values = read[1] if read else [float(number) for text in texts if (number := marks.plain(text)) is not None]
    # An age of 88 years is a code only beside other numbers.
    return [value for value in values if value not in words.MISSING_CODES] or values


# ---- units


def _shows_rare_si(item: HeaderColumn, numbers: list[float]) -> bool:
    """Return whether a column shows that the laboratory reports enzymes in the SI unit, and not in U/L."""
    if item.unit:
        return item.unit == item.column.si
    return bool(numbers) and not _is_usual(numbers, item.column, item.column.units[0])


def _unit_in_cells(column: Column, texts: list[str]) -> Unit | None:
    """Return the unit that stands beside every number of the column, or None."""
    unit = None
    for text in texts:
        if any(character.isdecimal() for character in text):
            split = number_and_unit(text)
            named = column.unit_named(split[1].rstrip(".")) if split else None
            if named is None or (unit and named.name != unit.name):
                return None
            unit = named
    return unit


def _with_unit(
    reading: ColumnReading, item: HeaderColumn, texts: list[str], options: ReadingOptions, *, rare_si: bool
) -> tuple[ColumnReading, list[Assumption]]:
    """Return the reading with its unit, and the assumption if nobody states the unit and another one was possible."""
    column = item.column
    if item.unit:
        is_answered = column.name in options.column_units
        stated = replace(reading, unit=item.unit, is_stated=True, is_answered=is_answered)
        return stated, [_unit_assumption(column, item.unit)] if is_answered else []
    if in_cells := _unit_in_cells(column, texts):
        return replace(reading, unit=in_cells, is_stated=True), [_unit_assumption(column, in_cells)]
    own = column.units[0]
    is_age = column.name == "Age"
    if is_age and (years := column.unit_named("years")) and _fit(_numbers(texts, reading.marks), column, years):
        return replace(reading, unit=years), [_unit_assumption(column, years)]
    if not options.si:
        return replace(reading, unit=own), []
    if column.si is None:
        text = f"{column.name} has no other SI unit here. It is read in {own.name}."
        return replace(reading, unit=own), [Assumption("no_si_unit", text, column.name, {"unit": own.name})]
    si = own if column.si_is_rare and not rare_si else column.si
    return replace(reading, unit=si), [_unit_assumption(column, si)]


def _unit_assumption(column: Column, unit: Unit) -> Assumption:
    return Assumption("unit", f"{column.name} is read in {unit.name}.", column.name, {"unit": unit.name})


def _fit(numbers: list[float], column: Column, unit: Unit) -> bool:
    """Return whether almost all ``numbers`` are possible in ``unit``. Without numbers, they are not."""
    low, high = column.limits
    if not numbers or unit.own_value(max(numbers)) < low or unit.own_value(min(numbers)) > high:
        return False
    fitting = sum(low <= unit.own_value(value) <= high for value in numbers)
    return fitting >= _DECIDING_SHARE * len(numbers)


def _is_usual(numbers: list[float], column: Column, unit: Unit) -> bool:
    """Return whether at least half of ``numbers`` lie within the study's range in ``unit``."""
    low, high = column.median_limits
    fitting = sum(low <= unit.own_value(value) <= high for value in numbers)
    return 2 * fitting >= len(numbers)


# ---- the decimal mark


def _decimal(evidence: Evidence) -> DecimalMark:
    """Return the decimal mark that the numbers show. It is certain only if ``_unclear_decimal`` finds nothing."""
    if evidence.point or evidence.point_group:
        return "."
    return "," if evidence.comma or evidence.comma_group else "."


def _unclear_decimal(
    evidence: Evidence, readings: Sequence[ColumnReading], texts: dict[str, list[str]]
) -> list[Finding]:
    """Return the finding that the decimal mark is not clear, if the file has both marks or only grouped digits."""
    point, comma = evidence.point or evidence.point_group, evidence.comma or evidence.comma_group
    if point and comma:
        return [unclear_decimal(comma, point, evidence)]
    group = evidence.comma_group if comma else evidence.point_group
    if group is None or evidence.point or evidence.comma:
        return []
    mark: DecimalMark = "," if comma else "."
    for reading in readings:
        for text in texts.get(reading.column.name, ()):
            if reading.unit and mark in text and _may_be_thousands(text, mark, reading.column, reading.unit):
                return [unclear_decimal(text, None, evidence)]
    return []


def _may_be_thousands(text: str, mark: DecimalMark, column: Column, unit: Unit) -> bool:
    """Return whether ``text`` is unusual if ``mark`` is the decimal mark, and possible if it groups thousands.

    An age of 27.464 is usual in years, but 27464 is so in days.
    """
    decimal, grouped = Marks(mark, groups=False).plain(text), grouped_thousands(text, mark)
    if decimal is None or grouped is None:
        return False
    (usual_low, usual_high), (low, high) = column.median_limits, column.limits
    if unit != column.units[0] and usual_low <= grouped <= usual_high:
        return True
    is_usual = usual_low <= unit.own_value(float(decimal)) <= usual_high
    return not is_usual and low <= unit.own_value(grouped) <= high


def unclear_decimal(example: str, other: str | None, evidence: Evidence) -> Finding:
    """Return the finding that ``example`` has another decimal mark than ``other``, or may group thousands.

    A decimal mark is offered only if no number of the ``evidence`` contradicts it.
    """
    allowed = [mark for mark, contradiction in ((".", evidence.comma), (",", evidence.point)) if not contradiction]
    contrast = f" and '{other[:40]}' have different decimal marks" if other else " can be read in two ways"
    advice = (
        f"Please send {' or '.join(f'decimal={mark}' for mark in allowed)}, so that the other mark groups thousands, "
        "or use one mark in the whole file."
        if allowed
        else "Please write all numbers of the file with the same one."
    )
    params = {"example": example[:40], "allowed": allowed} | ({"other_example": other[:40]} if other else {})
    return Finding("decimal_unclear", f"'{example[:40]}'{contrast}. {advice}", None, None, example[:40], params)
