"""Headers that look as if their columns named people: nothing is refused for them, and the person is told."""

import re
import unicodedata

_PLAIN_MAX = 60
"""A longer header is a sentence; nothing is looked for in it."""

_WHOLE = frozenset(
    {
        "name", "names", "patient", "first", "last", "surname", "lastname", "firstname", "forename", "initials", "mail",
        "email", "phone", "telephone", "address", "dob", "birth", "birthday", "birthdate", "born", "ssn", "passport",
        "имя", "фамилия", "отчество", "фио", "пациент", "почта", "телефон", "адрес", "рождения", "др", "снилс",
    }
)  # fmt: skip
"""Words that are enough, one of them in the header."""

_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])")


def names_a_person(header: str) -> bool:
    """Whether a header such as ``Patient name``, ``e-mail``, ``BirthDate``, ``ФИО`` or ``anna@example.org`` does so."""
    text = unicodedata.normalize("NFKC", header)[:_PLAIN_MAX]
    if "@" in text:
        return True  # a file without a header: its first row was taken for one
    words = {word.lower() for word in _WORD.findall(_CAMEL.sub(" ", text))}
    return not words.isdisjoint(_WHOLE)
