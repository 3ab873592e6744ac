"""The page has a sentence for every error code of the API, in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import app
from chalicelib.core.errors import DomainError

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "frontend" / "src"


def codes(kind: type[DomainError] = DomainError) -> Iterator[str]:
    """Yield the codes of all error classes that the app has loaded."""
    yield kind.code
    for subclass in kind.__subclasses__():
        yield from codes(subclass)


def codes_of_failed_predictions() -> set[str]:
    """Return the codes that only the ``error_code`` of a prediction can have, by searching the sources."""
    sources = (ROOT / "chalicelib" / "inference").rglob("*.py")
    return {
        code
        for source in sources
        for code in re.findall(
            r'settlement\.fail\([^,]+, "([a-z_]+)"|CANCELLED, "([a-z_]+)"', source.read_text("utf-8")
        )
        for code in code
        if code
    }


def test_the_page_has_a_sentence_for_every_code() -> None:
    assert app.app
    needed = {code for code in codes() if code} | codes_of_failed_predictions()
    assert {"not_enough_coins", "dead_letter", "cancelled", "attempts_exhausted"} <= needed
    for language in ("en", "ru"):
        sentences = (PAGE / "i18n" / language / "problems.ts").read_text("utf-8")
        translated = set(re.findall(r"^  ([a-z_]+): \(", sentences, re.MULTILINE))
        assert needed - translated == set(), language
