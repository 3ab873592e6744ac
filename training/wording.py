"""The sentences of the cards that contain measured figures, in English and Russian.

Braces such as ``{died[mae]:±.2f}`` name a figure of ``named_figures``. ``Number`` describes the formats.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, ClassVar, Self

from chalicelib.inference.models.output_spec import INTERVAL_QUANTILES
from chalicelib.inference.models.stable_comparison import exceeds
from chalicelib.inference.patient_file import columns
from training.band import LEVEL
from training.figures import Figures, is_unlikely_chance
from training.models import RECIPES
from training.recipe import Recipe
from training.report import Report, at_horizon
from training.texts import Bilingual, Statements

DEFINITIONS: Bilingual = {
    "en": "All figures under quality come from {repeats} × {folds}-fold cross-validation. Everything that a model fits (imputation, "
    "scaling, targets, penalty, interval) is fitted inside the folds. Accuracy (also of patients who died within the horizon) is the mean "
    "over the folds, interval_coverage is over the patients of all folds together, and calibration is the mean over the repeats. "
    "outside_trial is about the patients outside the Mayo trial in the first repeat, and first_repeat has figures of the first repeat "
    "alone, by which make test checks the card. _se is a figure’s standard error over patients, with the fitted models taken as fixed; "
    "_95 is a 95% interval. c_index is Harrell’s C over the whole follow-up; uno_c_8y is Uno’s C up to 8 years, and uno_c_7y up to "
    "7 years, as is the concordance under common_horizon. ipcw_mae, "
    "ipcw_rmse, bias (predicted − true) and share_within_1_5_years are for years within the horizon, weighted by the inverse "
    "probability of censoring. ipcw_mae_of_median is the error of the curve’s median (or the horizon) as an estimate. "
    "integrated_brier_score is for the survival curve from 1 year to the horizon. Figures with _7y, _8y or _10y are for a horizon of "
    "that many years: the model’s own, or that of a model fitted to it, or a curve read at it. calibration gives the mean predicted "
    "and observed (Kaplan-Meier) years by quarter. Quarters are of predicted risk, from the sickest to the healthiest. curve_band is "
    "about the band around the curve. Its part simulated gives the share of points at which the band contains the true curve if the "
    "model is the truth, by year, and by fifth of risk from the sickest. Its part held_out gives, for fifths of predicted survival, the "
    "prediction, the mean band and the observed survival (Kaplan-Meier). curve_between_years is how far the patients’ curves are from "
    "straight lines between the years of survival_years: the mean (chords_mean) and the largest (chords_worst) of each patient’s largest "
    "error. interval_slope_max: if a score changes by one unit of the contribution scale, an end of an interval changes by at most that "
    "many years. comparisons with another model are differences (this model − the other) on the same patients. sensitivity.gaps "
    "compares two ways to fill missing values, by their conditional expectation and by the median. later_visits are the same patients "
    "three years later, each predicted by the fit of a fold without them; a published score is the same in every fold. Its entry_values "
    "are predictions from their values at entry as if "
    "these had been measured at the visit: with the age of the visit, and a curve that begins at it. external is the PBC3 trial. "
    "Its died_before_lower is the share that died before their interval began, by Kaplan-Meier over each patient’s cumulative hazard. "
    "best_possible has the errors to expect if survival curves fitted to these patients were true.",
    "ru": "Все показатели раздела quality получены перекрёстной проверкой {repeats} × {folds}. Всё, что модель подбирает (заполнение "
    "пропусков, масштабирование, целевые значения, штраф и интервал), она подбирает только по обучающей части. Показатели точности (и для "
    "умерших в пределах горизонта) — среднее по блокам, interval_coverage — по пациентам всех блоков вместе, calibration — среднее по "
    "повторениям. outside_trial — пациенты вне испытания клиники Мейо в первом повторении; first_repeat — показатели одного первого "
    "повторения, по которым make test проверяет карточку. _se — стандартная ошибка показателя по пациентам при неизменных обученных "
    "моделях, _95 — 95-процентный интервал. c_index — индекс конкордации Харрелла за всё время наблюдения, uno_c_8y — индекс Уно в "
    "пределах 8 лет, uno_c_7y и concordance раздела common_horizon — в "
    "пределах 7 лет. ipcw_mae, ipcw_rmse, bias (предсказание минус истина) и share_within_1_5_years относятся к годам в пределах "
    "горизонта; веса обратны вероятности цензурирования. ipcw_mae_of_median — ошибка медианы кривой (или горизонта) как оценки. "
    "integrated_brier_score относится к кривой выживаемости от 1 года до горизонта. Показатели с _7y, _8y или _10y относятся к горизонту "
    "в столько лет: это горизонт самой модели, или модель обучена на него, или кривая прочитана на нём. calibration — средние "
    "предсказанные и наблюдавшиеся (Каплан — Мейер) годы по четвертям. Четверти — по предсказанному риску, от самой тяжёлой к самой "
    "лёгкой. curve_band относится к полосе вокруг кривой. В части simulated — доля точек, в которых полоса содержит истинную кривую, если "
    "истинна сама модель: по годам и по пятым частям риска, начиная с самой тяжёлой. В части held_out — для пятых частей по "
    "предсказанной выживаемости: предсказание, средняя полоса и наблюдавшаяся выживаемость (Каплан — Мейер). curve_between_years — "
    "насколько кривые пациентов отличаются от прямых, проведённых между годами survival_years: среднее (chords_mean) и наибольшее "
    "(chords_worst) из наибольших отклонений у каждого пациента. interval_slope_max: если сумма вкладов изменится на единицу их шкалы, "
    "граница интервала изменится не больше чем на столько лет. comparisons с другой моделью — разности (эта модель минус другая) на тех же "
    "пациентах. sensitivity.gaps сравнивает два способа заполнения пропусков: условным ожиданием и медианой. later_visits — те же "
    "пациенты через три года; прогноз для каждого дала модель, обученная без него (опубликованная шкала одна и та же во всех блоках). "
    "В части entry_values — прогнозы по показателям при "
    "включении, как если бы они были измерены при позднем обследовании: с возрастом на этот день и кривой, которая начинается с него. "
    "external — исследование PBC3; died_before_lower — доля умерших до начала своего интервала (Каплан — Мейер по накопленному риску "
    "каждого пациента). best_possible — ошибки, которых следовало бы ожидать, если бы истиной были кривые, построенные по этим пациентам.",
}
ERROR: Bilingual = {
    "en": "The average error is {quality[ipcw_mae]:±.2f} years within the {h}-year horizon. {quality[share_within_1_5_years]:±.0%} "
    "of the estimates are within 1.5 years of the truth. (The number after ± is the standard error. By chance a figure may be off by "
    "about twice as much; a larger difference is called unlikely to be chance here.)",
    "ru": "Средняя ошибка прогноза на {h} лет — {quality[ipcw_mae]:±.2f} года. У {quality[share_within_1_5_years]:±.0%} пациентов "
    "прогноз отличается от действительного срока не больше чем на 1,5 года. (После знака ± указана стандартная ошибка. Случайно "
    "показатель может отклониться примерно на две такие ошибки; о большем различии здесь сказано «вряд ли случайно».)",
}
ERROR_OF_DEATHS: Bilingual = {
    "en": "For patients who died within {h} years the average error is {died[mae]:±.2f} years; on average the estimate was "
    "{died[by]:±.2f} years too {died[side]}. {died[share_within_1_5_years]:±.0%} of these estimates are within 1.5 years of the truth.",
    "ru": "Для умерших в течение {h} лет средняя ошибка — {died[mae]:±.2f} года; в среднем прогноз для них {died[side]} на "
    "{died[by]:±.2f} года. У {died[share_within_1_5_years]:±.0%} из них прогноз отличается от действительного срока не больше чем на "
    "1,5 года.",
}
ERRORS_COMPARED: Bilingual = {
    "en": "Compared with “{other}” on the same patients, the average error within {years} years is {mae[by]:±.3f} years {mae[more]}"
    "{mae[by]:?}, and the root mean square error {rmse[by]:±.3f} years {rmse[more]}{rmse[by]:?}. The concordance (Uno’s, up to 8 "
    "years) differs by {uno_c_8y_difference:±+.3f}{uno_c_8y_difference:?}.",
    "ru": "По сравнению с моделью «{other}» на тех же пациентах средняя ошибка прогноза на {years} лет {mae[more]} на {mae[by]:±.3f} "
    "года{mae[by]:?}, среднеквадратичная — {rmse[more]} на {rmse[by]:±.3f} года{rmse[by]:?}. Индекс конкордации (Уно, в пределах 8 "
    "лет) отличается на {uno_c_8y_difference:±+.3f}{uno_c_8y_difference:?}.",
}
RANKING_COMPARED: Bilingual = {
    "en": "Compared with “{other}” on the same patients, the concordance (Uno’s, up to 8 years) differs by "
    "{uno_c_8y_difference:±+.3f}{uno_c_8y_difference:?}.",
    "ru": "По сравнению с моделью «{other}» на тех же пациентах индекс конкордации (Уно, в пределах 8 лет) отличается на "
    "{uno_c_8y_difference:±+.3f}{uno_c_8y_difference:?}.",
}
INTERVAL: Bilingual = {
    "en": "The interval contained the true years of {coverage[overall]:±.0%} of the patients. It is made so that 1 of 10 dies before it "
    "begins and 1 of 10 outlives its end; that alone would leave 80%. But many intervals have no end within {h} years, so no patient "
    "can count as outliving them. {coverage[lived_shorter]:±.1%} of the patients died before their interval began, and {coverage[lived_longer]:±.1%} "
    "outlived its end.",
    "ru": "Действительный срок оказался внутри интервала у {coverage[overall]:±.0%} пациентов. Интервал построен так, что 1 из 10 "
    "умирает до его начала и 1 из 10 живёт дольше его конца; тогда внутри оставалось бы 80\u00a0%. Но многие интервалы в "
    "пределах {h} лет не заканчиваются, и прожить дольше них нельзя. До начала своего интервала умерло "
    "{coverage[lived_shorter]:±.1%} пациентов, дольше его конца прожило {coverage[lived_longer]:±.1%}.",
}
INTERVAL_OF_DEATHS: Bilingual = {
    "en": "From the sickest to the healthiest quarter of the patients, by predicted risk, the interval contained the true years of "
    "{quarters[0]:±.0%}, {quarters[1]:±.0%}, {quarters[2]:±.0%} and {quarters[3]:±.0%}. It misses mostly those who die unexpectedly "
    "early: it contained the true years of {coverage[died_within_horizon]:±.0%} of the patients who died within {h} years, and of "
    "{coverage[died_within_2_years]:±.0%} of those who died within 2 years.",
    "ru": "По четвертям пациентов, от самой тяжёлой к самой лёгкой (по предсказанному риску), действительный срок оказался внутри "
    "интервала у {quarters[0]:±.0%}, {quarters[1]:±.0%}, {quarters[2]:±.0%} и {quarters[3]:±.0%}. Чаще всего за его пределами "
    "оказываются те, кто умирает неожиданно рано: среди умерших в течение {h} лет внутри интервала было "
    "{coverage[died_within_horizon]:±.0%}, среди умерших в течение 2 лет — {coverage[died_within_2_years]:±.0%}.",
}
BIAS: Bilingual = {
    "en": "For the sickest quarter it predicted {sickest[predicted]:.1f} of {h} years; they lived {sickest[observed]:.1f}. From "
    "the sickest to the healthiest quarter, the mean estimate differed from the years lived by {bias[0]:±+.2f}, "
    "{bias[1]:±+.2f}, {bias[2]:±+.2f} and {bias[3]:±+.2f} years (+ is too optimistic).",
    "ru": "Самой тяжёлой четверти модель предсказала {sickest[predicted]:.1f} года из {h} лет, а прожила она "
    "{sickest[observed]:.1f}. От самой тяжёлой четверти к самой лёгкой средняя оценка отличалась от прожитого на "
    "{bias[0]:±+.2f}; {bias[1]:±+.2f}; "
    "{bias[2]:±+.2f} и {bias[3]:±+.2f} года (плюс — прогноз завышен).",
}
BIAS_UNLIKELY_CHANCE: Bilingual = {"en": "Unlikely to be chance: {quarters}.", "ru": "Вряд ли случайно: {quarters}."}
BIAS_MAY_BE_CHANCE: Bilingual = {
    "en": "Each of these may be chance.",
    "ru": "Каждое из этих отличий может быть случайным.",
}
UNLIKELY_CHANCE: Bilingual = {"en": " (unlikely to be chance)", "ru": " (вряд ли случайно)"}
MAY_BE_CHANCE: Bilingual = {"en": " (may be chance)", "ru": " (возможно, случайно)"}
TOO_OPTIMISTIC: Bilingual = {"en": ": the model was too optimistic", "ru": ": прогноз завышен"}
TOO_PESSIMISTIC: Bilingual = {"en": ": the model was too pessimistic", "ru": ": прогноз занижен"}
QUARTERS: Statements = {
    "en": ["the sickest quarter", "the second quarter", "the third quarter", "the healthiest quarter"],
    "ru": ["самая тяжёлая четверть", "вторая четверть", "третья четверть", "самая лёгкая четверть"],
}
CONSTANT: Bilingual = {
    "en": "Predicting {h} years for everyone is off by {constant[ipcw_mae]:±.2f} years on average, and by "
    "{constant[died_within_horizon][mae]:±.2f} years for patients who died within {h} years. Most patients outlive the horizon, so "
    "{constant[share_within_1_5_years]:±.0%} of these predictions are within 1.5 years too: that share alone says little about a "
    "model.",
    "ru": "Если всем предсказать {h} лет, ошибка в среднем составит {constant[ipcw_mae]:±.2f} года, а для умерших в течение "
    "{h} лет — {constant[died_within_horizon][mae]:±.2f} года. Большинство пациентов живёт дольше этого срока, поэтому и такой прогноз "
    "у {constant[share_within_1_5_years]:±.0%} ошибётся не больше чем на 1,5 года: сама по себе эта доля мало говорит о модели.",
}
BAND: Bilingual = {
    "en": "In {simulated[simulations]} simulations that take the model itself as the truth, the {level:.0%} band around the curve "
    "contained the true curve at {simulated[holds]:±.0%} of its points{verdict}. In {within} of {groups} groups of held-out patients, "
    "the observed survival lay within the group’s mean band.",
    "ru": "В {simulated[simulations]} имитациях, где истинной считалась сама модель, полоса вокруг кривой (уровень {level:.0%}) "
    "содержала истинную кривую в {simulated[holds]:±.0%} точек{verdict}. В {within} из {groups} групп пациентов, по которым модель не "
    "обучалась, наблюдавшаяся выживаемость лежала внутри средней полосы группы.",
}
BAND_TOO_NARROW: Bilingual = {"en": ": it is too narrow", "ru": ": она слишком узкая"}
BAND_TOO_WIDE: Bilingual = {"en": ": it is too wide", "ru": ": она слишком широкая"}
TRIAL: Bilingual = {
    "en": "In another trial (PBC3, Europe, {trial[patients]} patients; {not_measured} of the model’s values were not measured there) "
    "Harrell’s concordance was {trial[c_index]:.2f} (95% interval {trial[c_index_95][0]:.2f} to {trial[c_index_95][1]:.2f}).",
    "ru": "В другом исследовании (PBC3, Европа, {trial_patients}; {values_not_measured} модели там не измеряли) индекс конкордации "
    "Харрелла — {trial[c_index]:.2f} (95-процентный интервал {trial[c_index_95][0]:.2f}–{trial[c_index_95][1]:.2f}).",
}
TRIAL_REQUIRED: Bilingual = {
    "en": "Among the values not measured are some that the service requires ({required_names}), so it would refuse these patients’ files; here they are "
    "filled in like any missing value.",
    "ru": "Среди неизмеренных показателей есть обязательные ({required_names}), поэтому файл с данными этих пациентов сервис бы не принял; здесь они "
    "заполнены так же, как другие пропуски.",
}
TRIAL_INTERVAL: Bilingual = {
    "en": "{trial[died_before_lower]:.1%} of these patients died before their interval began (Kaplan-Meier; 95% interval "
    "{trial[died_before_lower_95][0]:.1%} to {trial[died_before_lower_95][1]:.1%}). The interval is made for {level:.0%}{verdict}.",
    "ru": "До начала своего интервала умерло {trial[died_before_lower]:.1%} этих пациентов (по Каплану — Мейеру; 95-процентный интервал "
    "{trial[died_before_lower_95][0]:.1p}–{trial[died_before_lower_95][1]:.1%}). Интервал рассчитан на {level:.0%}{verdict}.",
}
BEGINS_TOO_LATE: Bilingual = {"en": ": it begins too late there", "ru": ": там он начинается слишком поздно"}
BEGINS_TOO_EARLY: Bilingual = {"en": ": it begins too early there", "ru": ": там он начинается слишком рано"}
DIFFERENCE_MAY_BE_CHANCE: Bilingual = {"en": "; the difference may be chance", "ru": "; различие может быть случайным"}
TRIAL_DEATHS: Bilingual = {
    "en": "observed / expected deaths {trial[observed_to_expected]:.2f} (95% interval {trial[observed_to_expected_95][0]:.2f} to "
    "{trial[observed_to_expected_95][1]:.2f})",
    "ru": "отношение наблюдавшихся смертей к ожидаемым {trial[observed_to_expected]:.2f} (95-процентный интервал "
    "{trial[observed_to_expected_95][0]:.2f}–{trial[observed_to_expected_95][1]:.2f})",
}
TRIAL_DEATHS_UNKNOWN: Bilingual = {
    "en": "whether the years are right on average could not be checked, because the model has no curve and follow-up was short",
    "ru": "верно ли число лет в среднем, проверить нельзя: кривой у модели нет, а наблюдение короткое",
}
TRIAL_SURVIVAL: Bilingual = {
    "en": "The model predicted that {trial[predicted_survival_4y]:.0%} would live four years, and {trial[observed_survival_4y]:.0%} did "
    "(95% interval {trial[observed_survival_4y_95][0]:.0%} to {trial[observed_survival_4y_95][1]:.0%}). During follow-up "
    "{trial[observed_to_expected]:.2f} times as many died as predicted (95% interval {trial[observed_to_expected_95][0]:.2f} to "
    "{trial[observed_to_expected_95][1]:.2f}){verdict}. Only {trial[followed_4y]} of the {trial[patients]} ({followed:.0%}) were "
    "followed for four years.",
    "ru": "Модель предсказала, что четыре года проживут {trial[predicted_survival_4y]:.0%}; прожили {trial[observed_survival_4y]:.0%} "
    "(95-процентный интервал {trial[observed_survival_4y_95][0]:.0p}–{trial[observed_survival_4y_95][1]:.0%}). За время наблюдения "
    "умерло в {trial[observed_to_expected]:.2f} раза больше пациентов, чем предсказано (95-процентный интервал "
    "{trial[observed_to_expected_95][0]:.2f}–{trial[observed_to_expected_95][1]:.2f}){verdict}. Четыре года наблюдали только "
    "{trial[followed_4y]} из {trial[patients]} ({followed:.0%}).",
}
TRIAL_WITHOUT_SURVIVAL: Bilingual = {
    "en": "Whether this model’s estimates within {h} years are right on average cannot be checked there, because follow-up was too short: "
    "only {trial[followed_4y]} of the {trial[patients]} ({followed:.0%}) were followed for four years. The models with a curve were too "
    "optimistic there.",
    "ru": "Верен ли в среднем прогноз этой модели на {h} лет, там проверить нельзя: наблюдение слишком короткое, четыре года наблюдали "
    "только {trial[followed_4y]} из {trial[patients]} ({followed:.0%}). Модели с кривой там завышали прогноз.",
}
TRIAL_GAPS: Bilingual = {
    "en": "If the values that were not measured in PBC3 were filled with medians, as in the evaluation of this model’s first versions{never_used}, "
    "the observed deaths there would be {median[observed_to_expected]:.2f} times the predicted ones, not "
    "{conditional[observed_to_expected]:.2f} times (difference {observed_to_expected_difference:±+.2f}). So part of the gap there came "
    "from the medians. These data cannot tell where the rest comes from: from other patients, other care, or the values that were not "
    "measured.",
    "ru": "Если бы показатели, которые в исследовании PBC3 не измеряли, заполнялись медианами, как при проверке первых версий модели"
    "{never_used}, число умерших там превышало бы предсказанное в {median[observed_to_expected]:.2f} раза, а не в "
    "{conditional[observed_to_expected]:.2f} раза (разность {observed_to_expected_difference:±+.2f}). Значит, часть расхождения там "
    "создавали медианы. Чем объясняется остальное — другими пациентами, другим лечением или неизмеренными показателями, — по этим "
    "данным сказать нельзя.",
}
MEDIANS_NEVER_USED: Bilingual = {
    "en": " (the service itself never used medians for them, because it requires these values)",
    "ru": " (сам сервис медиан вместо них никогда не подставлял: эти показатели обязательны)",
}
LATER_VISITS: Bilingual = {
    "en": "For {later[patients]} of these patients three years later ({later_fit}) Harrell’s concordance was "
    "{later[c_index]:.2f} (95% interval {later[c_index_95][0]:.2f} to {later[c_index_95][1]:.2f}) and the average error "
    "{later[ipcw_mae]:±.2f} years. For comparison, their values at entry were used as if they had been measured at that visit: with the "
    "age of the visit, and the years counted from it. The last values instead changed the concordance by "
    "{entry[c_index_difference]:±+.3f}{entry[c_index_difference]:?} and the average error by {entry[ipcw_mae_difference]:±+.2f} years"
    "{entry[ipcw_mae_difference]:?}.",
    "ru": "Для {later[patients]} из этих пациентов через три года ({later_fit}) индекс конкордации Харрелла — "
    "{later[c_index]:.2f} (95-процентный интервал {later[c_index_95][0]:.2f}–{later[c_index_95][1]:.2f}), средняя ошибка — "
    "{later[ipcw_mae]:±.2f} года. Для сравнения взяли их показатели при включении в исследование, как если бы они были измерены при "
    "позднем обследовании: с возрастом на этот день и отсчётом лет от него. С последними показателями вместо них индекс конкордации "
    "меняется на {entry[c_index_difference]:±+.3f}{entry[c_index_difference]:?}, средняя ошибка — на "
    "{entry[ipcw_mae_difference]:±+.2f} года{entry[ipcw_mae_difference]:?}.",
}
LATER_BRIER: Bilingual = {
    "en": "The integrated Brier score of the curve was {later[integrated_brier_score]:±.3f}; the last values changed it by "
    "{entry[integrated_brier_score_difference]:±+.3f}{entry[integrated_brier_score_difference]:?}.",
    "ru": "Интегральный показатель Брайера для кривой — {later[integrated_brier_score]:±.3f}; с последними показателями он меняется на "
    "{entry[integrated_brier_score_difference]:±+.3f}{entry[integrated_brier_score_difference]:?}.",
}
LATER_NOT_MEASURED: Bilingual = {
    "en": "Not measured again, and so filled in at the later visits: {later_names}.",
    "ru": "Повторно не измеряли и потому заменили ожидаемыми значениями: {later_names}.",
}
USE_THE_LATEST: Bilingual = {
    "en": "So use the patient’s latest visit.",
    "ru": "Поэтому берите последнее обследование пациента.",
}
GAPS: Bilingual = {
    "en": "Missing values are filled with the ones to expect for such a patient, not with medians. With the gaps of these data the average "
    "error is {as_measured[conditional][ipcw_mae]:±.2f} years; with medians it would be {as_measured[median][ipcw_mae]:±.2f} years, a "
    "difference of {as_measured[ipcw_mae_difference]:±+.3f}{as_measured[ipcw_mae_difference]:?}. These are often missing: {removed_names}. With all "
    "of these removed the average error is {removed[conditional][ipcw_mae]:±.2f} years; with medians it would be "
    "{removed[median][ipcw_mae]:±.2f} years, a difference of {removed[ipcw_mae_difference]:±+.3f}{removed[ipcw_mae_difference]:?}.",
    "ru": "Пропуски заполняются не медианами, а значениями, которых следует ожидать у такого пациента. При тех пропусках, которые есть в "
    "этих данных, средняя ошибка — {as_measured[conditional][ipcw_mae]:±.2f} года; с медианами она была бы "
    "{as_measured[median][ipcw_mae]:±.2f} года, разность равна {as_measured[ipcw_mae_difference]:±+.3f}{as_measured[ipcw_mae_difference]:?}. "
    "Часто отсутствуют: {removed_names}. Если убрать их у всех пациентов, средняя ошибка — {removed[conditional][ipcw_mae]:±.2f} года; с "
    "медианами она была бы {removed[median][ipcw_mae]:±.2f} года, разность равна "
    "{removed[ipcw_mae_difference]:±+.3f}{removed[ipcw_mae_difference]:?}.",
}
CONCORDANCE: Bilingual = {
    "en": "Over the whole follow-up, in {quality[c_index]:±.0%} of the pairs of patients that can be compared, the patient who lived "
    "longer also had the higher estimate (Harrell’s concordance).",
    "ru": "За всё время наблюдения в {quality[c_index]:±.0%} пар пациентов, которых можно сравнить, у того, кто прожил дольше, и оценка "
    "была выше (индекс конкордации Харрелла).",
}
COMMON_CONCORDANCE: Bilingual = {
    "en": "The concordance in the comparison of all models is another one: Uno’s, up to {horizon_years:.0f} years, "
    "{concordance:±.2f}.",
    "ru": "В сравнении всех моделей указана другая конкордация — индекс Уно в пределах {horizon_years:.0f} лет: {concordance:±.2f}.",
}
LONGER_HORIZON: Bilingual = {
    "en": "Within {years:.0f} years the average error is {ipcw_mae:±.2f} years; on average the estimate differs from the years lived by "
    "{bias:±+.2f}{bias:?}.",
    "ru": "В пределах {years:.0f} лет средняя ошибка — {ipcw_mae:±.2f} года; в среднем прогноз отличается от прожитого на {bias:±+.2f} "
    "года{bias:?}.",
}
LONGER_HORIZON_REFITTED: Bilingual = {
    "en": "The same model, fitted again for {years:.0f} years, has an average error of {ipcw_mae:±.2f} years; on average its estimate "
    "differs from the years lived by {bias:±+.2f}{bias:?}.",
    "ru": "У такой же модели, построенной заново на {years:.0f} лет, средняя ошибка — {ipcw_mae:±.2f} года; в среднем её прогноз "
    "отличается от прожитого на {bias:±+.2f} года{bias:?}.",
}
N_DAYS: Bilingual = {
    "en": "Plain Lasso regression on the length of follow-up, a common approach, has an average error of {n_days[ipcw_mae]:±.2f} years within {h} "
    "years, and its estimates are on average {n_days[by]:±.2f} years too {n_days[side]}{n_days[by]:?}: it takes the end of follow-up for "
    "death. For patients who did die within {h} years its error is {n_days[died_within_horizon][mae]:±.2f} years.",
    "ru": "Если, как часто делают, обычной регрессией Lasso предсказывать длительность наблюдения, средняя ошибка прогноза на {h} лет — "
    "{n_days[ipcw_mae]:±.2f} года, и прогноз в среднем {n_days[side]} на {n_days[by]:±.2f} года{n_days[by]:?}: окончание наблюдения такая "
    "регрессия принимает за смерть. Для действительно умерших в течение {h} лет её ошибка — "
    "{n_days[died_within_horizon][mae]:±.2f} года.",
}
NOT_ACHIEVABLE: Bilingual = {
    "en": "To predict the date of a death to within 1.5 years. If survival curves fitted to these same patients were true, their mean as "
    "the estimate would be expected to err by {best[mae_of_mean]:.2f} years on average within {h} years; this model’s measured error is "
    "{quality[ipcw_mae]:±.2f} years. By chance a measured error may lie below the one to expect.",
    "ru": "Предсказать дату смерти с точностью до 1,5 года. Если бы кривые выживаемости, построенные по этим же пациентам, были истинными, "
    "их среднее как оценка ошибалось бы в пределах {h} лет в среднем на {best[mae_of_mean]:.2f} года; измеренная ошибка этой "
    "модели — {quality[ipcw_mae]:±.2f} года. Случайно измеренная ошибка может оказаться и меньше ожидаемой.",
}
NOT_ACHIEVABLE_BY_MEDIAN: Bilingual = {
    "en": "Their median would be expected to err by {best[mae]:.2f} years; the measured error of this model’s median (or {h} years, if "
    "that is less) is {quality[ipcw_mae_of_median]:±.2f} years.",
    "ru": "Их медиана ошибалась бы в среднем на {best[mae]:.2f} года; измеренная ошибка медианы этой модели (или {h} лет, если это "
    "меньше) — {quality[ipcw_mae_of_median]:±.2f} года.",
}
NOT_ACHIEVABLE_FOR_DEATHS: Bilingual = {
    "en": "If it were even known who dies within {h} years, the best estimate for these patients would still be expected to err by "
    "{best[mae_among_deaths]:.2f} years, and at most {best[share_within_1_5_years_among_deaths]:.0%} of such estimates to be within "
    "1.5 years.",
    "ru": "Даже если бы было известно, кто умрёт в течение {h} лет, наилучшая оценка для этих пациентов ошибалась бы в среднем на "
    "{best[mae_among_deaths]:.2f} года, и не более {best[share_within_1_5_years_among_deaths]:.0%} таких оценок ошибались бы не больше "
    "чем на 1,5 года.",
}
TRANSPLANTS: Bilingual = {
    "en": "25 patients had a transplant. Their follow-up is treated as if it had ended by chance, although sicker patients are "
    "transplanted. With transplant or death as the event, Harrell’s concordance is {composite[c_index]:±.3f} and the average error "
    "{composite[ipcw_mae]:±.2f} years.",
    "ru": "25 пациентам пересадили печень. Их наблюдение считается прерванным случайно, хотя трансплантацию выполняют более тяжёлым "
    "больным. Если событием считать смерть или трансплантацию, индекс конкордации Харрелла — {composite[c_index]:±.3f}, средняя "
    "ошибка — {composite[ipcw_mae]:±.2f} года.",
}

STEEP_CURVE: Bilingual = {
    "en": "Where few patients die for a long time, the ends of the interval react far more than the estimate: if the hazard changes by "
    "1%, an end moves by at most {moves:.2f} years.",
    "ru": "Там, где долгое время умирают немногие, границы интервала меняются гораздо сильнее, чем оценка: если риск меняется на "
    "1\u00a0%, граница сдвигается не больше чем на {moves:.2f} года.",
}
STEEP_TABLE: Bilingual = {
    "en": "The ends of the interval can react more than the estimate: if the estimate changes by 0.1 years, an end moves by at most "
    "{moves:.2f} years.",
    "ru": "Границы интервала могут меняться сильнее, чем оценка: если оценка меняется на 0,1 года, граница сдвигается не больше чем на "
    "{moves:.2f} года.",
}

SIMPLE_MODELS = {"constant", "n_days_recipe"}
"""The parts of a report's comparisons that are not other models on offer."""
TITLES = {recipe.id: recipe.texts.title for recipe in RECIPES}


