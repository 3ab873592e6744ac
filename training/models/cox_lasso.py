"""The recipe of ``cox-lasso``: a Cox model with an L1 penalty, and a band around its curves."""

from typing import Any

import pandas as pd

from training import band, cox
from training.curve import FittedCurve
from training.data import Outcome
from training.evaluation import SEED
from training.recipe import HORIZON_YEARS, LONGER_HORIZON_YEARS, Recipe
from training.texts import (
    COLUMNS_WERE_COMPARED,
    FITTED_LIMITS,
    OUTPUT,
    Texts,
    curve_interval,
    estimand,
    joined,
)


def fit(patients: pd.DataFrame, outcome: Outcome) -> FittedCurve:
    """Fit the model. Its curve serves all horizons."""
    return cox.fit(HORIZON_YEARS, patients, outcome, SEED)


def fit_with_band(patients: pd.DataFrame, outcome: Outcome) -> FittedCurve:
    """Fit the model and the band of its curves."""
    return band.fit(HORIZON_YEARS, patients, outcome, SEED)


def evaluate_band(patients: pd.DataFrame, outcome: Outcome) -> dict[str, Any]:
    """Evaluate the band; see ``band.evaluate``."""
    return band.evaluate(HORIZON_YEARS, patients, outcome, SEED)


def refit(fitted: FittedCurve, imputer: object, patients: pd.DataFrame, outcome: Outcome) -> FittedCurve:
    """Fit the model with another imputer and the penalty of ``fitted``."""
    return cox.fit_with_penalty(fitted.alpha or 0.0, HORIZON_YEARS, patients, outcome, imputer)


TEXTS = Texts(
    title={"en": "Survival curve (Cox-Lasso)", "ru": "Кривая выживаемости (Cox-Lasso)"},
    summary={
        "en": "The survival curve up to 10 years of a patient with primary biliary cholangitis: expected years of life within the "
        "next 8 years with an interval (9 of 10 similar patients live beyond its start, 1 of 10 beyond its end), the median, and "
        "the chance of still being alive after 1, 3, 5, 8 and 10 years.",
        "ru": "Кривая выживаемости пациента с первичным билиарным холангитом на 10 лет: ожидаемое число лет жизни в ближайшие "
        "8 лет с интервалом (9 из 10 таких пациентов живут дольше нижней границы, 1 из 10 — дольше верхней), медиана и вероятность "
        "прожить дольше 1, 3, 5, 8 и 10 лет.",
    },
    estimand=estimand("8", "8 лет"),
    point_estimate={
        "en": "The mean of the patient’s survival curve up to 8 years (the area under it). Each patient’s median survival "
        "is given as well: the time that half of similar patients outlive.",
        "ru": "Среднее по кривой выживаемости пациента в пределах 8 лет (площадь под кривой). Для каждого пациента "
        "указана и его медиана выживаемости — срок, дольше которого живёт половина таких пациентов.",
    },
    interval_method=curve_interval("8"),
    changes={
        "en": "Version 2.0.0: the interval no longer jumps and no longer begins at the estimate, and a missing value is replaced by "
        "the one to expect for such a patient, not by the median. For the 418 patients of the sample file the estimate moved by "
        "0.09 years on average (0.61 at most), and the lower end by 1.4 years downwards on average: from 3.4 years downwards to 0.35 "
        "upwards. It moved up for 21% of the patients.",
        "ru": "Версия 2.0.0: интервал больше не меняется скачками и не начинается с самой оценки, а пропуск заменяется не медианой, "
        "а значением, ожидаемым у такого пациента. У 418 пациентов файла-примера оценка сместилась в среднем на 0,09 года (самое "
        "большее — на 0,61), нижняя граница — в среднем на 1,4 года вниз: от 3,4 года вниз до 0,35 года вверх. Поднялась она у "
        "21\u00a0% пациентов.",
    },
    curve_band_method={
        "en": "The band says for each point of the curve separately how far off the curve itself may be, since it was fitted "
        "to only 418 patients (80%, from 200 refits to randomly resampled patients). It does not say how much the lives of "
        "single patients vary: the interval does. It leaves out errors of the model’s form, its penalty and the replacement "
        "of missing values.",
        "ru": "Полоса показывает для каждой точки кривой отдельно, насколько может ошибаться сама кривая: она построена всего "
        "по 418 пациентам (уровень 80\u00a0%; модель 200 раз построена заново по случайным повторным выборкам пациентов). Это не "
        "разброс судеб отдельных пациентов — его показывает интервал. Ошибки вида модели, регуляризации и замены пропусков полоса не "
        "учитывает.",
    },
)

TRIPOD = {
    "1": {
        "en": "Development and evaluation of a penalised Cox model of survival in primary biliary cholangitis.",
        "ru": "Построение и проверка модели Кокса со штрафом для выживаемости при первичном билиарном холангите.",
    },
    "12c": {
        "en": "Cox model with an L1 penalty (coxnet of scikit-survival) and Breslow’s baseline hazard. The penalty is chosen by 5-fold cross-validation, repeated twice, for the least weighted squared error of the years within 8 years. This is nested in every outer fold. The interval is read from the patient’s own curve, at its 10% and 90% quantile; nothing is fitted for it. The served fit also has a pointwise band around the curve, from 200 refits to resampled patients with the chosen penalty.",
        "ru": "Модель Кокса с L1-штрафом (coxnet из scikit-survival) и базовым риском по Бреслоу. Штраф выбирается 5-кратной перекрёстной проверкой, повторённой дважды, по наименьшей взвешенной квадратичной ошибке числа лет в пределах 8 лет. Он выбирается заново в обучающей части каждого внешнего блока. Интервал определяется по кривой самого пациента — это её квантили 10\u00a0% и 90\u00a0%; для него ничего не подбирается. У модели, по которой рассчитываются прогнозы, есть и поточечная полоса вокруг кривой: модель 200 раз построена заново по повторным выборкам пациентов с выбранным штрафом.",
    },
    "15": joined(
        OUTPUT,
        {
            "en": " The chances of still being alive after 1, 3, 5, 8 and 10 years, with an 80% band for the uncertainty of the curve itself.",
            "ru": " Вероятности прожить дольше 1, 3, 5, 8 и 10 лет с 80-процентной полосой, которая отражает неопределённость самой кривой.",
        },
    ),
}

# ``tests/unit/training/test_recommendation.py`` compares these words with the figures of the cards.
RECOMMENDATION = {
    "en": "No other model ranks patients better or errs less, and only this one gives a curve up to 10 years and shows how "
    "uncertain the curve is. The Mayo score is about as accurate and costs less, but it ends at 7 years.",
    "ru": "Ни одна другая модель не упорядочивает пациентов точнее и не ошибается меньше, и только эта даёт кривую на 10 лет и "
    "показывает, насколько эта кривая надёжна. Шкала Мейо примерно так же точна и стоит дешевле, но рассчитана только на 7 лет.",
}

RECIPE = Recipe(
    id="cox-lasso",
    version="2.0.0",
    coins=150,
    horizon_years=HORIZON_YEARS,
    fit=fit,
    other_horizons={LONGER_HORIZON_YEARS: fit},
    alphas=cox.ALPHAS,
    known_limits=joined(FITTED_LIMITS, COLUMNS_WERE_COMPARED),
    recommendation=RECOMMENDATION,
    refit=refit,
    fit_with_band=fit_with_band,
    evaluate_band=evaluate_band,
    texts=TEXTS,
    tripod=TRIPOD,
)
