"""The sentences of the cards that contain measured figures, in English and Russian.

Braces such as ``{died[mae]:±.2f}`` name a figure of ``named_figures``. ``Number`` describes the formats.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, ClassVar, Self

from chalicelib.inference.models.stable_comparison import exceeds
from training.band import LEVEL
from training.figures import Figures, is_beyond_chance
from training.recipe import Recipe
from training.report import Report, at_horizon
from training.texts import Bilingual, Statements

DEFINITIONS: Bilingual = {
    "en": "All figures under quality come from {repeats} x {folds}-fold cross-validation. What a model fits of imputation, scaling, "
    "targets, penalty and interval is fitted inside the folds. Each figure is the mean over the folds; _se is its standard error "
    "over patients, with the fitted models taken as fixed. c_index is Harrell's C; uno_c_8y is Uno's C up to 8 years. ipcw_mae, "
    "ipcw_rmse, bias (predicted - true) and share_within_1_5_years are for years within the horizon, weighted by the inverse "
    "probability of censoring. ipcw_mae_of_median is the error of the curve's median (or the horizon) as an estimate. "
    "integrated_brier_score is for the survival curve from 1 year to the horizon. Figures with _10y are for a horizon of 10 years: "
    "from a model fitted to it, or from a curve read at it. calibration gives the mean predicted and observed (Kaplan-Meier) years "
    "by quarter. curve_band is about the band around the curve. Its part simulated gives the share of "
    "points at which the band contains the true curve if the model is the truth, by year, and by fifth of risk from the "
    "sickest. Its part held_out gives, for fifths of predicted survival, the prediction, the mean band and the observed "
    "survival (Kaplan-Meier). Quarters are of predicted risk, from the sickest to the healthiest. comparisons with another model "
    "are differences (this model - the other) on the same patients. sensitivity.gaps compares two ways to fill missing values, "
    "by their conditional expectation and by the median. later_visits are the same patients three years later, each predicted by a "
    "model fitted without them; entry_values are the predictions from their values at entry. external is the PBC3 trial.",
    "ru": "Все показатели раздела quality получены перекрёстной проверкой {repeats} × {folds}. Всё, что модель оценивает из заполнения "
    "пропусков, масштабирования, целевых значений, штрафа и интервала, оценивается только по обучающей части. Каждый показатель — "
    "среднее по блокам, _se — его стандартная ошибка по пациентам при неизменных обученных моделях. c_index — индекс конкордации "
    "Харрелла, uno_c_8y — Уно (в пределах 8 лет). ipcw_mae, ipcw_rmse, bias (предсказание минус истина) и share_within_1_5_years "
    "относятся к годам в пределах горизонта; веса обратны вероятности цензурирования. ipcw_mae_of_median — ошибка медианы кривой "
    "(или горизонта) как оценки. integrated_brier_score относится к кривой выживаемости от 1 года до горизонта. "
    "Показатели с _10y относятся к горизонту 10 лет: модель обучена на этот горизонт или кривая прочитана на нём. calibration "
    "— средние предсказанные и наблюдавшиеся (Каплан — Мейер) годы по четвертям. curve_band относится к полосе вокруг кривой. "
    "В части simulated — доля точек, в которых полоса содержит истинную кривую, если истинна сама модель: по годам и по пятым "
    "частям риска, начиная с самой тяжёлой. В части held_out — для пятых частей по предсказанной выживаемости: предсказание, "
    "средняя полоса и наблюдавшаяся выживаемость (Каплан — Мейер). Четверти — по предсказанному риску, от самой тяжёлой к самой "
    "лёгкой. comparisons с другой моделью — разности (эта модель минус другая) на тех же пациентах. sensitivity.gaps сравнивает два "
    "способа заполнения пропусков: условным ожиданием и медианой. later_visits — те же пациенты через три года; прогноз для каждого "
    "дала модель, обученная без него; entry_values — прогнозы по показателям при включении. external — исследование PBC3.",
}
ERROR: Bilingual = {
    "en": "The average error is {quality[ipcw_mae]:±.2f} years within the {h}-year horizon. {quality[share_within_1_5_years]:±.0%} "
    "of the estimates are within 1.5 years of the truth. (The number after ± is the standard error. By chance a figure may be off by "
    "about twice as much; only a larger difference is called beyond chance here.)",
    "ru": "Средняя ошибка — {quality[ipcw_mae]:±.2f} года в пределах {h} лет. {quality[share_within_1_5_years]:±.0%} оценок "
    "отличаются от истины не более чем на 1,5 года. (После знака ± указана стандартная ошибка. Случайное отклонение бывает примерно "
    "вдвое больше неё; неслучайным здесь названо только различие, которое ещё больше.)",
}
ERROR_OF_DEATHS: Bilingual = {
    "en": "For patients who died within {h} years the average error is {died[mae]:±.2f} years; on average the estimate was "
    "{died[by]:±.2f} years too {died[side]}. {died[share_within_1_5_years]:±.0%} of these estimates are within 1.5 years of the truth.",
    "ru": "Для умерших в течение {h} лет средняя ошибка — {died[mae]:±.2f} года; в среднем прогноз {died[side]} на "
    "{died[by]:±.2f} года. {died[share_within_1_5_years]:±.0%} этих оценок отличаются от истины не более чем на 1,5 года.",
}
ERRORS_COMPARED: Bilingual = {
    "en": "Compared with {other} on the same patients, the average error within {years} years is {mae[by]:±.3f} years {mae[more]}"
    "{mae[by]:?}, and the root mean square error {rmse[by]:±.3f} years {rmse[more]}{rmse[by]:?}. The concordance (Uno's, up to 8 "
    "years) differs by {uno_c_8y_difference:±+.3f}{uno_c_8y_difference:?}.",
    "ru": "По сравнению с {other} на тех же пациентах средняя ошибка в пределах {years} лет {mae[more]} на {mae[by]:±.3f} года"
    "{mae[by]:?}, среднеквадратичная — {rmse[more]} на {rmse[by]:±.3f} года{rmse[by]:?}. Индекс конкордации (Уно, в пределах 8 лет) "
    "отличается на {uno_c_8y_difference:±+.3f}{uno_c_8y_difference:?}.",
}
RANKING_COMPARED: Bilingual = {
    "en": "Compared with {other} on the same patients, the concordance (Uno's, up to 8 years) differs by "
    "{uno_c_8y_difference:±+.3f}{uno_c_8y_difference:?}.",
    "ru": "По сравнению с {other} на тех же пациентах индекс конкордации (Уно, в пределах 8 лет) отличается на "
    "{uno_c_8y_difference:±+.3f}{uno_c_8y_difference:?}.",
}
INTERVAL: Bilingual = {
    "en": "The interval contained the true years of {coverage[overall]:±.0%} of the patients. It is made so that 1 of 10 dies before it "
    "begins and 1 of 10 outlives its end; that alone would leave 80 %. But many intervals end with {h} years or more, which nobody can "
    "outlive. {coverage[lived_shorter]:±.1%} of the patients died before their interval began, and {coverage[lived_longer]:±.1%} "
    "outlived its end.",
    "ru": "Интервал содержал истинное число лет у {coverage[overall]:±.0%} пациентов. Он построен так, что 1 из 10 умирает до его начала "
    "и 1 из 10 переживает его конец; одно это дало бы 80 %. Но многие интервалы заканчиваются словами «{h} лет и более», и пережить такую "
    "границу нельзя. До начала своего интервала умерли {coverage[lived_shorter]:±.1%} пациентов, пережили его конец — "
    "{coverage[lived_longer]:±.1%}.",
}
INTERVAL_OF_DEATHS: Bilingual = {
    "en": "From the sickest to the healthiest quarter, the interval contained the true years of {quarters[0]:±.0%}, {quarters[1]:±.0%}, "
    "{quarters[2]:±.0%} and {quarters[3]:±.0%}. It misses mostly those who die unexpectedly early: it contained the true years of "
    "{coverage[died_within_horizon]:±.0%} of the patients who died within {h} years, and of {coverage[died_within_2_years]:±.0%} of "
    "those who died within 2 years.",
    "ru": "От самой тяжёлой четверти к самой лёгкой интервал содержал истинное число лет у {quarters[0]:±.0%}, {quarters[1]:±.0%}, "
    "{quarters[2]:±.0%} и {quarters[3]:±.0%}. Чаще всего он пропускает тех, кто умирает неожиданно рано: среди умерших в течение {h} лет "
    "он содержал истинное число лет у {coverage[died_within_horizon]:±.0%}, среди умерших в течение 2 лет — у "
    "{coverage[died_within_2_years]:±.0%}.",
}
BIAS: Bilingual = {
    "en": "From the sickest to the healthiest quarter, the mean estimate differed from the years lived by {bias[0]:±+.2f}, "
    "{bias[1]:±+.2f}, {bias[2]:±+.2f} and {bias[3]:±+.2f} years (+ is too optimistic).",
    "ru": "От самой тяжёлой четверти к самой лёгкой средняя оценка отличалась от прожитого на {bias[0]:±+.2f}; {bias[1]:±+.2f}; "
    "{bias[2]:±+.2f} и {bias[3]:±+.2f} года (+ — прогноз завышен).",
}
BIAS_BEYOND_CHANCE: Bilingual = {"en": "Beyond chance: {quarters}.", "ru": "Не случайно: {quarters}."}
BIAS_MAY_BE_CHANCE: Bilingual = {
    "en": "Each of these may be chance.",
    "ru": "Каждое из этих отличий может быть случайным.",
}
BEYOND_CHANCE: Bilingual = {"en": " (beyond chance)", "ru": " (не случайно)"}
MAY_BE_CHANCE: Bilingual = {"en": " (may be chance)", "ru": " (возможно, случайно)"}
TOO_OPTIMISTIC: Bilingual = {"en": ": the model was too optimistic", "ru": ": прогноз завышен"}
TOO_PESSIMISTIC: Bilingual = {"en": ": the model was too pessimistic", "ru": ": прогноз занижен"}
QUARTERS: Statements = {
    "en": ["the sickest quarter", "the second quarter", "the third quarter", "the healthiest quarter"],
    "ru": ["самая тяжёлая четверть", "вторая четверть", "третья четверть", "самая лёгкая четверть"],
}
CONSTANT: Bilingual = {
    "en": "If the answer were {h} years for everybody, the average error would be {constant[ipcw_mae]:±.2f} years, and "
    "{constant[died_within_horizon][mae]:±.2f} years for patients who died within {h} years. Most patients outlive the horizon, so "
    "{constant[share_within_1_5_years]:±.0%} of these answers would be within 1.5 years too: that share alone says little about a "
    "model.",
    "ru": "Если бы ответом для всех было {h} лет, средняя ошибка составила бы {constant[ipcw_mae]:±.2f} года, а для умерших в "
    "течение {h} лет — {constant[died_within_horizon][mae]:±.2f} года. Большинство пациентов переживает горизонт, поэтому и "
    "такой ответ был бы в пределах 1,5 года в {constant[share_within_1_5_years]:±.0%} случаев: сама по себе эта доля мало говорит "
    "о модели.",
}
BAND: Bilingual = {
    "en": "In {simulated[simulations]} simulations from the model itself, the {level:.0%} band around the curve contained the true "
    "curve at {simulated[holds]:±.0%} of its points{verdict}. In {within} of {groups} groups of held-out patients, the observed "
    "survival lay within the group's mean band.",
    "ru": "В {simulated[simulations]} имитациях по самой модели полоса вокруг кривой (уровень {level:.0%}) содержала истинную кривую в "
    "{simulated[holds]:±.0%} точек{verdict}. В {within} из {groups} групп пациентов, не участвовавших в обучении, наблюдавшаяся "
    "выживаемость лежала внутри средней полосы группы.",
}
BAND_TOO_NARROW: Bilingual = {"en": ": it is too narrow", "ru": ": она слишком узкая"}
BAND_TOO_WIDE: Bilingual = {"en": ": it is too wide", "ru": ": она слишком широкая"}
TRIAL: Bilingual = {
    "en": "In another trial (PBC3, Europe, {trial[patients]} patients; {not_measured} of the model's columns were not measured there) "
    "the concordance was {trial[c_index]:.2f} (95 % interval {trial[c_index_95][0]:.2f} to {trial[c_index_95][1]:.2f}).",
    "ru": "В другом исследовании (PBC3, Европа, пациентов — {trial[patients]}; показателей модели, которые там не измерялись, — "
    "{not_measured}) индекс конкордации — {trial[c_index]:.2f} (95-процентный интервал "
    "{trial[c_index_95][0]:.2f}–{trial[c_index_95][1]:.2f}).",
}
TRIAL_SURVIVAL: Bilingual = {
    "en": "The model predicted that {trial[predicted_survival_4y]:.0%} would live four years, and {trial[observed_survival_4y]:.0%} did "
    "(95 % interval {trial[observed_survival_4y_95][0]:.0%} to {trial[observed_survival_4y_95][1]:.0%}). During follow-up "
    "{trial[observed_to_expected]:.2f} times as many died as predicted (95 % interval {trial[observed_to_expected_95][0]:.2f} to "
    "{trial[observed_to_expected_95][1]:.2f}){verdict}. Only {trial[followed_4y]} of the {trial[patients]} ({followed:.0%}) were "
    "followed for four years.",
    "ru": "Модель предсказала, что четыре года проживут {trial[predicted_survival_4y]:.0%}; прожили {trial[observed_survival_4y]:.0%} "
    "(95-процентный интервал {trial[observed_survival_4y_95][0]:.0%} – {trial[observed_survival_4y_95][1]:.0%}). За время наблюдения "
    "умерли в {trial[observed_to_expected]:.2f} раза больше пациентов, чем предсказано (95-процентный интервал "
    "{trial[observed_to_expected_95][0]:.2f}–{trial[observed_to_expected_95][1]:.2f}){verdict}. Четыре года наблюдали только "
    "{trial[followed_4y]} из {trial[patients]} ({followed:.0%}).",
}
TRIAL_WITHOUT_SURVIVAL: Bilingual = {
    "en": "This model's years within {h} years cannot be checked there, because follow-up was too short: only {trial[followed_4y]} of "
    "the {trial[patients]} ({followed:.0%}) were followed for four years. The models with a curve were too optimistic there.",
    "ru": "Число лет в пределах {h} лет там проверить нельзя: наблюдение слишком короткое, четыре года наблюдали только "
    "{trial[followed_4y]} из {trial[patients]} ({followed:.0%}). Модели с кривой там завышали прогноз.",
}
TRIAL_GAPS: Bilingual = {
    "en": "In PBC3, with medians in place of the {not_measured} columns that were not measured there, which versions 1 used, the ratio of "
    "the deaths to the predicted ones would be {median[observed_to_expected]:.2f} (difference {observed_to_expected_difference:±+.2f}). "
    "So part of that gap came from the medians. These data cannot tell where the rest comes from: from other patients, other care, or "
    "the values that were not measured.",
    "ru": "В исследовании PBC3 с медианами на месте показателей, которые там не измерялись ({not_measured}), как в версиях 1, отношение "
    "числа умерших к предсказанному было бы равно {median[observed_to_expected]:.2f} (разность "
    "{observed_to_expected_difference:±+.2f}). Значит, часть расхождения создавали медианы. Откуда остальное — другие пациенты, другое "
    "лечение или неизмеренные показатели, — эти данные сказать не позволяют.",
}
LATER_VISITS: Bilingual = {
    "en": "For {later[patients]} of these patients three years later (each predicted by a model fitted without them) the concordance was "
    "{later[c_index]:.2f} (95 % interval {later[c_index_95][0]:.2f} to {later[c_index_95][1]:.2f}) and the average error "
    "{later[ipcw_mae]:±.2f} years. Using these last values instead of those at entry changed the concordance by "
    "{entry[c_index_difference]:±+.3f}{entry[c_index_difference]:?} and the average error by {entry[ipcw_mae_difference]:±+.2f} years"
    "{entry[ipcw_mae_difference]:?}.",
    "ru": "Для {later[patients]} из этих пациентов через три года (прогноз для каждого дала модель, обученная без него) индекс "
    "конкордации — {later[c_index]:.2f} (95-процентный интервал {later[c_index_95][0]:.2f}–{later[c_index_95][1]:.2f}), средняя ошибка — "
    "{later[ipcw_mae]:±.2f} года. Если вместо показателей при включении взять последние, индекс конкордации меняется на "
    "{entry[c_index_difference]:±+.3f}{entry[c_index_difference]:?}, средняя ошибка — на {entry[ipcw_mae_difference]:±+.2f} года"
    "{entry[ipcw_mae_difference]:?}.",
}
USE_THE_LATEST: Bilingual = {
    "en": "So use the patient's latest visit.",
    "ru": "Поэтому используйте последнее обследование пациента.",
}
GAPS: Bilingual = {
    "en": "Missing values are filled with the ones to expect for such a patient, not with medians. With the gaps of these data this "
    "changes the average error by {gaps[as_measured][ipcw_mae_difference]:±+.3f} years{gaps[as_measured][ipcw_mae_difference]:?}. With "
    "{removed} often missing columns removed ({removed_names}) it changes the error by "
    "{gaps[without_often_missing][ipcw_mae_difference]:±+.3f} years{gaps[without_often_missing][ipcw_mae_difference]:?}, to "
    "{gaps[without_often_missing][conditional][ipcw_mae]:±.2f} years.",
    "ru": "Пропуски заполняются не медианами, а значениями, которых следует ожидать у такого пациента. При пропусках, которые есть в "
    "этих данных, это меняет среднюю ошибку на {gaps[as_measured][ipcw_mae_difference]:±+.3f} года"
    "{gaps[as_measured][ipcw_mae_difference]:?}. Если удалить часто отсутствующие показатели ({removed}: {removed_names}), ошибка "
    "меняется на {gaps[without_often_missing][ipcw_mae_difference]:±+.3f} года{gaps[without_often_missing][ipcw_mae_difference]:?} — до "
    "{gaps[without_often_missing][conditional][ipcw_mae]:±.2f} года.",
}
CONCORDANCE: Bilingual = {
    "en": "In {quality[c_index]:±.0%} of the pairs of patients that can be compared, the patient who lived longer also had the "
    "longer prediction.",
    "ru": "В {quality[c_index]:±.0%} пар пациентов, которых можно сравнить, проживший дольше получил и более благоприятный прогноз.",
}
LONGER_HORIZON: Bilingual = {
    "en": "Within {years:.0f} years the average error is {ipcw_mae:±.2f} years (bias {bias:±+.2f} years).",
    "ru": "В пределах {years:.0f} лет средняя ошибка — {ipcw_mae:±.2f} года (смещение {bias:±+.2f} года).",
}
N_DAYS: Bilingual = {
    "en": "A common approach, a Lasso on the days of follow-up, has an average error of {n_days[ipcw_mae]:±.2f} years within {h} "
    "years, and its estimates are on average {n_days[by]:±.2f} years too {n_days[side]}{n_days[by]:?}: it takes the end of follow-up for "
    "death. For patients who did die within {h} years its error is {n_days[died_within_horizon][mae]:±.2f} years.",
    "ru": "Распространённый подход — Lasso по дням наблюдения — ошибается в среднем на {n_days[ipcw_mae]:±.2f} года в пределах {h} "
    "лет, и его прогноз в среднем {n_days[side]} на {n_days[by]:±.2f} года{n_days[by]:?}: окончание наблюдения он принимает за смерть. Для "
    "действительно умерших в течение {h} лет его ошибка — {n_days[died_within_horizon][mae]:±.2f} года.",
}
NOT_ACHIEVABLE: Bilingual = {
    "en": "To predict the date of a death to within 1.5 years. If survival curves fitted to these same patients were the truth, even the "
    "true mean as the estimate would have an average error of {best[mae_of_mean]:.2f} years within {h} years; this model's has "
    "{quality[ipcw_mae]:±.2f}.",
    "ru": "Предсказать дату смерти с точностью до 1,5 года. Если бы истиной были кривые выживаемости, построенные по этим же "
    "пациентам, даже истинное среднее как оценка ошибалось бы в среднем на {best[mae_of_mean]:.2f} года в пределах {h} лет; оценка этой "
    "модели ошибается на {quality[ipcw_mae]:±.2f}.",
}
NOT_ACHIEVABLE_BY_MEDIAN: Bilingual = {
    "en": "The true median has the least possible error, {best[mae]:.2f} years; this model's median (or {h} years, if that is less) has "
    "{quality[ipcw_mae_of_median]:±.2f}.",
    "ru": "Наименьшая возможная ошибка — у истинной медианы: {best[mae]:.2f} года; медиана этой модели (или {h} лет, если это меньше) "
    "ошибается на {quality[ipcw_mae_of_median]:±.2f}.",
}
NOT_ACHIEVABLE_FOR_DEATHS: Bilingual = {
    "en": "Even if it were known who dies within {h} years, the best estimate for these patients would have an average error of "
    "{best[mae_among_deaths]:.2f} years, and at most {best[share_within_1_5_years_among_deaths]:.0%} of the estimates would be within "
    "1.5 years.",
    "ru": "Даже если бы было известно, кто умрёт в течение {h} лет, наилучшая оценка для этих пациентов ошибалась бы в среднем на "
    "{best[mae_among_deaths]:.2f} года, а в пределах 1,5 года оказалось бы не более {best[share_within_1_5_years_among_deaths]:.0%} "
    "оценок.",
}
TRANSPLANTS: Bilingual = {
    "en": "25 patients had a transplant. Their follow-up is treated as if it had ended by chance, although sicker patients are "
    "transplanted. With transplant or death as the event, the concordance is {composite[c_index]:±.3f} and the average error "
    "{composite[ipcw_mae]:±.2f} years.",
    "ru": "25 пациентам выполнена трансплантация. Их наблюдение считается прерванным случайно, хотя трансплантацию выполняют "
    "более тяжёлым. Если событием считать смерть или трансплантацию, индекс конкордации — {composite[c_index]:±.3f}, средняя "
    "ошибка — {composite[ipcw_mae]:±.2f} года.",
}

SIMPLE_MODELS = {"constant", "n_days_recipe"}
"""The parts of a report's comparisons that are not other models on offer."""


