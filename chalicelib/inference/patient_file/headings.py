"""Find the column and the unit that a heading means, such as ``Total bilirubin, umol/L`` or ``Билирубин общий``.

Case, blanks, dots, underscores and Cyrillic letters that look like Latin ones do not matter.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.inference.patient_file import columns
from chalicelib.inference.patient_file.columns import COLUMNS, Column, Unit

HEADING_CHARACTERS_MAX = 100
"""A longer heading is not looked up."""

ALIASES: dict[str, tuple[str, ...]] = {
    "ID": (
        "Patient ID", "ID patient", "Patient no", "Patient number", "Pt ID", "Pt no", "Participant", "Participant ID",
        "Participant no", "Participant number", "Subject", "Subject ID", "Subject no", "Subject number", "Case",
        "Case ID", "Case no", "Case number", "Record ID", "Record no", "Record number", "Study ID", "Study no",
        "Study number", "Sample ID", "USUBJID", "SUBJID", "PID", "ID no", "ID number", "No", "Nr", "Number",
        "Номер", "Номер пациента", "№ пациента", "Пациент №", "ID пациента", "Код пациента", "Код", "№ п/п",
        "Номер п/п", "п/п", "Ид",
    ),
    "Age": (
        "Age at diagnosis", "Age at enrolment", "Age at enrollment", "Age at registration", "Age at entry",
        "Age at study entry", "Age at inclusion", "Age at visit", "Возраст", "Возраст на момент диагноза",
        "Возраст на момент постановки диагноза", "Возраст при включении",
    ),
    "Sex": (
        "Gender", "Sex at birth", "Sex assigned at birth", "Gender at birth", "Biological sex",
        "M/F", "F/M", "Geschlecht", "Пол",
    ),
    "Ascites": ("Асцит", "Наличие асцита"),
    "Hepatomegaly": (
        "hepato", "hepatom", "Enlarged liver", "Liver enlargement", "Гепатомегалия", "Наличие гепатомегалии",
        "Увеличение печени", "Увеличенная печень",
    ),
    "Spiders": (
        "Spider", "Spider naevi", "Spider nevi", "Spider naevus", "Spider nevus", "Spider angioma", "Spider angiomas",
        "Spider angiomata", "Vascular spiders", "Stellate angioma", "Сосудистые звёздочки", "Звёздочки",
        "Телеангиэктазии", "Телеангиоэктазии",
    ),
    "Edema": (
        "Oedema", "Peripheral edema", "Peripheral oedema", "Leg edema", "Leg oedema", "Ankle edema", "Ankle oedema",
        "Отёки", "Отёк", "Наличие отёков", "Отёчный синдром", "Отёки ног", "Отёки нижних конечностей",
        "Периферические отёки",
    ),
    "Bilirubin": (
        "bili", "bil", "Total bilirubin", "Bilirubin total", "tbil", "tbili", "bilt", "Билирубин", "Билирубин общий",
        "Общий билирубин",
    ),
    "Cholesterol": (
        "chol", "Total cholesterol", "Cholesterol total", "tchol", "tcho", "TC", "Холестерин", "Холестерол",
        "Холестерин общий", "Общий холестерин", "ХС", "ОХС",
    ),
    "Albumin": ("alb", "Альбумин"),
    "Copper": (
        "Cu", "Urine copper", "Copper in urine", "24h urine copper", "Медь", "Медь в моче", "Медь в суточной моче",
        "Суточная экскреция меди",
    ),
    "Alk_Phos": (
        "Alkaline phosphatase", "Alkaline phos", "Alk phosphatase", "ALP", "ALKP", "AP", "Щелочная фосфатаза",
        "Фосфатаза щелочная", "Щел фосфатаза", "Щелоч фосфатаза", "ЩФ",
    ),
    "SGOT": (
        "AST", "ASAT", "AspAT", "GOT", "AST SGOT", "SGOT AST", "Aspartate aminotransferase",
        "Aspartate transaminase", "АСТ", "АсАТ", "Аспартатаминотрансфераза",
    ),
    "Tryglicerides": (
        "Triglycerides", "Triglyceride", "Triacylglycerol", "Triacylglycerols", "triglyc", "trig", "trigs", "TG", "TGs",
        "Триглицериды", "Триацилглицериды", "ТГ", "ТАГ",
    ),
    "Platelets": ("Platelet", "Platelet count", "PLT", "PLTs", "PLAT", "Thrombocytes", "Thrombocyte", "Тромбоциты"),
    "Prothrombin": (
        "Prothrombin time", "Protime", "Pro time", "PT", "Протромбиновое время", "Протромбин", "ПВ", "ПТВ",
    ),
    "Stage": (
        "Histological stage", "Histologic stage", "Histology stage", "Biopsy stage", "Hist stage", "Ludwig stage",
        "PBC stage", "Disease stage", "Stage of disease", "Histologic stage of disease",
        "Histological stage of disease",
        "Стадия", "Гистологическая стадия", "Стадия по Людвигу", "Стадия по Ludwig", "Стадия ПБХ", "Стадия ПБЦ",
    ),
}  # fmt: skip
"""Other headings of each column, besides its name and its titles."""

_SCALES = {"INR": ("INR", "PT INR", "МНО"), "%": ("Quick", "ПТИ", "Протромбиновый индекс", "Протромбин по Квику")}
"""Headings that name a scale of prothrombin that cannot be converted to seconds."""

_FILLERS = frozenset({
    "total", "tot", "level", "levels", "value", "result", "concentration", "conc", "baseline", "count", "at", "lab",
    "patient", "presence", "present", "of", "the", "уровень", "содержание", "общий", "общая", "общ", "об", "значение",
    "количество", "пациента",
})  # fmt: skip
_BLOOD = frozenset(
    {"serum", "plasma", "blood", "s", "p", "b", "сыворотка", "сыворотки", "крови", "кровь", "плазмы", "в"}
)
"""Words that say where a value was measured. Copper is measured in urine, so they change its meaning."""

_URINE = frozenset({"urine", "urinary", "u", "моча", "мочи", "моче", "мочой"})
_PER_DAY = frozenset({
    "in", "24", "24h", "24hr", "h", "hr", "hour", "hours", "daily", "excretion", "суточная", "суточной", "экскреция",
    "в", "с", "за", "сутки",
})  # fmt: skip
"""Words beside copper, which is measured in the urine of a day."""

_COPPER = frozenset({"copper", "cu", "медь", "меди"})

_OTHER_VALUES = frozenset({
    "direct", "conjugated", "conj", "dir", "d", "indirect", "unconjugated", "delta", "hdl", "ldl", "vldl", "non", "log",
    "ratio", "index", "control", "uln", "xuln", "no", "alt", "sgpt", "prealbumin", "microalbumin", "прямой",
    "непрямой", "связанный", "свободный", "лпвп", "лпнп", "лпонп", "алт", "нет", "без", "индекс", "контроль",
})  # fmt: skip
"""Words that make another value of a name, such as direct bilirubin. No column is suggested for them."""

_LOOKALIKES = str.maketrans("авсеёнкмортухіѕυνμι", "abceehkmoptyxisynmi")
_WORD = re.compile(r"[^\W_]+")
_BRACKETS = re.compile(r"(.*)[\[(]([^\[\]()]*)[\])](.*)", re.DOTALL)
_BEFORE_UNIT = re.compile(r"[\s,_:;/.]+(?:(?:in|в)[\s_]+)?|(?<=\w)(?=%)", re.IGNORECASE)
_NAME_END = re.compile(r"(?<=.)[,(\[]", re.DOTALL)
_PREPOSITION = re.compile(r"(?:in|в)\s+", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])")
_UNIT_CHARACTERS_MAX = 24
_BRACKETS_MAX = 3
_WORDS_MAX = 14
_NEAR = 0.8


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that is a column: the column, and the unit that the heading names as written, if any."""

    column: Column
    unit: str | None = None

    def known_unit(self) -> Unit | None:
        """Return the unit that the heading names, or None if it names none or an unknown one."""
        return self.column.unit_named(self.unit) if self.unit is not None else None


