"""Words and codes of categories: read and reported, or asked, and answered by the option ``column_values``."""

import pytest

from chalicelib.inference.patient_file.findings import ColumnsUnclearError
from chalicelib.inference.patient_file.validator import check_file
from tests.unit.inference.patient_file.reading import assumed, file_of, inspected, only_finding, stored


@pytest.mark.parametrize(
    ("column", "texts", "read"),
    [
        ("Sex", "F M f m", "F M F M"),
        ("Sex", "female MALE Woman man", "F M F M"),
        ("Sex", "ж М жен. Мужской", "F M F M"),  # a Cyrillic letter that looks like M
        ("Sex", "weiblich männlich w Frau", "F M F F"),
        ("Sex", "femme homme kvinna man", "F M F M"),
        ("Ascites", "Y N y n", "Y N Y N"),
        ("Ascites", "yes No TRUE False", "Y N Y N"),
        ("Ascites", "present absent positive negative", "Y N Y N"),
        ("Ascites", "Checked Unchecked T F", "Y N Y N"),
        ("Ascites", "1 0 1.0 0,0", "Y N Y N"),
        ("Ascites", "да Нет есть отсутствует", "Y N Y N"),
        ("Ascites", "ИСТИНА ЛОЖЬ WAHR FALSCH", "Y N Y N"),
        ("Ascites", "ja nein oui nej", "Y N Y N"),
        ("Ascites", "No. yes! (Y) \u03a5", "N Y Y Y"),  # the last is a Greek letter that looks like Y
        ("Ascites", "+ no + N", "Y N Y N"),
        ("Edema", "N S Y s", "N S Y S"),
        ("Edema", "0 0.5 1 0,5", "N S Y S"),
        ("Edema", "0.0 1.0 .5 0", "N Y S N"),
        ("Edema", "no нет absent У", "N N N Y"),  # the last is a Cyrillic letter that looks like Y
        ("Stage", "1 2 3.0 4,0", "1 2 3 4"),
        ("Stage", "I II iii IV", "1 2 3 4"),
        ("Stage", "Ⅲ ІІІ ІV i", "3 3 4 1"),  # a Roman numeral, and Cyrillic letters
        ("Stage", "stage_3 Ludwig_4 III_ст. IV_стадия", "3 4 3 4"),
    ],
)
def test_words_are_read_and_reported(column: str, texts: str, read: str) -> None:
    cells = [text.replace("_", " ") for text in texts.split()]
    content = file_of({column: cells})

    assert stored(content, column) == read.split()
    reported = dict(assumed(content, "words")).get(column, "")
    for text, value in zip(cells, read.split(), strict=True):
        is_plain = text.upper() == value or text.replace(",", ".") == f"{value}.0"
        assert is_plain or f"'{text}' is read as {value}" in reported


@pytest.mark.parametrize(
    ("phrase", "value"),
    [
        ("no edema", "N"),
        ("no edema and no diuretic therapy for edema", "N"),
        ("edema without diuretics", "S"),
        ("edema present without diuretics, or edema resolved by diuretics", "S"),
        ("edema despite diuretic therapy", "Y"),
        ("Oedema refractory to diuretics", "Y"),
        ("отёков нет", "N"),
        ("без отеков", "N"),
        ("отёки без диуретиков", "S"),
        ("отеки, несмотря на диуретики", "Y"),
    ],
)
def test_phrases_about_oedema_and_diuretics_are_read(phrase: str, value: str) -> None:
    assert stored(file_of({"Edema": [phrase]}), "Edema") == [value]


@pytest.mark.parametrize(
    ("column", "texts", "unclear"),
    [
        ("Sex", ["0", "1"], ["0", "1"]),
        ("Sex", ["1", "2"], ["1", "2"]),
        ("Sex", ["H", "M"], ["H"]),
        ("Sex", ["F", "M", "9"], ["9"]),
        ("Ascites", ["1", "2"], ["1", "2"]),
        ("Ascites", ["0", "1", "2", "3"], ["0", "1", "2", "3"]),
        ("Ascites", ["1", "0", "9"], ["9"]),
        ("Ascites", ["-1", "N"], ["-1"]),
        ("Ascites", ["mild", "N"], ["mild"]),
        ("Ascites", ["1+", "N"], ["1+"]),
        ("Ascites", ["none", "Y"], ["none"]),
        ("Spiders", ["-", "+"], ["-"]),
        ("Edema", ["yes", "no"], ["yes"]),
        ("Edema", ["есть", "нет"], ["есть"]),
        ("Edema", ["0", "1", "2"], ["0", "1", "2"]),
        ("Edema", ["none", "N"], ["none"]),
        ("Edema", ["-", "+"], ["+", "-"]),
        ("Edema", ["pitting", "Oedema"], ["Oedema", "pitting"]),
    ],
)
@pytest.mark.parametrize("skip", [False, True])
def test_what_is_not_clear_is_asked_also_if_bad_rows_are_skipped(
    column: str, texts: list[str], unclear: list[str], *, skip: bool
) -> None:
    with pytest.raises(ColumnsUnclearError) as caught:
        check_file(file_of({column: texts}), skip=skip)

    (finding, *_) = caught.value.extra["errors"]
    assert (finding["code"], finding["column"], finding["row"]) == ("values_unclear", column, None)
    assert finding["texts"] == unclear


