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
        "surname", "forename", "initials", "nickname", "username", "fname", "lname",
        "dob", "dateofbirth", "birthday", "birthdate", "yearofbirth", "born",
        "mail", "email", "phone", "telephone", "mobile", "cellphone", "phonenumber", "address", "zipcode", "postcode",
        "postalcode", "ssn", "socialsecurity", "passport", "mrn", "medicalrecord", "nhsnumber", "insurancenumber",
        "nationalid",
        "фамилия", "фамилии", "отчество", "отчества", "фио", "инициалы", "имяотчество", "имяпациента",
        "рождения", "рожд", "датарождения", "годрождения",
        "почта", "почты", "телефон", "телефона", "номертелефона", "номертел", "контактныйтел", "мобтел", "мобильный",
        "адрес", "адреса", "местожительства", "паспорт", "паспорта", "снилс", "инн", "полис", "полиса",
        "номерполиса", "историиболезни", "номеркарты",
    }
    | {f"{whose}name{s}" for whose, s in product(("first", "last", "full", "family", "given", "patient"), ("", "s"))}
    | {f"{where}address" for where in ("home", "email", "mail", "postal", "street")}
)  # fmt: skip
"""Words that are enough, wherever they stand in the header; several words are written as one."""

_UNLESS_OF_A_THING = frozenset({"name", "names", "birth", "имя", "имени"})
_THINGS = frozenset(
    {
        "drug", "medication", "medicine", "brand", "generic", "product", "trial", "study", "test", "assay", "lab",
        "hospital", "clinic", "centre", "center", "site", "ward", "department", "diagnosis", "disease", "procedure",
        "treatment", "model", "file", "column", "variable", "group", "weight", "height", "length", "order", "control",
        "файла", "препарата",
    }
)  # fmt: skip
"""``Drug name`` and ``Birth weight`` name nobody."""

_ALONE = frozenset(
    {
        "first", "last", "patient", "patients", "tel", "zip", "nhs", "пациент", "пациенты", "больной", "др", "тел",
        "фам", "отч",
    }
)  # fmt: skip
"""Words that say so only as the whole header: not in ``First visit`` or ``Patient ID``."""


def names_a_person(header: str) -> bool:
    """Whether a header such as ``Patient name``, ``e-mail``, ``D.O.B.``, ``ФИО`` or ``anna@example.org`` does so."""
    text = unicodedata.normalize("NFKC", header[:_PLAIN_MAX])[:_PLAIN_MAX]
    if "@" in text:
        return True  # a file without a header: its first row was taken for one
    words = [word.lower() for word in _WORD.findall(_CAMEL.sub(" ", text))]
    if "".join(words) in _ALONE:
        return True
    if not _UNLESS_OF_A_THING.isdisjoint(words) and _THINGS.isdisjoint(words):
        return True
    lengths = range(1, _TOGETHER_MAX + 1)
    return any("".join(words[at : at + length]) in _TERMS for at in range(len(words)) for length in lengths)
