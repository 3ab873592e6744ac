"""``lasso``: a Lasso on pseudo-observations of restricted mean survival time."""

from functools import partial

import pandas as pd

from training import lasso
from training.data import Outcome
from training.evaluation import SEED
from training.recipe import HORIZON_YEARS, LONGER_HORIZON_YEARS, Recipe
from training.texts import Texts, estimand


def fit(patients: pd.DataFrame, outcome: Outcome, horizon_years: float = HORIZON_YEARS) -> lasso.FittedLasso:
    """Fit the model for a horizon."""
    return lasso.fit(lasso.rmst_recipe(horizon_years), patients, outcome, SEED)


TEXTS = Texts(
    title={"en": "Expected years of life (Lasso)", "ru": "Ожидаемое число лет жизни (Lasso)"},
    summary={
        "en": "Expected years of life within the next 8 years for a patient with primary biliary cholangitis, from "
        "12 findings of an ordinary visit, with an 80 % interval and what each finding adds or takes away.",
        "ru": "Ожидаемое число лет жизни в ближайшие 8 лет при первичном билиарном холангите — по 12 показателям "
        "обычного обследования, с 80-процентным интервалом и вкладом каждого показателя.",
    },
    estimand=estimand("8", "8 лет"),
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

TRIPOD = {
    "1": "Development and evaluation of a penalised linear model (Lasso) of years lived within 8 years in primary biliary cholangitis.",
    "12c": "Lasso on jackknife pseudo-observations of restricted mean survival time; the penalty by 5-fold cross-validation twice over, least weighted squared error; interval from held-out residuals by quarter of risk. Nested in every outer fold.",
}

RECIPE = Recipe(
    id="lasso",
    version="1.1.0",
    coins=100,
    horizon_years=HORIZON_YEARS,
    fit=fit,
    others={LONGER_HORIZON_YEARS: partial(fit, horizon_years=LONGER_HORIZON_YEARS)},
    alphas=lasso.ALPHAS,
    texts=TEXTS,
    tripod=TRIPOD,
)