def definitions(report: Report) -> Bilingual:
    """Return the text that defines the card's figures."""
    return filled(DEFINITIONS, report.quality)


def statements(recipe: Recipe, report: Report) -> Statements:
    """Return what the figures say about the model, for clinicians: the most important sentences first.

    The page shows the first three before the others are asked for.
    """
    figures = named_figures(recipe, report)
    return _by_language([
        _error(recipe, figures),
        *_comparison(recipe, report),
        _trial(figures),
        filled(ERROR_OF_DEATHS, figures),
        filled(INTERVAL, figures),
        filled(INTERVAL_OF_DEATHS, figures),
        _bias_by_quarter(figures),
        filled(CONSTANT, figures),
        *([_band(figures)] if "simulated" in figures else []),
        _later_visits(recipe, figures),
        *([filled(GAPS, figures)] if "removed" in figures else []),
        *_trial_gaps(figures),
        _concordance(report, figures),
        *_longer_horizons(recipe, report),
        filled(N_DAYS, figures),
    ])  # fmt: skip


def _error(recipe: Recipe, figures: Figures) -> Bilingual:
    in_sample = [filled(recipe.in_sample, figures["outside"])] if recipe.in_sample else []
    return paragraph(filled(ERROR, figures), *in_sample)


def _comparison(recipe: Recipe, report: Report) -> list[Bilingual]:
    """Return the comparisons with the other models as one paragraph, if there are any."""
    others = {name: part for name, part in report.comparisons.items() if name not in SIMPLE_MODELS}
    sentences = [_compared_with(TITLES[name], differences) for name, differences in others.items()]
    return [paragraph(*sentences, *filter(None, [recipe.advantage]))] if sentences else []


