"""The page's texts that the documentation quotes are on the page, in English and in Russian."""

import re

import pytest

from tests.support.stack import ROOT

TEXTS = ROOT / "frontend" / "src" / "i18n"
USING = (ROOT / "docs" / "using.md").read_text("utf-8")
RUSSIAN_PART = (ROOT / "README.md").read_text("utf-8").partition("\n## По-русски\n")[2].partition("\n## ")[0]


def page_texts(language: str) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted((TEXTS / language).glob("*.ts")))


LABELS = sorted({" ".join(label.split()) for label in re.findall(r"\*\*([^*]+)\*\*", USING)} - {"Bold"})
RUSSIAN_LABELS = sorted(label for label in set(re.findall("«([^»]+)»", RUSSIAN_PART)) if label[0].isalpha())


@pytest.mark.parametrize("label", LABELS)
def test_the_page_has_each_label_that_the_user_s_guide_names(label: str) -> None:
    assert label in page_texts("en")


@pytest.mark.parametrize("label", RUSSIAN_LABELS)
def test_the_russian_page_has_each_label_that_the_readme_names(label: str) -> None:
    assert label in page_texts("ru")
