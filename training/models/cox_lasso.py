"""``cox-lasso``: a Cox model with an L1 penalty, and a band around its curves."""

from typing import Any

import pandas as pd

from training import band, cox
from training.curve import FittedCurve
from training.data import Outcome
from training.evaluation import SEED
from training.recipe import HORIZON_YEARS, LONGER_HORIZON_YEARS, Recipe
from training.texts import Texts, curve_interval, estimand
from training.tripod import OUTPUT


def fit(patients: pd.DataFrame, outcome: Outcome) -> FittedCurve:
    """Fit one curve for every horizon."""
    return cox.fit(HORIZON_YEARS, patients, outcome, SEED)


def fit_with_band(patients: pd.DataFrame, outcome: Outcome) -> FittedCurve:
    """Fit the same with the band of its curves."""
    return band.fit(HORIZON_YEARS, patients, outcome, SEED)


def judge_band(patients: pd.DataFrame, outcome: Outcome) -> dict[str, Any]:
    """Measure how often that band holds the truth."""
    return band.judge(HORIZON_YEARS, patients, outcome, SEED)


TEXTS = Texts(
    title={"en": "Survival curve (Cox-Lasso)", "ru": "Кривая выживаемости (Cox-Lasso)"},
    summary={
        "en": "The whole survival curve of each patient with primary biliary cholangitis up to 10 years: expected years "
        "within 8 years with an 80 % interval, the median, and the chance to live longer than 1, 3, 5, 8 and 10 years.",
        "ru": "Кривая выживаемости каждого пациента с первичным билиарным холангитом на 10 лет: ожидаемое число лет в "
        "ближайшие 8 лет с 80-процентным интервалом, медиана и вероятность прожить больше 1, 3, 5, 8 и 10 лет.",
    },
    estimand=estimand("8", "8 лет"),
    point_estimate={
        "en": "The mean of the patient's survival curve up to 8 years (the area under it). The median, given beside it, "
        "is the time that half of such patients outlive.",
        "ru": "Среднее по кривой выживаемости пациента в пределах 8 лет (площадь под кривой). Рядом указана медиана — "
        "срок, который переживает половина таких пациентов.",
    },
    interval_method=curve_interval("8"),
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

TRIPOD = {
    "1": "Development and evaluation of a penalised Cox model of survival in primary biliary cholangitis.",
    "12c": "Cox model with an L1 penalty (coxnet of scikit-survival) and Breslow's baseline hazard; the penalty by 5-fold cross-validation twice over, least weighted squared error of the years within 8 years; interval levels from held-out curves by quarter of risk. Nested in every outer fold. Of the served fit also a pointwise band around the curve, from 200 refits to resampled patients with the chosen penalty.",
    "15": f"{OUTPUT} A survival curve at 1, 3, 5, 8 and 10 years with an 80 % band for the uncertainty of the curve itself.",
}

RECIPE = Recipe(
    id="cox-lasso",
    version="1.1.1",
    coins=150,
    horizon_years=HORIZON_YEARS,
    fit=fit,
    others={LONGER_HORIZON_YEARS: fit},
    alphas=cox.ALPHAS,
    fit_with_band=fit_with_band,
    judge_band=judge_band,
    texts=TEXTS,
    tripod=TRIPOD,
)
