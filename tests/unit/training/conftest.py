import pandas as pd
import pytest

from training import data
from training.data import Outcome


@pytest.fixture(scope="session")
def patients() -> pd.DataFrame:
    return data.cirrhosis()


@pytest.fixture(scope="session")
def outcome(patients: pd.DataFrame) -> Outcome:
    return data.death(patients)