def _compared_with(other: Bilingual, differences: Figures) -> Bilingual:
    figures = differences | {"other": other}
    for name in differences:
        if common := re.fullmatch(r"ipcw_mae_(\d+)y_difference", name):
            within = at_horizon(differences, float(common[1]))
            sizes = {error: _size(within, f"ipcw_{error}_difference") for error in ("mae", "rmse")}
            return filled(ERRORS_COMPARED, figures | sizes | {"years": common[1]})
    return filled(RANKING_COMPARED, figures)


def _bias_by_quarter(figures: Figures) -> Bilingual:
    pairs = zip(figures["bias"], figures["bias_se"], strict=True)
    biased = [number for number, (bias, error) in enumerate(pairs) if is_unlikely_chance(bias, error)]
    names = {language: ", ".join(quarters[number] for number in biased) for language, quarters in QUARTERS.items()}
    verdict = filled(BIAS_UNLIKELY_CHANCE, {"quarters": names}) if biased else BIAS_MAY_BE_CHANCE
    return paragraph(filled(BIAS, figures), verdict)


def _band(figures: Figures) -> Bilingual:
    simulated = figures["simulated"]
    missed = simulated["holds"] - LEVEL
    verdict = {"en": "", "ru": ""}
    if is_unlikely_chance(missed, simulated["holds_se"]):
        verdict = BAND_TOO_WIDE if missed > 0 else BAND_TOO_NARROW
    return filled(BAND, figures | {"level": LEVEL, "verdict": verdict})


