"""The sentences of the cards that contain measured figures, in English and Russian.

Braces such as ``{died[mae]:.1f}`` name a figure of ``named_figures``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

import numpy.typing as npt

from chalicelib.inference.models.stable_comparison import exceeds
from training.figures import Figures
from training.recipe import Recipe
from training.report import Report, at_horizon
from training.texts import Bilingual, Statements

DEFINITIONS: Bilingual = {
    "en": "All figures under quality come from {repeats} x {folds}-fold cross-validation. Imputation, scaling, targets, "
    "penalty and interval are fitted inside the folds. Each figure is the mean over the folds; _se is its standard error over "
    "patients. c_index is Harrell's C; uno_c_8y is Uno's C up to 8 years. ipcw_mae, bias (predicted - true) and "
    "share_within_1_5_years are for years within the horizon, weighted by the inverse probability of censoring. "
    "integrated_brier_score is for the survival curve from 1 year to the horizon. Figures with _10y are for a horizon of "
    "10 years: from a model fitted to it, or from a curve read at it. calibration gives the mean predicted and observed "
    "(Kaplan-Meier) years by quarter. curve_band is about the band around the curve. Its part simulated gives the share of "
    "points at which the band contains the true curve if the model is the truth, by year, and by fifth of risk from the "
    "sickest. Its part held_out gives, for fifths of predicted survival, the prediction, the mean band and the observed "
    "survival (Kaplan-Meier). Quarters are of predicted risk, from the sickest to the healthiest. later_visits are the same "
    "patients three years later, each predicted by a model fitted without them. external is the PBC3 trial.",
    "ru": "Все показатели раздела quality получены перекрёстной проверкой {repeats} × {folds}. Заполнение пропусков, "
    "масштабирование, целевые значения, штраф и интервал оцениваются только по обучающей части. Каждый показатель — среднее "
    "по блокам, _se — его стандартная ошибка по пациентам. c_index — индекс конкордации Харрелла, uno_c_8y — Уно (в пределах "
    "8 лет). ipcw_mae, bias (предсказание минус истина) и share_within_1_5_years относятся к годам в пределах горизонта; "
    "веса обратны вероятности цензурирования. integrated_brier_score относится к кривой выживаемости от 1 года до горизонта. "
    "Показатели с _10y относятся к горизонту 10 лет: модель обучена на этот горизонт или кривая прочитана на нём. calibration "
    "— средние предсказанные и наблюдавшиеся (Каплан — Мейер) годы по четвертям. curve_band относится к полосе вокруг кривой. "
    "В части simulated — доля точек, в которых полоса содержит истинную кривую, если истинна сама модель: по годам и по пятым "
    "частям риска, начиная с самой тяжёлой. В части held_out — для пятых частей по предсказанной выживаемости: предсказание, "
    "средняя полоса и наблюдавшаяся выживаемость (Каплан — Мейер). Четверти — по предсказанному риску, от самой тяжёлой к самой "
    "лёгкой. later_visits — те же пациенты через три года; прогноз для каждого дала модель, обученная без него. external — "
    "исследование PBC3.",
}
ERROR: Bilingual = {
    "en": "The average error is {quality[ipcw_mae]:.1f} years within the {h}-year horizon. "
    "{quality[share_within_1_5_years]:.0%} of the estimates are within 1.5 years of the truth.",
    "ru": "Средняя ошибка — {quality[ipcw_mae]:.1f} года в пределах {h} лет. {quality[share_within_1_5_years]:.0%} оценок "
    "отличаются от истины не более чем на 1,5 года.",
}
ERROR_OF_DEATHS: Bilingual = {
    "en": "For patients who died within {h} years the average error is {died[mae]:.1f} years; on average the estimate was "
    "{died[bias]:.1f} years too {died[side]}. {died[share_within_1_5_years]:.0%} of these estimates are within 1.5 years of the truth.",
    "ru": "Для умерших в течение {h} лет средняя ошибка — {died[mae]:.1f} года; в среднем прогноз {died[side]} на "
    "{died[bias]:.1f} года. {died[share_within_1_5_years]:.0%} этих оценок отличаются от истины не более чем на 1,5 года.",
}
CONSTANT: Bilingual = {
    "en": "If the answer were {h} years for everybody, the average error would be {constant[ipcw_mae]:.1f} years, and "
    "{constant[died_within_horizon][mae]:.1f} years for patients who died within {h} years. Most patients outlive the horizon, so "
    "{constant[share_within_1_5_years]:.0%} of these answers would be within 1.5 years too: that share alone says little about a "
    "model.",
    "ru": "Если бы ответом для всех было {h} лет, средняя ошибка составила бы {constant[ipcw_mae]:.1f} года, а для умерших в "
    "течение этого срока — {constant[died_within_horizon][mae]:.1f} года. Большинство пациентов переживает горизонт, поэтому и "
    "такой ответ был бы в пределах 1,5 года в {constant[share_within_1_5_years]:.0%} случаев: сама по себе эта доля мало говорит "
    "о модели.",
}
SICKEST: Bilingual = {
    "en": "For the sickest quarter of the patients, {sickest[predicted]:.1f} years within {h} years were predicted on average. "
    "They lived {sickest[observed]:.1f} years.",
    "ru": "Самой тяжёлой четверти пациентов предсказано в среднем {sickest[predicted]:.1f} года в пределах {h} лет. Прожили "
    "они {sickest[observed]:.1f} года.",
}
INTERVAL: Bilingual = {
    "en": "The 80 % interval contained the true years of {coverage[overall]:.0%} of the patients. From the sickest to the "
    "healthiest quarter it was {quarters[0]:.0%}, {quarters[1]:.0%}, {quarters[2]:.0%} and {quarters[3]:.0%}. For patients who "
    "died within the horizon it was {coverage[died_within_horizon]:.0%}",
    "ru": "80-процентный интервал содержал истинное число лет у {coverage[overall]:.0%} пациентов. От самой тяжёлой четверти "
    "к самой лёгкой — у {quarters[0]:.0%}, {quarters[1]:.0%}, {quarters[2]:.0%} и {quarters[3]:.0%}. Среди умерших в пределах "
    "горизонта — у {coverage[died_within_horizon]:.0%}",
}
INTERVAL_MISSES_EARLY_DEATHS: Bilingual = {
    "en": ": the interval mostly misses early deaths.",
    "ru": ": чаще всего интервал пропускает ранние смерти.",
}
BAND: Bilingual = {
    "en": "In {simulated[simulations]} simulations from the model itself, the 80 % band around the curve contained the true curve "
    "at {simulated[holds]:.0%} of its points. In {within} of {groups} groups of held-out patients, the observed survival lay "
    "within the group's mean band.",
    "ru": "В {simulated[simulations]} имитациях по самой модели 80-процентная полоса вокруг кривой содержала истинную кривую в "
    "{simulated[holds]:.0%} точек. В {within} из {groups} групп пациентов, не участвовавших в обучении, наблюдавшаяся "
    "выживаемость лежала внутри средней полосы группы.",
}
TRIAL: Bilingual = {
    "en": "In another trial (PBC3, Europe, {trial[patients]} patients; some of the values were not measured there) the "
    "concordance was {trial[c_index]:.2f} (95 % interval {trial[c_index_95][0]:.2f} to {trial[c_index_95][1]:.2f}).",
    "ru": "В другом исследовании (PBC3, Европа, {trial[patients]} пациентов; часть показателей там не измерялась) индекс "
    "конкордации — {trial[c_index]:.2f} (95-процентный интервал {trial[c_index_95][0]:.2f}–{trial[c_index_95][1]:.2f}).",
}
TRIAL_SURVIVAL: Bilingual = {
    "en": " The model predicted that {trial[predicted_survival_4y]:.0%} of them would live four years, and "
    "{trial[observed_survival_4y]:.0%} did: it was too {trial[side]}.",
    "ru": " Модель предсказала, что 4 года проживут {trial[predicted_survival_4y]:.0%}; прожили "
    "{trial[observed_survival_4y]:.0%}: прогноз {trial[side]}.",
}
TRIAL_WITHOUT_SURVIVAL: Bilingual = {
    "en": " The predicted years could not be checked there. The models that could be checked were too optimistic.",
    "ru": " Предсказанное число лет там проверить нельзя. Модели, которые удалось проверить, завышали прогноз.",
}
LATER_VISITS: Bilingual = {
    "en": "For the same patients three years later (each predicted by a model fitted without them) the concordance was "
    "{later[c_index]:.2f}. On average {later[mean_predicted_years]:.1f} years were predicted, and the patients lived "
    "{later[mean_observed_years]:.1f} years.",
    "ru": "Для тех же пациентов через три года (прогноз для каждого дала модель, обученная без него) индекс конкордации — "
    "{later[c_index]:.2f}. В среднем предсказано {later[mean_predicted_years]:.1f} года, прожито "
    "{later[mean_observed_years]:.1f} года.",
}
CONCORDANCE: Bilingual = {
    "en": "In {quality[c_index]:.0%} of the pairs of patients that can be compared, the patient who lived longer also had the "
    "longer prediction.",
    "ru": "В {quality[c_index]:.0%} пар пациентов, которых можно сравнить, проживший дольше получил и более благоприятный прогноз.",
}
LONGER_HORIZON: Bilingual = {
    "en": "Within {years:.0f} years the average error is {mae:.1f} years (bias {bias:+.1f} years).",
    "ru": "В пределах {years:.0f} лет средняя ошибка — {mae:.1f} года (смещение {bias:+.1f} года).",
}
N_DAYS: Bilingual = {
    "en": "A common approach, a Lasso on the days of follow-up, has an average error of {n_days[ipcw_mae]:.1f} years within {h} "
    "years, and its estimates are on average {n_days[bias]:.1f} years too {n_days[side]}: it takes the end of follow-up for death. "
    "For patients who did die within {h} years its error is {n_days[died_within_horizon][mae]:.1f} years.",
    "ru": "Распространённый подход — Lasso по дням наблюдения — ошибается в среднем на {n_days[ipcw_mae]:.1f} года в пределах {h} "
    "лет, и его прогноз в среднем {n_days[side]} на {n_days[bias]:.1f} года: окончание наблюдения он принимает за смерть. Для "
    "действительно умерших в течение {h} лет его ошибка — {n_days[died_within_horizon][mae]:.1f} года.",
}
NOT_ACHIEVABLE: Bilingual = {
    "en": "To predict the date of a death to within 1.5 years. If survival curves fitted to these same patients were the truth, "
    "even the best possible estimate would have an average error of {best[mae]:.1f} years within {h} years. Even if it were known "
    "who dies within {h} years, the error for these patients would be {best[mae_among_deaths]:.1f} years, and at most "
    "{best[share_within_1_5_years_among_deaths]:.0%} of the estimates would be within 1.5 years.",
    "ru": "Предсказать дату смерти с точностью до 1,5 года. Если бы истиной были кривые выживаемости, построенные по этим же "
    "пациентам, даже наилучшая возможная оценка ошибалась бы в среднем на {best[mae]:.1f} года в пределах {h} лет. Даже если бы "
    "было известно, кто умрёт в течение {h} лет, ошибка для этих пациентов составила бы {best[mae_among_deaths]:.1f} года, а в "
    "пределах 1,5 года оказалось бы не более {best[share_within_1_5_years_among_deaths]:.0%} оценок.",
}
TRANSPLANTS: Bilingual = {
    "en": "25 patients had a transplant. Their follow-up is treated as if it had ended by chance, although sicker patients are "
    "transplanted. With transplant or death as the event, the concordance is {composite[c_index]:.3f} and the average error "
    "{composite[ipcw_mae]:.1f} years.",
    "ru": "25 пациентам выполнена трансплантация. Их наблюдение считается прерванным случайно, хотя трансплантацию выполняют "
    "более тяжёлым. Если событием считать смерть или трансплантацию, индекс конкордации — {composite[c_index]:.3f}, средняя "
    "ошибка — {composite[ipcw_mae]:.1f} года.",
}

C_MINIMUM = 0.84
BIAS_MAXIMUM = 0.1
COVERAGE = (0.78, 0.82)
QUARTER_COVERAGE = (0.70, 0.90)

MISSED: Bilingual = {"en": "Targets that were missed: {missed}.", "ru": "Не достигнутые цели: {missed}."}
MISSED_CONCORDANCE: Bilingual = {
    "en": "a concordance of {target:.2f} (measured: {quality[c_index]:.3f})",
    "ru": "индекс конкордации {target:.2f} (получено {quality[c_index]:.3f})",
}
MISSED_BIAS: Bilingual = {
    "en": "a bias within {target:.1f} years at {years:.0f} years (measured: {bias:+.2f})",
    "ru": "смещение не более {target:.1f} года на горизонте {years:.0f} лет (получено {bias:+.2f})",
}
MISSED_COVERAGE: Bilingual = {
    "en": "80 % intervals with a coverage of 78 to 82 % (measured: {coverage[overall]:.2%}; where more patients outlive the "
    "horizon than that, an interval with an open upper end cannot cover fewer)",
    "ru": "80-процентные интервалы с охватом 78–82 % (получено {coverage[overall]:.2%}: там, где горизонт переживает больше "
    "пациентов, интервал с открытой верхней границей не может охватить меньше)",
}
MISSED_QUARTERS: Bilingual = {
    "en": "a coverage of 70 to 90 % in each quarter of risk "
    "(measured: {quarters[0]:.3f}, {quarters[1]:.3f}, {quarters[2]:.3f}, {quarters[3]:.3f})",
    "ru": "охват 70–90 % в каждой четверти риска "
    "(получено {quarters[0]:.3f}; {quarters[1]:.3f}; {quarters[2]:.3f}; {quarters[3]:.3f})",
}
MISSED_BAND: Bilingual = {
    "en": "an 80 % band with a coverage of 78 to 82 % of the true curves' points (measured: {simulated[holds]:.1%})",
    "ru": "80-процентная полоса с охватом 78–82 % точек истинных кривых (получено {simulated[holds]:.1%})",
}


def definitions(report: Report) -> Bilingual:
    """Return the text that defines the card's figures."""
    return filled(DEFINITIONS, report.quality)


