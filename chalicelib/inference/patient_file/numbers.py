"""Read numbers as people write them: decimal and thousands marks, flags and units beside the number."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import filterfalse
from typing import Literal, Self

import orjson

DecimalMark = Literal[".", ","]

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_DIGITS = {
    ".": re.compile(r"\d++(?:\.\d++)?(?:\n\d++(?:\.\d++)?)*+", re.ASCII),
    ",": re.compile(r"\d++(?:,\d++)?(?:\n\d++(?:,\d++)?)*+", re.ASCII),
}
"""Lines of digits with at most one decimal mark."""
_DECIMAL_MARKS = re.compile(r"[.,]")
_TWO_DECIMALS = re.compile(r"\d+\.\d\d?", re.ASCII)
_THREE_DECIMALS = re.compile(r"\.\d{3}", re.ASCII)
_SIMPLE = re.compile(r"[+-]?\d*([.,])\d+|[+-]?\d+([.,])", re.ASCII)
_GROUPED = {
    ",": re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII),
    ".": re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d*)?", re.ASCII),
}
"""Numbers whose thousands are grouped by the mark."""
_GROUPED_BY_BLANKS = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u2009\u202f'\u2019]\d{3})+(?:[.,]\d*)?", re.ASCII)
_GROUP_MARKS = re.compile(r"[ \u00a0\u2009\u202f'\u2019]")
_EXCEL_TEXT = re.compile(r"""="([^"]*)"|'(?=[\d.,+-])(.*)""")
_LIMIT = re.compile(r"\s*(?:[<>\u2264\u2265]|&lt;|&gt;)=?\s*[\d.,]+.*")
_SIGNS, _LETTERS = r"[*!\u2191\u2193]{1,2}", r"HH?|LL?|A|N"
_FLAG_WORDS = rf"(?i:high|low|normal|abnormal|{_LETTERS})"
_FLAG = re.compile(
    # Letters before a number need a blank: "l.1" is a misspelled 1.1. A minus behind it may be its sign.
    rf"(?:{_SIGNS}\s*|(?:{_LETTERS})\s+)?([+-]?[\d.,]*\d[.,]?(?:[eE][+-]?\d+)?)"
    rf"(?:\s+(?:\+{{1,3}}|{_FLAG_WORDS})|\s*(?:{_SIGNS}|{_LETTERS}|\({_FLAG_WORDS}\)|\[{_FLAG_WORDS}\]))*+"
)
_WITH_UNIT = re.compile(r"([+-]?[\d.,]*\d[.,]?)\s*([^\d\s.,].*)")
_DATE = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}([ T]\d.*)?|\d{1,2}[./-]\d{1,2}[./-](\d{2}|\d{4})|\d{1,2}:\d{2}(:\d{2})?"
    r"|\d{1,2}[. -]?[^\W\d_]{3,9}\.?([. -]?\d{2,4})?|[^\W\d_]{3,9}[. -]\d{1,4}"
)
_MONTHS = re.compile(
    r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|янв|фев|мар|апр|май|мая|июн|июл|авг|сен|окт|ноя|дек"
)


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a file's numbers.

    ``groups``: the other mark may group thousands, also in a number without the decimal mark. ``points_too``: besides a
    decimal comma, a decimal point is read, because the number cells of a workbook have one.
    """

    decimal: DecimalMark
    groups: bool = False
    points_too: bool = False

    def plain(self, text: str) -> str | None:
        """Return ``text`` with a decimal point and without thousands marks, or None if it isn't such a number."""
        other = "," if self.decimal == "." else "."
        if other in text:
            is_certain = self.decimal in text or text.count(other) > 1
            if (self.groups or is_certain) and _GROUPED[other].fullmatch(text):
                text = text.replace(other, "")
            elif not (other == "." and self.points_too and "," not in text):
                return None
        if self.decimal == ",":
            text = text.replace(",", ".")
        return text if NUMBER.fullmatch(text) else None

    def all_plain(self, texts: Sequence[str]) -> tuple[list[str], list[float]] | None:
        """Return each of ``texts`` as ``plain`` does, and their values.

        Return None unless all are digits with at most one decimal mark.
        """
        lines = "\n".join(texts)
        # A quoted cell may hold several lines.
        if not texts or lines.count("\n") != len(texts) - 1 or not _DIGITS[self.decimal].fullmatch(lines):
            return None
        if self.decimal == ",":
            lines = lines.replace(",", ".")
        plain = list(texts) if self.decimal == "." else lines.split()
        try:
            return plain, orjson.loads(f"[{lines.replace('\n', ',')}]")
        except orjson.JSONDecodeError:  # a leading zero
            return plain, list(map(float, plain))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the texts of a file say about its decimal mark: an example of each kind of number, or None.

    ``comma`` and ``point`` certainly have this decimal mark. In ``comma_group`` and ``point_group``, such as ``1,650``
    and ``1.650``, the mark may also group thousands.
    """

    comma: str | None = None
    point: str | None = None
    comma_group: str | None = None
    point_group: str | None = None

    def examples(self) -> list[str]:
        """Return the examples."""
        return [text for text in (self.comma, self.point, self.comma_group, self.point_group) if text]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """Collect the evidence of ``texts``. Texts without a mark, and those that are not numbers, say nothing."""
        found: dict[str, str] = {}
        lines = "\n".join(texts)
        has_groups = "," in lines or _THREE_DECIMALS.search(lines)
        marked = filter(_DECIMAL_MARKS.search, texts)
        for text in marked:
            _add_kind(text, found)
            if "point" in found:
                break
        if has_groups:  # other texts would be further examples of the same kind
            for text in filterfalse(_TWO_DECIMALS.fullmatch, marked):
                _add_kind(text, found)
        return cls(**found)


def _add_kind(text: str, found: dict[str, str]) -> None:
    if kind := _kind(bare_number(text)):
        found.setdefault(kind, text.strip())


def bare_number(text: str) -> str:
    """Return the number in ``text`` without what stands beside it."""
    text = text.strip()
    text = excel_text(text) or text
    text = without_flag(text) or text
    with_unit = None if is_date(text) else number_and_unit(text)
    text = with_unit[0] if with_unit else text
    return without_blanks(text) or text


def _kind(text: str) -> str | None:
    if "," not in text and "." not in text:
        return None
    for mark, name, other in ((",", "comma", "point"), (".", "point", "comma")):
        if _GROUPED[mark].fullmatch(text):
            grouped = text.count(mark) > 1 or ("." if mark == "," else ",") in text
            leading_zero = text.lstrip("+-").startswith("0")
            return other if grouped else name if leading_zero else f"{name}_group"
    simple = _SIMPLE.fullmatch(text)
    if simple:
        return "comma" if "," in text else "point"
    return None


def without_blanks(text: str) -> str | None:
    """Return ``20 100`` as ``20100``, or None if blanks or apostrophes don't group the thousands of ``text``."""
    return _GROUP_MARKS.sub("", text) if _GROUPED_BY_BLANKS.fullmatch(text) else None


