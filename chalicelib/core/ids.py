"""Identifiers: random, 128 bits, safe in a URL and in an object key."""

import secrets

ID_LENGTH = 32


def new_id() -> str:
    """Return 32 hexadecimal digits from the system's random source."""
    return secrets.token_hex(ID_LENGTH // 2)


def is_id(text: str) -> bool:
    """Return whether ``text`` has the form of an id. Callers check this before they look up an id from a request."""
    return len(text) == ID_LENGTH and all(character in "0123456789abcdef" for character in text)
