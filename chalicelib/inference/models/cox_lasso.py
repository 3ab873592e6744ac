"""The model ``cox-lasso``: survival curves from a Cox model with an L1 penalty (Cox, 1972; Tibshirani, 1997)."""

from chalicelib.inference.models.curve import CurveModel


class CoxLassoModel(CurveModel):
    """A survival curve for each patient. Contributions are to the log hazard, relative to the average patient."""


MODEL = CoxLassoModel
