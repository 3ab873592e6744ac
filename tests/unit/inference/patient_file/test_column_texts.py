"""Every column that the service uses is explained in both languages, and so is every value of a category."""

import re
from dataclasses import astuple

import pytest

from chalicelib.inference.catalog import catalog
from chalicelib.inference.patient_file.column_texts import COLUMN_TEXTS
from chalicelib.inference.patient_file.columns import COLUMNS, STORED, Column

CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def test_the_explained_columns_are_those_that_the_service_uses() -> None:
    assert tuple(COLUMN_TEXTS) == STORED


@pytest.mark.parametrize("column", [column for column in COLUMNS if column.name in STORED], ids=lambda c: c.name)
def test_each_value_of_a_category_has_a_meaning(column: Column) -> None:
    assert tuple(COLUMN_TEXTS[column.name].value_titles) == column.allowed


def test_each_text_is_in_the_language_that_it_says() -> None:
    for texts in COLUMN_TEXTS.values():
        for en, ru in map(astuple, [texts.description, *texts.value_titles.values()]):
            assert en
            assert not CYRILLIC.search(en)
            assert CYRILLIC.search(ru)


def test_the_description_of_oedema_names_the_codes_of_the_study() -> None:
    assert "N, S and Y as 0, 0.5 and 1" in COLUMN_TEXTS["Edema"].description.en
    assert "N, S и Y записаны как 0, 0,5 и 1" in COLUMN_TEXTS["Edema"].description.ru


def test_the_catalogue_shows_the_texts() -> None:
    (offer, *_) = catalog.Catalog().all()
    listed = {column["name"]: column for column in catalog.document(offer)["columns"]}

    assert listed["Bilirubin"]["description"]["en"] == COLUMN_TEXTS["Bilirubin"].description.en
    assert listed["Bilirubin"]["value_titles"] is None
    assert listed["Edema"]["value_titles"]["S"]["ru"] == COLUMN_TEXTS["Edema"].value_titles["S"].ru
    assert listed["SGOT"]["aliases"]
    assert listed["Status"]["description"] is None
