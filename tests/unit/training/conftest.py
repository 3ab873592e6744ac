from typing import Any

import pandas as pd
import pytest

from training import data
from training.data import Outcome
from training.report import Report


@pytest.fixture(scope="session")
def patients() -> pd.DataFrame:
    return data.cirrhosis()


@pytest.fixture(scope="session")
def outcome(patients: pd.DataFrame) -> Outcome:
    return data.death(patients)


def report_of(card: dict[str, Any]) -> Report:
    """Return the report that a card was made from, with its rounded figures."""
    return Report(**{name: card[name] for name in Report.__annotations__})