def statements(recipe: Recipe, report: Report) -> Statements:
    """Return what the figures say about the model, for clinicians: the most important sentence first."""
    figures, coverage = named_figures(recipe, report), report.quality["interval_coverage"]
    misses_early_deaths = exceeds(coverage["lived_shorter"], 2 * coverage["lived_longer"])
    survival = TRIAL_SURVIVAL if "predicted_survival_4y" in report.external else TRIAL_WITHOUT_SURVIVAL
    sentences = [
        *(ERROR, ERROR_OF_DEATHS, CONSTANT, SICKEST),
        joined(INTERVAL, INTERVAL_MISSES_EARLY_DEATHS if misses_early_deaths else {"en": ".", "ru": "."}),
        *([BAND] if "simulated" in figures else []),
        *(joined(TRIAL, survival), LATER_VISITS, CONCORDANCE),
    ]
    return _by_language([
        *(filled(sentence, figures) for sentence in sentences),
        *(filled(LONGER_HORIZON, _errors_within(report.quality, years)) for years in recipe.other_horizons),
        filled(N_DAYS, figures),
    ])  # fmt: skip


def not_achievable(recipe: Recipe, report: Report) -> Bilingual:
    """Return what no model can achieve with these data."""
    return filled(NOT_ACHIEVABLE, named_figures(recipe, report))


