"""Judge whole columns after all rows were read: units, codes for missing values, and codes of categories.

A single cell often fits several units. A column rarely does. So a wrong unit is a finding about the column, and refuses
the file even if bad rows may be skipped.
"""

from collections.abc import Sequence
from statistics import median

from chalicelib.inference.patient_file.cells import Cells
from chalicelib.inference.patient_file.columns import Column, OtherScale, Unit
from chalicelib.inference.patient_file.findings import Finding

_FITTING_SHARE = 0.9
"""A column may be in another unit if at least this share of its distinct numbers is possible in it."""
_CODE_REPEATED = 2
_TEXTS_SHOWN_MAX = 10


def findings_about_columns(cells: Sequence[Cells]) -> list[Finding]:
    """Return the findings about whole columns. Each refuses the file."""
    has_unclear_flags = any(_is_flag(column) and None in column.codes.values() for column in cells)
    findings = []
    for column in cells:
        if column.reading.column.kind == "category":
            findings.append(_unclear_codes(column, has_unclear_flags=has_unclear_flags))
        elif column.reading.column.kind == "number":
            findings += [_wrong_unit(column), *_missing_codes(column)]
    return [finding for finding in findings if finding]


def warnings_about_columns(cells: Sequence[Cells]) -> list[Finding]:
    """Return what is odd about the columns' numbers, but possible."""
    numbers = [column for column in cells if column.reading.column.kind == "number" and not _wrong_unit(column)]
    return [warning for column in numbers if (warning := _odd_median(column))]


# ---- units


def _possible_share(values: Sequence[float], column: Column, unit: Unit) -> float:
    low, high = column.limits_in(unit)
    return sum(low <= value <= high for value in values) / len(values)


def _is_usual_median(value: float, column: Column, unit: Unit) -> bool:
    low, high = column.median_limits
    return low <= unit.own_value(value) <= high


def _fits(values: Sequence[float], column: Column, unit: Unit | OtherScale) -> bool:
    """Return whether a column with these distinct ``values`` is usual in ``unit``, or on a scale."""
    if isinstance(unit, Unit):
        share = _possible_share(values, column, unit)
        return share >= _FITTING_SHARE and _is_usual_median(median(values), column, unit)
    possible = sum(unit.minimum <= value <= unit.maximum for value in values)
    usual = sum(unit.usual_minimum <= value <= unit.usual_maximum for value in values)
    return possible >= _FITTING_SHARE * len(values) and 2 * usual > len(values)


def _distance(value: float, column: Column, unit: Unit | OtherScale) -> float:
    """Return how far ``value`` is from the study's values. It is 1 in their middle, and the same for other scales."""
    if isinstance(unit, OtherScale):
        return 1.0
    low, high = column.study_low or column.training_minimum, column.study_high or column.training_maximum
    quotient = unit.own_value(value) ** 2 / ((low or 1.0) * (high or 1.0))
    return max(quotient, 1 / quotient)


def _fitting_unit(cells: Cells) -> Unit | OtherScale | None:
    """Return the unit, other than the column's in the file, in which the whole column is most usual, or None."""
    column, unit, values = cells.reading.column, cells.reading.unit, cells.numbers
    middle = median(values)
    fitting = [
        other
        for other in column.units_and_scales
        if not (unit and other.name == unit.name) and _fits(values, column, other)
    ]
    return min(fitting, key=lambda other: _distance(middle, column, other), default=None)


def _wrong_unit(cells: Cells) -> Finding | None:
    """Return the finding that the column is in another unit, or None.

    It needs a cell that is impossible in the unit of the file and not in the other one. If nobody states the unit, a
    median far outside the study's range is enough.
    """
    column, unit, values = cells.reading.column, cells.reading.unit, cells.numbers
    if unit is None or not values:
        return None
    share = _possible_share(values, column, unit)
    middle = float(f"{median(values):.4g}")
    is_odd = not cells.reading.is_stated and not _is_usual_median(middle, column, unit)
    if share == 1.0 and not is_odd:
        return None
    other = _fitting_unit(cells)
    if other is None or (isinstance(other, Unit) and not is_odd and _possible_share(values, column, other) <= share):
        return None
    suggestion = float(f"{unit.file_value(other.own_value(middle)):.4g}") if isinstance(other, Unit) else None
    advice = (
        f"{middle:g} {other.name} is {suggestion:g} {unit.name}. Please name the unit in the heading, such as "
        f"'{column.name} [{other.name}]', or send column_units."
        if suggestion is not None
        else f"It is wanted in {unit.name}, and {other.title} can't be converted to them."
    )
    message = f"The column {column.name} looks like {other.title}, not {unit.name}: its median is {middle:g}. {advice}"
    params = {"unit": unit.name, "hint_unit": other.name, "median": middle, "suggestion": suggestion}
    return Finding("unit_suspected", message, None, column.name, None, params)


