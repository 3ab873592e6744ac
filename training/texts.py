"""The fixed texts that the cards of several models share, in English and Russian.

Texts of one model are in its recipe.
"""

from dataclasses import dataclass

Bilingual = dict[str, str]
Statements = dict[str, list[str]]

LIMITS: Bilingual = {
    "en": "Only for adults with primary biliary cholangitis, not for any other liver disease. The patients were "
    "seen at the Mayo Clinic in 1974–1986, mostly before ursodeoxycholic acid: people treated today usually live longer. "
    "Not medical advice and not a basis for treatment or transplant decisions.",
    "ru": "Только для взрослых с первичным билиарным холангитом, не для других болезней печени. Пациенты "
    "наблюдались в клинике Мейо в 1974–1986 годах, в основном до появления урсодезоксихолевой кислоты: при "
    "современном лечении обычно живут дольше. Не является медицинской рекомендацией и не служит основанием для "
    "решений о лечении или трансплантации.",
}
OUTPUT: Bilingual = {
    "en": "Years of life within the horizon with an interval from the 10% to the 90% quantile, the contributions to the estimate, the names of columns that were imputed (with the values that stood in) or out of range. There is no threshold and no class.",
    "ru": "Число лет жизни в пределах горизонта с интервалом от квантиля 10\u00a0% до квантиля 90\u00a0%, вклады в оценку, названия недостающих показателей (с подставленными значениями) и показателей вне диапазона. Ни порога, ни классов нет.",
}
"""The common answer to the TRIPOD+AI item about the output."""
FITTED_WITHOUT_THEM: Bilingual = {
    "en": "each predicted by a model fitted without them",
    "ru": "прогноз для каждого дала модель, обученная без него",
}
_CURVE_INTERVAL: Bilingual = {
    "en": "The interval is read from the patient’s own survival curve. It begins at the time that 9 of 10 similar patients outlive, "
    "and ends at the time that 1 of 10 outlives. An end beyond {horizon} years is given as {horizon} years or more. Nobody can "
    "outlive such an end, so the intervals of all patients together hold the true number more often than for 8 of 10. The "
    "estimate is a mean: if few die early, it can lie below the interval.",
    "ru": "Интервал определяется по кривой выживаемости самого пациента. Он начинается в момент, до которого доживают 9 из 10 таких "
    "пациентов, и заканчивается в момент, до которого доживает 1 из 10. Граница за пределами {horizon} лет указывается как "
    "{horizon} лет и более. Прожить дольше такой границы нельзя, поэтому действительный срок попадает в интервал чаще, чем у 8 из 10 "
    "пациентов. Оценка — это среднее: если рано умирают немногие, она может лежать ниже интервала.",
}


@dataclass(frozen=True, slots=True)
class Texts:
    """The fixed texts of a model's card. ``changes``: what this version changed; None for a first version."""

    title: Bilingual
    summary: Bilingual
    estimand: Bilingual
    point_estimate: Bilingual
    interval_method: Bilingual
    curve_band_method: Bilingual | None = None
    changes: Bilingual | None = None


def estimand(horizon: str, words: str) -> Bilingual:
    """Return the text that defines the estimated years.

    ``horizon`` is the horizon in years, such as "8"; ``words`` is the same in Russian, such as "8 лет".
    """
    return {
        "en": f"Restricted mean survival time: the mean number of years lived within the next {horizon} years, if no "
        f"transplant is performed. An estimate of {horizon} means that the patient is expected to outlive the horizon, not to "
        "die at its end.",
        "ru": f"Ограниченное среднее время выживания (RMST): среднее число лет, прожитых за ближайшие {words}, если "
        f"трансплантация не выполняется. Оценка {horizon} означает, что пациент, как ожидается, проживёт дольше горизонта, "
        "а не умрёт к его концу.",
    }


def joined[T: (str, list[str])](first: dict[str, T], second: dict[str, T]) -> dict[str, T]:
    """Return the first text, or list of sentences, followed by the second."""
    return {language: first[language] + second[language] for language in first}


def curve_interval(horizon: str) -> Bilingual:
    """Return the text that explains a curve's interval, for a horizon in years, such as "8"."""
    return {language: text.format(horizon=horizon) for language, text in _CURVE_INTERVAL.items()}


# ``wording.known_limits`` fills in the figures in braces.
FITTED_LIMITS: Statements = {
    "en": [
        "Cholesterol, copper, AST and triglycerides were never measured in 106 of the 418 patients. A missing value is "
        "replaced by the one to expect given the patient’s measured values, both in training and in prediction.",
        "All training patients are from one centre. The only patients of other hospitals on whom the model was tested are "
        "those of the PBC3 trial.",
        "For the {patients} patients outside the trial (held out like all others) Harrell’s concordance is {c_index:±.2f} and the "
        "average error {mae:±.2f} years. The bias is {bias:±+.2f} years{bias:?}.",
    ],
    "ru": [
        "У 106 из 418 пациентов холестерин, медь, АСТ и триглицериды не измеряли. Недостающее значение и при обучении, и при "
        "расчёте прогноза заменяется тем, которого следует ожидать при измеренных показателях пациента.",
        "Все пациенты, по которым обучена модель, — из одного центра. На пациентах других больниц её проверили только в "
        "исследовании PBC3.",
        "Для {patients} пациентов, не участвовавших в испытании (модель, как и для остальных, обучалась без них), индекс "
        "конкордации Харрелла — {c_index:±.2f}, средняя ошибка — {mae:±.2f} года. Смещение равно {bias:±+.2f} года{bias:?}.",
    ],
}
COLUMNS_WERE_COMPARED: Statements = {
    "en": [
        "Before the columns were chosen, seven sets of columns were compared on the same folds that the figures come from. "
        "So the figures may be slightly too good.",
    ],
    "ru": [
        "До выбора столбцов семь их наборов сравнивались на тех же блоках, по которым посчитаны показатели. Поэтому "
        "показатели могут выглядеть немного лучше, чем на самом деле.",
    ],
}