def known_limits(recipe: Recipe, report: Report) -> Statements:
    """Return the known weaknesses of the model: those of its recipe, and the targets that it misses."""
    figures = named_figures(recipe, report)
    recipe_limits = zip(recipe.known_limits["en"], recipe.known_limits["ru"], strict=True)
    missed = _by_language(_missed_targets(recipe, report))
    missed_targets = {"missed": {language: "; ".join(sentences) for language, sentences in missed.items()}}
    return _by_language([
        filled(TRANSPLANTS, figures),
        *(filled({"en": english, "ru": russian}, figures["outside"]) for english, russian in recipe_limits),
        *([filled(MISSED, missed_targets)] if missed["en"] else []),
    ])  # fmt: skip


def _missed_targets(recipe: Recipe, report: Report) -> Iterator[Bilingual]:
    """Yield a phrase for each target that the model misses."""
    figures, quality = named_figures(recipe, report), report.quality
    if exceeds(C_MINIMUM, quality["c_index"]):
        yield filled(MISSED_CONCORDANCE, figures | {"target": C_MINIMUM})
    for years in (recipe.horizon_years, *recipe.other_horizons):
        errors = _errors_within(quality, years)
        if exceeds(abs(errors["bias"]), BIAS_MAXIMUM):
            yield filled(MISSED_BIAS, errors | {"target": BIAS_MAXIMUM})
    if _is_outside(figures["coverage"]["overall"], COVERAGE):
        yield filled(MISSED_COVERAGE, figures)
    if _is_outside(figures["quarters"], QUARTER_COVERAGE):
        yield filled(MISSED_QUARTERS, figures)
    if "simulated" in figures and _is_outside(figures["simulated"]["holds"], COVERAGE):
        yield filled(MISSED_BAND, figures)


