"""The cells of one column: what each text is worth, in which unit, and what is wrong with it."""

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
    """A column and the unit that its numbers are in; None for what has none."""

    column: Column
    unit: Unit | None


def in_unit(unit: str | None) -> str:
    """``, in mg/dL`` for a sentence; nothing for what has no unit."""
    return f", in {unit}" if unit else ""


class Cells(dict[str, str]):
    """Cells of one column, as given to as stored. Few texts are distinct, so each is judged once.

    A wrong text is stored as "" and described in ``wrong``.
    """

    DISTINCT_MAX = 100_000

    def __init__(self, column_unit: ColumnUnit, *, decimal_comma: bool) -> None:
        super().__init__()
        self._column = column_unit.column
        self._unit = column_unit.unit.name if column_unit.unit else None
        self._factor = column_unit.unit.factor if column_unit.unit else 1.0
        self._decimal_comma = decimal_comma
        self.wrong: dict[str, Finding] = {}

    def __missing__(self, text: str) -> str:
        judged = self._judge(text.strip())
        if isinstance(judged, Finding):
            self.wrong[text] = judged
            judged = ""
        self[text] = judged
        return judged

    def forget_if_many(self) -> None:
        """Bound the memory. Between batches only: within one, ``wrong`` must keep what it found."""
        if len(self) > self.DISTINCT_MAX:
            self.clear()
            self.wrong.clear()

    def _judge(self, text: str) -> str | Finding:
        column = self._column
        if column.kind == "id":
            if len(text) <= ID_CHARACTERS_MAX:
                return text
            message = f"An ID has at most {ID_CHARACTERS_MAX} characters."
            return self._finding("too_long", message, text, maximum=ID_CHARACTERS_MAX)
        if text.lower() in columns.MISSING:
            if not column.required:
                return ""
            message = f"{column.name} is missing. Every patient needs it{in_unit(self._unit)}."
            return self._finding("value_missing", message, text, unit=self._unit)
        return self._category(text) if column.kind == "category" else self._number(text)

    def _category(self, text: str) -> str | Finding:
        column = self._column
        whole = _WHOLE.fullmatch(text)
        value = whole.group(1) if whole else text.upper()
        if value in column.allowed:
            return value
        allowed = ", ".join(column.allowed)
        message = f"'{text[:VALUE_SHOWN_MAX]}' is not a value of {column.name}. It takes {allowed}."
        return self._finding("unknown_category", message, text, allowed=list(column.allowed))

    def _number(self, text: str) -> str | Finding:
        column = self._column
        plain = text.replace(",", ".") if self._decimal_comma else text
        if not _NUMBER.fullmatch(plain):
            message = f"'{text[:VALUE_SHOWN_MAX]}' is not a number. {column.name} is a number{in_unit(self._unit)}."
            return self._finding("not_a_number", message, text, unit=self._unit)
        value = float(plain)
        if not math.isfinite(value):  # 1e999; JSON could not even repeat it
            message = (
                f"'{text[:VALUE_SHOWN_MAX]}' is too large a number. {column.name} is a number{in_unit(self._unit)}."
            )
            return self._finding("not_finite", message, text, unit=self._unit)
        return self._within_limits(plain, value)

    def _within_limits(self, text: str, value: float) -> str | Finding:
        column = self._column
        minimum, maximum = column.limits
        low, high = self._given(minimum), self._given(maximum)
        if low <= value <= high:
            # A value at the very limit stays within it, whatever the division rounds to.
            own = min(max(value / self._factor, minimum), maximum)
            return text if self._factor == 1.0 else f"{own:.10g}"
        suspicion = column.suspicion
        if suspicion and self._factor == 1.0 and value > 0 and suspicion.holds(value):
            suggestion = None if suspicion.factor is None else float(f"{value * suspicion.factor:.4g}")
            hint = f": {suggestion:g}?" if suggestion is not None else f", usually {_training_range(column)}."
            message = f"{value:g} looks like {suspicion.unit}. {column.name} is expected in {column.unit}{hint}"
            return self._finding(
                "unit_suspected", message, text, unit=column.unit, hint_unit=suspicion.unit, suggestion=suggestion,
                minimum=low, maximum=high,
            )  # fmt: skip
        side, code = ("below", "below_minimum") if value < low else ("above", "above_maximum")
        message = f"{value:g} is {side} what {column.name} can be. Accepted: {low:g} to {high:g} {self._unit}."
        return self._finding(code, message, text, unit=self._unit, minimum=low, maximum=high)

    def _given(self, limit: float) -> float:
        """A limit of the specification in the unit that the file is in."""
        return limit if self._factor == 1.0 else float(f"{limit * self._factor:.4g}")

    def _finding(self, code: str, message: str, text: str, **params: Any) -> Finding:
        return Finding(code, message, None, self._column.name, text[:VALUE_SHOWN_MAX], params)


def _training_range(column: Column) -> str:
    return f"{column.training_minimum:g} to {column.training_maximum:g}"
