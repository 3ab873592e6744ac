"""The meaning of words in cells: missing values, and the values of categories in English, Russian and numeric codes."""

import re

from chalicelib.inference.patient_file.columns import Column
from chalicelib.inference.patient_file.headings import folded

USUAL_MISSING: frozenset[str] = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})
"""Cell texts that mean "not measured", in lower case and without surrounding blanks."""

USUAL_SPELLINGS: frozenset[str] = frozenset(
    spelled(text) for text in USUAL_MISSING for spelled in (str.lower, str.upper, str.capitalize)
) | {"NaN"}
"""These texts as most files spell them."""

_OTHER_MISSING: frozenset[str] = frozenset({
    ".", "..", "...", "-", "--", "---", "\u2013", "\u2014", "_", "*", "#n/a", "#n/a n/a", "#na", "#null!", "#div/0!",
    "#value!", "#ref!", "#name?", "#num!", "<na>", "nat", "na_real_", "na_character_", "(null)", "[null]", "(blank)",
    "blank", "n.a.", "n.a", "n/d", "n.d.", "nd", "nr", "n.r.", "n/r", "unknown", "unk", "missing", "pending", "no data",
    "no result", "not done", "not measured", "not available", "not tested", "not recorded", "not reported", "not known",
    "not assessed", "not determined", "not applicable",
    "k.a.", "k. a.", "n.b.", "n. b.", "fehlt", "unbekannt", "keine angabe", "nicht gemessen", "nicht bestimmt",
    "manquant", "inconnu", "non fait", "non mesur\u00e9", "non disponible", "saknas", "ok\u00e4nd", "ej utf\u00f6rt",
    "н/д", "н.д.", "нд", "нет данных", "нет инф.", "не изм.", "не изм", "не измерено", "не измеряли",
    "не измерялось", "не измерялся", "не измерен", "не измерена", "не определено", "не определялось", "не определялся",
    "не опр.", "не опр", "не проводилось", "не проводилась", "не выполнялось", "не выполнено", "не исследовано",
    "не исследовали", "не сдавал", "не сдавала", "неизвестно", "неизв.", "отсутствует значение", "пропуск",
})  # fmt: skip
"""Further texts that mean "not measured". The check says that they were read so."""

_SAS_MISSING = re.compile(r"\.[a-z_]")

MAY_MEAN_NO: frozenset[str] = frozenset({"none", "-"})
"""Marks for "not measured" by which people also write "no"."""

MISSING_CODES: frozenset[float] = frozenset(
    {0.0, -1.0}
    | {-float(digit * count) for digit in "789" for count in (1, 2, 3, 4, 5)}
    | {9.0, 99.0, 99.9, 99.99, 999.0, 999.9, 999.99, 9999.0, 99999.0, 88.0, 888.0, 8888.0, 777.0, 7777.0}
)
"""Numbers that studies write for "not measured"."""
LONG_CODE = 777
"""Codes from this number on are rarely measured values, even where such a value is possible."""

