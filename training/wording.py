"""The cards' sentences with figures, in English and Russian, filled in from what was measured.

What is in braces is a figure of ``_figures``: ``{died[mae]:.1f}``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

import numpy.typing as npt

from chalicelib.inference.models.stable_comparison import exceeds
from training.recipe import Recipe
from training.report import Figures, Report, at_horizon
from training.texts import Bilingual, Statements

DEFINITIONS: Bilingual = {
    "en": "All figures of quality: {repeats} x {folds}-fold cross-validation, imputation, scaling, targets, penalty and "
    "interval fitted inside the folds; mean over the folds, _sd is the standard deviation between them. c_index: "
    "Harrell's C; uno_c: Uno's C up to the horizon. ipcw_mae, bias (predicted - true), share_within_1_5_years: of years "
    "within the horizon, weighted by the inverse probability of censoring. integrated_brier_score: of the survival "
    "curve from 1 year to the horizon. ..._10y: fitted to, or read at, 10 years. calibration: mean predicted and observed "
    "(Kaplan-Meier) years by quarter. curve_band: of the band around the curve; simulated: share of points at which it "
    "holds the true curve if the model is the truth, by year, and by fifth of risk from the sickest; held_out: fifths of "
    "predicted survival, predicted, mean band and observed (Kaplan-Meier). Quarters run from the sickest to the healthiest by predicted risk. later_visits: "
    "the same patients three years on, each answered by a model fitted without them. external: the PBC3 trial.",
    "ru": "Все показатели качества: перекрёстная проверка {repeats} × {folds}; заполнение пропусков, масштабирование, "
    "целевые значения, штраф и интервал оцениваются только по обучающей части; среднее по блокам, _sd — "
    "стандартное отклонение между ними. c_index — индекс конкордации Харрелла, uno_c — Уно (в пределах горизонта). "
    "ipcw_mae, bias (предсказание минус истина), share_within_1_5_years — для лет в пределах горизонта, с весами, "
    "обратными вероятности цензурирования. integrated_brier_score — для кривой выживаемости от 1 года до горизонта. "
    "..._10y — обучено на горизонт 10 лет или прочитано на нём. calibration — средние предсказанные и наблюдавшиеся "
    "(Каплан — Мейер) годы по четвертям. curve_band — о полосе вокруг кривой; simulated — доля точек, в которых она "
    "содержит истинную кривую, если истинна сама модель, по годам и по пятым частям риска от самой тяжёлой; held_out — пятые "
    "части по предсказанной выживаемости: предсказание, средняя полоса и наблюдение (Каплан — Мейер). Четверти — от самой тяжёлой по предсказанному риску к самой лёгкой. "
    "later_visits — те же пациенты через три года, предсказание моделью, обученной без них. external — "
    "исследование PBC3.",
}
ERROR: Bilingual = {
    "en": "Average error {quality[ipcw_mae]:.1f} years within the {h}-year horizon; {quality[share_within_1_5_years]:.0%} of the "
    "answers are within 1.5 years of the truth.",
    "ru": "Средняя ошибка — {quality[ipcw_mae]:.1f} года в пределах {h} лет; {quality[share_within_1_5_years]:.0%} ответов "
    "отличаются от истины не более чем на 1,5 года.",
}
ERROR_OF_DEATHS: Bilingual = {
    "en": "For those who died within {h} years the average error is {died[mae]:.1f} years, on average {died[bias]:.1f} too "
    "{died[side]}; {died[share_within_1_5_years]:.0%} are within 1.5 years.",
    "ru": "Для умерших в течение {h} лет средняя ошибка — {died[mae]:.1f} года, в среднем прогноз {died[side]} на "
    "{died[bias]:.1f} года; {died[share_within_1_5_years]:.0%} — в пределах 1,5 года.",
}
CONSTANT: Bilingual = {
    "en": '"Everybody lives {h} years" errs by {constant[ipcw_mae]:.1f} years on average and by '
    "{constant[died_within_horizon][mae]:.1f} for those who died. As most patients outlive the horizon, it too is within "
    "1.5 years for {constant[share_within_1_5_years]:.0%}: that share alone says little of a model.",
    "ru": "Ответ «все проживут {h} лет» ошибается в среднем на {constant[ipcw_mae]:.1f} года, а для умерших — на "
    "{constant[died_within_horizon][mae]:.1f} года. Большинство пациентов переживает горизонт, поэтому и он попадает в 1,5 "
    "года в {constant[share_within_1_5_years]:.0%} случаев: сама по себе эта доля мало о чём говорит.",
}
SICKEST: Bilingual = {
    "en": "The sickest quarter was given {sickest[predicted]:.1f} years on average within {h} years and lived "
    "{sickest[observed]:.1f}.",
    "ru": "Самой тяжёлой четверти пациентов предсказано в среднем {sickest[predicted]:.1f} года в пределах {h} лет, прожили "
    "они {sickest[observed]:.1f} года.",
}
INTERVAL: Bilingual = {
    "en": "The 80 % interval held the truth for {coverage[overall]:.0%} of the patients; from the sickest to the healthiest "
    "quarter {quarters[0]:.0%}, {quarters[1]:.0%}, {quarters[2]:.0%}, {quarters[3]:.0%}. Of those who died within the horizon "
    "it held {died[interval_coverage]:.0%}",
    "ru": "80-процентный интервал содержал истинное значение у {coverage[overall]:.0%} пациентов; от самой тяжёлой четверти "
    "к самой лёгкой — {quarters[0]:.0%}, {quarters[1]:.0%}, {quarters[2]:.0%}, {quarters[3]:.0%}. Среди умерших в пределах "
    "горизонта — у {died[interval_coverage]:.0%}",
}
INTERVAL_MISSES_EARLY_DEATHS: Bilingual = {
    "en": ": what it misses are mostly early deaths.",
    "ru": ": чаще всего он пропускает ранние смерти.",
}
BAND: Bilingual = {
    "en": "The 80 % band around the curve held the true curve at {simulated[holds]:.0%} of its points where the truth is "
    "known, in {simulated[simulations]} simulations from the model itself. Of {groups} groups of held-out patients the "
    "observed survival lay within the group's mean band in {within}.",
    "ru": "80-процентная полоса вокруг кривой содержала истинную кривую в {simulated[holds]:.0%} точек там, где истина "
    "известна, — в {simulated[simulations]} имитациях по самой модели. Из {groups} групп пациентов, не участвовавших в "
    "обучении, наблюдавшаяся выживаемость лежала внутри средней полосы группы в {within}.",
}
TRIAL: Bilingual = {
    "en": "In another trial (PBC3, Europe, {trial[patients]} patients; some findings weren't measured there) the concordance "
    "was {trial[c_index]:.2f} ({trial[c_index_95][0]:.2f} to {trial[c_index_95][1]:.2f}).",
    "ru": "В другом исследовании (PBC3, Европа, {trial[patients]} пациентов; часть показателей там не измерялась) индекс "
    "конкордации — {trial[c_index]:.2f} ({trial[c_index_95][0]:.2f}–{trial[c_index_95][1]:.2f}).",
}
TRIAL_SURVIVAL: Bilingual = {
    "en": " It said that {trial[predicted_survival_4y]:.0%} would live four years there, and "
    "{trial[observed_survival_4y]:.0%} did: too {trial[side]}.",
    "ru": " Модель предсказала, что 4 года проживут {trial[predicted_survival_4y]:.0%}; прожили "
    "{trial[observed_survival_4y]:.0%}: прогноз {trial[side]}.",
}
TRIAL_WITHOUT_SURVIVAL: Bilingual = {
    "en": " Years could not be checked there; the models that could were too optimistic.",
    "ru": " Сами годы там проверить нельзя; модели, которые удалось проверить, прогноз завышали.",
}
LATER_VISITS: Bilingual = {
    "en": "For the same patients three years later (each answered by a model fitted without them) the concordance was "
    "{later[c_index]:.2f}; on average {later[mean_predicted_years]:.1f} years were predicted and "
    "{later[mean_observed_years]:.1f} lived.",
    "ru": "Для тех же пациентов через три года (модель обучена без них) индекс конкордации — {later[c_index]:.2f}; в "
    "среднем предсказано {later[mean_predicted_years]:.1f} года, прожито {later[mean_observed_years]:.1f}.",
}
CONCORDANCE: Bilingual = {
    "en": "Of two patients, the one who lived longer had the longer prediction in {quality[c_index]:.0%} of the pairs that "
    "can be compared.",
    "ru": "Из двух пациентов, которых можно сравнить, проживший дольше получил более благоприятный прогноз в "
    "{quality[c_index]:.0%} пар.",
}
LONGER_HORIZON: Bilingual = {
    "en": "Within {years:.0f} years the average error is {mae:.1f} years (bias {bias:+.1f}).",
    "ru": "В пределах {years:.0f} лет средняя ошибка — {mae:.1f} года (смещение {bias:+.1f}).",
}
COMMON_RECIPE: Bilingual = {
    "en": "A Lasso on the days of follow-up, the common recipe, errs by {n_days[ipcw_mae]:.1f} years within {h} years, on average "
    "{n_days[bias]:.1f} too {n_days[side]}: it takes the end of follow-up for death. For those who did die within {h} years "
    "it errs by {n_days[died_within_horizon][mae]:.1f} years.",
    "ru": "Распространённый рецепт — Lasso по дням наблюдения — ошибается на {n_days[ipcw_mae]:.1f} года в пределах {h} лет, в "
    "среднем прогноз {n_days[side]} на {n_days[bias]:.1f} года: окончание наблюдения он принимает за смерть. Для "
    "действительно умерших в течение {h} лет его ошибка — {n_days[died_within_horizon][mae]:.1f} года.",
}
NOT_ACHIEVABLE: Bilingual = {
    "en": "The date of a death to within 1.5 years. Even the best possible estimate, if survival curves fitted to these very "
    "patients were the truth, errs by {best[mae]:.1f} years within {h} years. Were it known who dies within {h} years, it "
    "would still err by {best[mae_among_deaths]:.1f} years for them, and at best "
    "{best[share_within_1_5_years_among_deaths]:.0%} would be within 1.5 years.",
    "ru": "Назвать дату смерти с точностью до 1,5 года. Даже наилучшая возможная оценка, если бы кривые выживаемости, "
    "построенные по этим же пациентам, были истиной, ошибается на {best[mae]:.1f} года в пределах {h} лет. Даже если бы было "
    "известно, кто умрёт в течение {h} лет, ошибка для них составила бы {best[mae_among_deaths]:.1f} года, а в пределах 1,5 "
    "года оказалось бы не более {best[share_within_1_5_years_among_deaths]:.0%}.",
}
TRANSPLANTS: Bilingual = {
    "en": "25 patients were transplanted; their follow-up is taken to end there as if by chance, though the sicker are "
    "transplanted. With transplant or death as the event the concordance is {composite[c_index]:.3f} and the average error "
    "{composite[ipcw_mae]:.1f} years.",
    "ru": "25 пациентам выполнена трансплантация; их наблюдение считается прерванным случайно, хотя трансплантируют более "
    "тяжёлых. Если событием считать смерть или трансплантацию, индекс конкордации — {composite[c_index]:.3f}, средняя ошибка "
    "— {composite[ipcw_mae]:.1f} года.",
}

C_MINIMUM = 0.84
BIAS_MAXIMUM = 0.1
COVERAGE = (0.78, 0.82)
QUARTER_COVERAGE = (0.70, 0.90)

MISSED: Bilingual = {"en": "Aimed at and missed: {missed}.", "ru": "Не достигнутые цели: {missed}."}
MISSED_CONCORDANCE: Bilingual = {
    "en": "a concordance of {aim:.2f} (it is {quality[c_index]:.3f})",
    "ru": "индекс конкордации {aim:.2f} (получено {quality[c_index]:.3f})",
}
MISSED_BIAS: Bilingual = {
    "en": "a bias within {aim:.1f} years at {years:.0f} years (it is {bias:+.2f})",
    "ru": "смещение не более {aim:.1f} года на горизонте {years:.0f} лет (получено {bias:+.2f})",
}
MISSED_COVERAGE: Bilingual = {
    "en": "80 % intervals that hold 78 to 82 % (they hold {coverage[overall]:.2%}: where more outlive the horizon than that, "
    "no interval that holds the horizon can hold fewer)",
    "ru": "80-процентные интервалы с охватом 78–82 % (получено {coverage[overall]:.2%}: там, где горизонт переживает больше "
    "пациентов, интервал с открытой границей не может охватить меньше)",
}
MISSED_QUARTERS: Bilingual = {
    "en": "70 to 90 % in each quarter of risk "
    "({quarters[0]:.3f}, {quarters[1]:.3f}, {quarters[2]:.3f}, {quarters[3]:.3f})",
    "ru": "70–90 % в каждой четверти риска ({quarters[0]:.3f}; {quarters[1]:.3f}; {quarters[2]:.3f}; {quarters[3]:.3f})",
}
MISSED_BAND: Bilingual = {
    "en": "an 80 % band that holds 78 to 82 % of the true curves' points (it holds {simulated[holds]:.1%})",
    "ru": "80-процентная полоса с охватом 78–82 % точек истинных кривых (получено {simulated[holds]:.1%})",
}


def definitions(report: Report) -> Bilingual:
    """How the figures were measured."""
    return _filled(DEFINITIONS, report.quality)


def statements(recipe: Recipe, report: Report) -> Statements:
    """What may be said of the model to a clinician, the most important first."""
    figures, coverage = _figures(recipe, report), report.quality["interval_coverage"]
    misses_the_dead = exceeds(coverage["lived_shorter"], 2 * coverage["lived_longer"])
    survival = TRIAL_SURVIVAL if "predicted_survival_4y" in report.external else TRIAL_WITHOUT_SURVIVAL
    sentences = [
        *(ERROR, ERROR_OF_DEATHS, CONSTANT, SICKEST),
        _joined(INTERVAL, INTERVAL_MISSES_EARLY_DEATHS if misses_the_dead else {"en": ".", "ru": "."}),
        *([BAND] if "simulated" in figures else []),
        *(_joined(TRIAL, survival), LATER_VISITS, CONCORDANCE),
    ]
    return _by_language([
        *(_filled(sentence, figures) for sentence in sentences),
        *(_filled(LONGER_HORIZON, _errors_within(report.quality, years)) for years in recipe.others),
        _filled(COMMON_RECIPE, figures),
    ])  # fmt: skip


def not_achievable(recipe: Recipe, report: Report) -> Bilingual:
    """What no model can do with these findings."""
    return _filled(NOT_ACHIEVABLE, _figures(recipe, report))


def known_limits(recipe: Recipe, report: Report) -> Statements:
    """What is known to be weak, beside the people it isn't for."""
    figures = _figures(recipe, report)
    own = zip(recipe.known_limits["en"], recipe.known_limits["ru"], strict=True)
    missed = _by_language(_missed_targets(recipe, report))
    aims = {"missed": {language: "; ".join(sentences) for language, sentences in missed.items()}}
    return _by_language([
        _filled(TRANSPLANTS, figures),
        *(_filled({"en": english, "ru": russian}, figures["outside"]) for english, russian in own),
        *([_filled(MISSED, aims)] if missed["en"] else []),
    ])  # fmt: skip


