"""The tables of columns in docs/files.md are the column specification and its texts."""

import re

from chalicelib.inference.patient_file.column_texts import COLUMN_TEXTS
from chalicelib.inference.patient_file.columns import COLUMNS, Column
from tests.support.stack import ROOT

PAGE = (ROOT / "docs" / "files.md").read_text("utf-8")
EXPLANATIONS = PAGE.partition("\n## Find each value\n")[2].partition("\n## ")[0]


def expected_row(column: Column) -> tuple[str, ...]:
    """Return the cells of a column: name, what it holds, accepted values, training range, other units."""
    training = ""
    if column.training_minimum is not None:
        training = f"{column.training_minimum:g} to {column.training_maximum:g}"
    accepted = ", ".join(column.allowed) if column.kind == "category" else ""
    if column.unit:
        accepted = f"{column.limits[0]:g} to {column.limits[1]:g} {column.unit}"
    other_units = ", ".join(f"`{unit.name}`" for unit in column.units[1:])
    name = f"**`{column.name}`**" if column.required else f"`{column.name}`"
    return name, column.title_en, accepted, training, other_units


def test_the_page_lists_every_column_that_a_file_may_hold() -> None:
    rows = re.findall(r"^\| (\*{0,2}`\w+`\*{0,2}) \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", PAGE, re.MULTILINE)
    assert [tuple(cell.strip() for cell in row) for row in rows] == [
        expected_row(column) for column in COLUMNS if column.kind != "ignored"
    ]


def test_the_page_explains_every_column_as_the_catalogue_does() -> None:
    assert re.findall(r"^\| `(\w+)` \| ([^|]*) \|$", EXPLANATIONS, re.MULTILINE) == [
        (name, texts.description.en) for name, texts in COLUMN_TEXTS.items()
    ]


def test_the_page_explains_every_value_as_the_catalogue_does() -> None:
    assert re.findall(r"^\| `(\w+)` \| `(\w+)` \| ([^|]*) \|$", EXPLANATIONS, re.MULTILINE) == [
        (name, value, title.en) for name, texts in COLUMN_TEXTS.items() for value, title in texts.value_titles.items()
    ]
