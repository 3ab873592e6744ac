"""Password hashes: bcrypt."""

from functools import cache

import bcrypt

from chalicelib.auth.names import PASSWORD_BYTES_MAX


def hash_password(password: str, cost: int) -> str:
    """bcrypt of ``password`` (at most 72 UTF-8 bytes) with 2**cost rounds."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(cost)).decode()


def has_cost(hashed: str, cost: int) -> bool:
    """Whether ``hashed`` was made with 2**cost rounds."""
    return hashed.startswith(f"$2b${cost:02}$")


def password_matches(password: str, hashed: str | None, cost: int) -> bool:
    """Whether ``password`` is the one of ``hashed``.

    Without a hash (there is no such account) a dummy of ``cost`` is compared, so that the answer takes as long as
    for a real one.
    """
    encoded = password.encode()
    # No stored password is longer; bcrypt would raise, and faster than a comparison.
    matches = bcrypt.checkpw(encoded[:PASSWORD_BYTES_MAX], (hashed or _dummy(cost)).encode())
    return matches and hashed is not None and len(encoded) <= PASSWORD_BYTES_MAX


def prepare(cost: int) -> None:
    """Make the dummy of that cost now, so that the first unknown name doesn't take twice as long."""
    _dummy(cost)


@cache
def _dummy(cost: int) -> str:
    return hash_password("no account has this password", cost)
