"""Find the column and the unit that a heading means, such as ``Total bilirubin, umol/L`` or ``Билирубин общий``.

Case, blanks, dots, underscores and Cyrillic letters that look like Latin ones do not matter.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.inference.patient_file import columns
from chalicelib.inference.patient_file.columns import COLUMNS, Column, OtherScale, Unit

HEADING_CHARACTERS_MAX = 100
"""A longer heading is not looked up."""

ALIASES: dict[str, tuple[str, ...]] = {
    "ID": (
        "Patient ID", "Patient no", "Patient number", "Subject ID", "Subject", "Case ID", "Case", "Case number",
        "Record ID", "Study ID", "USUBJID", "SUBJID", "PID", "No", "Nr", "Номер", "Номер пациента", "ID пациента",
        "Код пациента", "Код", "№ п/п", "Ид",
    ),
    "Age": ("Age at diagnosis", "Age at enrolment", "Age at enrollment", "Age at registration", "Возраст"),
    "Sex": ("Gender", "Sex at birth", "Пол"),
    "Ascites": ("Асцит",),
    "Hepatomegaly": ("hepato", "hepatom", "Enlarged liver", "Гепатомегалия", "Увеличение печени"),
    "Spiders": (
        "Spider", "Spider naevi", "Spider nevi", "Spider naevus", "Spider angioma", "Spider angiomas",
        "Spider angiomata", "Vascular spiders", "Сосудистые звёздочки", "Телеангиэктазии", "Телеангиоэктазии",
    ),
    "Edema": ("Oedema", "Peripheral edema", "Peripheral oedema", "Отёки", "Отёк", "Периферические отёки"),
    "Bilirubin": (
        "bili", "bil", "Total bilirubin", "Bilirubin total", "tbil", "tbili", "Билирубин", "Билирубин общий",
        "Общий билирубин", "Общ билирубин", "Билирубин общ",
    ),
    "Cholesterol": (
        "chol", "Total cholesterol", "Cholesterol total", "tchol", "Холестерин", "Холестерол", "Холестерин общий",
        "Общий холестерин", "ХС", "ОХС",
    ),
    "Albumin": ("alb", "Альбумин"),
    "Copper": (
        "Cu", "Urine copper", "Copper urine", "Urinary copper", "24h urine copper", "Urine copper 24h",
        "Copper in urine", "Медь", "Медь в моче", "Медь мочи", "Медь в суточной моче", "Суточная экскреция меди",
    ),
    "Alk_Phos": (
        "Alkaline phosphatase", "Alk phosphatase", "ALP", "ALKP", "Щелочная фосфатаза", "ЩФ",
    ),
    "SGOT": (
        "AST", "ASAT", "GOT", "AST (SGOT)", "SGOT (AST)", "Aspartate aminotransferase", "Aspartate transaminase", "АСТ",
        "АсАТ", "Аспартатаминотрансфераза",
    ),
    "Tryglicerides": ("Triglycerides", "Triglyceride", "trig", "trigs", "TG", "Триглицериды", "ТГ"),
    "Platelets": ("Platelet", "Platelet count", "PLT", "Thrombocytes", "Тромбоциты"),
    "Prothrombin": (
        "Prothrombin time", "Protime", "Pro time", "PT", "Протромбиновое время", "Протромбин", "ПВ",
    ),
    "Stage": (
        "Histological stage", "Histologic stage", "Ludwig stage", "Стадия", "Гистологическая стадия",
    ),
}  # fmt: skip
"""Other headings of each column, besides its name and its titles."""

_SCALES = {"INR": ("INR", "PT INR", "МНО"), "%": ("Quick", "ПТИ", "Протромбиновый индекс", "Протромбин по Квику")}
"""Headings that name a scale of prothrombin that cannot be converted to seconds."""

_FILLERS = frozenset({
    "total", "level", "levels", "value", "result", "concentration", "conc", "baseline", "count", "at", "lab",
    "уровень", "содержание", "общий", "общая", "значение", "количество",
})  # fmt: skip
_BLOOD = frozenset(
    {"serum", "plasma", "blood", "s", "p", "b", "сыворотка", "сыворотки", "крови", "кровь", "плазмы", "в"}
)
"""Words that say where a value was measured. Copper is measured in urine, so they change its meaning."""

_LOOKALIKES = str.maketrans("авсеёнкмортухіѕ", "abceehkmoptyxis")
_WORD = re.compile(r"[^\W_]+")
_BRACKETS = re.compile(r"(.*)[\[(]([^\[\]()]*)[\])](.*)", re.DOTALL)
_BEFORE_UNIT = re.compile(r"[\s,_:;/.]+|(?<=\w)(?=%)")
_UNIT_CHARACTERS_MAX = 24
_NEAR = 0.8


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that is a column: the column, and the unit that the heading names as written, if any."""

    column: Column
    unit: str | None = None

    def known_unit(self) -> Unit | None:
        """Return the unit that the heading names, or None if it names none or an unknown one."""
        return self.column.unit_named(self.unit) if self.unit is not None else None

    def other_scale(self) -> OtherScale | None:
        """Return the scale that the heading names if it can't be converted, such as INR."""
        return self.column.scale_named(self.unit) if self.unit is not None else None


