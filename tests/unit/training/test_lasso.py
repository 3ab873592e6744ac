import numpy as np
import pandas as pd

from training.data import Outcome
from training.evaluation import FOLDS, cross_validate
from training.lasso import ALPHAS, LassoTask, fit, rmst_task
from training.preparation import FEATURES


def test_the_outcome_is_not_a_feature() -> None:
    assert not {"ID", "N_Days", "Status", "Drug"} & set(FEATURES)


def test_the_same_seed_gives_the_same_fit(patients: pd.DataFrame, outcome: Outcome) -> None:
    first, second = (fit(rmst_task(8.0), patients, outcome, seed=3) for _ in range(2))
    assert first.alpha == second.alpha
    assert first.intervals == second.intervals
    assert np.array_equal(first.years(patients, 8.0), second.years(patients, 8.0))


def test_the_chosen_penalty_is_inside_the_grid(patients: pd.DataFrame, outcome: Outcome) -> None:
    assert ALPHAS[-1] < fit(rmst_task(8.0), patients, outcome, seed=0).alpha < ALPHAS[0]


def test_the_fit_has_converged(patients: pd.DataFrame, outcome: Outcome) -> None:
    # At the optimum of the Lasso the residuals' covariance with a kept feature is alpha, and less with a dropped one.
    task = rmst_task(8.0)
    fitted = fit(task, patients, outcome, seed=0)
    features = fitted.pipeline[:-1].transform(patients)
    residual = task.targets(outcome) - fitted.pipeline.predict(patients)
    slope = features.T @ residual / len(residual)
    coefficients = fitted.pipeline[-1].coef_
    kept = coefficients != 0
    np.testing.assert_allclose(slope[kept], fitted.alpha * np.sign(coefficients[kept]), rtol=0, atol=1e-9)
    assert (np.abs(slope[~kept]) <= fitted.alpha).all()


def test_a_fit_sees_no_held_out_outcome(patients: pd.DataFrame, outcome: Outcome) -> None:
    """Each fold's targets are computed from its own training rows: 334 of 418, then 4/5 of those to tune."""
    sizes: list[int] = []
    original = rmst_task(8.0)

    def counting(train: Outcome) -> np.ndarray:
        sizes.append(len(train.years))
        targets: np.ndarray = original.targets(train)
        return targets

    task = LassoTask(8.0, counting, original.truth)
    cross_validate(lambda rows, train: fit(task, rows, train, seed=0), patients, outcome, (8.0,), repeats=1)
    assert max(sizes) <= 335
    assert sum(size >= 334 for size in sizes) == FOLDS
