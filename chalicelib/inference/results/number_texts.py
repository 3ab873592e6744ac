"""Write whole columns of numbers as text. Only the worker imports this module: the API has no numpy."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import orjson

DECIMALS = 6

Vector = npt.NDArray[np.float64]


def number_texts(columns: Sequence[Vector], *, commas: bool = True) -> list[str]:
    """Return the numbers of each of n rows as text: one for each column, which has the shape (n,).

    A number has at most DECIMALS decimals. NaN is an empty text. With ``commas`` a comma follows each number.
    """
    # Adding zero turns the -0.0 of an unused column into 0.0.
    matrix = np.stack(columns, axis=1).round(DECIMALS) + 0.0
    text = orjson.dumps(matrix, option=orjson.OPT_SERIALIZE_NUMPY)
    # [[1.5,null],[2.0,3.0]] becomes [[1.5,,[2.0,3.0
    text = text.translate(None, b"nul]" if commas else b"nul],")
    rows = text.decode().split("[")[2:]
    if commas and rows:
        rows[-1] += ","
    return rows