def folded(text: str) -> str:
    """Return ``text`` in a form in which case and look-alike Latin, Cyrillic and Greek letters do not matter."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_LOOKALIKES)


def skeleton(text: str) -> str:
    """Return the letters and digits of ``text``, in a form in which case and look-alike letters do not matter."""
    return "".join(_WORD.findall(folded(text)))


def _words(text: str) -> list[str]:
    return [skeleton(word) for word in _WORD.findall(unicodedata.normalize("NFKC", text))]


_BY_SKELETON: dict[str, Heading] = {
    skeleton(text): Heading(column)
    for column in COLUMNS
    for text in (column.name, *ALIASES.get(column.name, ()))
} | {
    skeleton(text): Heading(columns.BY_NAME["Prothrombin"], scale) for scale, texts in _SCALES.items() for text in texts
}  # fmt: skip
_FILLER_SKELETONS, _BLOOD_SKELETONS, _URINE_SKELETONS, _PER_DAY_SKELETONS, _COPPER_SKELETONS, _OTHER_SKELETONS = (
    frozenset(map(skeleton, words)) for words in (_FILLERS, _BLOOD, _URINE, _PER_DAY, _COPPER, _OTHER_VALUES)
)
_OWN_NAMES = {column.name: Heading(column) for column in COLUMNS}
_ROW_NUMBERS = frozenset(map(skeleton, ("No", "Nr", "Number", "Номер", "№ п/п", "Номер п/п", "п/п")))
_COPPER_SETS = [{word} for word in _COPPER_SKELETONS]
_REMARKS = _FILLER_SKELETONS | _BLOOD_SKELETONS | _URINE_SKELETONS | _PER_DAY_SKELETONS
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
    if text in _OWN_NAMES:
        return _OWN_NAMES[text]
    if not text or len(text) > HEADING_CHARACTERS_MAX or len(_WORD.findall(text)) > _WORDS_MAX:
        return None
    if found := _with_brackets(text) or _with_unit_at_the_end(text) or _named(text):
        return found
    spaced = _CAMEL.sub(" ", text)
    return (_with_unit_at_the_end(spaced) or _named(spaced)) if spaced != text else None


def is_unit(text: str) -> bool:
    """Return whether ``text`` is the name of a unit, perhaps in brackets."""
    return columns.plain_unit(text) in _NAMES_OF_UNITS


def is_other_value(text: str) -> bool:
    """Return whether ``text`` consists of words that make another value of a name, such as HDL or direct."""
    words = _words(text)
    return bool(words) and all(word in _OTHER_SKELETONS for word in words)


def is_row_number(heading: str) -> bool:
    """Return whether ``heading`` of an ID may only number the rows."""
    return skeleton(heading) in _ROW_NUMBERS


def is_own_name(heading: str, column: Column) -> bool:
    """Return whether ``heading`` is the column's own name, perhaps with a unit in brackets."""
    return heading == column.name or skeleton(_BRACKETS.sub(r"\1", heading)) == skeleton(column.name)