_YES = (
    "y", "yes", "true", "t", "1", "present", "positive", "pos", "+", "checked",
    "да", "д", "есть", "имеется", "имеются", "присутствует", "присутствуют", "истина", "выявлено",
    "ja", "wahr", "oui", "vrai", "s\u00ed", "si",
)  # fmt: skip
_NO = (
    "n", "no", "false", "f", "0", "absent", "negative", "neg", "not present", "unchecked",
    "нет", "отсутствует", "отсутствуют", "отс.", "не выявлено", "не имеется", "ложь",
    "nein", "falsch", "non", "faux", "nej",
)  # fmt: skip
_FEMALE = (
    "f", "female", "fem", "woman", "w", "ж", "жен", "женский", "женщина", "weiblich", "frau", "femme", "f\u00e9minin",
    "kvinna", "kvinde", "mujer",
)  # fmt: skip
_MALE = (
    "m", "male", "man", "м", "муж", "мужской", "мужчина", "m\u00e4nnlich", "maennlich", "mann", "homme", "masculin",
    "hombre",
)  # fmt: skip
_SEX_UNCLEAR = frozenset({"h", "k"})
"""Letters of one sex in some languages. Then the file's M may be the other one: Spanish has H and M (mujer)."""
_DEGREE_TEXTS = (
    "mild", "moderate", "severe", "marked", "massive", "trace", "slight", "minimal", "small", "large", "pitting",
    "edema", "oedema", "ascites", "grade 1", "grade 2", "grade 3", "1+", "2+", "3+", "+1", "+2", "+3", "++", "+++",
    "отёк", "отёки", "отек", "отеки", "лёгкие", "умеренные", "выраженные", "умеренный", "выраженный", "незначительный",
    "следы", "пастозность",
)  # fmt: skip
_AROUND = " .,;:!()[]\"'"
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
_STAGE = re.compile(r"(?:stage|ludwig|ctaдия|ct)?\.?\s*([1-4]|iv|i{1,3})(?:\.0+)?\s*(?:stage|ctaдия|ct)?\.?")
_NO_EDEMA = re.compile(r"(no|without|absent|нет|без) (o?edema|от[её]к)|от[её]ков нет|^(absent|отсутств)")
_DESPITE_DIURETICS = re.compile(r"despite|in spite of|refractory|несмотря|рефрактерн")
_RESOLVED = re.compile(r"untreated|successful|resolved|купир|разреш|устран")
_DIURETICS = re.compile(r"diuretic|диуретик|мочегон")
_NO_DIURETICS = re.compile(r"(no|without|нет|без) (diuretic|диуретик|мочегон)")
_HALF = re.compile(r"0?\.50*", re.ASCII)
_WHOLE = re.compile(r"(\d+)[.,]0+", re.ASCII)
_DIGITS = re.compile(r"[+-]?\d+([.,]\d+)?", re.ASCII)


def is_usual_missing(text: str) -> bool:
    """Return whether ``text``, without surrounding blanks, is one of the usual texts for "not measured"."""
    return text.lower() in USUAL_MISSING


def is_missing_mark(text: str) -> bool:
    """Return whether ``text`` is one of the other texts for "not measured"."""
    lower = text.lower()
    return lower in _OTHER_MISSING or _SAS_MISSING.fullmatch(lower) is not None


def is_code(text: str) -> bool:
    """Return whether a category's text is a number, whose meaning only the file's author knows."""
    return _DIGITS.fullmatch(text) is not None


def is_missing_code(text: str) -> bool:
    """Return whether a category's number is one that studies write for "not measured"."""
    return float(text.replace(",", ".")) in MISSING_CODES


def is_unclear(column: Column, text: str) -> bool:
    """Return whether ``text`` has several meanings.

    Oedema that is present may be despite or without diuretics. A degree, such as "mild", may count as present or not.
    """
    word = _word(whole_number(text))
    if column.name == "Sex":
        return word in _SEX_UNCLEAR
    if word in _DEGREES:
        return "Y" in column.allowed
    return column.name == "Edema" and word not in {"y", "1"} and _BY_WORD["N", "Y"].get(word) == "Y"


def whole_number(text: str) -> str:
    """Return ``1.0`` as ``1``, and any other text unchanged."""
    whole = _WHOLE.fullmatch(text)
    return whole.group(1) if whole else text


def read_value(column: Column, text: str) -> str | None:
    """Return the value of a category that ``text`` means, or None if that is not certain."""
    word = _word(whole_number(text))
    if word.upper() in column.allowed:
        return word.upper()
    if column.name == "Edema":
        return _edema(text.lower().replace(",", "."), word)
    if column.name == "Stage":
        stage = _STAGE.fullmatch(word)
        return _ROMAN.get(stage.group(1), stage.group(1)) if stage else None
    return _BY_WORD[column.allowed].get(word)


def _word(text: str) -> str:
    """Return ``text`` in a form in which case, look-alike letters and surrounding dots and brackets do not matter."""
    return " ".join(folded(text).strip(_AROUND).split())


def _edema(text: str, word: str) -> str | None:
    """Return the study's value for its numeric codes 0, 0.5 and 1, for a word, or for a phrase about diuretics."""
    if _HALF.fullmatch(text):
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
    return {_word(word): value for value, texts in words.items() for word in texts}


_DEGREES = frozenset(map(_word, _DEGREE_TEXTS))
_BY_WORD: dict[tuple[str, ...], dict[str, str]] = {
    ("N", "Y"): _table(Y=_YES, N=_NO),
    ("F", "M"): _table(F=_FEMALE, M=_MALE),
}