def definitions(report: Report) -> Bilingual:
    """Return the text that defines the card's figures."""
    return filled(DEFINITIONS, report.quality)


def statements(recipe: Recipe, report: Report) -> Statements:
    """Return what the figures say about the model, for clinicians: the most important sentences first.

    The page shows the first three before the others are asked for.
    """
    figures = named_figures(recipe, report)
    longer = (at_horizon(report.quality, years) | {"years": years} for years in recipe.other_horizons)
    return _by_language([
        filled(ERROR, figures),
        *_comparison(recipe, report),
        _trial(figures),
        filled(ERROR_OF_DEATHS, figures),
        filled(INTERVAL, figures),
        filled(INTERVAL_OF_DEATHS, figures),
        _bias_by_quarter(figures),
        filled(CONSTANT, figures),
        *([_band(figures)] if "simulated" in figures else []),
        _later_visits(figures),
        *([filled(GAPS, figures)] if "removed" in figures else []),
        *_trial_gaps(figures),
        filled(CONCORDANCE, figures),
        *(filled(LONGER_HORIZON, within) for within in longer),
        filled(N_DAYS, figures),
    ])  # fmt: skip


def _comparison(recipe: Recipe, report: Report) -> list[Bilingual]:
    """Return the comparisons with the other models as one paragraph, if there are any."""
    others = {name: part for name, part in report.comparisons.items() if name not in SIMPLE_MODELS}
    sentences = [_compared_with(name, differences) for name, differences in others.items()]
    return [paragraph(*sentences, *filter(None, [recipe.advantage]))] if sentences else []


