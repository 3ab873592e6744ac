"""Hash passwords with bcrypt, and compare them."""

import bcrypt

from chalicelib.auth.normalization import PASSWORD_BYTES_MAX

_DUMMY_SALT_AND_DIGEST = "." * 53
"""22 characters of salt and 31 of digest. The time that bcrypt takes depends only on the cost."""


def hash_password(password: str, cost: int) -> str:
    """Return the bcrypt hash of ``password`` (at most 72 bytes of UTF-8) with 2**cost rounds."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(cost)).decode()


def has_cost(hashed: str, cost: int) -> bool:
    """Return whether ``hashed`` was made with 2**cost rounds."""
    return hashed.startswith(f"$2b${cost:02}$")


def password_matches(password: str, hashed: str | None, cost: int) -> bool:
    """Return whether ``hashed`` is the hash of ``password``.

    If ``hashed`` is None (no such account), the password is compared with a dummy hash of ``cost``, so that the
    response takes as long as for an existing account.
    """
    encoded = password.encode()
    # bcrypt would raise for a longer password, in less time than a comparison takes. No stored password is longer.
    matches = bcrypt.checkpw(encoded[:PASSWORD_BYTES_MAX], (hashed or dummy_hash(cost)).encode())
    return matches and hashed is not None and len(encoded) <= PASSWORD_BYTES_MAX


def dummy_hash(cost: int) -> str:
    """Return a well-formed hash of ``cost`` that no password matches.

    It is composed and not computed, because hashing would delay the first response of each process.
    """
    return f"$2b${cost:02}${_DUMMY_SALT_AND_DIGEST}"