def _trial(figures: Figures) -> Bilingual:
    trial, sentences = figures["trial"], [TRIAL, *([TRIAL_REQUIRED] if figures["required"] else [])]
    if "observed_to_expected" not in trial:
        sentences.append(TRIAL_WITHOUT_SURVIVAL)
    else:
        low, high = trial["observed_to_expected_95"]
        verdict = TOO_OPTIMISTIC if exceeds(low, 1.0) else TOO_PESSIMISTIC if exceeds(1.0, high) else MAY_BE_CHANCE
        sentences.append(filled(TRIAL_SURVIVAL, figures | {"verdict": verdict}))
    if "died_before_lower" in trial:
        sentences.append(_trial_interval(figures))
    return paragraph(*(filled(sentence, figures) for sentence in sentences))


def _trial_interval(figures: Figures) -> Bilingual:
    level = INTERVAL_QUANTILES[0]
    low, high = figures["trial"]["died_before_lower_95"]
    late, early = exceeds(low, level), exceeds(level, high)
    verdict = BEGINS_TOO_LATE if late else BEGINS_TOO_EARLY if early else DIFFERENCE_MAY_BE_CHANCE
    return filled(TRIAL_INTERVAL, figures | {"level": level, "verdict": verdict})


def _trial_gaps(figures: Figures) -> list[Bilingual]:
    """Return what medians would do to the predictions for the trial, if they do harm that is unlikely to be chance."""
    by_medians = figures.get("gaps", {}).get("pbc3")
    if not by_medians:
        return []
    excess = by_medians["observed_to_expected_difference"], by_medians["observed_to_expected_difference_se"]
    if excess[0] >= 0 or not is_unlikely_chance(*excess):
        return []
    never = MEDIANS_NEVER_USED if figures["are_all_required"] else {"en": "", "ru": ""}
    return [filled(TRIAL_GAPS, figures | by_medians | {"never_used": never})]