def _compared_with(other: str, differences: Figures) -> Bilingual:
    figures = differences | {"other": other}
    for name in differences:
        if common := re.fullmatch(r"ipcw_mae_(\d+)y_difference", name):
            within = at_horizon(differences, float(common[1]))
            sizes = {error: _size(within, f"ipcw_{error}_difference") for error in ("mae", "rmse")}
            return filled(ERRORS_COMPARED, figures | sizes | {"years": common[1]})
    return filled(RANKING_COMPARED, figures)


def _bias_by_quarter(figures: Figures) -> Bilingual:
    pairs = zip(figures["bias"], figures["bias_se"], strict=True)
    biased = [number for number, (bias, error) in enumerate(pairs) if is_beyond_chance(bias, error)]
    names = {language: ", ".join(quarters[number] for number in biased) for language, quarters in QUARTERS.items()}
    verdict = filled(BIAS_BEYOND_CHANCE, {"quarters": names}) if biased else BIAS_MAY_BE_CHANCE
    return paragraph(filled(BIAS, figures), verdict)


def _band(figures: Figures) -> Bilingual:
    simulated = figures["simulated"]
    missed = simulated["holds"] - LEVEL
    verdict = {"en": "", "ru": ""}
    if is_beyond_chance(missed, simulated["holds_se"]):
        verdict = BAND_TOO_WIDE if missed > 0 else BAND_TOO_NARROW
    return filled(BAND, figures | {"level": LEVEL, "verdict": verdict})