def _is_outside(shares: npt.ArrayLike, limits: tuple[float, float]) -> bool:
    """Return whether any of the shares lies outside the limits."""
    return bool((exceeds(limits[0], shares) | exceeds(shares, limits[1])).any())


def named_figures(recipe: Recipe, report: Report) -> Figures:
    """Return the figures that the sentences name.

    Those at the model's own horizon have names without the horizon: ``ipcw_mae``, ``bias``.
    """
    measured = at_horizon(asdict(report), recipe.horizon_years)
    quality, trial = measured["quality"], measured["external"]
    died, outside, n_days = (
        quality["died_within_horizon"],
        quality["outside_trial"],
        measured["comparisons"]["n_days_recipe"],
    )
    figures = {
        "h": f"{recipe.horizon_years:.0f}",
        "quality": quality,
        "died": died | _bias(died["bias"]),
        "sickest": quality["calibration"][0],
        "coverage": quality["interval_coverage"],
        "quarters": quality["interval_coverage"]["by_quartile"],
        "outside": outside | {"mae": outside["ipcw_mae"]} | _bias(outside["bias"]),
        "constant": measured["comparisons"]["constant"],
        "n_days": n_days | _bias(n_days["bias"]),
        "composite": measured["sensitivity"]["transplant_or_death"],
        "best": measured["not_achievable"]["best_possible"],
        "later": measured["later_visits"],
        "trial": trial | _bias(trial.get("predicted_survival_4y", 0.0) - trial.get("observed_survival_4y", 0.0)),
    }
    if band := quality.get("curve_band"):
        figures["simulated"], figures["within"] = band["simulated"], band["held_out"]["within"]
        figures["groups"] = len(band["held_out"]["groups"])
    return figures