def test_the_question_shows_the_option_with_the_texts_of_the_file() -> None:
    assert only_finding(file_of({"Ascites": ["1", "2"]})).message == (
        'It is not clear what 1, 2 in Ascites mean. Please state it by column_values, such as {"Ascites": {"1": "...", '
        '"2": "..."}}. Allowed values: N, Y, and null for \'not measured\'.'
    )
    assert only_finding(file_of({"Edema": ["yes"]})).message == (
        'It is not clear what yes in Edema means. Please state it by column_values, such as {"Edema": {"yes": "..."}}. '
        "Allowed values: N, S, Y."
    )


@pytest.mark.parametrize(
    ("column", "texts", "answer", "read"),
    [
        ("Sex", ["1", "2"], {"1": "M", "2": "F"}, ["M", "F"]),
        ("Sex", ["H", "M"], {"H": "M", "M": "F"}, ["M", "F"]),
        ("Ascites", ["1", "2", "9"], {"1": "Y", "2": "N", "9": None}, ["Y", "N", ""]),
        ("Ascites", ["1.0", "2.0"], {"1": "Y", "2": "N"}, ["Y", "N"]),
        ("Ascites", ["1", "0", "9"], {"9": None}, ["Y", "N", ""]),
        ("Ascites", ["Mild", "N", "no"], {"mild": "Y"}, ["Y", "N", "N"]),
        ("Ascites", ["none", "Y"], {"none": "N"}, ["N", "Y"]),
        ("Ascites", ["NA", "Y"], {"NA": "N"}, ["N", "Y"]),
        ("Spiders", ["-", "+"], {"-": "N"}, ["N", "Y"]),
        ("Edema", ["yes", "no"], {"yes": "S"}, ["S", "N"]),
        ("Edema", ["0", "1", "2"], {"0": "N", "1": "S", "2": "Y"}, ["N", "S", "Y"]),
        ("Stage", ["early", "4"], {"early": None}, ["", "4"]),
    ],
)
def test_the_option_answers_what_a_text_means(
    column: str, texts: list[str], answer: dict[str, str | None], read: list[str]
) -> None:
    assert stored(file_of({column: texts}), column, column_values={column: answer}) == read


def test_a_two_in_one_column_makes_the_ones_of_the_others_unclear() -> None:
    content = file_of({"Ascites": ["1", "2"], "Spiders": ["1", "1"], "Hepatomegaly": ["0", "1"]})

    assert [finding.column for finding in inspected(content).column_findings] == ["Ascites", "Spiders"]


@pytest.mark.parametrize("texts", [["none", "N", "Y"], ["-", "N", "Y"], ["-", "-"]])
def test_none_and_a_dash_are_missing_if_no_is_written_otherwise(texts: list[str]) -> None:
    content = file_of({"Ascites": texts})

    assert stored(content, "Ascites")[0] == ""
    assert assumed(content, "missing_mark") == [("Ascites", f"In Ascites, '{texts[0]}' is read as not measured.")]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("Ascites", "y?"),
        ("Ascites", "S"),
        ("Sex", "X"),
        ("Stage", "3-4"),
        ("Stage", "F3"),
        ("Edema", "no edema, on diuretics"),
    ],
)
def test_another_word_is_refused_with_the_allowed_values_and_the_option(column: str, text: str) -> None:
    finding = only_finding(file_of({column: [text, "N" if column in {"Ascites", "Edema"} else ""]}))

    assert (finding.code, finding.row) == ("unknown_category", 1)
    assert finding.message == (
        f"'{text}' is not allowed for {column}. Allowed values: {', '.join(finding.params['allowed'])}. "
        "Other words can be explained by column_values."
    )
