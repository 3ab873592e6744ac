"""Judge the unit of a whole column by its numbers.

A single number often fits several units. A column rarely does.
"""

from collections.abc import Mapping, Sequence
from statistics import median

from chalicelib.inference.patient_file.cells import Cells
from chalicelib.inference.patient_file.columns import Column, OtherScale, Unit
from chalicelib.inference.patient_file.findings import Finding

_FITTING_SHARE = 0.9
"""A column may be in another unit if at least this share of its distinct numbers is possible in it."""
_MOST = 0.5
_ROUNDING = 1.01
"""Values that were converted and rounded may lie this factor beyond the study's range."""


def _possible_share(values: Sequence[float], column: Column, unit: Unit) -> float:
    low, high = column.limits_in(unit)
    if low <= min(values) and max(values) <= high:
        return 1.0
    return sum(low <= value <= high for value in values) / len(values)


def _usual_limits(column: Column) -> tuple[float, float]:
    """Return the limits of a usual median in the column's own unit."""
    low, high = column.median_limits
    return low / _ROUNDING, high * _ROUNDING


def _fits(values: Sequence[float], middle: float, column: Column, unit: Unit | OtherScale, enough: float) -> bool:
    """Return whether a column with these distinct ``values`` and the median ``middle`` is usual in ``unit``.

    ``enough``: the share of its values that must be possible.
    """
    if isinstance(unit, Unit):
        low, high = _usual_limits(column)
        return _possible_share(values, column, unit) >= enough and low <= unit.own_value(middle) <= high
    possible = sum(unit.minimum <= value <= unit.maximum for value in values)
    usual = sum(unit.usual_minimum <= value <= unit.usual_maximum for value in values)
    return possible >= enough * len(values) and 2 * usual > len(values)


def _distance(value: float, column: Column, unit: Unit | OtherScale) -> float:
    """Return how far ``value`` is from usual values. It is 1 in their middle, and the same for other scales."""
    if isinstance(unit, OtherScale):
        return 1.0
    low, high = column.median_limits
    quotient = unit.own_value(value) ** 2 / (low * (column.study_high or high))
    return max(quotient, 1 / quotient)


def _fitting_units(cells: Cells, share: float) -> list[Unit | OtherScale]:
    """Return the units, other than the column's in the file, in which the whole column is usual, the best first.

    ``share``: how many of the values are possible in the unit of the file. If most are not, most of them being
    possible in another unit is enough.
    """
    column, unit, values = cells.reading.column, cells.reading.unit, list(cells.numbers.values())
    enough = _MOST if share < _MOST else _FITTING_SHARE
    fitting = [
        other
        for other in column.units_and_scales
        if not (unit and other.name == unit.name) and _fits(values, cells.median, column, other, enough)
    ]
    return sorted(fitting, key=lambda other: _distance(cells.median, column, other))


def wrong_unit(cells: Cells) -> Finding | None:
    """Return the finding that the column is in another unit, or None.

    It needs a cell that is impossible in the unit of the file and not in the other one. If nobody states the unit, a
    median far outside the study's range is enough. A unit in the sender's options is not doubted as a whole.
    """
    column, unit, values = cells.reading.column, cells.reading.unit, list(cells.numbers.values())
    if unit is None or not values or cells.reading.is_answered:
        return None
    share = _possible_share(values, column, unit)
    is_odd = not cells.reading.is_stated and not cells.has_median_within(*_usual_limits(column), unit)
    if share == 1.0 and not is_odd:
        return None
    others = [
        other
        for other in _fitting_units(cells, share)
        if (
            is_odd or _possible_share(values, column, other) > share
            if isinstance(other, Unit)
            else other.usual_minimum <= cells.median <= other.usual_maximum
        )
    ]
    return _unit_suspected(cells, unit, others) if others else _mixed_units(cells, unit)


def _mixed_units(cells: Cells, unit: Unit) -> Finding | None:
    """Return the finding that some values are in another unit: some are impossible, and others fit both units."""
    column = cells.reading.column
    low, high = column.limits_in(unit)
    usual_low, usual_high = column.median_limits[0], column.study_high or column.median_limits[1]
    unusual = [value for value in cells.numbers.values() if not usual_low <= unit.own_value(value) <= usual_high]
    for other in column.units_and_scales:
        fitting = [value for value in unusual if other.name != unit.name and _fits([value], value, column, other, 1)]
        impossible = [value for value in fitting if not low <= value <= high]
        doubtful = [value for value in fitting if low <= value <= high]
        if impossible and doubtful:
            message = (
                f"Some values of {column.name} look like {other.title}, not {unit.name}: {impossible[0]:g}, and "
                f"perhaps {doubtful[0]:g}. Please use one unit for the whole column. If {unit.name} is right, send "
                "column_units."
            )
            middle = float(f"{median(fitting):.4g}")
            suggestion = float(f"{unit.file_value(other.own_value(middle)):.4g}") if isinstance(other, Unit) else None
            params = {"unit": unit.name, "hint_unit": other.name, "median": middle, "suggestion": suggestion}
            return Finding("unit_suspected", message, None, column.name, None, params)
    return None


