"""The steps of a fitted pipeline as operations on plain arrays, and the reading of a pipeline without scikit-learn.

Importing scikit-learn takes longer than all other imports of the worker together. A known step is unpickled as an
object that holds only the step's attributes; ``array_operation`` knows what to do with them. A step that is not known
here is unpickled as what it is, which imports its package, and runs its own ``transform``.
"""

import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
from joblib.numpy_pickle import NumpyUnpickler

Matrix = npt.NDArray[np.float64]
Operation = Callable[[Matrix], Matrix]


def array_operation(step: Any) -> Operation:
    """Return the ``transform`` of a fitted step for matrices of shape (columns, n).

    A known step gives the same bits as its ``transform``, because the same operations follow in the same order.
    """
    known = _OPERATIONS.get(_qualified_name(type(step)))
    return known(step) if known else lambda values: np.ascontiguousarray(step.transform(values.T).T)


def unpickle(content: bytes) -> Any:
    """Return the object that joblib pickled to ``content``, with its known steps as plain objects."""
    return _Unpickler("", io.BytesIO(content), ensure_native_byte_order=True).load()


class _Unpickler(NumpyUnpickler):  # type: ignore[misc]
    def find_class(self, module: str, name: str) -> Any:
        if f"{module}.{name}" in (*_OPERATIONS, *_WITHOUT_OPERATION):
            return type(name, (SimpleNamespace,), {"__module__": module})
        return super().find_class(module, name)


def _qualified_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _clamp(step: Any) -> Operation:
    lower, upper = step.lower_[:, np.newaxis], step.upper_[:, np.newaxis]
    return lambda values: np.clip(values, lower, upper)


def _log(step: Any) -> Operation:
    def transform(values: Matrix) -> Matrix:
        result = values.copy()
        for position in step.positions:  # each row is contiguous, for the reason given in ``LogColumns``
            np.log(values[position], out=result[position])
        return result

    return transform


def _scale(step: Any) -> Operation:
    mean = step.mean_[:, np.newaxis] if step.with_mean else 0.0
    scale = step.scale_[:, np.newaxis] if step.with_std else 1.0
    return lambda values: (values - mean) / scale


_TRANSFORMERS = "chalicelib.inference.models.transformers"
_OPERATIONS: dict[str, Callable[[Any], Operation]] = {
    f"{_TRANSFORMERS}.TrainingRangeClamp": _clamp,
    f"{_TRANSFORMERS}.LogColumns": _log,
    "sklearn.preprocessing._data.StandardScaler": _scale,
}
_WITHOUT_OPERATION = (
    f"{_TRANSFORMERS}.ColumnEncoder",
    f"{_TRANSFORMERS}.ConditionalMeanImputer",
    f"{_TRANSFORMERS}.LinearScore",
    "sklearn.linear_model._coordinate_descent.Lasso",
    "sklearn.pipeline.Pipeline",
)
"""Objects of which only the attributes are needed; see ``AdditivePipeline``."""