def _later_visits(recipe: Recipe, figures: Figures) -> Bilingual:
    entry, sentences = figures["entry"], [LATER_VISITS]
    if "integrated_brier_score_difference" in entry:
        sentences.append(LATER_BRIER)
    error = entry["ipcw_mae_difference"], entry["ipcw_mae_difference_se"]
    if error[0] < 0 and is_unlikely_chance(*error):
        sentences.append(USE_THE_LATEST)
    if figures["later"].get("not_measured"):
        sentences.append(LATER_NOT_MEASURED)
    return paragraph(*(filled(sentence, figures | {"later_fit": recipe.later_fit}) for sentence in sentences))


def _concordance(report: Report, figures: Figures) -> Bilingual:
    """Return both concordances, because they differ: the model's own, and the one by which all models are compared."""
    common = [filled(COMMON_CONCORDANCE, report.common_horizon)] if report.common_horizon else []
    return paragraph(filled(CONCORDANCE, figures), *common)


def _longer_horizons(recipe: Recipe, report: Report) -> list[Bilingual]:
    return [
        filled(
            LONGER_HORIZON if fit is recipe.fit else LONGER_HORIZON_REFITTED,
            at_horizon(report.quality, years) | {"years": years},
        )
        for years, fit in recipe.other_horizons.items()
    ]


