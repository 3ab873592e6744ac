"""The recipe of ``mayo``: the published score and survival curve. Nothing is fitted."""

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from chalicelib.inference.models.curve import Baseline
from chalicelib.inference.models.mayo import COEFFICIENTS, EDEMA_CODES, LOGGED, REFERENCE_SCORE, REFERENCE_SURVIVAL
from chalicelib.inference.models.transformers import (
    ColumnEncoder,
    ConditionalMeanImputer,
    LinearScore,
    LogColumns,
)
from training.curve import FittedCurve
from training.data import Outcome
from training.preparation import training_values
from training.recipe import Recipe
from training.texts import OUTPUT, Bilingual, Statements, Texts, curve_interval, estimand, joined

SURVIVAL_YEARS = tuple(range(1, len(REFERENCE_SURVIVAL) + 1))
HORIZON_YEARS = float(SURVIVAL_YEARS[-1])
COLUMNS = tuple(COEFFICIENTS)

BASELINE = Baseline(
    (0.0, *map(float, SURVIVAL_YEARS)), (0.0, *(-np.log(np.array(REFERENCE_SURVIVAL))).tolist())
)  # fmt: skip


def fit(patients: pd.DataFrame, _outcome: Outcome, imputer: object | None = None) -> FittedCurve:
    """Return the published score. Only the mean is of these patients, to which the contributions are relative.

    ``imputer`` replaces the ``ConditionalMeanImputer``, for comparison.
    """
    steps = Pipeline([
        ("encode", ColumnEncoder(COLUMNS, {"Edema": EDEMA_CODES})),
        ("log", LogColumns(tuple(COLUMNS.index(name) for name in LOGGED))),
        # Only for the evaluation: in a patient file these columns are required.
        ("impute", clone(imputer) if imputer else ConditionalMeanImputer()),
        ("centre", StandardScaler(with_std=False)),
    ])  # fmt: skip
    centred = steps.fit_transform(patients)
    coefficients = np.array(list(COEFFICIENTS.values()))
    mean_score = float((coefficients * steps.named_steps["centre"].mean_).sum())
    score = LinearScore(tuple(COEFFICIENTS.values()), mean_score).fit(centred)
    pipeline = Pipeline([*steps.steps, ("score", score)])
    return FittedCurve(
        pipeline=pipeline,
        training=training_values(steps.named_steps["encode"], patients),
        baseline=BASELINE,
        reference=REFERENCE_SCORE,
        scale="score",
        horizon_years=HORIZON_YEARS,
        survival_years=SURVIVAL_YEARS,
        band=None,
    )


def refit(_fitted: FittedCurve, imputer: object, patients: pd.DataFrame, outcome: Outcome) -> FittedCurve:
    """Return the published score with another imputer."""
    return fit(patients, outcome, imputer)


TEXTS = Texts(
    title={"en": "Mayo risk score, 1989", "ru": "Шкала риска клиники Мейо, 1989"},
    summary={
        "en": "The published Mayo risk score from age, bilirubin, albumin, prothrombin time and oedema, with its survival "
        "curve up to 7 years: a simple baseline for the other models, made from 312 of the 418 patients on whom they are compared.",
        "ru": "Опубликованная шкала риска клиники Мейо по возрасту, билирубину, альбумину, протромбиновому времени и отёкам, с её "
        "кривой выживаемости на 7 лет: простая модель для сравнения с другими, построенная по 312 из тех 418 пациентов, на "
        "которых сравниваются модели.",
    },
    estimand=estimand("7", "7 лет"),
    point_estimate={
        "en": "The mean of the published survival curve at the patient’s score up to 7 years (the area under it). The published "
        "curve ends at 7 years. Nothing is fitted here: score and curve are used as published.",
        "ru": "Среднее по опубликованной кривой выживаемости для балла пациента в пределах 7 лет (площадь под кривой). "
        "Опубликованная кривая построена на 7 лет. Здесь ничего не подбирали заново: шкала и кривая взяты из публикации.",
    },
    interval_method=curve_interval("7"),
    changes={
        "en": "Version 2.0.0: the interval is read from the published curve alone, no longer jumps and no longer begins at the "
        "estimate. For the 418 patients of the sample file the lower end moved by 1.0 year downwards on average; for 16% it moved up. The estimates are "
        "the same.",
        "ru": "Версия 2.0.0: интервал определяется только по опубликованной кривой, больше не меняется скачками и не "
        "начинается с самой оценки. У 418 пациентов файла-примера нижняя граница сместилась в среднем на 1,0 года вниз; у 16\u00a0% она поднялась. Оценки не "
        "изменились.",
    },
    curve_band_method={
        "en": "There is none. The sources of this model do not say how the published coefficients and the published curve vary "
        "together. A band without this uncertainty would look more certain than it is.",
        "ru": "Полосы нет. В источниках этой модели не указана совместная неопределённость опубликованных коэффициентов и "
        "опубликованной кривой. Полоса без её учёта создавала бы ложное впечатление точности.",
    },
)