def _trial(figures: Figures) -> Bilingual:
    trial, sentences = figures["trial"], [TRIAL]
    if "observed_to_expected" not in trial:
        sentences.append(TRIAL_WITHOUT_SURVIVAL)
    else:
        low, high = trial["observed_to_expected_95"]
        verdict = TOO_OPTIMISTIC if exceeds(low, 1.0) else TOO_PESSIMISTIC if exceeds(1.0, high) else MAY_BE_CHANCE
        sentences.append(filled(TRIAL_SURVIVAL, figures | {"verdict": verdict}))
    return paragraph(*(filled(sentence, figures) for sentence in sentences))


def _trial_gaps(figures: Figures) -> list[Bilingual]:
    """Return what the medians of versions 1 did to the predictions for the trial, if they did harm beyond chance."""
    by_medians = figures.get("gaps", {}).get("pbc3")
    if not by_medians:
        return []
    excess = by_medians["observed_to_expected_difference"], by_medians["observed_to_expected_difference_se"]
    return [filled(TRIAL_GAPS, figures | by_medians)] if excess[0] < 0 and is_beyond_chance(*excess) else []


def _later_visits(figures: Figures) -> Bilingual:
    entry, visits = figures["entry"], filled(LATER_VISITS, figures)
    error = entry["ipcw_mae_difference"], entry["ipcw_mae_difference_se"]
    return paragraph(visits, USE_THE_LATEST) if error[0] < 0 and is_beyond_chance(*error) else visits


