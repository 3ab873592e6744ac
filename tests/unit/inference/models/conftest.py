from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from chalicelib.inference.models.base import Model, read_card
from chalicelib.inference.models.loader import load
from chalicelib.inference.patient_file import columns
from tests.support.models import CARDS

REPOSITORY = Path(__file__).resolve().parents[4]
ARTEFACTS = REPOSITORY / "model_artifacts"


@pytest.fixture(scope="session")
def lasso() -> Model:
    return load("lasso", ARTEFACTS).model


@pytest.fixture(scope="session", params=CARDS)
def model_id(request: pytest.FixtureRequest) -> str:
    """Return the id of each model on offer in turn."""
    return str(request.param)


@pytest.fixture(scope="session")
def model(model_id: str) -> Model:
    return load(model_id, ARTEFACTS).model


@pytest.fixture(scope="session")
def card(model_id: str) -> dict[str, Any]:
    return read_card(ARTEFACTS / model_id)


@pytest.fixture(scope="session")
def cohort() -> pd.DataFrame:
    return read_cohort()


def read_cohort() -> pd.DataFrame:
    """Return the 418 patients as the worker reads them."""
    types = dict.fromkeys(columns.NUMBERS, "float64") | dict.fromkeys(columns.CATEGORIES, "str")
    sample = REPOSITORY / "frontend" / "public" / "samples" / "pbc-418.csv"
    return pd.read_csv(sample, dtype=types | {"ID": "str"})
