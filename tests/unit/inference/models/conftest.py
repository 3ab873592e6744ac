from pathlib import Path

import pandas as pd
import pytest

from chalicelib.inference.models.base import Model
from chalicelib.inference.models.loader import load
from chalicelib.inference.patient_file import columns
from tests.support.models import CARDS

REPOSITORY = Path(__file__).resolve().parents[4]
ARTEFACTS = REPOSITORY / "model_artifacts"


@pytest.fixture(scope="session")
def lasso() -> Model:
    return load("lasso", ARTEFACTS).model


@pytest.fixture(scope="session", params=CARDS)
def model(request: pytest.FixtureRequest) -> Model:
    """Return each model on offer in turn."""
    return load(request.param, ARTEFACTS).model


@pytest.fixture(scope="session")
def cohort() -> pd.DataFrame:
    return read_cohort()


def read_cohort() -> pd.DataFrame:
    """Return the 418 patients as the worker reads them."""
    types = dict.fromkeys(columns.NUMBERS, "float64") | dict.fromkeys(columns.CATEGORIES, "str")
    sample = REPOSITORY / "frontend" / "public" / "samples" / "pbc-418.csv"
    return pd.read_csv(sample, dtype=types | {"ID": "str"})
