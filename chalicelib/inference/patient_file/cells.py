"""Check and convert the cells of one column."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, filterfalse, islice
from typing import Any

from chalicelib.inference.patient_file import numbers, words
from chalicelib.inference.patient_file.columns import Column, OtherScale, Unit
from chalicelib.inference.patient_file.findings import Finding
from chalicelib.inference.patient_file.numbers import Marks
from chalicelib.inference.patient_file.row_batch import RowBatch

VALUE_SHOWN_MAX = 40
ID_CHARACTERS_MAX = 100
TEXTS_SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """How a column of the file is read.

    - ``unit``: the unit of its numbers in the file; None for a column without units. ``is_stated``: the header or the
      sender names it. ``is_answered``: the sender names it in the options.
    - ``missing``: codes that mean "not measured"; None if nothing was said about such codes.
    - ``values``: for a category, the value of each text, as the sender states it.
    """

    column: Column
    unit: Unit | None = None
    is_stated: bool = False
    is_answered: bool = False
    marks: Marks = field(default=Marks("."))
    missing: tuple[str, ...] | None = None
    values: dict[str, str | None] = field(default_factory=dict)


def in_unit(unit: str | None) -> str:
    """Return ``, in mg/dL`` for use in a sentence, or an empty text without a unit."""
    return f", in {unit}" if unit else ""


class Cells:
    """Checks the cells of one column, and gives the text that is stored for each.

    A column has few distinct texts, so each is checked once and remembered. A wrong text is stored as ``""``.

    - ``findings``: what is wrong with a text.
    - ``beyond``: the texts whose value lies outside the training range.
    - ``has_empty``: whether any text is stored as ``""``.
    - ``code_counts``: how often each text occurs that may be a code for "not measured".
    - ``numbers``: the distinct numbers, in the unit of the file, by their text.
    - ``codes``: the value of each text of a category that is a number, or whose meaning is unclear.
    - ``may_mean_no``: the marks for "not measured" by which a category's "no" may be meant.
    - ``thousands``: a number that is unusual, but possible if its mark groups thousands. ``has_decimals``: another
      number of the column certainly has decimals.
    - ``notes``: the assumptions about the column, by their kind, each with its parameters.
    """

    DISTINCT_MAX = 100_000

    def __init__(self, reading: ColumnReading) -> None:
        self.reading = reading
        self._column = reading.column
        self._unit = reading.unit or Unit("", 1.0)
        self._limits = self._column.limits_in(self._unit) if self._column.kind == "number" else (-math.inf, math.inf)
        self._missing_codes = {code: _number_of(code) for code in reading.missing or ()}
        self._values = {_value_key(text): value for text, value in reading.values.items()}
        self._states_codes = any(value and words.is_code(text) for text, value in self._values.items())
        self.findings: dict[str, Finding] = {}
        self.beyond: set[str] = set()
        self.has_empty = False
        self._stored: dict[str, str] = {}
        self._unchanged: set[str] = set()
        self.code_counts: dict[str, int] = {}
        self.numbers: dict[str, float] = {}
        self._counts: dict[str, int] = {}
        self.codes: dict[str, str | None] = {}
        self.texts: dict[str, None] = {}
        self.may_mean_no: set[str] = set()
        self.thousands: str | None = None
        self.has_decimals = False
        self.mark_conflict: str | None = None
        self.notes: dict[str, dict[str, Any]] = {}

    def _add(self, text: str) -> None:
        """Check ``text``, and remember what is stored for it."""
        result = self._check(text.strip())
        if isinstance(result, Finding):
            self.findings[text] = result
            result = ""
        elif result and self._column.kind == "number" and not self._is_in_training_range(float(result)):
            self.beyond.add(text)
        self.has_empty = self.has_empty or not result
        self._remember([text], [result])

    @property
    def values(self) -> set[str]:
        """The different texts that are stored."""
        return self._unchanged.union(self._stored.values())

    def stored(self, batch: RowBatch, index: int, *, is_known: bool = False) -> Sequence[str]:
        """Return the text that is stored for each cell of the column with this index.

        ``is_known``: all texts of the column have been checked.
        """
        texts = batch.column(index)
        if self._column.kind == "id" and max(map(len, texts), default=0) <= ID_CHARACTERS_MAX:
            return list(map(str.strip, texts))  # IDs differ, so remembering them costs more than it saves
        if (is_known and not self._stored) or self._unchanged.issuperset(texts):
            return texts
        try:
            return list(map(self._stored.__getitem__, texts))
        except KeyError:
            known = self._stored or self._unchanged
            self.add_new(dict.fromkeys(filterfalse(known.__contains__, texts)))
        return list(map(self._stored.__getitem__, texts)) if self._stored else texts

    def _remember(self, texts: list[str], results: list[str]) -> None:
        """Remember that ``results`` are stored for ``texts``. The dictionary is needed once any of them differ."""
        if results == texts:
            self._unchanged.update(texts)
        elif not self._stored:
            self._stored = dict(zip(self._unchanged, self._unchanged, strict=True))
        if self._stored or results != texts:
            self._stored.update(zip(texts, results, strict=True))

    def add_new(self, new: Mapping[str, Any]) -> None:
        """Check the texts in ``new``, which were not checked before."""
        if self._column.kind == "number":
            usual = words.USUAL_SPELLINGS & new.keys()
            for text in usual:
                self._add(text)
            new = {text: None for text in new if text not in usual} if usual else new
            if self._add_plain_numbers(list(new)):
                return
        for text in new:
            self._add(text)

    def _add_plain_numbers(self, texts: list[str]) -> bool:
        """Add ``texts`` at once if they are plain numbers of which nothing is to be said. Return whether they are."""
        read = self.reading.marks.all_plain(texts)
        if not read:
            return False
        plain, values = read
        low, high = self._limits
        least, most = min(values), max(values)
        if least < low or most > high or self._hold_codes(texts, values):
            return False
        self._add_numbers(texts, values)
        if self._unit.factor != 1.0:
            plain = list(map(self._in_own_unit, values))
            values = list(map(float, plain))
            least, most = min(values), max(values)
        if not (self._is_in_training_range(least) and self._is_in_training_range(most)):
            pairs = zip(texts, values, strict=True)
            self.beyond.update(text for text, value in pairs if not self._is_in_training_range(value))
        self._remember(texts, plain)
        return True

    def _hold_codes(self, texts: list[str], values: list[float]) -> bool:
        """Return whether any of these possible numbers means "not measured", or may mean it."""
        codes = self._missing_codes
        if codes and not (codes.keys().isdisjoint(texts) and set(codes.values()).isdisjoint(values)):
            return True
        return any(self._may_be_a_code(value, is_possible=True) for value in words.MISSING_CODES.intersection(values))

    def _add_numbers(self, texts: list[str], values: list[float]) -> None:
        """Remember numbers that are no codes, and note what their marks show."""
        pairs: Iterator[tuple[str, float]] = zip(texts, values, strict=True)
        room = self.DISTINCT_MAX - len(self.numbers)
        if len(texts) > room:
            pairs = islice((pair for pair in pairs if pair[0] not in self.numbers), max(room, 0))
        self.numbers.update(pairs)
        if not self.has_decimals and self.reading.marks.decimal in "".join(texts):
            for text, value in zip(texts, values, strict=True):
                self._note_thousands(text, value)
                if self.has_decimals:
                    break

    def clear_if_large(self) -> None:
        """Bound the memory. Call this between batches only: within a batch the findings are still needed."""
        if len(self._stored or self._unchanged) > self.DISTINCT_MAX:
            self._stored.clear()
            self._unchanged.clear()
            self.findings.clear()
            self.beyond.clear()

    def have_findings(self, texts: Sequence[str]) -> bool:
        """Return whether anything is wrong with any of ``texts``."""
        return bool(self.findings) and not self.findings.keys().isdisjoint(texts)

    def count_codes(self, texts: Sequence[str]) -> None:
        """Count the texts that may be a code for "not measured"."""
        for code in self.code_counts:
            self.code_counts[code] += texts.count(code)

    def count_numbers(self, counts: Mapping[str, int], weight: int) -> None:
        """Count the texts of numbers. ``counts`` says how often each occurs, and each of them stands for ``weight``."""
        if weight == 1 and not self._counts and len(counts) <= self.DISTINCT_MAX:
            self._counts = dict(counts)
            return
        known = self._counts
        has_room = len(known) + len(counts) <= self.DISTINCT_MAX
        for text, count in counts.items():
            if has_room or text in known or len(known) < self.DISTINCT_MAX:
                known[text] = known.get(text, 0) + weight * count

    @cached_property
    def median(self) -> float:
        """The median of the numbers after the last row, rounded to four digits."""
        counts: dict[float, int] = {}
        if self.numbers.keys() >= self._counts.keys():
            values = map(self.numbers.__getitem__, self._counts)
            counts = dict(zip(values, self._counts.values(), strict=True))
        if len(counts) < len(self._counts):  # some texts are no numbers, or different ones are the same number
            counts = self._counts_of_numbers()
        return _rounded(_weighted_median(counts or Counter(self.numbers.values())))

    def has_median_within(self, low: float, high: float, unit: Unit) -> bool:
        """Return whether the median lies between ``low`` and ``high`` if it is a number in ``unit``.

        Mostly, the least and the greatest number show it without sorting them all.
        """
        least, most = map(unit.own_value, self._rounded_extremes)
        if most < low or high < least:
            return False
        return (low <= least and most <= high) or low <= unit.own_value(self.median) <= high

    @cached_property
    def _rounded_extremes(self) -> tuple[float, float]:
        """The least and the greatest number after the last row, rounded as the median is."""
        values = self.numbers.values()
        return _rounded(min(values)), _rounded(max(values))

    def _counts_of_numbers(self) -> dict[float, int]:
        counts: dict[float, int] = {}
        values = map(self.numbers.get, map(str.strip, self._counts))
        for value, count in zip(values, self._counts.values(), strict=True):
            if value is not None:
                counts[value] = counts.get(value, 0) + count
        return counts

    def _is_in_training_range(self, value: float) -> bool:
        low, high = self._column.training_minimum, self._column.training_maximum
        return low is None or high is None or low <= value <= high

    def _check(self, text: str) -> str | Finding:
        column = self._column
        if column.kind == "id":
            if len(text) <= ID_CHARACTERS_MAX:
                return text
            message = f"An ID can have at most {ID_CHARACTERS_MAX} characters."
            return self._finding("too_long", message, text, maximum=ID_CHARACTERS_MAX)
        if column.kind == "category" and text and len(self.texts) < TEXTS_SHOWN_MAX:
            self.texts[text[:VALUE_SHOWN_MAX]] = None
        stated = self._values.get(_value_key(text), text) if self._values else text
        if stated is not None and stated != text:
            return self._noted_word(text, stated)
        if stated is None:
            self._note_text("missing_mark", text)
        if stated is None or self._means_missing(text):
            return self._missing(text)
        return self._category(text) if column.kind == "category" else self._number(text)

    def _means_missing(self, text: str) -> bool:
        """Return whether ``text`` means "not measured". Unless everybody writes it so, note it."""
        if "N" in self._column.allowed and text.lower() in words.MAY_MEAN_NO:
            self.may_mean_no.add(text)
        elif words.is_usual_missing(text):
            return True
        is_mark = text in self.may_mean_no or self._is_missing_code(text) or words.is_missing_mark(text)
        if is_mark:
            self._note_text("missing_mark", text)
        return is_mark

    def _missing(self, text: str) -> str | Finding:
        if not self._column.required:
            return ""
        unit = self.reading.unit.name if self.reading.unit else None
        message = f"{self._column.name} is missing. It is required for every patient{in_unit(unit)}."
        return self._finding("value_missing", message, text, unit=unit)

    def _is_missing_code(self, text: str) -> bool:
        if not self._missing_codes:
            return False
        if self._column.kind == "category" and words.read_value(self._column, text) is not None:
            return False  # missing=0 does not concern the 0 that means no
        value = _number_of(self.reading.marks.plain(text) or text)
        return text in self._missing_codes or (value is not None and value in self._missing_codes.values())

    # ---- categories

    def _category(self, text: str) -> str | Finding:
        column = self._column
        is_code = (words.is_code(text) and column.name != "Stage") or words.is_unclear(column, text)
        if column.name == "Stage" and _number_of(text) in words.MISSING_CODES and self.reading.missing is None:
            self.code_counts.setdefault(text, 0)
            return self._code_suspected(text, text)
        # What a sender's number means is stated for all of them or for none.
        value = None if is_code and self._states_codes else words.read_value(column, text)
        if is_code:
            self.codes[words.whole_number(text)] = value
        if value is not None:
            return self._noted_word(text, value)
        allowed = ", ".join(column.allowed)
        message = (
            f"'{text[:VALUE_SHOWN_MAX]}' is not allowed for {column.name}. Allowed values: {allowed}. "
            "Other words can be explained by column_values."
        )
        return self._finding("unknown_category", message, text, allowed=list(column.allowed))

    # ---- numbers

    def _number(self, text: str) -> str | Finding:
        plain = self.reading.marks.plain(text)
        if plain is not None:
            if plain.count(".") < text.count(".") + text.count(","):
                self._note("thousands_marks", text, plain)
            return self._finite(plain, text)
        return self._decorated(text)

    def _decorated(self, text: str) -> str | Finding:
        """Read a number with blanks, a flag or a unit beside it, or say what the text is instead."""
        marks, unit = self.reading.marks, self.reading.unit.name if self.reading.unit else None
        content = numbers.excel_text(text)
        for kind, rest in (
            ("excel_text", content),
            ("thousands_marks", numbers.without_blanks(text)),
            ("laboratory_flag", numbers.without_flag(text)),
        ):
            plain = marks.plain(rest) if rest else None
            if plain is not None:
                self._note(kind, text, plain)
                return self._finite(plain, text)
        if content is not None:
            return self._missing(text) if content == "" else self._number(content)
        if numbers.is_limit(text):
            message = (
                f"'{text[:VALUE_SHOWN_MAX]}' is a limit, not a value. Write the limit itself, or leave the cell empty."
            )
            return self._finding("limit_not_value", message, text, unit=unit)
        if numbers.is_date(text):
            message = (
                f"'{text[:VALUE_SHOWN_MAX]}' is a date. {self._column.name} must be a number{in_unit(unit)}. "
                "Spreadsheets may turn numbers such as 1.9 into dates."
            )
            return self._finding("date_not_number", message, text, unit=unit)
        if (split := numbers.number_and_unit(text)) and (plain := marks.plain(split[0])) is not None:
            return self._with_unit(text, plain, split[1])
        return self._not_a_number(text)

    def _with_unit(self, text: str, plain: str, unit: str) -> str | Finding:
        """Read a number whose unit stands in the cell, if it is the column's unit."""
        named = self._column.unit_named(unit.rstrip(".")) or self._column.scale_named(unit)
        if named is None:
            return self._not_a_number(text)
        if isinstance(named, Unit) and named.name == self._unit.name:
            self._note("unit_in_cell", text, plain)
            return self._finite(plain, text)
        advice = (
            "Please use one unit for the whole column, or send column_units."
            if isinstance(named, Unit)
            else "It can't be converted. Please ask the laboratory."
        )
        message = (
            f"'{text[:VALUE_SHOWN_MAX]}' is in {named.title}. "
            f"{self._column.name} is read in {self._unit.name}. {advice}"
        )
        return self._finding("unit_in_cell", message, text, unit=self._unit.name, hint_unit=named.name)

    def _not_a_number(self, text: str) -> Finding:
        unit = self.reading.unit.name if self.reading.unit else None
        message = f"'{text[:VALUE_SHOWN_MAX]}' is not a number. {self._column.name} must be a number{in_unit(unit)}."
        bare = numbers.bare_number(text)
        if numbers.has_marks(bare) and self.reading.marks.plain(bare) is None:
            self.mark_conflict = self.mark_conflict or text
            message += f" '{self.reading.marks.decimal}' is read as the decimal mark."
        elif not self._column.required and not any(character.isdecimal() for character in text):
            message += " If it means 'not measured', leave the cell empty."
        return self._finding("not_a_number", message, text, unit=unit)

    def _finite(self, plain: str, text: str) -> str | Finding:
        value = float(plain)
        if not math.isfinite(value):  # 1e999 becomes infinity, which JSON cannot hold
            message = (
                f"'{text[:VALUE_SHOWN_MAX]}' is too large. {self._column.name} must be a number"
                f"{in_unit(self._unit.name)}."
            )
            return self._finding("not_finite", message, text, unit=self._unit.name)
        return self._within_limits(plain, text, value)

    def _within_limits(self, plain: str, text: str, value: float) -> str | Finding:
        low, high = self._limits
        is_possible = low <= value <= high
        if self._may_be_a_code(value, is_possible=is_possible):
            self.code_counts.setdefault(text, 0)
        elif len(self.numbers) < self.DISTINCT_MAX:
            self.numbers[text] = value
        self._note_thousands(text, value)
        if is_possible:
            return plain if self._unit.factor == 1.0 else self._in_own_unit(value)
        return self._impossible(text, value, low, high)

    def _in_own_unit(self, value: float) -> str:
        """Return a possible value in the column's own unit."""
        minimum, maximum = self._column.limits
        # The division may round a value at a limit to just beyond it.
        return f"{min(max(self._unit.own_value(value), minimum), maximum):.10g}"

    def _note_thousands(self, text: str, value: float) -> None:
        """Note ``text`` if ``value`` is unusual, but possible in some unit if the mark groups thousands."""
        if self.has_decimals or self.reading.marks.groups or self.reading.marks.decimal not in text:
            return
        grouped = numbers.grouped_thousands(text, self.reading.marks.decimal)
        self.has_decimals = grouped is None
        if grouped is None or self._is_in_training_range(self._unit.own_value(value)):
            return
        low, high = self._column.limits
        units = (self._unit,) if self.reading.is_stated else self._column.units
        if any(low <= unit.own_value(grouped) <= high for unit in units):
            self.thousands = self.thousands or text

    def _may_be_a_code(self, value: float, *, is_possible: bool) -> bool:
        if value not in words.MISSING_CODES or self.reading.missing is not None:
            return False
        own, study_high = self._unit.own_value(value), self._column.study_high
        is_far = abs(value) >= words.LONG_CODE and study_high is not None and own > study_high
        return not is_possible or is_far or not self._is_in_training_range(own)

    def _impossible(self, text: str, value: float, low: float, high: float) -> Finding:
        column, unit = self._column, self._unit.name
        shown = f"{value:g}"
        if (other := self.other_unit_of(value)) is not None:
            suggestion = None
            hint = f", usually {column.training_minimum:g} to {column.training_maximum:g}."
            if isinstance(other, Unit):
                suggestion = float(f"{self._unit.file_value(other.own_value(value)):.4g}")
                hint = f". Did you mean {suggestion:g}?"
            message = f"{shown} looks like a value in {other.title}. {column.name} is expected in {unit}{hint}"
            return self._finding(
                "unit_suspected", message, text, unit=unit, hint_unit=other.name, suggestion=suggestion,
                minimum=low, maximum=high,
            )  # fmt: skip
        if value in words.MISSING_CODES and self.reading.missing is None:
            return self._code_suspected(text, shown)
        size, code = ("low", "below_minimum") if value < low else ("high", "above_maximum")
        message = f"{shown} is too {size} for {column.name}. Accepted: {low:g} to {high:g} {unit}."
        return self._finding(code, message, text, unit=unit, minimum=low, maximum=high)

    def _code_suspected(self, text: str, code: str) -> Finding:
        message = (
            f"{code} looks like a code for 'not measured'. If it is one, leave the cell empty, or send missing={code}."
        )
        return self._finding("missing_code_suspected", message, text, example=code)

    def other_unit_of(self, value: float) -> Unit | OtherScale | None:
        """Return another unit or scale in which ``value`` is usual, or None."""
        low, high = self._column.median_limits
        for unit in self._column.units:
            if unit.name != self._unit.name and low <= unit.own_value(value) <= high:
                return unit
        scales = self._column.other_scales
        return next((scale for scale in scales if scale.usual_minimum <= value <= scale.usual_maximum), None)

    def training_range_in_file_unit(self) -> tuple[float, float]:
        """Return the training range in the unit of the file.

        Raises
        ------
        ValueError
            The column holds no numbers.
        """
        low, high = self._column.training_minimum, self._column.training_maximum
        if low is None or high is None:
            raise ValueError(f"{self._column.name} has no training range: it holds no numbers")
        return self._unit.file_value(low), self._unit.file_value(high)

    # ---- notes

    def _noted_word(self, text: str, value: str) -> str:
        """Return the value of a category, and note how its text was read if it is not the value itself."""
        if text.upper() != value and words.whole_number(text) != value:
            self.notes.setdefault("words", {"words": {}})["words"].setdefault(text[:VALUE_SHOWN_MAX], value)
        return value

    def _note(self, kind: str, text: str, plain: str) -> None:
        self.notes.setdefault(kind, {"example": text[:VALUE_SHOWN_MAX], "value": plain})

    def _note_text(self, kind: str, text: str) -> None:
        texts = self.notes.setdefault(kind, {"texts": []})["texts"]
        if text not in texts and len(texts) < TEXTS_SHOWN_MAX:
            texts.append(text[:VALUE_SHOWN_MAX])

    def _finding(self, code: str, message: str, text: str, **params: Any) -> Finding:
        return Finding(code, message, None, self._column.name, text[:VALUE_SHOWN_MAX], params)


def _value_key(text: str) -> str:
    return words.whole_number(text.strip()).lower()


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def _weighted_median(counts: Mapping[float, int]) -> float:
    """Return the median of numbers that occur as often as ``counts`` says."""
    values = sorted(counts)
    passed = list(accumulate(map(counts.__getitem__, values)))
    half = passed[-1] / 2
    middle = bisect_left(passed, half)
    return (values[middle] + values[middle + 1]) / 2 if passed[middle] == half else values[middle]


def _number_of(text: str) -> float | None:
    return float(text) if numbers.NUMBER.fullmatch(text) else None
