"""Headers that look as if their columns named people: nothing is refused for them, and the person is told.

A header becomes words without case, dots, dashes and digits, and neighbouring words are also read as one, so that
``D.O.B.``, ``DateOfBirth``, ``date_of_birth`` and ``DATEOFBIRTH`` are alike.
"""

import re
import unicodedata
from itertools import product

_PLAIN_MAX = 60
"""A longer header is a sentence; only its beginning is looked at."""

_TOGETHER_MAX = 4
"""So many neighbouring words are read as one."""

_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])|(?<=[A-ZА-ЯЁ])(?=[A-ZА-ЯЁ][a-zа-яё])")

_TERMS = frozenset(
    {
        "surname", "forename", "initials", "nickname", "username", "fname", "lname", "firstnamelastname",
        "dob", "yob", "dateofbirth", "bday", "birthday", "birthdate", "birthyear", "yearofbirth", "born", "brthdtc",
        "mail", "email", "phone", "telephone", "mobile", "cellphone", "phonenumber", "address", "addr", "zipcode",
        "postcode", "postalcode", "ssn", "socialsecurity", "passport", "mrn", "medicalrecord", "nhsnumber", "nhsno",
        "insurancenumber", "nationalid",
        "фамилия", "фамилии", "отчество", "отчества", "фио", "инициалы", "имяотчество", "имяпациента", "фиопациента",
        "фиобольного", "рожден", "рождена", "рождения", "рожд", "датарождения", "годрождения",
        "почта", "почты", "телефон", "телефона", "телефонный", "номертелефона", "номертел", "контактныйтел", "мобтел",
        "мобильный", "адрес", "адреса", "местожительства", "паспорт", "паспорта", "снилс", "инн", "полис", "полиса",
        "номерполиса", "историиболезни", "номеркарты",
        "fio", "familiya", "familia", "imya", "otchestvo", "snils",
    }
    | {f"{whose}name{s}" for whose, s in product(("first", "last", "full", "family", "given", "patient"), ("", "s"))}
    | {f"{where}addr{ess}" for where, ess in product(("home", "email", "mail", "postal", "street"), ("", "ess"))}
)  # fmt: skip
"""Words that are enough, wherever they stand in the header; several words are written as one. ``brthdtc`` is the birth
date of CDISC's SDTM."""

_UNLESS_OF_A_THING = frozenset({"name", "names", "birth", "имя", "имени"})
_THING = "(?:{})s?".format(
    "|".join((
        "drug", "medication", "medicine", "substance", "brand", "generic", "trade", "product", "device", "trial",
        "study", "project", "cohort", "test", "assay", "lab", "sample", "marker", "gene", "protein", "allele", "virus",
        "strain", "species", "organism", "hospital", "clinic", "centre", "center", "site", "ward", "department",
        "company", "country", "visit", "event", "diagnosis", "disease", "procedure", "treatment", "model", "file",
        "column", "variable", "parameter", "group",
    ))
)  # fmt: skip
_OF_A_BIRTH = "(?:weight|height|length|sex|gender|age|country|order|type|mode|control|defects?)"
_THING_RU = "(?:файла|столбца|переменной|препарата|лекарства|гена|белка|вируса|исследования|клиники|больницы|отделения)"
_GAP = r"[\s\d._'’-]+"
_NOBODY = re.compile(
    "(?<![a-zа-я])(?:{})(?![a-zа-я])|fi ?o[ _]?2".format(
        "|".join((
            f"{_THING}{_GAP}names?", f"names?{_GAP}of{_GAP}(?:the{_GAP})?{_THING}", f"(?:имя|имени){_GAP}{_THING_RU}",
            f"at{_GAP}birth", f"{_OF_A_BIRTH}{_GAP}of{_GAP}birth", f"birth{_GAP}{_OF_A_BIRTH}",
            f"(?:страна|порядок){_GAP}рождения",
        ))
    )
)  # fmt: skip
"""Phrases that name nobody: ``Drug name``, ``Birth weight``, ``Sex at birth``. Nor does FiO2, inspired oxygen."""

_ALONE = frozenset(
    {
        "first", "last", "patient", "patients", "tel", "zip", "nhs", "inn", "пациент", "пациенты", "больной", "др",
        "тел", "фам", "отч",
    }
)  # fmt: skip
"""Words that say so only as the whole header: not in ``First visit``, ``Patient ID`` or ``Drug INN``."""


def names_a_person(header: str) -> bool:
    """Whether a header such as ``Patient name``, ``e-mail``, ``D.O.B.``, ``ФИО`` or ``anna@example.org`` does so."""
    text = unicodedata.normalize("NFKC", header[:_PLAIN_MAX])[:_PLAIN_MAX]
    if "@" in text:
        return True  # a file without a header: its first row was taken for one
    plain = _CAMEL.sub(" ", text).lower().replace("ё", "е")
    if "".join(_WORD.findall(plain)) in _ALONE:
        return True
    words = _WORD.findall(_NOBODY.sub(" x ", plain))  # something has to stand between what it stood between
    if not _UNLESS_OF_A_THING.isdisjoint(words):
        return True
    lengths = range(1, _TOGETHER_MAX + 1)
    return any("".join(words[at : at + length]) in _TERMS for at in range(len(words)) for length in lengths)
