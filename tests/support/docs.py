"""Read the code blocks of the documentation."""

import re

from tests.support.stack import ROOT


def blocks(page: str, language: str) -> list[str]:
    """Return the content of each code block of ``language`` in ``page``, in order."""
    text = (ROOT / page).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
