"""Tell visible from invisible characters."""

import re
import unicodedata

_SHOWS_NOTHING = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\u2028\u2029\u2800]"
)
"""The characters of Unicode's property Default_Ignorable_Code_Point (DerivedCoreProperties.txt of the Unicode Character
Database), the separators of lines and paragraphs, and the empty Braille pattern."""


def is_invisible(character: str) -> bool:
    """Return whether ``character`` shows nothing, or is a control, surrogate, private-use or unassigned character.

    A space counts as visible.
    """
    return unicodedata.category(character).startswith("C") or _SHOWS_NOTHING.match(character) is not None
