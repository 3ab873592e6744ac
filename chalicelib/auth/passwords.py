"""Password hashes: bcrypt."""

import bcrypt

from chalicelib.auth.normalization import PASSWORD_BYTES_MAX

_DUMMY_SALT_AND_DIGEST = "." * 53
"""22 characters of salt and 31 of digest. How long bcrypt takes depends on the cost alone."""


def hash_password(password: str, cost: int) -> str:
    """bcrypt of ``password`` (at most 72 UTF-8 bytes) with 2**cost rounds."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(cost)).decode()


def has_cost(hashed: str, cost: int) -> bool:
    """Whether ``hashed`` was made with 2**cost rounds."""
    return hashed.startswith(f"$2b${cost:02}$")


def password_matches(password: str, hashed: str | None, cost: int) -> bool:
    """Return whether ``password`` is the one of ``hashed``.

    Without a hash (there is no such account) the password is compared with a dummy of ``cost``, so that the answer
    takes as long as for a real account.
    """
    encoded = password.encode()
    # No stored password is longer; bcrypt would raise, and faster than a comparison.
    matches = bcrypt.checkpw(encoded[:PASSWORD_BYTES_MAX], (hashed or dummy_hash(cost)).encode())
    return matches and hashed is not None and len(encoded) <= PASSWORD_BYTES_MAX


def dummy_hash(cost: int) -> str:
    """Return a hash of ``cost`` that is well formed, but of no password.

    It is composed and not computed: a computed one would cost each process a whole hash before its first answer.
    """
    return f"$2b${cost:02}${_DUMMY_SALT_AND_DIGEST}"
