"""The recipe of ``mayo``: the published score and survival curve. Nothing is fitted."""

import numpy as np
import pandas as pd
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
from training.texts import Statements, Texts, curve_interval, estimand

SURVIVAL_YEARS = tuple(range(1, len(REFERENCE_SURVIVAL) + 1))
HORIZON_YEARS = float(SURVIVAL_YEARS[-1])
COLUMNS = tuple(COEFFICIENTS)

BASELINE = Baseline(
    (0.0, *map(float, SURVIVAL_YEARS)), (0.0, *(-np.log(np.array(REFERENCE_SURVIVAL))).tolist())
)  # fmt: skip


def fit(patients: pd.DataFrame, _outcome: Outcome) -> FittedCurve:
    """Return the published score. Only the mean is of these patients, to which the contributions are relative."""
    steps = Pipeline([
        ("encode", ColumnEncoder(COLUMNS, {"Edema": EDEMA_CODES})),
        ("log", LogColumns(tuple(COLUMNS.index(name) for name in LOGGED))),
        # Only for the evaluation: in a patient file these columns are required.
        ("impute", ConditionalMeanImputer()),
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


TEXTS = Texts(
    title={"en": "Mayo risk score, 1989", "ru": "Шкала риска клиники Мейо, 1989"},
    summary={
        "en": "The published Mayo risk score from age, bilirubin, albumin, prothrombin time and oedema, with its survival "
        "curve up to 7 years: a transparent baseline for comparison with the other models.",
        "ru": "Опубликованная шкала риска клиники Мейо — по возрасту, билирубину, альбумину, протромбиновому времени и "
        "отёкам — с её кривой выживаемости на 7 лет: прозрачная точка отсчёта для сравнения с другими моделями.",
    },
    estimand=estimand("7", "7 лет"),
    point_estimate={
        "en": "The mean of the published survival curve at the patient's score up to 7 years (the area under it). No survival "
        "beyond 7 years was published, so the model does not predict it.",
        "ru": "Среднее по опубликованной кривой выживаемости для балла пациента в пределах 7 лет (площадь под кривой). "
        "Выживаемость после 7 лет не публиковалась, поэтому модель её не предсказывает.",
    },
    interval_method=curve_interval("7"),
    curve_band_method={
        "en": "There is none. The sources of this model do not say how the published coefficients and the published curve vary "
        "together. A band without this uncertainty would look more certain than it is.",
        "ru": "Полосы нет. В источниках этой модели не указана совместная неопределённость опубликованных коэффициентов и "
        "опубликованной кривой. Полоса без её учёта создавала бы ложную уверенность.",
    },
)

TRIPOD = {
    "1": "Evaluation of the published Mayo risk score of primary biliary cholangitis.",
    "4": "To evaluate the published score on these patients, in time (later visits) and externally (the PBC3 trial), as a baseline for the other models.",
    "12c": "A Cox model of 1989, used as published with its survival at seven whole years. Between these years the hazard is taken to be constant. Only the interval's levels are fitted here, by quarter of risk.",
    "7": "Units as published; age in years of 365.25 days; the natural logarithm of bilirubin, albumin and prothrombin time. Values outside the training range are used as they are and flagged.",
    "9a": "The five predictors of the published score.",
    "10": "The published score was fitted to 312 patients with 125 deaths. It is evaluated here on all 418 patients with 161 deaths.",
    "11": "The five predictors are required in a patient file, so none is missing. Two of the 418 patients lack prothrombin time; in the evaluation it is replaced by the median.",
    "12a": "The score is not fitted here. Its intervals are fitted inside 5 x 5 folds.",
    "12b": "As published: age linearly, oedema as 0, 0.5, 1, the natural logarithm of bilirubin, albumin and prothrombin time.",
}

KNOWN_LIMITS: Statements = {
    "en": [
        "The score was made from 312 of these 418 patients, so its figures here are partly in sample. For the other "
        "{patients} patients the concordance is {c_index:.2f} and the average error {mae:.1f} years. Only the interval is fitted "
        "inside the folds.",
        "The published curve ends at 7 years. Between whole years its hazard is taken to be constant.",
        "Values outside the range of these patients are used as they are and flagged. How well the score works there is not known.",
    ],
    "ru": [
        "Шкала построена по 312 из этих 418 пациентов, поэтому её показатели здесь отчасти получены на обучающих данных. Для "
        "остальных {patients} пациентов индекс конкордации — {c_index:.2f}, средняя ошибка — {mae:.1f} года. По обучающей части "
        "блоков оценивается только интервал.",
        "Опубликованная кривая заканчивается на 7 годах. Между целыми годами риск считается постоянным.",
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
    texts=TEXTS,
    tripod=TRIPOD,
    known_limits=KNOWN_LIMITS,
)