def nearest(heading: str, names: Iterator[str] | tuple[str, ...]) -> str | None:
    """Return the name of the column among ``names`` that a misspelled ``heading`` may mean, or None."""
    if len(heading) > HEADING_CHARACTERS_MAX or "%" in heading:
        return None
    wanted = set(names)
    candidates = {text: found.column.name for text, found in _BY_SKELETON.items() if found.column.name in wanted}
    plain = skeleton(_NAME_END.split(heading, maxsplit=1)[0])
    close = difflib.get_close_matches(plain, [text for text in candidates if len(text) > 3], 1, _NEAR)
    name = candidates[close[0]] if close else None
    return None if name is None or _is_another_value(name, set(_words(heading))) else name


def _is_another_value(name: str, words: set[str]) -> bool:
    """Return whether ``words`` beside the name of a column make it another value, such as direct bilirubin."""
    elsewhere = _BLOOD_SKELETONS if name == "Copper" else _URINE_SKELETONS
    return not _OTHER_SKELETONS.isdisjoint(words) or not elsewhere.isdisjoint(words)


def _named(text: str) -> Heading | None:
    """Look up a heading without a unit. Words such as "serum" and "total" may stand beside the name."""
    if "%" in text:  # the share of albumin in all protein, and others
        return None
    if found := _BY_SKELETON.get(skeleton(text)):
        return found
    words = [word for word in _words(text) if word not in _FILLER_SKELETONS]
    if {*words} - _URINE_SKELETONS - _PER_DAY_SKELETONS in _COPPER_SETS:
        return _BY_SKELETON["copper"]
    found = _BY_SKELETON.get("".join(word for word in words if word not in _BLOOD_SKELETONS))
    return None if found is None or found.column.name in {"ID", "Copper"} else found


def _with_brackets(text: str) -> Heading | None:
    match = _BRACKETS.fullmatch(text)
    if match is None or text.count("(") + text.count("[") > _BRACKETS_MAX:
        return None
    before, content, after = match.groups()
    name = f"{before} {after}".strip()
    found = _with_brackets(name) or _with_unit_at_the_end(name) or _named(name)
    if found is None or found.unit is not None or not found.column.units:
        return found  # the brackets of a column without units, such as "Sex (F/M)", hold no unit
    words = _words(content)
    if all(word in _REMARKS for word in words) and not is_unit(content):
        return _named(f"{before} {content} {after}")
    if (same := _named(content)) and same.column is found.column:  # "Platelets (PLT)"
        return same
    unit = _PREPOSITION.sub("", content.strip(), count=1)
    if found.column.unit_named(unit) or found.column.scale_named(unit):
        return Heading(found.column, unit)
    # Square brackets hold a unit. Round ones may hold any remark.
    is_bad_unit = text[match.end(1)] == "[" or "/" in content or is_unit(unit)
    return Heading(found.column, unit) if is_bad_unit and _OTHER_SKELETONS.isdisjoint(words) else None


def _with_unit_at_the_end(text: str) -> Heading | None:
    for split in _BEFORE_UNIT.finditer(text, max(0, len(text) - _UNIT_CHARACTERS_MAX)):
        unit = text[split.end() :].strip()
        if not is_unit(unit):
            continue
        found = _named(text[: split.start()])
        if found and found.unit is not None:
            return found
        if found and (found.column.unit_named(unit) or found.column.scale_named(unit)):
            return Heading(found.column, unit)
    return None
