import pandas as pd


def estimate(output: pd.DataFrame) -> pd.Series:
    """Return baseline plus contributions of each row of a model's output."""
    contributions = [name for name in output.columns if name.startswith("contribution:")]
    return output["baseline"] + output[contributions].sum(axis=1)


def patient(**values: object) -> pd.DataFrame:
    """Return a frame of one ordinary patient with every value measured. ``values`` replace some of them."""
    ordinary: dict[str, object] = {
        "ID": "7", "Age": 18000.0, "Sex": "F", "Ascites": "N", "Hepatomegaly": "N", "Spiders": "N", "Edema": "N",
        "Bilirubin": 1.4, "Cholesterol": 300.0, "Albumin": 3.5, "Copper": 70.0, "Alk_Phos": 1200.0, "SGOT": 110.0,
        "Tryglicerides": 110.0, "Platelets": 250.0, "Prothrombin": 10.6, "Stage": "3",
    }  # fmt: skip
    return pd.DataFrame([ordinary | values])
