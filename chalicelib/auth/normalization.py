"""What may be a name, an e-mail address and a password, and which spellings are the same."""

import hashlib
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from pydantic_core import PydanticCustomError

from chalicelib.core.invisible_characters import is_invisible

PASSWORD_CHARACTERS_MIN = 8
PASSWORD_BYTES_MAX = 72
"""bcrypt reads no further: a longer password would be cut in silence."""

KEY_BYTES_MAX = 1024
"""DynamoDB takes 2,048. One character can become 18 under NFKC, so that even a short name may be too long."""

_COMMON_PASSWORDS = Path(__file__).with_name("common_passwords.txt")
IntendedUse = Literal["2026-11-24"]
"""The versions of the statement of intended use (docs/privacy.md) that were ever shown, the newest last. An older one
stays good: a page may be open while a newer one is deployed."""

_ATOM = r'[^\s()<>\[\]:;@\\,."]+'
"""Any characters but blanks and the specials of RFC 5322, section 3.2.3. With these one mailbox can be written in many
ways: quoted, escaped, in angle brackets, with a comment."""
_EMAIL = re.compile(rf"{_ATOM}(\.{_ATOM})*@{_ATOM}(\.{_ATOM})+")


def _name(text: str) -> str:
    if "@" in unicodedata.normalize("NFKC", text):
        raise PydanticCustomError("name_with_at", "a name has no @, so that it can't be mistaken for an e-mail address")
    if any(map(is_invisible, text)):
        raise PydanticCustomError("control_characters", "a name has no control characters and none that nobody sees")
    return text


def _email(text: str) -> str:
    # The key is made of this form, so it is the one that must be well formed: full-width quotes are quotes in it.
    normalised = unicodedata.normalize("NFKC", text)
    is_address = _EMAIL.fullmatch(normalised) and _is_host_name(normalised.partition("@")[2])
    if not is_address or any(map(is_invisible, text)):
        raise PydanticCustomError("not_an_email", "this does not look like an e-mail address, such as anna@example.org")
    return text


def _is_host_name(domain: str) -> bool:
    """Whether ``domain`` holds nothing but letters, their marks, digits, dots, hyphens and underscores."""
    return all(character in ".-_" or unicodedata.category(character)[0] in "LMN" for character in domain)


def _password(text: str) -> str:
    if len(text) < PASSWORD_CHARACTERS_MIN:
        raise PydanticCustomError("too_short", f"a password has at least {PASSWORD_CHARACTERS_MIN} characters")
    if len(text.encode()) > PASSWORD_BYTES_MAX:
        raise PydanticCustomError(
            "too_long",
            f"a password has at most {PASSWORD_BYTES_MAX} bytes, which is {PASSWORD_BYTES_MAX} Latin "
            f"or {PASSWORD_BYTES_MAX // 2} Cyrillic letters",
        )
    if _without_case(text) in _common_passwords():
        raise PydanticCustomError("too_common", "this is one of the commonest passwords, which are guessed first")
    return text


@cache
def _common_passwords() -> frozenset[str]:
    """Read at the first new password, so that no other request waits for it."""
    lines = _COMMON_PASSWORDS.read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("# "))


NewPassword = Annotated[
    str,
    AfterValidator(_password),
    Field(
        description=f"At most {PASSWORD_BYTES_MAX} bytes of UTF-8, and none of the commonest passwords.",
        json_schema_extra={"minLength": PASSWORD_CHARACTERS_MIN, "maxLength": PASSWORD_BYTES_MAX},
    ),
]


class Registration(BaseModel, extra="forbid"):
    """The body of a registration."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=64), AfterValidator(_name)]
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254), AfterValidator(_email)]
    password: NewPassword
    intended_use: Annotated[
        IntendedUse | None,
        Field(description="The version of the statement of intended use that was accepted, if it was shown."),
    ] = None


class Credentials(BaseModel, extra="forbid"):
    """The body of a log-in. The name may be the e-mail address."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)]
    password: Annotated[str, StringConstraints(max_length=1000)]


class PasswordChange(BaseModel, extra="forbid"):
    """The body of a change of password."""

    old_password: Annotated[str, StringConstraints(max_length=1000)]
    new_password: NewPassword


class AccountDeletion(BaseModel, extra="forbid"):
    """The body of the deletion of one's account."""

    password: Annotated[str, StringConstraints(max_length=1000)]


def name_key(name: str) -> str:
    """The key under which ``name`` is unique: NFKC, then case folded."""
    return "name#" + _folded(name)


def email_key(email: str) -> str:
    """The key under which ``email`` is unique."""
    return "email#" + _folded(email)


def is_email_key(key: str) -> bool:
    """Whether ``key`` was made by :func:`email_key`."""
    return key.startswith("email#")


def login_key(name_or_email: str) -> str:
    """The key that somebody logging in means. Names hold no @."""
    return email_key(name_or_email) if "@" in name_or_email else name_key(name_or_email)


def _without_case(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _folded(text: str) -> str:
    folded = _without_case(text)
    encoded = folded.encode()
    return folded if len(encoded) <= KEY_BYTES_MAX else "sha256:" + hashlib.sha256(encoded).hexdigest()
