"""The sentences of the cards say what the figures show, and no more."""

import copy
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.inference.models.base import read_card
from chalicelib.inference.patient_file import columns
from tests.support.stack import ROOT
from tests.unit.training.conftest import report_of
from training import wording
from training.build import ARTEFACTS_DIR
from training.models import RECIPES
from training.recipe import Recipe
from training.report import Report

BY_ID = {recipe.id: recipe for recipe in RECIPES}
every_recipe = pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.id)


def committed_report(recipe: Recipe) -> Report:
    return report_of(copy.deepcopy(read_card(ROOT / ARTEFACTS_DIR / recipe.id)))


def english(model: str, **sections: dict[str, Any]) -> str:
    """Return a model's statements, with these figures in place of those of its report."""
    report = committed_report(BY_ID[model])
    for name, figures in sections.items():
        report = replace(report, **{name: getattr(report, name) | figures})
    return " ".join(wording.statements(BY_ID[model], report)["en"])


def test_a_figure_is_written_with_its_error_in_the_format_of_each_language() -> None:
    figures = {"bias": -1.2345, "bias_se": 0.5, "share": 0.9012, "share_se": 0.0152, "list": [0.5], "list_se": [0.25]}
    sentence = "{bias:±+.2f}, {bias:+.1f}, {share:±.1%}, {share:.0%}, {list[0]:±.2f}"
    assert wording.filled({"en": sentence, "ru": sentence}, figures) == {
        "en": "−1.23 ± 0.50, −1.2, 90.1 ± 1.5%, 90%, 0.50 ± 0.25",
        "ru": "−1,23 ± 0,50, −1,2, 90,1 ± 1,5\u00a0%, 90\u00a0%, 0,50 ± 0,25",
    }


def test_a_range_of_percentages_has_one_sign() -> None:
    sentence = {"en": "{ends[0]:.1p}–{ends[1]:.1%}", "ru": "{ends[0]:.1p}–{ends[1]:.1%}"}
    written = wording.filled(sentence, {"ends": [0.091, 0.188]})
    assert written == {"en": "9.1–18.8%", "ru": "9,1–18,8\u00a0%"}


@pytest.mark.parametrize(
    ("count", "noun"),
    [
        (0, "лет"), (1, "год"), (2, "года"), (4, "года"), (5, "лет"), (11, "лет"), (12, "лет"), (21, "год"),
        (100, "лет"), (112, "лет"), (101, "год"), (349, "лет"), (353, "года"),
    ],
)  # fmt: skip
def test_a_russian_noun_agrees_with_its_number(count: int, noun: str) -> None:
    assert wording.counted(count, "год", "года", "лет") == f"{count}\u00a0{noun}"


def test_columns_are_named_by_their_titles_which_a_semicolon_separates_if_one_has_a_comma() -> None:
    assert wording.column_titles(["Edema", "SGOT", "Prothrombin"]) == {
        "en": "oedema, AST (SGOT), prothrombin time",
        "ru": "отёки, АСТ, протромбиновое время",
    }
    assert wording.column_titles(["Copper", "Stage"]) == {
        "en": "copper, urine per day; histological stage",
        "ru": "медь в суточной моче, гистологическая стадия",
    }


@pytest.mark.parametrize(
    ("se", "words"),
    [
        (0.49, {"en": " (unlikely to be chance)", "ru": " (вряд ли случайно)"}),
        (0.5, {"en": " (may be chance)", "ru": " (возможно, случайно)"}),
    ],
)
def test_only_what_exceeds_two_standard_errors_is_unlikely_to_be_chance(se: float, words: dict[str, str]) -> None:
    assert wording.filled({"en": "{bias:?}", "ru": "{bias:?}"}, {"bias": -1.0, "bias_se": se}) == words


@every_recipe
def test_both_languages_name_the_same_figures(recipe: Recipe) -> None:
    report = committed_report(recipe)
    statements, limits = wording.statements(recipe, report), wording.known_limits(recipe, report, 21.0)
    pairs = [*zip(statements["en"], statements["ru"], strict=True), *zip(limits["en"], limits["ru"], strict=True)]
    best = wording.not_achievable(recipe, report)
    pairs.append((best["en"], best["ru"]))
    for text, russian in pairs:
        assert not re.search("[{}]|nan", text + russian), text
        assert not re.search(r"\d,\d", text), text
        assert not re.search(r"\d\.\d", russian), russian
        assert sorted(re.findall(r"\d+", text)) == sorted(re.findall(r"\d+", russian)), text


