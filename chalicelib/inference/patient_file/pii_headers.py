"""Detect column headers that suggest personal data, such as names or birth dates.

The check warns about such columns; it does not refuse the file. A header is split into words without case, dots,
dashes and digits, and neighbouring words are also joined. So ``D.O.B.``, ``DateOfBirth``, ``date_of_birth`` and
``DATEOFBIRTH`` are recognised alike.
"""

import re
import unicodedata
from itertools import product

_CHARACTERS_MAX = 60
"""Only this many characters of a header are examined; a longer header is a sentence."""

_JOINED_WORDS_MAX = 4
"""At most this many neighbouring words are joined."""

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
    | {f"{kind}name{s}" for kind, s in product(("first", "last", "full", "family", "given", "patient"), ("", "s"))}
    | {f"{kind}addr{ess}" for kind, ess in product(("home", "email", "mail", "postal", "street"), ("", "ess"))}
)  # fmt: skip
"""Terms that suggest personal data wherever they occur in a header. Terms of several words are written as one.
``brthdtc`` is the birth date in CDISC's SDTM."""

_AMBIGUOUS = frozenset({"name", "names", "birth", "имя", "имени"})
"""Words that suggest personal data unless they are part of one of the ``_IMPERSONAL`` phrases."""

_THING = "(?:{})s?".format(
    "|".join((
        "drug", "medication", "medicine", "substance", "brand", "generic", "trade", "product", "device", "trial",
        "study", "project", "cohort", "test", "assay", "lab", "sample", "marker", "gene", "protein", "allele", "virus",
        "strain", "species", "organism", "hospital", "clinic", "centre", "center", "site", "ward", "department",
        "company", "country", "visit", "event", "diagnosis", "disease", "procedure", "treatment", "model", "file",
        "column", "variable", "parameter", "group",
    ))
)  # fmt: skip
_BIRTH_DETAIL = "(?:weight|height|length|sex|gender|age|country|order|type|mode|control|defects?)"
_THING_RU = "(?:файла|столбца|переменной|препарата|лекарства|гена|белка|вируса|исследования|клиники|больницы|отделения)"
_GAP = r"[\s\d._'’-]+"
_IMPERSONAL = re.compile(
    "(?<![a-zа-я])(?:{})(?![a-zа-я])|fi ?o[ _]?2".format(
        "|".join((
            f"{_THING}{_GAP}names?", f"names?{_GAP}of{_GAP}(?:the{_GAP})?{_THING}", f"(?:имя|имени){_GAP}{_THING_RU}",
            f"at{_GAP}birth", f"{_BIRTH_DETAIL}{_GAP}of{_GAP}birth", f"birth{_GAP}{_BIRTH_DETAIL}",
            f"(?:страна|порядок){_GAP}рождения",
        ))
    )
)  # fmt: skip
"""Phrases without personal data: ``Drug name``, ``Birth weight``, ``Sex at birth``, FiO2 (inspired oxygen)."""

_WHOLE_HEADERS = frozenset(
    {
        "first", "last", "patient", "patients", "tel", "zip", "nhs", "inn", "пациент", "пациенты", "больной", "др",
        "тел", "фам", "отч",
    }
)  # fmt: skip
"""Words that suggest personal data only as a whole header: not in ``First visit``, ``Patient ID`` or ``Drug INN``."""


def names_a_person(header: str) -> bool:
    """Return whether a header suggests personal data: ``Patient name``, ``e-mail``, ``D.O.B.``, ``ФИО``."""
    text = unicodedata.normalize("NFKC", header[:_CHARACTERS_MAX])[:_CHARACTERS_MAX]
    if "@" in text:
        return True  # an e-mail address: the file has no header, and its first row was read as one
    plain = _CAMEL.sub(" ", text).lower().replace("ё", "е")
    if "".join(_WORD.findall(plain)) in _WHOLE_HEADERS:
        return True
    words = _WORD.findall(_IMPERSONAL.sub(" x ", plain))  # the "x" keeps the words around a phrase apart
    if not _AMBIGUOUS.isdisjoint(words):
        return True
    lengths = range(1, _JOINED_WORDS_MAX + 1)
    return any("".join(words[start : start + length]) in _TERMS for start in range(len(words)) for length in lengths)
