"""Patients as a pandas DataFrame: training, the tests and large files have them in this form."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from chalicelib.inference.models.base import Model, Patients
from chalicelib.inference.patient_file import columns


def encode(column: pd.Series, codes: Mapping[str, float]) -> npt.NDArray[np.float64]:
    """Return the code of each text, NaN for missing. Each distinct text is looked up once.

    Raises ``ValueError`` for a text without a code.
    """
    positions, values = pd.factorize(column)
    known = []
    for value in values:
        # pandas reads a column of digits and blanks as numbers, so Stage 4 may arrive as 4.0.
        text = str(value).removesuffix(".0")
        if text not in codes:
            raise ValueError(f"{column.name}: {text!r} is none of {', '.join(codes)}")
        known.append(codes[text])
    # factorize gives a missing value the position -1, which selects the last entry.
    return np.array([*known, np.nan])[positions]


def patients_of(frame: pd.DataFrame) -> Patients:
    """Return the columns of a frame as the models take them. Columns that are not stored are left out.

    Raises ``ValueError`` for a category that is not one of those allowed.
    """
    patients: dict[str, npt.NDArray[np.float64] | npt.NDArray[np.intp]] = {}
    for name in columns.STORED:
        column = columns.BY_NAME[name]
        if name not in frame.columns:
            continue
        if column.kind == "number":
            patients[name] = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
        elif column.kind == "category":
            positions = encode(frame[name], {text: float(index) for index, text in enumerate(column.allowed)})
            patients[name] = np.nan_to_num(positions, nan=-1.0).astype(np.intp)
    return patients


def predict_frame(model: Model, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the output columns of ``model`` as a frame with the index of ``frame``; see ``Model.predict``."""
    return pd.DataFrame(model.predict_columns(patients_of(frame)), index=frame.index)
