"""``cox-lasso``: a survival curve from a Cox model with an L1 penalty, fitted in training and served by numpy."""

from chalicelib.inference.models.curve import CurveModel


class CoxLassoModel(CurveModel):
    """The curve of each patient; contributions are of the log hazard, relative to the average patient."""


MODEL = CoxLassoModel