def not_achievable(recipe: Recipe, report: Report) -> Bilingual:
    """Return what no model can achieve with these data."""
    figures = named_figures(recipe, report)
    median = [NOT_ACHIEVABLE_BY_MEDIAN] if "ipcw_mae_of_median" in figures["quality"] else []
    sentences = (NOT_ACHIEVABLE, *median, NOT_ACHIEVABLE_FOR_DEATHS)
    return paragraph(*(filled(sentence, figures) for sentence in sentences))


def known_limits(recipe: Recipe, report: Report) -> Statements:
    """Return the known weaknesses of the model."""
    figures = named_figures(recipe, report)
    limits = zip(recipe.known_limits["en"], recipe.known_limits["ru"], strict=True)
    return _by_language([
        filled(TRANSPLANTS, figures),
        *(filled({"en": english, "ru": russian}, figures["outside"]) for english, russian in limits),
    ])  # fmt: skip


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
        "died": died | _size(died, "bias"),
        "bias": [quarter["bias"] for quarter in quality["calibration"]],
        "bias_se": [quarter["bias_se"] for quarter in quality["calibration"]],
        "coverage": quality["interval_coverage"],
        "quarters": quality["interval_coverage"]["by_quartile"],
        "quarters_se": quality["interval_coverage"]["by_quartile_se"],
        "outside": outside | {"mae": outside["ipcw_mae"], "mae_se": outside["ipcw_mae_se"]},
        "constant": measured["comparisons"]["constant"],
        "n_days": n_days | _size(n_days, "bias"),
        "composite": measured["sensitivity"]["transplant_or_death"],
        "best": measured["not_achievable"]["best_possible"],
        "later": measured["later_visits"],
        "entry": measured["later_visits"]["entry_values"],
        "trial": trial,
        "followed": trial["followed_4y"] / trial["patients"],
        "not_measured": len(trial["not_measured"]),
    }
    if gaps := measured["sensitivity"].get("gaps"):
        figures["gaps"] = gaps
        if "without_often_missing" in gaps:
            removed = gaps["without_often_missing"]["removed"]
            figures |= {"removed": len(removed), "removed_names": ", ".join(removed)}
    if band := quality.get("curve_band"):
        figures["simulated"], figures["within"] = band["simulated"], band["held_out"]["within"]
        figures["groups"] = len(band["held_out"]["groups"])
    return figures