def not_achievable(recipe: Recipe, report: Report) -> Bilingual:
    """Return what is not to be expected of a model of these data."""
    figures = named_figures(recipe, report)
    median = [NOT_ACHIEVABLE_BY_MEDIAN] if "ipcw_mae_of_median" in figures["quality"] else []
    sentences = (NOT_ACHIEVABLE, *median, NOT_ACHIEVABLE_FOR_DEATHS)
    return paragraph(*(filled(sentence, figures) for sentence in sentences))


def known_limits(recipe: Recipe, report: Report, slope_max: float) -> Statements:
    """Return the known weaknesses of the model. ``slope_max`` is its ``interval_slope_max``."""
    figures = named_figures(recipe, report)
    has_curve = "observed_to_expected" in report.external
    limits = [recipe.in_sample] if recipe.in_sample else []
    pairs = zip(recipe.known_limits["en"], recipe.known_limits["ru"], strict=True)
    limits += [{"en": english, "ru": russian} for english, russian in pairs]
    return _by_language([
        filled(TRANSPLANTS, figures),
        *(filled(limit, figures["outside"]) for limit in limits),
        filled(STEEP_CURVE if has_curve else STEEP_TABLE, {"moves": interval_move(slope_max, has_curve=has_curve)}),
    ])  # fmt: skip


