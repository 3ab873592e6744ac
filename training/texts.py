"""The cards' fixed sentences, in English and Russian: what each model is and what its numbers mean."""

from dataclasses import dataclass

Bilingual = dict[str, str]

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


def _for(texts: Bilingual, **values: str) -> Bilingual:
    return {language: text.format(**values) for language, text in texts.items()}


@dataclass(frozen=True, slots=True)
class Texts:
    """What one model's card says in fixed words."""

    title: Bilingual
    summary: Bilingual
    estimand: Bilingual
    point_estimate: Bilingual
    interval_method: Bilingual
    curve_band_method: Bilingual | None = None


def _estimand(horizon: str, words: str) -> Bilingual:
    return {
        "en": f"Restricted mean survival time: the mean number of years lived within the next {horizon} years, if no "
        f"transplant is performed. {horizon} means: expected to outlive the horizon, not to die at its end.",
        "ru": f"Ограниченное среднее время выживания (RMST): среднее число лет, прожитых за ближайшие {words}, если "
        f"трансплантация не выполняется. {horizon} означает, что пациент, как ожидается, проживёт дольше горизонта, "
        "а не умрёт к его концу.",
    }


LASSO = Texts(
    title={"en": "Expected years of life (Lasso)", "ru": "Ожидаемое число лет жизни (Lasso)"},
    summary={
        "en": "Expected years of life within the next 8 years for a patient with primary biliary cholangitis, from "
        "12 findings of an ordinary visit, with an 80 % interval and what each finding adds or takes away.",
        "ru": "Ожидаемое число лет жизни в ближайшие 8 лет при первичном билиарном холангите — по 12 показателям "
        "обычного обследования, с 80-процентным интервалом и вкладом каждого показателя.",
    },
    estimand=_estimand("8", "8 лет"),
    point_estimate={
        "en": "A mean: baseline plus the contribution of each finding in years, clipped to 0..8 years.",
        "ru": "Среднее: исходный уровень плюс вклад каждого показателя в годах, ограниченное пределами 0–8 лет.",
    },
    interval_method={
        "en": "Signed residual quantiles of held-out predictions, weighted for censoring, within quarters of predicted "
        "risk: 10 % and 90 % in the sickest; in the others, where many outlive 8 years, the upper end is open (8 years or "
        "more) and the lower end is the 20 % quantile.",
        "ru": "Квантили остатков со знаком для пациентов, не участвовавших в обучении, с учётом цензурирования, отдельно "
        "в четвертях предсказанного риска: 10 % и 90 % в самой тяжёлой; в остальных, где многие переживают 8 лет, верхняя "
        "граница открыта (8 лет и более), а нижняя — квантиль 20 %.",
    },
)

COX_LASSO = Texts(
    title={"en": "Survival curve (Cox-Lasso)", "ru": "Кривая выживаемости (Cox-Lasso)"},
    summary={
        "en": "The whole survival curve of each patient with primary biliary cholangitis up to 10 years: expected years "
        "within 8 years with an 80 % interval, the median, and the chance to live longer than 1, 3, 5, 8 and 10 years.",
        "ru": "Кривая выживаемости каждого пациента с первичным билиарным холангитом на 10 лет: ожидаемое число лет в "
        "ближайшие 8 лет с 80-процентным интервалом, медиана и вероятность прожить больше 1, 3, 5, 8 и 10 лет.",
    },
    estimand=_estimand("8", "8 лет"),
    point_estimate={
        "en": "The mean of the patient's survival curve up to 8 years (the area under it). The median, given beside it, "
        "is the time that half of such patients outlive.",
        "ru": "Среднее по кривой выживаемости пациента в пределах 8 лет (площадь под кривой). Рядом указана медиана — "
        "срок, который переживает половина таких пациентов.",
    },
    interval_method=_for(_CURVE_INTERVAL, horizon="8"),
    curve_band_method={
        "en": "Around each point of the curve, one by one: how far off the curve itself may be, since it was fitted to "
        "418 patients and no more (80 %, from 200 refits to patients drawn anew). It is not the spread of single "
        "patients' fates, which the interval gives. That the model's form, its penalty and its replaced missing values "
        "are right is taken for granted.",
        "ru": "Для каждой точки кривой отдельно: насколько может ошибаться сама кривая, поскольку она построена всего по 418 "
        "пациентам (80 %; модель 200 раз построена заново по случайным повторным выборкам пациентов). Это не разброс судеб "
        "отдельных пациентов — его показывает интервал. Форма модели, штраф и замена пропусков считаются верными.",
    },
)

MAYO = Texts(
    title={"en": "Mayo risk score, 1989", "ru": "Шкала риска клиники Мейо, 1989"},
    summary={
        "en": "The published Mayo risk score from age, bilirubin, albumin, prothrombin time and oedema, with its survival "
        "curve up to 7 years: the transparent baseline to compare the others with.",
        "ru": "Опубликованная шкала риска клиники Мейо — по возрасту, билирубину, альбумину, протромбиновому времени и "
        "отёкам — с её кривой выживаемости на 7 лет: прозрачная точка отсчёта для сравнения с другими моделями.",
    },
    estimand=_estimand("7", "7 лет"),
    point_estimate={
        "en": "The mean of the published survival curve at the patient's score up to 7 years (the area under it). Nothing "
        "was published beyond 7 years, and nothing is said of it.",
        "ru": "Среднее по опубликованной кривой выживаемости для балла пациента в пределах 7 лет (площадь под кривой). "
        "Данных после 7 лет не публиковалось, и о более поздних сроках модель ничего не говорит.",
    },
    interval_method=_for(_CURVE_INTERVAL, horizon="7"),
    curve_band_method={
        "en": "There is none: how the published coefficients and the published curve vary together isn't among what this "
        "model was taken from, and a band that left their uncertainty out would look surer than anybody is.",
        "ru": "Полосы нет: совместная неопределённость опубликованных коэффициентов и опубликованной кривой не входит в "
        "данные, по которым воспроизведена эта модель, а полоса без её учёта создавала бы ложную уверенность.",
    },
)

BY_MODEL = {"lasso": LASSO, "cox-lasso": COX_LASSO, "mayo": MAYO}