TRIPOD = {
    "1": {
        "en": "Evaluation of the published Mayo risk score of primary biliary cholangitis.",
        "ru": "Проверка опубликованной шкалы риска клиники Мейо для первичного билиарного холангита.",
    },
    "4": {
        "en": "To evaluate the published score on these patients, in time (later visits) and externally (the PBC3 trial), as a baseline for the other models.",
        "ru": "Проверить опубликованную шкалу на этих пациентах, во времени (более поздние обследования) и на внешних данных (исследование PBC3) — как точку отсчёта для других моделей.",
    },
    "7": {
        "en": "Units as published; age in years of 365.25 days; the natural logarithm of bilirubin, albumin and prothrombin time. Values outside the training range are used as they are and flagged.",
        "ru": "Единицы измерения — как в опубликованных данных; возраст — в годах по 365,25 дня; билирубин, альбумин и протромбиновое время — в виде натуральных логарифмов. Значения вне диапазона обучающих данных используются как есть и отмечаются.",
    },
    "9a": {"en": "The five predictors of the published score.", "ru": "Пять предикторов опубликованной шкалы."},
    "10": {
        "en": "The published score was fitted to 312 patients with 125 deaths. It is evaluated here on all {cohort[patients]} patients with {cohort[deaths]} deaths.",
        "ru": "Опубликованная шкала построена по 312 пациентам, из которых умерли 125. Здесь она проверена на всех пациентах: {cohort[patients]}, из них умерли {cohort[deaths]}.",
    },
    "11": {
        "en": "The five predictors are required in a patient file, so none is missing. In the evaluation, a missing value is replaced by its conditional expectation given the patient’s measured predictors, under a multivariate normal distribution fitted to the training rows only by maximum likelihood (EM algorithm; Dempster, Laird & Rubin 1977). Two of the {cohort[patients]} patients lack prothrombin time. PBC3 lacks prothrombin time and oedema.",
        "ru": "Пять предикторов обязательны в файле с данными пациентов, поэтому пропусков в них нет. При проверке недостающее значение заменяется условным математическим ожиданием при измеренных предикторах пациента — по многомерному нормальному распределению, оценённому методом максимального правдоподобия только по обучающей части (EM-алгоритм; Dempster, Laird, Rubin 1977). Протромбинового времени нет у двух из {cohort[patients]} пациентов. В PBC3 нет протромбинового времени и отёков.",
    },
    "12a": {
        "en": "Nothing of the model is fitted here: score and curve are used as published, and the interval is read from the curve. In the {quality[repeats]} × {quality[folds]} folds of the evaluation only the imputation is fitted.",
        "ru": "Сама модель по этим данным не обучалась: шкала и кривая взяты из публикации, интервал определяется по кривой. В блоках проверки ({quality[repeats]} × {quality[folds]}) оценивается только заполнение пропусков.",
    },
    "12b": {
        "en": "As published: age linearly, oedema as 0, 0.5, 1, the natural logarithm of bilirubin, albumin and prothrombin time.",
        "ru": "Как в публикации: возраст — линейно, отёки — 0; 0,5; 1, билирубин, альбумин и протромбиновое время — в виде натуральных логарифмов.",
    },
    "12c": {
        "en": "A Cox model of 1989, used as published with its survival at seven whole years. Between these years the hazard is taken to be constant. The interval is read from the patient’s own curve, at its 10% and 90% quantile. Nothing is fitted here.",
        "ru": "Модель Кокса 1989 года, использованная в опубликованном виде, с выживаемостью через каждый год до седьмого. Внутри года риск считается постоянным. Интервал определяется по кривой самого пациента — это её квантили 10\u00a0% и 90\u00a0%. Здесь ничего не подбирали заново.",
    },
    "15": joined(
        OUTPUT,
        {
            "en": " The chances of still being alive after 1, 2, 3, 4, 5, 6 and 7 years, without a band.",
            "ru": " Вероятности прожить дольше 1, 2, 3, 4, 5, 6 и 7 лет, без полосы.",
        },
    ),
}

IN_SAMPLE: Bilingual = {
    "en": "The score was made from 312 of these 418 patients. So its figures, here and where the models are compared, are partly in "
    "sample: they may be too good. For the other {patients} patients Harrell’s concordance is {c_index:±.2f} and the average error "
    "{mae:±.2f} years. The bias is {bias:±+.2f} years{bias:?}.",
    "ru": "Шкала построена по 312 из этих 418 пациентов, поэтому её показатели и здесь, и в сравнении моделей отчасти получены на тех же "
    "данных и могут выглядеть лучше, чем на самом деле. Для остальных {patients} пациентов индекс конкордации Харрелла — {c_index:±.2f}, средняя ошибка — "
    "{mae:±.2f} года. Смещение равно {bias:±+.2f} года{bias:?}.",
}
LATER_FIT: Bilingual = {
    "en": "the published score was made from these same patients; nothing is fitted here",
    "ru": "опубликованная шкала построена по этим же пациентам; здесь ничего не подбирали заново",
}
KNOWN_LIMITS: Statements = {
    "en": [
        "The published curve ends at 7 years. Between whole years its hazard is taken to be constant.",
        "Values outside the range of these patients are used as they are and flagged. How well the score works there is not known.",
    ],
    "ru": [
        "Опубликованная кривая построена на 7 лет. Между целыми годами риск считается постоянным.",
        "Значения за пределами диапазона этих пациентов используются как есть и отмечаются. Насколько точна шкала там, "
        "неизвестно.",
    ],
}

RECIPE = Recipe(
    id="mayo",
    version="2.0.0",
    coins=20,
    horizon_years=HORIZON_YEARS,
    fit=fit,
    refit=refit,
    texts=TEXTS,
    tripod=TRIPOD,
    known_limits=KNOWN_LIMITS,
    in_sample=IN_SAMPLE,
    later_fit=LATER_FIT,
)