def interval_move(slope_max: float, *, has_curve: bool) -> float:
    """Return by how many years an end of an interval moves at most.

    That is if the hazard changes by 1%, or without a curve, if the estimate changes by 0.1 years.
    """
    return slope_max * (math.log(1.01) if has_curve else 0.1)


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
    required = [name for name in trial["not_measured"] if columns.BY_NAME[name].required]
    figures = {
        "h": f"{recipe.horizon_years:.0f}",
        "quality": quality,
        "died": died | _size(died, "bias"),
        "sickest": quality["calibration"][0],
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
        "trial_patients": counted(trial["patients"], "пациент", "пациента", "пациентов"),
        "not_measured": len(trial["not_measured"]),
        "values_not_measured": counted(len(trial["not_measured"]), "показатель", "показателя", "показателей"),
        "required": required,
        "required_names": column_titles(required),
        "are_all_required": required == trial["not_measured"],
        "later_names": column_titles(measured["later_visits"].get("not_measured", [])),
    }
    if gaps := measured["sensitivity"].get("gaps"):
        figures |= {"gaps": gaps, "as_measured": gaps["as_measured"]}
        if "without_often_missing" in gaps:
            removed = gaps["without_often_missing"]
            figures |= {"removed": removed, "removed_names": column_titles(removed["removed"])}
    if band := quality.get("curve_band"):
        figures["simulated"], figures["within"] = band["simulated"], band["held_out"]["within"]
        figures["groups"] = len(band["held_out"]["groups"])
    return figures