def _size(figures: Figures, name: str) -> Figures:
    """Return a figure without its sign, ``by`` with its standard error, and the sign in words."""
    words = {
        "side": ({"en": "optimistic", "ru": "завышен"}, {"en": "pessimistic", "ru": "занижен"}),
        "more": ({"en": "larger", "ru": "больше"}, {"en": "smaller", "ru": "меньше"}),
    }
    is_negative = 0 if figures[name] > 0 else 1
    return {"by": abs(figures[name]), "by_se": figures[f"{name}_se"]} | {
        word: signs[is_negative] for word, signs in words.items()
    }


class Number(float):
    """A figure in the format of a language, with its standard error.

    Its formats are those of a float, ``±.2f``, which adds the standard error, and ``?``, which is replaced by words that
    say whether the figure differs from 0 by chance.
    """

    language: ClassVar[str]
    se: float

    def __new__(cls, value: float, se: float = 0.0) -> Self:
        """Return the figure with its standard error."""
        number = super().__new__(cls, value)
        number.se = se
        return number

    def __format__(self, spec: str) -> str:
        if spec == "?":
            return (BEYOND_CHANCE if is_beyond_chance(self, self.se) else MAY_BE_CHANCE)[self.language]
        if spec.startswith("±"):
            value, error = self._written(self, spec[1:]), self._written(self.se, spec[1:].replace("+", ""))
            return f"{value.removesuffix(' %')} ± {error}"
        return self._written(self, spec)

    def _written(self, value: float, spec: str) -> str:
        return float.__format__(value, spec).replace("%", " %")


