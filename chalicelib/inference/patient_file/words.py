"""The meaning of words in cells: missing values, and the values of categories in English, Russian and numeric codes."""

import re

from chalicelib.inference.patient_file.columns import Column
from chalicelib.inference.patient_file.headings import skeleton

USUAL_MISSING: frozenset[str] = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})
"""Cell texts that mean "not measured", in lower case and without surrounding blanks."""

_OTHER_MISSING: frozenset[str] = frozenset({
    ".", "..", "...", "-", "--", "---", "\u2013", "\u2014", "_", "*", "#n/a", "#n/a n/a", "#na", "#null!", "#div/0!",
    "#value!", "#ref!", "#name?", "#num!", "<na>", "nat", "(null)", "[null]", "n.a.", "n.a", "n/d", "n.d.", "nd",
    "unknown", "unk", "missing", "not done", "not measured", "not available", "not tested",
    "н/д", "н.д.", "нд", "нет данных", "не изм.", "не изм", "не измерено", "не измеряли", "не измерялось",
    "не определено", "не определялось", "не опр.", "не проводилось", "не выполнялось", "неизвестно", "неизв.",
    "отсутствует значение", "пропуск",
})  # fmt: skip
"""Further texts that mean "not measured". The check says that they were read so."""

MISSING_CODES: frozenset[float] = frozenset({-9, -99, -999, -9999, 9, 99, 999, 9999, 88, 888, 8888, -1, -88, -888})
"""Numbers that studies write for "not measured"."""

_YES = (
    "y",
    "yes",
    "true",
    "t",
    "1",
    "present",
    "positive",
    "pos",
    "+",
    "да",
    "есть",
    "имеется",
    "имеются",
    "присутствует",
)
_NO = ("n", "no", "false", "f", "0", "absent", "negative", "neg", "нет", "отсутствует", "отсутствуют", "не выявлено")
_FEMALE = ("f", "female", "woman", "w", "ж", "жен", "женский", "женщина", "жен.")
_MALE = ("m", "male", "man", "м", "муж", "мужской", "мужчина", "муж.")
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
_STAGE = re.compile(r"(?:stage|ludwig|стадия|ст)?\.?\s*([1-4]|iv|i{1,3})(?:\.0+)?\s*(?:stage|стадия|ст)?\.?")
_NO_EDEMA = re.compile(r"(no|without|absent|нет|без) (o?edema|от[её]к)|^(absent|отсутств)")
_DESPITE_DIURETICS = re.compile(r"despite|in spite of|refractory|несмотря|рефрактерн")
_RESOLVED = re.compile(r"untreated|successful|resolved|купир|разреш|устран")
_DIURETICS = re.compile(r"diuretic|диуретик|мочегон")
_NO_DIURETICS = re.compile(r"(no|without|нет|без) (diuretic|диуретик|мочегон)")
_WHOLE = re.compile(r"(\d+)[.,]0+", re.ASCII)
_DIGITS = re.compile(r"[+-]?\d+([.,]\d+)?", re.ASCII)


def is_usual_missing(text: str) -> bool:
    """Return whether ``text``, without surrounding blanks, is one of the usual texts for "not measured"."""
    return text.lower() in USUAL_MISSING


def is_missing_mark(text: str) -> bool:
    """Return whether ``text`` is one of the other texts for "not measured"."""
    return text.lower() in _OTHER_MISSING


def is_code(text: str) -> bool:
    """Return whether a category's text is a number, whose meaning only the file's author knows."""
    return _DIGITS.fullmatch(text) is not None


def is_unclear(column: Column, text: str) -> bool:
    """Return whether ``text`` has several meanings: oedema that is present may be despite or without diuretics."""
    return (
        column.name == "Edema"
        and text.upper() not in {"Y", "1", "1.0"}
        and _BY_WORD["N", "Y"].get(skeleton(text) or text) == "Y"
    )


def whole_number(text: str) -> str:
    """Return ``1.0`` as ``1``, and any other text unchanged."""
    whole = _WHOLE.fullmatch(text)
    return whole.group(1) if whole else text


def read_value(column: Column, text: str) -> str | None:
    """Return the value of a category that ``text`` means, or None if that is not certain."""
    whole = whole_number(text)
    if whole.upper() in column.allowed:
        return whole.upper()
    word = skeleton(whole) or whole
    if column.name == "Edema":
        return _edema(text.lower().replace(",", "."), word)
    if column.name == "Stage":
        stage = _STAGE.fullmatch(_latin(text))
        return _ROMAN.get(stage.group(1), stage.group(1)) if stage else None
    return _BY_WORD[column.allowed].get(word)


def _latin(text: str) -> str:
    """Write Roman numerals that were typed with Cyrillic letters in Latin ones."""
    return text.lower().translate(str.maketrans("іх", "ix"))


def _edema(text: str, word: str) -> str | None:
    """Return the study's value for its numeric codes 0, 0.5 and 1, for a word, or for a phrase about diuretics."""
    if text in {"0.5", ".5"}:
        return "S"
    value = _BY_WORD["N", "Y"].get(word)
    if value == "N" or word == "1":
        return value
    without_diuretics = _NO_DIURETICS.search(text) is not None
    if _NO_EDEMA.search(text):
        # Without oedema but on diuretics is neither of the study's values in plain words.
        return "N" if without_diuretics or not _DIURETICS.search(text) else None
    if _DESPITE_DIURETICS.search(text):
        return "Y"
    return "S" if without_diuretics or _RESOLVED.search(text) else None


def _table(**words: tuple[str, ...]) -> dict[str, str]:
    return {skeleton(word) or word: value for value, texts in words.items() for word in texts}


_BY_WORD: dict[tuple[str, ...], dict[str, str]] = {
    ("N", "Y"): _table(Y=_YES, N=_NO),
    ("F", "M"): _table(F=_FEMALE, M=_MALE),
}