def _errors_within(quality: Figures, years: float) -> Figures:
    return {"years": years, "mae": quality[f"ipcw_mae_{years:.0f}y"], "bias": quality[f"bias_{years:.0f}y"]}


def _bias(error: float) -> Figures:
    """Return ``bias`` without its sign, and ``side``, the sign in words."""
    too_high, too_low = {"en": "optimistic", "ru": "завышен"}, {"en": "pessimistic", "ru": "занижен"}
    return {"bias": abs(error), "side": too_high if error > 0 else too_low}


class _English(float):
    """A number that is written with a space before the percent sign."""

    def __format__(self, spec: str) -> str:
        return super().__format__(spec).replace("%", " %")


class _Russian(_English):
    """A number that also has a decimal comma, and a minus sign instead of a hyphen."""

    def __format__(self, spec: str) -> str:
        return super().__format__(spec).replace(".", ",").replace("-", "−")


def filled(sentence: Bilingual, figures: Figures) -> Bilingual:
    """Return the sentence with the figures in the number format of each language."""
    return {
        "en": sentence["en"].format(**_written(figures, "en", _English)),
        "ru": sentence["ru"].format(**_written(figures, "ru", _Russian)),
    }


def _written(value: Any, language: str, number: type[float]) -> Any:
    """Return a nested structure for one language: numbers in its format, and bilingual texts in that language."""
    if isinstance(value, dict):
        translated = value.get(language)
        return translated or {name: _written(part, language, number) for name, part in value.items()}
    if isinstance(value, list):
        return [_written(part, language, number) for part in value]
    return number(value) if isinstance(value, float) else value


def joined[T: (str, list[str])](first: dict[str, T], second: dict[str, T]) -> dict[str, T]:
    """Return the first text, or list of sentences, followed by the second."""
    return {language: first[language] + second[language] for language in first}


def _by_language(sentences: Iterable[Bilingual]) -> Statements:
    listed = list(sentences)
    return {language: [sentence[language] for sentence in listed] for language in ("en", "ru")}
