"""The fixed sentences that the cards of several models share, in English and Russian. Each recipe holds its own."""

from dataclasses import dataclass

Bilingual = dict[str, str]
Statements = dict[str, list[str]]

LIMITS: Bilingual = {
    "en": "Only for adults with primary biliary cholangitis, not for any other liver disease. The patients were "
    "seen at the Mayo Clinic in 1974-1986, mostly before ursodeoxycholic acid: people treated today live longer. "
    "Not medical advice and not a basis for treatment or transplant decisions.",
    "ru": "Только для взрослых с первичным билиарным холангитом, не для других болезней печени. Пациенты "
    "наблюдались в клинике Мейо в 1974–1986 годах, в основном до появления урсодезоксихолевой кислоты: при "
    "современном лечении живут дольше. Не является медицинской рекомендацией и не служит основанием для "
    "решений о лечении или трансплантации.",
}
_CURVE_INTERVAL: Bilingual = {
    "en": "Read from the patient's own curve, at probabilities of death that are chosen within quarters of predicted "
    "risk so that the interval held the truth for 80 % of held-out patients (weighted for censoring). Where fewer than "
    "9 in 10 are expected to die within {horizon} years the upper end is open and the lower end is the time that about "
    "8 in 10 outlive, or the estimate itself where that time is later; otherwise about 1 in 10 may die before the interval "
    "and 1 in 10 live longer.",
    "ru": "Определяется по кривой выживаемости самого пациента: уровни вероятности смерти подобраны отдельно в четвертях "
    "предсказанного риска так, чтобы интервал содержал истинное значение у 80 % пациентов, не участвовавших в обучении "
    "(с учётом цензурирования). Если в течение {horizon} лет ожидается смерть менее чем 9 из 10 таких пациентов, верхняя "
    "граница открыта, а нижняя — срок, который переживут примерно 8 из 10 (или сама оценка, если этот срок больше); иначе примерно 1 из 10 может умереть раньше "
    "интервала и 1 из 10 — прожить дольше.",
}


@dataclass(frozen=True, slots=True)
class Texts:
    """What one model's card says in fixed words."""

    title: Bilingual
    summary: Bilingual
    estimand: Bilingual
    point_estimate: Bilingual
    interval_method: Bilingual
    curve_band_method: Bilingual | None = None


def estimand(horizon: str, words: str) -> Bilingual:
    """Return what the years are, for a horizon of so many years; ``words`` is the horizon in Russian, "8 лет"."""
    return {
        "en": f"Restricted mean survival time: the mean number of years lived within the next {horizon} years, if no "
        f"transplant is performed. {horizon} means: expected to outlive the horizon, not to die at its end.",
        "ru": f"Ограниченное среднее время выживания (RMST): среднее число лет, прожитых за ближайшие {words}, если "
        f"трансплантация не выполняется. {horizon} означает, что пациент, как ожидается, проживёт дольше горизонта, "
        "а не умрёт к его концу.",
    }


def curve_interval(horizon: str) -> Bilingual:
    """Return how the interval of a curve is found, for a horizon of so many years."""
    return {language: text.format(horizon=horizon) for language, text in _CURVE_INTERVAL.items()}


# What is in braces is filled in by ``wording.known_limits``.
FITTED_LIMITS: Statements = {
    "en": [
        "Cholesterol, copper, AST and triglycerides were never measured in 106 of the 418 patients; a missing "
        "value is replaced by the cohort's median, in training as in prediction.",
        "Seven sets of columns and six forms of the interval were compared on the very folds that the figures "
        "come from, before this one was taken: the figures may be slightly too good.",
        "One centre: the only patients of other hospitals that it was tried on are those of the PBC3 trial.",
        "For the {patients} patients who weren't in the trial (held out as all others) the concordance is {c_index:.2f} and the "
        "average error {mae:.1f} years, on average {bias:.1f} too {side}.",
    ],
    "ru": [
        "У 106 из 418 пациентов холестерин, медь, АСТ и триглицериды не измерялись; пропущенное значение "
        "заменяется медианой по когорте — и при обучении, и при расчёте.",
        "До выбора этого варианта на тех же блоках, по которым посчитаны показатели, сравнивались семь наборов "
        "столбцов и шесть видов интервала: показатели могут быть немного завышены.",
        "Один центр: на пациентах других больниц модель проверена только по данным исследования PBC3.",
        "Для {patients} пациентов, не участвовавших в испытании (как и остальные, не входивших в обучающую часть), индекс "
        "конкордации — {c_index:.2f}, средняя ошибка — {mae:.1f} года, в среднем прогноз {side} на {bias:.1f} года.",
    ],
}
