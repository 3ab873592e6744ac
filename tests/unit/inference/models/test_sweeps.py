"""Every input of every model is moved in small steps. Neither the estimate nor an end of the interval jumps."""

from collections.abc import Iterator
from itertools import chain, combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest

from chalicelib.inference.models.base import Model
from chalicelib.inference.patient_file import columns
from tests.support.frames import predict
from tests.unit.inference.models.patients import estimate, patient

STEPS = 2_000
SICK = {"Bilirubin": 14.0, "Albumin": 2.6, "Prothrombin": 12.2, "Edema": "S", "Stage": "4", "Age": 21000.0}
WELL = {"Bilirubin": 0.6, "Albumin": 4.1, "Prothrombin": 9.8, "Stage": "1", "Age": 14000.0}
GAPS = dict.fromkeys(("Copper", "Cholesterol", "Tryglicerides", "SGOT"))
PATIENTS = {"sick": SICK, "average": {}, "well": WELL}
SWEPT = [column.name for column in columns.COLUMNS if column.kind in {"number", "category"}]

all_patients = pytest.mark.parametrize("gaps", [{}, GAPS], ids=["complete", "with gaps"])


def sweeps(model: Model, gaps: dict[str, None]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the predictions while one input of a patient moves through its whole range of possible values."""
    for kind, values in PATIENTS.items():
        for name in SWEPT:
            if name not in model.columns:
                continue
            column = columns.BY_NAME[name]
            if column.kind == "number":
                swept = np.geomspace(*column.limits, STEPS)
            else:
                swept = np.array(column.allowed, dtype=object)
            rows = patient(**(gaps | values)).loc[np.zeros(len(swept), int)].reset_index(drop=True)
            yield f"{kind}: {name}", predict(model, rows.assign(**{name: swept}))


@all_patients
def test_an_end_of_the_interval_moves_at_most_as_far_as_the_card_says(
    model: Model, card: dict[str, Any], gaps: dict[str, None]
) -> None:
    """The card's bound is for one unit of the model's own score, which the estimate is computed from."""
    moved = 0
    for label, output in sweeps(model, gaps):
        score_step = np.abs(np.diff(estimate(output)))
        for end in ("lower", "upper"):
            step = np.abs(np.diff(output[end]))
            assert (step <= card["interval_slope_max"] * score_step + 1e-9).all(), (label, end)
            moved += int(np.count_nonzero(step))
    assert moved > STEPS


@all_patients
def test_no_end_of_the_interval_moves_against_the_estimate(model: Model, gaps: dict[str, None]) -> None:
    for label, output in sweeps(model, gaps):
        direction = np.sign(np.diff(output["years"]))
        for end in ("lower", "upper"):
            assert (direction * np.diff(output[end]) >= -1e-9).all(), (label, end)


WORSE_IF_HIGHER = {"Age": True, "Edema": True, "Bilirubin": True, "Albumin": False, "Prothrombin": True}


def test_a_worse_required_value_never_lengthens_anything_whatever_is_missing(model: Model) -> None:
    """All combinations of missing columns are tried: a value also moves what is expected of the missing ones."""
    parts: list[pd.DataFrame] = []
    for values in PATIENTS.values():
        for name in WORSE_IF_HIGHER:
            column = columns.BY_NAME[name]
            swept = np.geomspace(*column.limits, 40) if column.kind == "number" else np.array(column.allowed)
            rows = patient(**values).loc[np.zeros(len(swept), int)]
            parts.append(rows.assign(**{name: swept, "swept": name, "sweep": len(parts)}))
    rows = pd.concat(parts, ignore_index=True)
    is_next = rows["sweep"].diff().to_numpy()[1:] == 0
    direction = rows["swept"].map(WORSE_IF_HIGHER).map({True: 1.0, False: -1.0}).to_numpy()[1:]
    optional = [name for name in model.columns if name not in WORSE_IF_HIGHER]
    for missing in chain.from_iterable(combinations(optional, count) for count in range(len(optional) + 1)):
        output = predict(model, rows.drop(columns=list(missing)))
        for figure in ("years", "lower", "upper"):
            change = np.diff(output[figure]) * direction
            assert (change[is_next] <= 1e-9).all(), (missing, figure, rows["swept"][1:][is_next & (change > 1e-9)])


@all_patients
def test_a_small_step_of_an_input_never_moves_an_end_by_half_a_year(model: Model, gaps: dict[str, None]) -> None:
    """A step is half a percent of a value or less. In versions 1 an end could move by 1.7 years."""
    for label, output in sweeps(model, gaps):
        if len(output) == STEPS:
            for name in ("years", "lower", "upper"):
                assert np.abs(np.diff(output[name])).max() < 0.5, (label, name)