def _odd_median(cells: Cells) -> Finding | None:
    """Return a warning if the median is unusual, and usual in another unit."""
    column, unit = cells.reading.column, cells.reading.unit
    low, high = column.study_low, column.study_high
    if unit is None or low is None or high is None or not cells.numbers:
        return None
    middle = float(f"{median(cells.numbers):.4g}")
    own = unit.own_value(middle)
    if low <= own <= high:
        return None
    for other in column.units:
        if other.name != unit.name and low <= other.own_value(middle) <= high:
            low_in_file, high_in_file = unit.file_value(low), unit.file_value(high)
            usual = f"more than {low_in_file:g}" if own < low else f"less than {high_in_file:g}"
            message = (
                f"The median of {column.name} is {middle:g} {unit.name}; 9 of 10 patients of the study had {usual}. "
                f"Is it {other.name}?"
            )
            params = {
                "unit": unit.name, "hint_unit": other.name, "median": middle,
                "usual_minimum": low_in_file, "usual_maximum": high_in_file,
            }  # fmt: skip
            return Finding("unit_odd", message, None, column.name, None, params)
    return None


# ---- codes for missing values


def _missing_codes(cells: Cells) -> list[Finding]:
    """Return a finding for each number that is probably a code for "not measured".

    It must occur repeatedly and alone: if further values lie beyond the study's range on the same side, it may be a
    measured value.
    """
    column = cells.reading.column
    found = []
    for text, count in cells.code_counts.items():
        plain = cells.reading.marks.plain(text)
        value = float(plain) if plain is not None else None
        if value is None or count < _CODE_REPEATED or not _is_alone(cells, value):
            continue
        message = (
            f"{text} occurs {count} times in {column.name}, far from its other values. If it means 'not measured', "
            f"send missing={text}; if it is a measured value, send missing= without a code."
        )
        params = {"example": text, "count": count}
        found.append(Finding("missing_code_suspected", message, None, column.name, text, params))
    return found


def _is_alone(cells: Cells, code: float) -> bool:
    low, high = cells.reading.column.training_minimum, cells.reading.column.training_maximum
    unit = cells.reading.unit
    if unit is None or low is None or high is None:
        return False
    own_values = [unit.own_value(value) for value in cells.numbers]
    if unit.own_value(code) > high:
        return not any(value > high for value in own_values)
    return not any(value < low for value in own_values)


# ---- codes of categories


def _is_flag(cells: Cells) -> bool:
    return cells.reading.column.allowed == ("N", "Y")


def _unclear_codes(cells: Cells, *, has_unclear_flags: bool) -> Finding | None:
    """Return a finding if it is not clear what the numbers of a category mean.

    0 and 1 mean no and yes. With a 2, the codes may be 1 = yes and 2 = no, or the reverse. This also concerns the 1 in
    the file's other columns of this kind, unless they have a 0.
    """
    is_half_of_a_pair = _is_flag(cells) and has_unclear_flags and cells.codes and "0" not in cells.codes
    if None not in cells.codes.values() and not is_half_of_a_pair:
        return None
    column = cells.reading.column
    texts, allowed = sorted(cells.codes)[:_TEXTS_SHOWN_MAX], list(column.allowed)
    meanings = ", ".join(f'"{text}": "..."' for text in texts)
    message = (
        f"It is not clear what {', '.join(texts)} in {column.name} means. Please state it by column_values, such as "
        f'{{"{column.name}": {{{meanings}}}}}. Allowed values: {", ".join(allowed)}.'
    )
    return Finding("values_unclear", message, None, column.name, None, {"texts": texts, "allowed": allowed})
