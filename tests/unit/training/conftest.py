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
    return Report(**{name: _with_standard_errors(card[name]) for name in Report.__annotations__})


def _with_standard_errors(figures: Any) -> Any:
    """Return nested figures by the names that they have when the cards have standard errors."""
    if not isinstance(figures, dict):
        return figures
    return {name.replace("_sd", "_se"): _with_standard_errors(part) for name, part in figures.items()}