def _missed_targets(recipe: Recipe, report: Report) -> Iterator[Bilingual]:
    """The aims that the measured figures miss, with the figures."""
    figures, quality = _figures(recipe, report), report.quality
    if exceeds(C_MINIMUM, quality["c_index"]):
        yield _filled(MISSED_CONCORDANCE, figures | {"aim": C_MINIMUM})
    for years in (recipe.horizon_years, *recipe.others):
        errors = _errors_within(quality, years)
        if exceeds(abs(errors["bias"]), BIAS_MAXIMUM):
            yield _filled(MISSED_BIAS, errors | {"aim": BIAS_MAXIMUM})
    if _is_outside(figures["coverage"]["overall"], COVERAGE):
        yield _filled(MISSED_COVERAGE, figures)
    if _is_outside(figures["quarters"], QUARTER_COVERAGE):
        yield _filled(MISSED_QUARTERS, figures)
    if "simulated" in figures and _is_outside(figures["simulated"]["holds"], COVERAGE):
        yield _filled(MISSED_BAND, figures)


def _is_outside(shares: npt.ArrayLike, limits: tuple[float, float]) -> bool:
    """Return whether any of the shares lies beyond the limits."""
    return bool((exceeds(limits[0], shares) | exceeds(shares, limits[1])).any())