def column_titles(names: list[str]) -> Bilingual:
    """Return the titles of columns as a list within a sentence. Titles that contain commas are separated by semicolons."""
    listed = [columns.BY_NAME[name] for name in names]
    titles = {"en": [column.title_en for column in listed], "ru": [column.title_ru for column in listed]}
    return {language: _listed([_within_sentence(title) for title in each]) for language, each in titles.items()}


def _listed(titles: list[str]) -> str:
    return ("; " if any("," in title for title in titles) else ", ").join(titles)


def _within_sentence(title: str) -> str:
    """Return a title that begins with a small letter, unless it begins with an abbreviation such as AST."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def counted(count: int, one: str, few: str, many: str) -> str:
    """Return a number with the Russian noun in its plural form: ``one`` for 21, ``few`` for 22, ``many`` for 12."""
    is_teen = 10 < count % 100 < 20
    noun = many if is_teen or not 0 < count % 10 < 5 else one if count % 10 == 1 else few
    return f"{count}\u00a0{noun}"


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
    """A figure in the format of a language, with its standard error and a minus sign instead of a hyphen.

    Its formats are those of a float; ``±.2f``, which adds the standard error; ``.0p``, a percentage without its sign,
    for the first end of a range; and ``?``, which is replaced by words that say whether the figure differs from 0 by
    chance.
    """

    language: ClassVar[str]
    percent_sign: ClassVar[str]
    se: float

    def __new__(cls, value: float, se: float = 0.0) -> Self:
        """Return the figure with its standard error."""
        number = super().__new__(cls, value)
        number.se = se
        return number

    def __format__(self, spec: str) -> str:
        if spec == "?":
            return (UNLIKELY_CHANCE if is_unlikely_chance(self, self.se) else MAY_BE_CHANCE)[self.language]
        if spec.startswith("±"):
            value, error = self._written(self, spec[1:]), self._written(self.se, spec[1:].replace("+", ""))
            return f"{value.removesuffix(self.percent_sign)} ± {error}"
        if spec.endswith("p"):
            return self._written(self, spec.replace("p", "%")).removesuffix(self.percent_sign)
        return self._written(self, spec)

    def _written(self, value: float, spec: str) -> str:
        return float.__format__(value, spec).replace("%", self.percent_sign).replace("-", "−")


class _English(Number):
    language = "en"
    percent_sign = "%"


class _Russian(Number):
    """It has a decimal comma."""

    language = "ru"
    percent_sign = "\u00a0%"

    def _written(self, value: float, spec: str) -> str:
        return super()._written(value, spec).replace(".", ",")


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


def _by_language(sentences: Iterable[Bilingual]) -> Statements:
    listed = list(sentences)
    return {language: [sentence[language] for sentence in listed] for language in ("en", "ru")}
