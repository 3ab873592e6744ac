"""Judge the codes in whole columns: those for missing values, and those of categories."""

from collections import Counter
from collections.abc import Sequence

from chalicelib.inference.patient_file import words
from chalicelib.inference.patient_file.cells import Cells
from chalicelib.inference.patient_file.findings import Finding

_CODE_REPEATED = 2
_CODE_OUTWEIGHS = 3
_TEXTS_SHOWN_MAX = 10


def missing_codes(cells: Sequence[Cells]) -> list[Finding]:
    """Return a finding for each number of each column that is probably a code for "not measured".

    It must occur repeatedly in the file, and almost alone in its column: if more than a third as many other values lie
    beyond it or the study's range on the same side, it may be a measured value.
    """
    if not any(column.code_counts for column in cells):
        return []
    by_column = {column.reading.column.name: _code_counts(column) for column in cells}
    total = sum(by_column.values(), Counter())
    return [
        _missing_code(column, code, count)
        for column in cells
        for code, count in by_column[column.reading.column.name].items()
        if total[code] >= _CODE_REPEATED and _is_alone(column, code, count)
    ]


def _code_counts(cells: Cells) -> Counter[float]:
    counts: Counter[float] = Counter()
    for text, count in cells.code_counts.items():
        if (plain := cells.reading.marks.plain(text)) is not None:
            counts[float(plain)] += count
    return counts


def _missing_code(cells: Cells, code: float, count: int) -> Finding:
    column, unit = cells.reading.column, cells.reading.unit
    low, high = column.limits_in(unit) if unit else (code, code - 1)
    otherwise = "; if it is a measured value, send missing= without a code" if low <= code <= high else ""
    times = "once" if count == 1 else f"{count} times"
    message = (
        f"{code:g} occurs {times} in {column.name}, far from its other values. If it means 'not measured', leave the "
        f"cells empty or send missing={code:g}{otherwise}."
    )
    params = {"example": f"{code:g}", "count": count}
    return Finding("missing_code_suspected", message, None, column.name, f"{code:g}", params)


def _is_alone(cells: Cells, code: float, count: int) -> bool:
    column, unit = cells.reading.column, cells.reading.unit
    if unit is None:
        return True  # a stage
    low, high = column.limits_in(unit)
    if low <= code <= high:
        low, high = cells.training_range_in_file_unit()
    if code < low:
        others = sum(value < low for value in cells.numbers.values())
    else:
        others = sum(value > min(code, high) for value in cells.numbers.values())
    return _CODE_OUTWEIGHS * others < count


def _is_flag(cells: Cells) -> bool:
    return cells.reading.column.allowed == ("N", "Y")


def has_unclear_two(cells: Cells) -> bool:
    """Return whether a column for yes and no has a 2 that nobody explains."""
    return _is_flag(cells) and cells.codes.get("2", "") is None


def unclear_codes(cells: Cells, *, has_unclear_flags: bool) -> Finding | None:
    """Return a finding if it is not clear what the numbers or marks of a category mean.

    0 and 1 mean no and yes. With a 2, the codes may be 1 = yes and 2 = no, or the reverse. This also concerns the 1 in
    the file's other columns of this kind, unless they have a 0.
    """
    column = cells.reading.column
    is_half_of_a_pair = _is_flag(cells) and has_unclear_flags and "1" in cells.codes and "0" not in cells.codes
    unclear = {text for text, value in cells.codes.items() if value is None}
    if is_half_of_a_pair or any(words.is_code(text) and not words.is_missing_code(text) for text in unclear):
        unclear |= set(cells.codes)
    unclear |= _unclear_marks(cells)
    if not unclear:
        return None
    texts, allowed = sorted(unclear)[:_TEXTS_SHOWN_MAX], list(column.allowed)
    meanings = ", ".join(f'"{text}": "..."' for text in texts)
    message = (
        f"It is not clear what {', '.join(texts)} in {column.name} {'means' if len(texts) == 1 else 'mean'}. Please "
        f'state it by column_values, such as {{"{column.name}": {{{meanings}}}}}. Allowed values: '
        f"{', '.join(allowed)}{'' if column.required else ", and null for 'not measured'"}."
    )
    return Finding("values_unclear", message, None, column.name, None, {"texts": texts, "allowed": allowed})


def _unclear_marks(cells: Cells) -> set[str]:
    """Return the marks that may mean "no": the column has no other "no", and a "yes" beside a "-"."""
    values = cells.values
    if "N" in values and not cells.reading.column.required:
        return set()
    has_yes = not values.isdisjoint({"Y", "S"}) or cells.reading.column.required
    return {text for text in cells.may_mean_no if has_yes or text != "-"}