def excel_text(text: str) -> str | None:
    """Return the content of ``="20100"`` or ``'20100``, by which Excel is told to show a text, or None."""
    match = _EXCEL_TEXT.fullmatch(text)
    return (match.group(1) or match.group(2) or "").strip() if match else None


def is_limit(text: str) -> bool:
    """Return whether ``text`` is a limit, such as ``<0.5``, instead of a value."""
    return _LIMIT.fullmatch(text) is not None


def without_flag(text: str) -> str | None:
    """Return ``1.9 H`` or ``*1.9`` without the laboratory's flag, or None if there is none."""
    match = _FLAG.fullmatch(text)
    return match.group(1) if match and match.group(1) != text else None


def number_and_unit(text: str) -> tuple[str, str] | None:
    """Split ``2.6 g/dL`` into the number and the unit, or return None."""
    match = _WITH_UNIT.fullmatch(text)
    return (match.group(1), match.group(2).strip()) if match else None


def is_date(text: str) -> bool:
    """Return whether ``text`` is a date or a time, such as those into which Excel turns ``1.9``."""
    if not _DATE.fullmatch(text):
        return False
    has_letters = any(character.isalpha() and character != "T" for character in text)
    return not has_letters or _MONTHS.search(text.lower()) is not None


def has_marks(text: str) -> bool:
    """Return whether ``text`` is a number with a decimal or thousands mark."""
    return _kind(text) is not None


def grouped_thousands(text: str, decimal: DecimalMark) -> float | None:
    """Return the value of ``1.650`` if its decimal mark groups thousands instead, or None if it can't."""
    if decimal not in text or not (_kind(text) or "").endswith("_group"):
        return None
    return float(text.replace(decimal, ""))
