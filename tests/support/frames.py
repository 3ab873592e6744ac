"""Patients as a pandas DataFrame."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from chalicelib.inference.models.base import Model, Patients
from chalicelib.inference.models.transformers import encode
from chalicelib.inference.patient_file import columns


def predict(model: Model, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the output columns of ``model`` as a frame with the index of ``frame``."""
    return pd.DataFrame(dict(model.predict(patients_of(frame))), index=frame.index)


def patients_of(frame: pd.DataFrame) -> Patients:
    """Return the stored columns of a frame with numbers, and categories as text, as the models take them.

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
