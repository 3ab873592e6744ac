"""Validation of names, e-mail addresses and passwords, and their normalised form, under which logins are unique."""

import hashlib
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from chalicelib.core.http.schemas import RequestModel
from chalicelib.core.invisible_characters import is_invisible

PASSWORD_CHARACTERS_MIN = 8
PASSWORD_BYTES_MAX = 72
"""bcrypt ignores further bytes, so a longer password would silently be cut."""

KEY_BYTES_MAX = 1024
"""Longer keys are hashed. DynamoDB allows 2,048 bytes, and NFKC can turn one character into 18."""

_COMMON_PASSWORDS = Path(__file__).with_name("common_passwords.txt")
IntendedUse = Literal["2026-11-24"]
"""All published versions of the statement of intended use (docs/privacy.md), the newest last. Older ones stay valid,
because a page may be open while a newer version is deployed."""

_ATOM = r'[^\s()<>\[\]:;@\\,."]+'
"""Any characters except white space and the specials of RFC 5322, section 3.2.3. With the specials one mailbox could be
written in many ways: quoted, escaped, in angle brackets, with a comment."""
_EMAIL = re.compile(rf"{_ATOM}(\.{_ATOM})*@{_ATOM}(\.{_ATOM})+")


def _name(text: str) -> str:
    if "@" in unicodedata.normalize("NFKC", text):
        raise PydanticCustomError("name_with_at", "a name must not contain @, which marks e-mail addresses")
    if any(map(is_invisible, text)):
        raise PydanticCustomError("control_characters", "a name must not contain control or invisible characters")
    return text


def _email(text: str) -> str:
    # The login key is made from the NFKC form, so that form must be valid. Full-width quotes become quotes in it.
    normalised = unicodedata.normalize("NFKC", text)
    is_address = _EMAIL.fullmatch(normalised) and _is_host_name(normalised.partition("@")[2])
    if not is_address or any(map(is_invisible, text)):
        raise PydanticCustomError("not_an_email", "this does not look like an e-mail address, such as anna@example.org")
    return text


def _is_host_name(domain: str) -> bool:
    """Return whether ``domain`` has only letters, combining marks, digits, dots, hyphens and underscores."""
    return all(character in ".-_" or unicodedata.category(character)[0] in "LMN" for character in domain)


def _password(text: str) -> str:
    if len(text) < PASSWORD_CHARACTERS_MIN:
        raise PydanticCustomError("too_short", f"a password needs at least {PASSWORD_CHARACTERS_MIN} characters")
    if len(text.encode()) > PASSWORD_BYTES_MAX:
        raise PydanticCustomError(
            "too_long",
            f"a password may have at most {PASSWORD_BYTES_MAX} bytes, which is {PASSWORD_BYTES_MAX} Latin "
            f"or {PASSWORD_BYTES_MAX // 2} Cyrillic letters",
        )
    if _without_case(text) in _common_passwords():
        raise PydanticCustomError("too_common", "this is a very common password, and easily guessed")
    return text


@cache
def _common_passwords() -> frozenset[str]:
    """Return the common passwords. Only the first request with a new password reads the file."""
    lines = _COMMON_PASSWORDS.read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("# "))


NewPassword = Annotated[
    str,
    AfterValidator(_password),
    Field(
        description=f"The new password: at most {PASSWORD_BYTES_MAX} bytes of UTF-8, and not a very common password.",
        json_schema_extra={"minLength": PASSWORD_CHARACTERS_MIN, "maxLength": PASSWORD_BYTES_MAX},
    ),
]


class Registration(RequestModel):
    """The body of a registration."""

    name: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=2, max_length=64),
        AfterValidator(_name),
        Field(description="The user's name, unique in any spelling, without @."),
    ]
    email: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=254),
        AfterValidator(_email),
        Field(description="The user's e-mail address, unique in any spelling."),
    ]
    password: NewPassword
    intended_use: Annotated[
        IntendedUse | None,
        Field(description="The version of the statement of intended use that the user accepted; null if none."),
    ] = None


class Credentials(RequestModel):
    """The body of a log-in."""

    name: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=254),
        Field(description="The user's name or e-mail address."),
    ]
    password: Annotated[str, StringConstraints(max_length=1000), Field(description="The user's password.")]


class PasswordChange(RequestModel):
    """The body of a change of password."""

    old_password: Annotated[str, StringConstraints(max_length=1000), Field(description="The current password.")]
    new_password: NewPassword


class AccountDeletion(RequestModel):
    """The body of the deletion of an account."""

    password: Annotated[str, StringConstraints(max_length=1000), Field(description="The user's password.")]


def name_key(name: str) -> str:
    """Return the login key of ``name``, which all its spellings under NFKC and case folding share."""
    return "name#" + _folded(name)


def email_key(email: str) -> str:
    """Return the login key of ``email``, which all its spellings under NFKC and case folding share."""
    return "email#" + _folded(email)


def is_email_key(key: str) -> bool:
    """Return whether ``key`` was made by :func:`email_key`."""
    return key.startswith("email#")


def login_key(name_or_email: str) -> str:
    """Return the login key of what a user typed. A text with an @ is an e-mail address."""
    return email_key(name_or_email) if "@" in name_or_email else name_key(name_or_email)


def _without_case(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _folded(text: str) -> str:
    folded = _without_case(text)
    encoded = folded.encode()
    return folded if len(encoded) <= KEY_BYTES_MAX else "sha256:" + hashlib.sha256(encoded).hexdigest()