@every_recipe
def test_signs_and_percentages_of_a_card_are_written_as_in_each_language(recipe: Recipe) -> None:
    card = read_card(ROOT / ARTEFACTS_DIR / recipe.id)
    texts = {language: list(_texts(card, language)) for language in ("en", "ru")}
    assert len(texts["en"]) == len(texts["ru"]) > 50
    for text in (*texts["en"], *texts["ru"]):
        assert not re.search(r"(?<![\w.])-\d|\d-\d{2}|\w'|'\w", text), text
    for text in texts["en"]:
        assert not re.search(r"\d\s%", text), text
    for text in texts["ru"]:
        assert not re.search(r"\d ?%", text), f"no no-break space before the sign: {text}"
        assert not re.search("% *–", text), f"a range with two signs: {text}"


@every_recipe
def test_a_text_of_the_page_names_columns_and_models_by_their_titles(recipe: Recipe) -> None:
    card = read_card(ROOT / ARTEFACTS_DIR / recipe.id)
    shown = ("summary", "recommendation", "point_estimate", "statements", "limits", "changes", "known_limits")
    texts = {language: [text for name in shown for text in _texts(card[name], language)] for language in ("en", "ru")}
    assert len(texts["en"]) == len(texts["ru"]) > 15
    for text in (*texts["en"], *texts["ru"]):
        assert not re.search(rf"(?<![\w-])({'|'.join(BY_ID)})(?![\w-])", text), text
    for text in texts["ru"]:  # in English, a column's name may be an ordinary word
        assert not re.search(rf"\b({'|'.join(columns.BY_NAME)})\b", text), text


def _texts(part: Any, language: str) -> Iterator[str]:
    """Yield the texts of a card in a language."""
    if isinstance(part, list):
        for each in part:
            yield from _texts(each, language)
    elif isinstance(part, dict) and language in part:
        yield from [part[language]] if isinstance(part[language], str) else part[language]
    elif isinstance(part, dict):
        for each in part.values():
            yield from _texts(each, language)


@every_recipe
def test_every_measured_error_concordance_and_coverage_has_its_standard_error(recipe: Recipe) -> None:
    report = committed_report(recipe)
    horizon = f"{recipe.horizon_years:.0f}y"
    text = " ".join(wording.statements(recipe, report)["en"])
    quality, coverage = report.quality, report.quality["interval_coverage"]
    for years in (quality[f"ipcw_mae_{horizon}"], quality["died_within_horizon"]["mae"]):
        assert f"average error is {years:.2f} ± " in text
    for name in ("overall", "died_within_horizon", "died_within_2_years"):
        assert f"{100 * coverage[name]:.0f} ± {100 * coverage[f'{name}_se']:.0f}%" in text, name
    for share, error in zip(coverage["by_quartile"], coverage["by_quartile_se"], strict=True):
        assert f"{100 * share:.0f} ± {100 * error:.0f}%" in text
    for quarter in quality["calibration"]:
        assert f"{quarter['bias']:+.2f} ± {quarter['bias_se']:.2f}".replace("-", "−") in text
    sickest = quality["calibration"][0]
    lived = f"they lived {sickest['observed']:.1f}."
    assert f"it predicted {sickest['predicted']:.1f} of {recipe.horizon_years:.0f} years; {lived}" in text


def test_a_model_that_errs_more_than_chance_explains_says_so_and_what_speaks_for_it() -> None:
    text = english("lasso")
    assert (
        "Compared with “Survival curve (Cox-Lasso)” on the same patients, the average error within 8 years is "
        "0.064 ± 0.022 years larger (unlikely to be chance)" in text
    )
    assert "The concordance (Uno’s, up to 8 years) differs by −0.004 ± 0.003 (may be chance)." in text
    assert "the contributions add up to the estimate before it is limited to 0–8 years." in text
    assert "What speaks for this model" not in english("cox-lasso")


@every_recipe
def test_every_model_s_first_three_statements_are_on_the_same_subjects(recipe: Recipe) -> None:
    error, comparison, trial = wording.statements(recipe, committed_report(recipe))["en"][:3]
    assert error.startswith("The average error is ")
    assert comparison.startswith("Compared with ")
    assert trial.startswith("In another trial ")


def test_models_are_compared_by_errors_only_within_a_common_horizon() -> None:
    text = english("mayo")
    curve, lasso = (f"Compared with “{BY_ID[model].texts.title['en']}” on" for model in ("cox-lasso", "lasso"))
    assert f"{curve} the same patients, the average error within 7 years is " in text
    assert f"{lasso} the same patients, the concordance" in text


def test_a_model_without_others_is_not_compared() -> None:
    recipe = BY_ID["lasso"]
    report = committed_report(recipe)
    simple = {name: report.comparisons[name] for name in wording.SIMPLE_MODELS}
    assert "Compared with" not in " ".join(wording.statements(recipe, replace(report, comparisons=simple))["en"])


