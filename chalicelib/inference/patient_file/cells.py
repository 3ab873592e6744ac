"""Check and convert the cells of one column."""

import math
import re
from dataclasses import dataclass
from typing import Any

from chalicelib.inference.patient_file import columns
from chalicelib.inference.patient_file.columns import Column, Unit
from chalicelib.inference.patient_file.findings import Finding

VALUE_SHOWN_MAX = 40
ID_CHARACTERS_MAX = 100

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE = re.compile(r"(\d+)[.,]0+", re.ASCII)


@dataclass(frozen=True, slots=True)
class ColumnUnit:
    """A column and the unit of its numbers in the file; None for a column without units."""

    column: Column
    unit: Unit | None


def in_unit(unit: str | None) -> str:
    """Return ``, in mg/dL`` for use in a sentence, or an empty text without a unit."""
    return f", in {unit}" if unit else ""


class Cells(dict[str, str]):
    """Maps each cell text of one column to the text that is stored.

    A column has few distinct texts, so each is checked once and remembered. A wrong text maps to ``""``; ``findings``
    says what is wrong with it.
    """

    DISTINCT_MAX = 100_000

    def __init__(self, column_unit: ColumnUnit, *, decimal_comma: bool) -> None:
        super().__init__()
        self._column = column_unit.column
        self._unit = column_unit.unit.name if column_unit.unit else None
        self._factor = column_unit.unit.factor if column_unit.unit else 1.0
        self._decimal_comma = decimal_comma
        self.findings: dict[str, Finding] = {}

    def __missing__(self, text: str) -> str:
        result = self._check(text.strip())
        if isinstance(result, Finding):
            self.findings[text] = result
            result = ""
        self[text] = result
        return result

    def clear_if_large(self) -> None:
        """Bound the memory. Call this between batches only: within a batch the findings are still needed."""
        if len(self) > self.DISTINCT_MAX:
            self.clear()
            self.findings.clear()

    def _check(self, text: str) -> str | Finding:
        column = self._column
        if column.kind == "id":
            if len(text) <= ID_CHARACTERS_MAX:
                return text
            message = f"An ID can have at most {ID_CHARACTERS_MAX} characters."
            return self._finding("too_long", message, text, maximum=ID_CHARACTERS_MAX)
        if text.lower() in columns.MISSING:
            if not column.required:
                return ""
            message = f"{column.name} is missing. It is required for every patient{in_unit(self._unit)}."
            return self._finding("value_missing", message, text, unit=self._unit)
        return self._category(text) if column.kind == "category" else self._number(text)

    def _category(self, text: str) -> str | Finding:
        column = self._column
        whole = _WHOLE.fullmatch(text)
        value = whole.group(1) if whole else text.upper()
        if value in column.allowed:
            return value
        allowed = ", ".join(column.allowed)
        message = f"'{text[:VALUE_SHOWN_MAX]}' is not allowed for {column.name}. Allowed values: {allowed}."
        return self._finding("unknown_category", message, text, allowed=list(column.allowed))

    def _number(self, text: str) -> str | Finding:
        column = self._column
        plain = text.replace(",", ".") if self._decimal_comma else text
        if not _NUMBER.fullmatch(plain):
            message = (
                f"'{text[:VALUE_SHOWN_MAX]}' is not a number. {column.name} must be a number{in_unit(self._unit)}."
            )
            return self._finding("not_a_number", message, text, unit=self._unit)
        value = float(plain)
        if not math.isfinite(value):  # 1e999 becomes infinity, which JSON cannot hold
            message = f"'{text[:VALUE_SHOWN_MAX]}' is too large. {column.name} must be a number{in_unit(self._unit)}."
            return self._finding("not_finite", message, text, unit=self._unit)
        return self._within_limits(plain, value)

    def _within_limits(self, text: str, value: float) -> str | Finding:
        column = self._column
        minimum, maximum = column.limits
        low, high = self._in_file_unit(minimum), self._in_file_unit(maximum)
        if low <= value <= high:
            # The division may round a value at a limit to just beyond it.
            converted = min(max(value / self._factor, minimum), maximum)
            return text if self._factor == 1.0 else f"{converted:.10g}"
        suspicion = column.suspicion
        if suspicion and self._factor == 1.0 and value > 0 and suspicion.holds(value):
            suggestion = None if suspicion.factor is None else float(f"{value * suspicion.factor:.4g}")
            hint = f", usually {_training_range(column)}." if suggestion is None else f". Did you mean {suggestion:g}?"
            expected = f"{column.name} is expected in {column.unit}{hint}"
            message = f"{value:g} looks like a value in {suspicion.unit}. {expected}"
            return self._finding(
                "unit_suspected", message, text, unit=column.unit, hint_unit=suspicion.unit, suggestion=suggestion,
                minimum=low, maximum=high,
            )  # fmt: skip
        size, code = ("low", "below_minimum") if value < low else ("high", "above_maximum")
        message = f"{value:g} is too {size} for {column.name}. Accepted: {low:g} to {high:g} {self._unit}."
        return self._finding(code, message, text, unit=self._unit, minimum=low, maximum=high)

    def _in_file_unit(self, limit: float) -> float:
        """Convert a limit of the specification to the unit of the file."""
        return limit if self._factor == 1.0 else float(f"{limit * self._factor:.4g}")

    def _finding(self, code: str, message: str, text: str, **params: Any) -> Finding:
        return Finding(code, message, None, self._column.name, text[:VALUE_SHOWN_MAX], params)


def _training_range(column: Column) -> str:
    return f"{column.training_minimum:g} to {column.training_maximum:g}"