def skeleton(text: str) -> str:
    """Return the letters and digits of ``text``, in a form in which case and look-alike letters do not matter."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_LOOKALIKES)
    return "".join(_WORD.findall(plain))


def _words(text: str) -> list[str]:
    return [skeleton(word) for word in _WORD.findall(unicodedata.normalize("NFKC", text))]


_BY_SKELETON: dict[str, Heading] = {
    skeleton(text): Heading(column)
    for column in COLUMNS
    for text in (column.name, *ALIASES.get(column.name, ()))
} | {
    skeleton(text): Heading(columns.BY_NAME["Prothrombin"], scale) for scale, texts in _SCALES.items() for text in texts
}  # fmt: skip
_FILLER_SKELETONS = frozenset(map(skeleton, _FILLERS))
_BLOOD_SKELETONS = frozenset(map(skeleton, _BLOOD))
_NAMES_OF_UNITS = frozenset(
    spelling
    for column in COLUMNS
    for unit in column.units_and_scales
    for spelling in (columns.plain_unit(unit.name), *unit.spellings)
)


def find(heading: str) -> Heading | None:
    """Return the column and the unit that ``heading`` means, or None.

    The unit may stand in brackets, or at the end after a comma, a blank or an underscore. It is returned even if it is
    not known for the column, so that the caller can say so.
    """
    text = heading.strip()
    if not text or len(text) > HEADING_CHARACTERS_MAX:
        return None
    return _with_brackets(text) or _with_unit_at_the_end(text) or _named(text)


def is_own_name(heading: str, column: Column) -> bool:
    """Return whether ``heading`` is the column's own name, perhaps with a unit in brackets."""
    return skeleton(_BRACKETS.sub(r"\1", heading)) == skeleton(column.name)


def nearest(heading: str, names: Iterator[str] | tuple[str, ...]) -> str | None:
    """Return the name of the column among ``names`` that a misspelled ``heading`` may mean, or None."""
    if len(heading) > HEADING_CHARACTERS_MAX:
        return None
    wanted = set(names)
    candidates = {text: found.column.name for text, found in _BY_SKELETON.items() if found.column.name in wanted}
    plain = skeleton(_BRACKETS.sub(r"\1", heading))
    close = difflib.get_close_matches(plain, [text for text in candidates if len(text) > 3], 1, _NEAR)
    return candidates[close[0]] if close else None


def _named(text: str) -> Heading | None:
    """Look up a heading without a unit. Words such as "serum" and "total" may stand beside the name."""
    if found := _BY_SKELETON.get(skeleton(text)):
        return found
    words = _words(text)
    rest = [word for word in words if word not in _FILLER_SKELETONS and word not in _BLOOD_SKELETONS]
    if not rest or len(rest) == len(words):
        return None
    found = _BY_SKELETON.get("".join(rest))
    if found is None or found.column.kind == "id":
        return None
    return None if found.column.name == "Copper" and not _BLOOD_SKELETONS.isdisjoint(words) else found


def _with_brackets(text: str) -> Heading | None:
    match = _BRACKETS.fullmatch(text)
    if match is None:
        return None
    before, content, after = match.groups()
    name = f"{before} {after}".strip()
    found = _with_unit_at_the_end(name) or _named(name)
    if found is None or found.unit is not None or not found.column.units:
        return found  # the brackets of a column without units, such as "Sex (F/M)", hold no unit
    plain = columns.plain_unit(content)
    if found.column.unit_named(content) or found.column.scale_named(content):
        return Heading(found.column, content.strip())
    if all(word in _FILLER_SKELETONS or word in _BLOOD_SKELETONS for word in _words(content)):
        return _named(f"{before} {content} {after}")
    # Square brackets hold a unit. Round ones may hold any remark, such as "direct".
    is_unit = text[match.end(1)] == "[" or "/" in content or plain in _NAMES_OF_UNITS
    return Heading(found.column, content.strip()) if is_unit else None


def _with_unit_at_the_end(text: str) -> Heading | None:
    for split in _BEFORE_UNIT.finditer(text, max(0, len(text) - _UNIT_CHARACTERS_MAX)):
        unit = text[split.end() :].strip()
        if columns.plain_unit(unit) not in _NAMES_OF_UNITS:
            continue
        found = _named(text[: split.start()])
        if found and found.unit is None and (found.column.unit_named(unit) or found.column.scale_named(unit)):
            return Heading(found.column, unit)
    return None