def _unit_suspected(cells: Cells, unit: Unit, others: list[Unit | OtherScale]) -> Finding:
    """Return the finding for a column that fits ``others``, the best first."""
    column, middle, best = cells.reading.column, cells.median, others[0]
    converted = {
        other.name: float(f"{unit.file_value(other.own_value(middle)):.4g}")
        for other in others
        if isinstance(other, Unit)
    }
    advice = (
        f"{', '.join(f'{middle:g} {name} is {value:g} {unit.name}' for name, value in converted.items())}. Please name "
        f"the unit in the heading, such as '{column.name} [{best.name}]', or send column_units."
        if converted
        else f"It is wanted in {unit.name}, and {best.title} can't be converted to it. Please ask the laboratory."
    )
    titles = " or ".join(other.title for other in others)
    message = f"The column {column.name} looks like {titles}, not {unit.name}: its median is {middle:g}. {advice}"
    suggestion = converted.get(best.name)
    params = {"unit": unit.name, "hint_unit": best.name, "median": middle, "suggestion": suggestion}
    return Finding("unit_suspected", message, None, column.name, None, params)


def odd_median(cells: Cells) -> Finding | None:
    """Return a warning if the median is unusual, and usual in another unit or possible on another scale."""
    column, unit = cells.reading.column, cells.reading.unit
    if unit is None or column.study_high is None:
        return None
    low, high = column.median_limits[0], column.study_high
    others: list[Unit | OtherScale] = [
        other for other in column.units if other.name != unit.name and cells.has_median_within(low, high, other)
    ]
    if column.other_scales and unit.own_value(cells.median) > (column.training_maximum or high):
        others += [scale for scale in column.other_scales if scale.minimum <= cells.median <= scale.maximum]
    if not others or cells.has_median_within(low, high, unit):
        return None
    own = unit.own_value(cells.median)
    if own < low:
        usual = {"usual_minimum": unit.file_value(low)}
        reason = f"almost all patients have more than {usual['usual_minimum']:g}"
    else:
        usual = {"usual_maximum": unit.file_value(high)}
        reason = f"9 of 10 patients of the study had less than {usual['usual_maximum']:g}"
    return _unit_odd(cells, unit, others[0], reason, **usual)


def _unit_odd(cells: Cells, unit: Unit, other: Unit | OtherScale, reason: str, **reasons: float | str) -> Finding:
    name, middle = cells.reading.column.name, cells.median
    message = f"The median of {name} is {middle:g} {unit.name}; {reason}. Is it {other.title}?"
    params = {"unit": unit.name, "hint_unit": other.name, "median": middle, **reasons}
    return Finding("unit_odd", message, None, name, None, params)


def odd_among_others(cells: Cells, columns: Sequence[Cells], suspected: Mapping[str, Finding | None]) -> Finding | None:
    """Return a warning if nobody states the unit, and other columns show that the file has units of the other system.

    The systems are the columns' own units and the SI units. Enzymes and the other columns are separate: most
    laboratories with SI units report enzymes in U/L.
    """
    column, unit, own = cells.reading.column, cells.reading.unit, cells.reading.column.units[:1]
    if unit is None or column.si is None or cells.reading.is_stated:
        return None
    is_si = unit == column.si
    other_unit = own[0] if is_si else column.si
    if not cells.has_median_within(*_usual_limits(column), other_unit):
        return None
    for other in columns:
        name, si = other.reading.column.name, other.reading.column.si
        if si is None or other.reading.column.si_is_rare != column.si_is_rare:
            continue
        wanted = other.reading.column.units[0] if is_si else si
        if other.reading.unit == wanted or _hints_at(suspected.get(name), wanted):
            reason = f"{name} of this file is in {wanted.name}"
            return _unit_odd(cells, unit, other_unit, reason, other_column=name, other_unit=wanted.name)
    return None


def _hints_at(finding: Finding | None, unit: Unit) -> bool:
    return finding is not None and finding.params["hint_unit"] == unit.name