def test_only_quarters_with_a_bias_unlikely_to_be_chance_are_named() -> None:
    def text(errors: list[float]) -> str:
        calibration = committed_report(BY_ID["lasso"]).quality["calibration"]
        parts = zip(calibration, errors, strict=True)
        return english(
            "lasso", quality={"calibration": [part | {"bias": 0.4, "bias_se": error} for part, error in parts]}
        )

    assert "Unlikely to be chance: the second quarter, the healthiest quarter." in text([0.3, 0.1, 0.2, 0.1])
    assert "Unlikely to be chance:" not in text([0.3, 0.3, 0.3, 0.3])
    assert "Each of these may be chance." in text([0.3, 0.3, 0.3, 0.3])


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ([1.1, 1.9], "1.90): the model was too optimistic."),
        ([0.9, 1.9], "1.90) (may be chance)."),
        ([0.5, 0.9], "0.90): the model was too pessimistic."),
    ],
)
def test_the_trial_s_verdict_follows_the_interval_of_observed_to_expected_deaths(ends: list[float], words: str) -> None:
    assert words in english("mayo", external={"observed_to_expected_95": ends})


def test_medians_are_blamed_for_the_trial_s_gap_only_as_far_as_measured() -> None:
    assert "So part of the gap there came from the medians." in english("cox-lasso")
    assert "from the medians" not in english("lasso")
    gaps = copy.deepcopy(committed_report(BY_ID["cox-lasso"]).sensitivity["gaps"])
    gaps["pbc3"]["observed_to_expected_difference_se"] = 0.3
    assert "from the medians" not in english("cox-lasso", sensitivity={"gaps": gaps})


def test_the_service_s_own_use_of_medians_is_told_apart_from_the_evaluation_s() -> None:
    first_versions = "as in the evaluation of this model’s first versions"
    assert f"{first_versions} (the service itself never used medians for them" in english("mayo")
    assert f"{first_versions}, the observed deaths" in english("cox-lasso")
    for model in BY_ID:
        assert "some that the service requires (oedema, prothrombin time), so it would refuse" in english(model)


def test_medians_are_told_apart_from_what_the_model_does() -> None:
    gaps = copy.deepcopy(committed_report(BY_ID["lasso"]).sensitivity["gaps"])
    removed = gaps["without_often_missing"]
    removed["conditional"] |= {"ipcw_mae_8y": 1.459, "ipcw_mae_8y_se": 0.086}
    removed["median"] |= {"ipcw_mae_8y": 1.54, "ipcw_mae_8y_se": 0.082}
    removed |= {"ipcw_mae_8y_difference": -0.081, "ipcw_mae_8y_difference_se": 0.011}
    assert (
        "cholesterol, serum; copper, urine per day; AST (SGOT); triglycerides; platelets; histological stage. With all "
        "of these removed the average error is 1.46 ± 0.09 years; with medians it would be 1.54 ± 0.08 years, a "
        "difference of −0.081 ± 0.011 (unlikely to be chance)." in english("lasso", sensitivity={"gaps": gaps})
    )


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ([0.09, 0.19], "The interval is made for 10%; the difference may be chance."),
        ([0.11, 0.19], "The interval is made for 10%: it begins too late there."),
        ([0.05, 0.09], "The interval is made for 10%: it begins too early there."),
    ],
)
def test_the_interval_s_lower_end_is_judged_by_the_trial(ends: list[float], words: str) -> None:
    text = english("mayo", external={"died_before_lower": 0.1312, "died_before_lower_95": ends})
    assert "13.1% of these patients died before their interval began" in text
    assert words in text


def test_later_visits_of_a_curve_have_a_brier_score_and_say_what_was_not_measured_again() -> None:
    entry = committed_report(BY_ID["mayo"]).later_visits["entry_values"]
    entry |= {"integrated_brier_score_7y_difference": -0.031, "integrated_brier_score_7y_difference_se": 0.01}
    brier = {"integrated_brier_score_7y": 0.0912, "integrated_brier_score_7y_se": 0.008}
    text = english("mayo", later_visits=brier | {"entry_values": entry, "not_measured": ["Copper", "Tryglicerides"]})
    assert "was 0.091 ± 0.008; the last values changed it by −0.031 ± 0.010 (unlikely to be chance)." in text
    assert "filled in at the later visits: copper, urine per day; triglycerides." in text
    assert "Not measured again" not in english("mayo", later_visits={"not_measured": []})


def test_a_model_without_a_curve_says_what_cannot_be_checked() -> None:
    text = english("lasso")
    assert "estimates within 8 years are right on average cannot be checked there" in text
    assert "only 57 of the 349 (16%) were followed for four years" in text


def test_the_latest_visit_is_recommended_only_if_it_predicts_better_than_chance_explains() -> None:
    assert "So use the patient’s latest visit." in english("mayo")
    entry = committed_report(BY_ID["mayo"]).later_visits["entry_values"] | {"ipcw_mae_7y_difference_se": 0.2}
    assert "latest visit" not in english("mayo", later_visits={"entry_values": entry})


