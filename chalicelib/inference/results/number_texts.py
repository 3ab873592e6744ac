"""Write whole columns of numbers as text. Only the worker imports this module: the API has neither numpy nor orjson."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import orjson

DECIMALS = 6

Vector = npt.NDArray[np.float64]


def number_texts(columns: Sequence[Vector], separator: str = ",") -> list[str]:
    """Return the numbers of each of n rows as text, joined by ``separator``. Each column has the shape (n,).

    A number has at most DECIMALS decimals. NaN is an empty text.
    """
    # Adding zero turns the -0.0 of an unused column into 0.0.
    matrix = np.stack(columns, axis=1).round(DECIMALS) + 0.0
    text = orjson.dumps(matrix, option=orjson.OPT_SERIALIZE_NUMPY)[2:-2].decode().replace("null", "")
    if not text:
        return []
    if separator == ",":
        return text.split("],[")
    return text.replace("],[", "|").replace(",", separator).split("|")
