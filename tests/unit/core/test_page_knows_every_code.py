"""Every refusal that the API can give has a sentence on the page, in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import app
from chalicelib.core.errors import DomainError

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "frontend" / "src"


def codes(kind: type[DomainError] = DomainError) -> Iterator[str]:
    """Of every error class that the running app has loaded."""
    yield kind.code
    for each in kind.__subclasses__():
        yield from codes(each)


def codes_of_ends() -> set[str]:
    """What ``error_code`` of a prediction may be, beside a refusal's code."""
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
    needed = {code for code in codes() if code} | codes_of_ends()
    assert {"not_enough_coins", "dead_letter", "cancelled", "attempts_exhausted"} <= needed
    for language in ("en", "ru"):
        sentences = (PAGE / "i18n" / language / "problems.ts").read_text("utf-8")
        said = set(re.findall(r"^  ([a-z_]+): \(", sentences, re.MULTILINE))
        assert needed - said == set(), language