@pytest.mark.parametrize(
    ("holds", "words"),
    [(0.74, "of its points: it is too narrow."), (0.78, "of its points. In"), (0.86, "of its points: it is too wide.")],
)
def test_a_band_is_called_too_narrow_or_too_wide_only_if_that_is_unlikely_to_be_chance(
    holds: float, words: str
) -> None:
    band = committed_report(BY_ID["cox-lasso"]).quality["curve_band"]
    simulated = band["simulated"] | {"holds": holds, "holds_se": 0.02}
    assert words in english("cox-lasso", quality={"curve_band": band | {"simulated": simulated}})


@every_recipe
def test_an_error_is_compared_with_the_one_to_expect_of_its_kind(recipe: Recipe) -> None:
    report = committed_report(recipe)
    horizon = f"{recipe.horizon_years:.0f}y"
    best = report.not_achievable[f"best_possible_{horizon}"]
    text = wording.not_achievable(recipe, report)["en"]
    assert f"expected to err by {best['mae_of_mean']:.2f} years on average" in text
    assert f"this model’s measured error is {report.quality[f'ipcw_mae_{horizon}']:.2f} ± " in text
    assert "By chance a measured error may lie below the one to expect." in text
    if f"ipcw_mae_of_median_{horizon}" in report.quality:
        median = report.quality[f"ipcw_mae_of_median_{horizon}"]
        assert (
            f"Their median would be expected to err by {best['mae']:.2f} years; the measured error of this model"
            in text
        )
        assert f"is {median:.2f} ± " in text
    else:
        assert "median" not in text


def test_the_steepness_of_the_interval_is_a_known_limit() -> None:
    def last(model: str) -> str:
        return wording.known_limits(BY_ID[model], committed_report(BY_ID[model]), 21.0)["en"][-1]

    # 21 * log(1.01) = 0.209
    assert "if the hazard changes by 1%, an end moves by at most 0.21 years." in last("cox-lasso")
    assert "if the estimate changes by 0.1 years, an end moves by at most 2.10 years." in last("lasso")


def test_nothing_is_fitted_in_mayo() -> None:
    assert "Nothing is fitted here" in BY_ID["mayo"].texts.point_estimate["en"]
    assert "without them" not in english("mayo")
    assert "made from these same patients; nothing is fitted here) Harrell’s concordance" in english("mayo")
    for model in ("lasso", "cox-lasso"):
        assert "(each predicted by a model fitted without them) Harrell’s concordance" in english(model)


def test_the_first_statement_of_mayo_and_its_limits_say_which_patients_it_was_made_from() -> None:
    recipe = BY_ID["mayo"]
    report = committed_report(recipe)
    outside = {"patients": 106, "c_index": 0.799, "c_index_se": 0.034, "ipcw_mae_7y": 1.377, "ipcw_mae_7y_se": 0.161}
    outside = report.quality["outside_trial"] | outside
    report = replace(report, quality=report.quality | {"outside_trial": outside})
    in_sample = (
        "The score was made from 312 of these 418 patients. So its figures, here and where the models are compared, "
        "are partly in sample: they may be too good. For the other 106 patients Harrell’s concordance is 0.80 ± 0.03 "
        "and the average error 1.38 ± 0.16 years."
    )
    assert in_sample in wording.statements(recipe, report)["en"][0]
    assert in_sample in wording.known_limits(recipe, report, 21.0)["en"][1]
    assert "312 of the 418 patients" in recipe.texts.summary["en"]
    assert "312" not in english("lasso")


def test_the_two_concordances_are_told_apart() -> None:
    report = committed_report(BY_ID["lasso"])
    assert report.common_horizon
    text = english(
        "lasso",
        quality={"c_index": 0.839, "c_index_se": 0.016},
        common_horizon={"concordance": 0.82, "concordance_se": 0.018},
    )
    assert "Over the whole follow-up, in 84 ± 2% of the pairs of patients that can be compared, " in text
    assert (
        "the patient who lived longer also had the higher estimate (Harrell’s concordance). The concordance in " in text
    )
    assert "in the comparison of all models is another one: Uno’s, up to 7 years, 0.82 ± 0.02." in text
    alone = " ".join(wording.statements(BY_ID["lasso"], replace(report, common_horizon=None))["en"])
    assert "the comparison of all models" not in alone


def test_a_model_that_was_fitted_again_for_a_longer_horizon_says_so() -> None:
    assert "The same model, fitted again for 10 years, has an average error of " in english("lasso")
    assert "Within 10 years the average error is " in english("cox-lasso")


def test_the_summary_of_lasso_names_its_number_of_values() -> None:
    features = len(read_card(ROOT / ARTEFACTS_DIR / "lasso")["features"])
    assert f"from up to {features} values" in BY_ID["lasso"].texts.summary["en"]
