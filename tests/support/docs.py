"""The commands of the documentation, as they stand there."""

import re

from tests.support.stack import ROOT


def blocks(page: str, language: str) -> list[str]:
    """What stands in each block of ``language``, from the top."""
    text = (ROOT / page).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
