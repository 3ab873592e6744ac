"""The recipe of ``lasso``: a Lasso on pseudo-observations of restricted mean survival time."""

from dataclasses import replace
from functools import partial

import pandas as pd

from training import lasso
from training.data import Outcome
from training.evaluation import SEED
from training.models import cox_lasso
from training.recipe import HORIZON_YEARS, LONGER_HORIZON_YEARS, Recipe
from training.texts import COLUMNS_WERE_COMPARED, FITTED_LIMITS, Texts, estimand, joined

COINS = 100


def fit(patients: pd.DataFrame, outcome: Outcome, horizon_years: float = HORIZON_YEARS) -> lasso.FittedLasso:
    """Fit the model for a horizon in years."""
    return lasso.fit(lasso.rmst_task(horizon_years), patients, outcome, SEED)


def refit(fitted: lasso.FittedLasso, imputer: object, patients: pd.DataFrame, outcome: Outcome) -> lasso.FittedLasso:
    """Fit the model with another imputer and the penalty of ``fitted``. The intervals stay the same."""
    pipeline = lasso.make_pipeline(fitted.alpha, imputer)
    return replace(fitted, pipeline=pipeline.fit(patients, lasso.rmst_task(HORIZON_YEARS).targets(outcome)))


TEXTS = Texts(
    title={"en": "Expected years of life (Lasso)", "ru": "Ожидаемое число лет жизни (Lasso)"},
    summary={
        "en": "Expected years of life within the next 8 years for a patient with primary biliary cholangitis, from "
        "up to 12 values, with an interval (9 of 10 similar patients live beyond its start, 1 of 10 beyond its "
        "end) and the contribution of each value in years.",
        "ru": "Ожидаемое число лет жизни в ближайшие 8 лет при первичном билиарном холангите, рассчитанное по "
        "показателям пациента (до 12), с интервалом (9 из 10 таких пациентов живут дольше нижней границы, 1 из 10 — дольше верхней) и вкладом "
        "каждого показателя в годах.",
    },
    estimand=estimand("8", "8 лет"),
    point_estimate={
        "en": "The average patient’s years plus the effect of each value, limited to 0–8 years.",
        "ru": "Число лет у среднего пациента плюс вклад каждого показателя, в пределах от 0 до 8 лет.",
    },
    interval_method={
        "en": "The 10% and the 90% quantile of the years lived by held-out patients with a similar estimate: 9 of "
        "10 similar patients outlive the lower end, and 1 of 10 outlives the upper end. Weights account for censoring, and neither "
        "end falls when the estimate rises. Between whole years of the estimate the ends are interpolated. Where more than 1 "
        "of 10 outlives 8 years, the upper end is open (8 years or more).",
        "ru": "Квантили 10\u00a0% и 90\u00a0% числа лет, прожитых пациентами с близкой оценкой, по которым модель не обучалась: 9 из 10 "
        "таких пациентов живут дольше нижней границы, 1 из 10 — дольше верхней. Цензурирование учтено весами, и с ростом оценки ни одна "
        "граница не снижается. Между целыми годами оценки границы интерполируются. Если больше 8 лет живёт более чем 1 из 10, верхняя "
        "граница открыта (8 лет и более).",
    },
    changes={
        "en": "Version 2.0.0: the interval no longer jumps and no longer begins at the estimate, and a missing value is replaced by "
        "the one to expect for such a patient, not by the median. For the 418 patients of the sample file the estimate moved by "
        "0.05 years on average (0.34 at most), and the lower end by 1.1 years downwards on average; for some patients it moved up.",
        "ru": "Версия 2.0.0: интервал больше не меняется скачками и не начинается с самой оценки, а пропуск заменяется не медианой, "
        "а значением, ожидаемым у такого пациента. У 418 пациентов файла-примера оценка сместилась в среднем на 0,05 года (самое "
        "большее — на 0,34), нижняя граница — в среднем на 1,1 года вниз; у некоторых пациентов она поднялась.",
    },
)

TRIPOD = {
    "1": {
        "en": "Development and evaluation of a penalised linear model (Lasso) of years lived within 8 years in primary biliary cholangitis.",
        "ru": "Построение и проверка линейной модели со штрафом (Lasso) для числа лет, прожитых за 8 лет, при первичном билиарном холангите.",
    },
    "12c": {
        "en": "Lasso on jackknife pseudo-observations of restricted mean survival time. The penalty is chosen by 5-fold cross-validation, repeated twice, for the least weighted squared error. The ends of the interval are the 10% and the 90% quantile of the years that held-out patients with similar predictions lived (locally weighted, and weighted for censoring), made isotonic in the prediction. Both are nested in every outer fold.",
        "ru": "Lasso по псевдонаблюдениям ограниченного среднего времени выживания (метод складного ножа). Штраф выбирается 5-кратной перекрёстной проверкой, повторённой дважды, по наименьшей взвешенной квадратичной ошибке. Границы интервала — квантили 10\u00a0% и 90\u00a0% числа лет, прожитых пациентами с близким прогнозом, не участвовавшими в обучении (локальные веса и веса с учётом цензурирования); затем они делаются монотонными по прогнозу. И то и другое оценивается заново в обучающей части каждого внешнего блока.",
    },
}

ADVANTAGE = {
    "en": "What speaks for this model: every contribution is in years, and the contributions add up to the estimate before it "
    f"is limited to 0–{HORIZON_YEARS:.0f} years. It also costs less than “{cox_lasso.TEXTS.title['en']}” (list prices: {COINS} and {cox_lasso.RECIPE.coins} coins).",
    "ru": "В пользу этой модели говорит то, что вклад каждого показателя выражен в годах и что вклады складываются в оценку (до её "
    f"ограничения пределами 0–{HORIZON_YEARS:.0f} лет). Она и стоит дешевле, чем модель «{cox_lasso.TEXTS.title['ru']}»: по прейскуранту "
    f"{COINS} монет, а не {cox_lasso.RECIPE.coins}.",
}

RECIPE = Recipe(
    id="lasso",
    version="2.0.0",
    coins=COINS,
    horizon_years=HORIZON_YEARS,
    fit=fit,
    other_horizons={LONGER_HORIZON_YEARS: partial(fit, horizon_years=LONGER_HORIZON_YEARS)},
    fit_within=fit,
    alphas=lasso.ALPHAS,
    known_limits=joined(FITTED_LIMITS, COLUMNS_WERE_COMPARED),
    advantage=ADVANTAGE,
    refit=refit,
    texts=TEXTS,
    tripod=TRIPOD,
)
