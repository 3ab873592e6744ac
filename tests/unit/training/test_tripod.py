"""The answers to TRIPOD+AI are in both languages, and their figures are filled in."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import pytest

from chalicelib.inference.models.base import read_card
from tests.support.stack import ROOT
from tests.unit.training.conftest import report_of
from training.build import ARTEFACTS_DIR
from training.models import RECIPES
from training.recipe import REQUIRED_TRIPOD_ITEMS, Recipe
from training.report import Report
from training.texts import Bilingual
from training.tripod import ITEMS, tripod

every_recipe = pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.id)


def committed_report(recipe: Recipe) -> Report:
    return report_of(read_card(ROOT / ARTEFACTS_DIR / recipe.id))


def answers(recipe: Recipe, report: Report, patients: pd.DataFrame) -> dict[str, Bilingual]:
    return {answer["item"]: answer["answer"] for answer in tripod(recipe, report, patients)}


def texts(recipe: Recipe, patients: pd.DataFrame) -> Iterator[tuple[str, Bilingual]]:
    """Yield the topics and the answers of every item."""
    for item, (topic, _) in ITEMS.items():
        yield f"topic {item}", topic
    yield from answers(recipe, committed_report(recipe), patients).items()


@every_recipe
def test_every_item_is_answered_in_both_languages(recipe: Recipe, patients: pd.DataFrame) -> None:
    assert [answer["item"] for answer in tripod(recipe, committed_report(recipe), patients)] == list(ITEMS)
    for name, text in texts(recipe, patients):
        assert text.keys() == {"en", "ru"}, name
        assert re.search("[A-Za-z]", text["en"]), name
        assert not re.search("[А-Яа-яЁё]", text["en"]), name
        assert re.search("[А-Яа-яЁё]", text["ru"]), name


@every_recipe
def test_numbers_have_the_decimal_sign_of_their_language(recipe: Recipe, patients: pd.DataFrame) -> None:
    decimals = 0
    for name, text in texts(recipe, patients):
        points, commas = (re.findall(rf"\d{sign}\d", text[language]) for language, sign in (("en", r"\."), ("ru", ",")))
        assert not re.search(r"\d,\d", text["en"]), name
        assert not re.search(r"\d\.\d", text["ru"]), name
        assert not re.search(r"(?<!\w)-\d", text["ru"]), f"{name}: a hyphen as the minus sign"
        decimals += len(commas)
        assert len(points) == len(commas), name
    assert decimals > 10


@every_recipe
def test_every_figure_is_filled_in_and_the_same_in_both_languages(recipe: Recipe, patients: pd.DataFrame) -> None:
    for name, text in texts(recipe, patients):
        assert not re.search("[{}]|nan", "".join(text.values())), name
        english, russian = (sorted(re.findall(r"\d+", text[language])) for language in ("en", "ru"))
        assert english == russian, name


def test_the_answers_state_the_measured_figures(patients: pd.DataFrame) -> None:
    recipe = next(recipe for recipe in RECIPES if recipe.id == "lasso")
    report = committed_report(recipe)
    quality = report.quality | {"c_index": 0.8764, "c_index_se": 0.0123, "ipcw_mae_8y": 1.25, "ipcw_mae_8y_se": 0.07}
    coverage = report.quality["interval_coverage"] | {"overall": 0.9012, "overall_se": 0.0152}
    quality |= {"bias_8y": -0.04, "bias_8y_se": 0.12, "interval_coverage": coverage}
    performance = answers(recipe, replace(report, quality=quality), patients)["23a"]

    assert "concordance 0.876 ± 0.012, mean error 1.25 ± 0.07 years within 8 years" in performance["en"]
    assert "bias −0.04 ± 0.12 years, interval coverage 90.1 ± 1.5% (± standard error)." in performance["en"]
    assert "индекс конкордации 0,876 ± 0,012, средняя ошибка 1,25 ± 0,07 года" in performance["ru"]
    assert "смещение −0,04 ± 0,12 года, охват интервала 90,1 ± 1,5\u00a0% (± стандартная ошибка)." in performance["ru"]


@pytest.mark.parametrize("item", ["2", "25"])
def test_the_abstract_and_the_interpretation_say_whether_the_curve_held_in_the_other_trial(
    item: str, patients: pd.DataFrame
) -> None:
    reports = {recipe.id: (recipe, committed_report(recipe)) for recipe in RECIPES}
    recipe, report = reports["cox-lasso"]
    trial = report.external | {"observed_to_expected": 1.474, "observed_to_expected_95": [1.12, 1.86]}
    answer = answers(recipe, replace(report, external=trial), patients)[item]
    assert "observed / expected deaths 1.47 (95% interval 1.12 to 1.86)" in answer["en"]
    assert "ожидаемым 1,47 (95-процентный интервал 1,12–1,86)" in answer["ru"]
    assert "could not be checked" in answers(*reports["lasso"], patients)[item]["en"]


def test_only_the_items_that_every_recipe_must_answer_have_no_common_answer() -> None:
    assert {item for item, (_, answer) in ITEMS.items() if answer is None} == REQUIRED_TRIPOD_ITEMS


@every_recipe
def test_a_recipe_answers_only_items_of_the_statement(recipe: Recipe) -> None:
    assert recipe.tripod.keys() <= ITEMS.keys()