def _figures(recipe: Recipe, report: Report) -> Figures:
    """The figures that the sentences name, those at the model's own horizon without it: ``ipcw_mae``, ``bias``."""
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
    """Return the figures ``bias``, without its sign, and ``side``, which says it in words."""
    too_high, too_low = {"en": "optimistic", "ru": "завышен"}, {"en": "pessimistic", "ru": "занижен"}
    return {"bias": abs(error), "side": too_high if error > 0 else too_low}


class _English(float):
    """A number that is written with a space before the percent sign."""

    def __format__(self, spec: str) -> str:
        return super().__format__(spec).replace("%", " %")


class _Russian(_English):
    """The same with a decimal comma, and with a minus sign instead of a hyphen."""

    def __format__(self, spec: str) -> str:
        return super().__format__(spec).replace(".", ",").replace("-", "−")


def _filled(sentence: Bilingual, figures: Figures) -> Bilingual:
    """Fill the figures in, as each language writes them."""
    return {
        "en": sentence["en"].format(**_written(figures, "en", _English)),
        "ru": sentence["ru"].format(**_written(figures, "ru", _Russian)),
    }


def _written(value: Any, language: str, number: type[float]) -> Any:
    """Return a nested structure with its numbers, and with what is there in both languages, in one of them."""
    if isinstance(value, dict):
        words = value.get(language)
        return words or {name: _written(part, language, number) for name, part in value.items()}
    if isinstance(value, list):
        return [_written(part, language, number) for part in value]
    return number(value) if isinstance(value, float) else value


def _joined(first: Bilingual, second: Bilingual) -> Bilingual:
    return {language: first[language] + second[language] for language in first}


def _by_language(sentences: Iterable[Bilingual]) -> Statements:
    listed = list(sentences)
    return {language: [sentence[language] for sentence in listed] for language in ("en", "ru")}