class _English(Number):
    language = "en"


class _Russian(Number):
    """It has a decimal comma, and a minus sign instead of a hyphen."""

    language = "ru"

    def _written(self, value: float, spec: str) -> str:
        return super()._written(value, spec).replace(".", ",").replace("-", "−")


def filled(sentence: Bilingual, figures: Figures) -> Bilingual:
    """Return the sentence with the figures in the number format of each language."""
    return {
        number.language: sentence[number.language].format(**_written(figures, number))
        for number in (_English, _Russian)
    }


def _written(figures: Figures, number: type[Number]) -> Figures:
    """Return nested figures in the format of a language, each with its standard error."""
    return {name: _part(part, figures.get(f"{name}_se"), number) for name, part in figures.items()}


def _part(part: Any, error: Any, number: type[Number]) -> Any:
    if isinstance(part, dict):
        return part[number.language] if number.language in part else _written(part, number)
    if isinstance(part, list):
        return [_part(each, error[index] if error else None, number) for index, each in enumerate(part)]
    return number(part, error or 0.0) if isinstance(part, float) else part


def paragraph(*sentences: Bilingual) -> Bilingual:
    """Return the sentences as one text."""
    return {language: " ".join(sentence[language] for sentence in sentences) for language in ("en", "ru")}


def joined[T: (str, list[str])](first: dict[str, T], second: dict[str, T]) -> dict[str, T]:
    """Return the first text, or list of sentences, followed by the second."""
    return {language: first[language] + second[language] for language in first}


def _by_language(sentences: Iterable[Bilingual]) -> Statements:
    listed = list(sentences)
    return {language: [sentence[language] for sentence in listed] for language in ("en", "ru")}
