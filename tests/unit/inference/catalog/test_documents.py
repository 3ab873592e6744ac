"""What the catalogue shows of a model."""

from chalicelib.inference.catalog import catalog
from chalicelib.inference.catalog.catalog import Catalog
from chalicelib.inference.patient_file import columns

CATALOG = Catalog()
DOCUMENTS = {offer.id: catalog.document(offer) for offer in CATALOG.all()}


def test_a_model_names_the_columns_that_it_uses() -> None:
    assert DOCUMENTS["mayo"]["used_columns"] == ["Age", "Edema", "Bilirubin", "Albumin", "Prothrombin"]
    assert DOCUMENTS["mayo"]["filling_columns"] == []
    for name, document in DOCUMENTS.items():
        used, filling = set(document["used_columns"]), set(document["filling_columns"])
        weights = {feature["column"]: feature["coefficient"] for feature in CATALOG.get(name).card["features"]}
        assert used == {column for column, weight in weights.items() if weight}, name
        assert used | filling == set(weights), name
        assert {column.name for column in columns.COLUMNS if column.required} <= used, name


def test_all_models_can_be_compared_at_one_horizon() -> None:
    horizons = {document["common_horizon"]["horizon_years"] for document in DOCUMENTS.values()}
    assert horizons == {min(document["horizon_years"] for document in DOCUMENTS.values())}
    constants = [document["common_horizon"]["constant"] for document in DOCUMENTS.values()]
    assert all(constant == constants[0] for constant in constants)


def test_the_figures_of_the_common_horizon_agree_with_those_of_the_evaluation() -> None:
    mayo = DOCUMENTS["mayo"]
    assert mayo["common_horizon"]["concordance"] == mayo["quality"]["uno_c_7y"]
    for name, document in DOCUMENTS.items():
        if "ipcw_mae_7y" in document["quality"]:
            assert document["common_horizon"]["mae"] == document["quality"]["ipcw_mae_7y"], name


def test_at_most_one_model_is_recommended() -> None:
    assert sum(document["recommendation"] is not None for document in DOCUMENTS.values()) <= 1
