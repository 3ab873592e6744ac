"""What the sender says about a file, and how it was read, from the submission to the receipt."""

from typing import Any

import pytest

from admin.verify import predict
from chalicelib.auth.repository import User
from chalicelib.core.settings import Settings
from chalicelib.inference.catalog.catalog import ARTEFACTS
from chalicelib.inference.models.loader import load
from chalicelib.inference.patient_file.findings import ColumnsUnclearError
from chalicelib.inference.patient_file.reading_options import DEFAULT_READING, ReadingOptions
from chalicelib.inference.patient_file.workbook import WORKBOOK_BYTES_MAX, WorkbookTooLargeError
from chalicelib.inference.predictions.options import Options
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.predictions.receipt import receipt
from chalicelib.inference.storage.file_store import upload_key
from tests.support.workbooks import Cell, workbook
from tests.unit.support import FakeClock, World, csv_of

CLINIC = ReadingOptions(
    decimal=",",
    missing=("999",),
    columns={"nr": "ID", "Alter": "Age", "Aszites": "Ascites", "note": None},
    column_units={"Bilirubin": "umol/L"},
    column_values={"Ascites": {"1": "Y", "2": "N", "9": None}},
)
CLINIC_FILE = (
    b"nr;Alter;Aszites;Edema;bili;Albumin;Prothrombin;note;Copper\n"
    b"a;54,8;1;0;34,2;3,5;10,6;x;999\n"
    b"b;61,2;2;0,5;17,1;2,9;11;y;80\n"
    b"c;48;9;1;8,55;3,9;10,2;z;80\n"
)
PLAIN_FILE = (
    b"ID,Age,Ascites,Edema,Bilirubin,Albumin,Copper,Prothrombin\n"
    b"a,20015.7,Y,N,2,3.5,,10.6\n"
    b"b,22353.3,N,S,1,2.9,80,11\n"
    b"c,17532,,Y,0.5,3.9,80,10.2\n"
)
UMOL = csv_of({"Bilirubin": "21"}, {"Bilirubin": "120"}, {"Bilirubin": "9"})


@pytest.fixture
def small_world(settings: Settings, clock: FakeClock) -> World:
    """A world in which files of a few dozen patients are too large for a direct submission."""
    return World(settings.model_copy(update={"upload_bytes_max": 2000}), clock=clock)


def submit(world: World, user: User, content: bytes, options: Options) -> Prediction:
    return world.predictions.submit(user, "cox-lasso", content, None, None, options).prediction


def upload(world: World, user: User, content: bytes, options: Options = Options()) -> Prediction:  # noqa: B008
    world.files.put(upload_key(user.id, "a" * 32), content, "text/csv")
    return world.predictions.submit_upload(user, "mayo", "a" * 32, None, None, options).prediction


def ended(world: World, prediction: Prediction) -> Prediction:
    world.worker.run(prediction.prediction_id)
    return world.read(prediction)


def kinds(prediction: Prediction) -> list[tuple[str | None, str]]:
    return [(assumption.column, assumption.kind) for assumption in prediction.assumptions]


def estimates(world: World, user: User, prediction: Prediction) -> list[dict[str, Any]]:
    return world.rows(user, prediction.prediction_id, 0, 100)[1]


def test_a_file_with_its_own_headings_units_and_codes_predicts_the_same_as_the_products_own_format(
    world: World,
) -> None:
    user = world.register()
    with_options = ended(world, submit(world, user, CLINIC_FILE, Options(CLINIC)))
    plain = ended(world, submit(world, user, PLAIN_FILE, Options()))
    assert estimates(world, user, with_options) == estimates(world, user, plain)
    assert set(kinds(with_options)) == {
        ("ID", "heading"), ("Age", "heading"), ("Ascites", "heading"), ("Bilirubin", "heading"),
        ("Age", "unit"), ("Bilirubin", "unit"), ("Ascites", "words"), ("Edema", "words"),
        ("Ascites", "missing_mark"), ("Copper", "missing_mark"),
    }  # fmt: skip
    assert kinds(plain) == []


def test_a_prediction_keeps_its_options_and_assumptions_and_a_retry_repeats_them(world: World) -> None:
    user = world.register()
    first = submit(world, user, CLINIC_FILE, Options(CLINIC))
    stored = world.read(first)
    assert stored.options == Options(CLINIC)
    assert stored.assumptions == first.assumptions
    again = world.predictions.retry(user, ended(world, first).prediction_id).prediction
    assert (again.options, again.assumptions) == (stored.options, stored.assumptions)


def test_the_receipt_holds_what_is_needed_to_read_the_file_in_the_same_way(world: World) -> None:
    document = receipt(ended(world, submit(world, world.register(), CLINIC_FILE, Options(CLINIC))))
    assert document
    assert document["column_values"] == {"Ascites": {"1": "Y", "2": "N", "9": None}}
    assert document["missing"] == ["999"]
    again = predict(load("cox-lasso", ARTEFACTS), CLINIC_FILE, Options(CLINIC))
    assert (again.sha256, again.assumptions) == (document["result_sha256"], document["assumptions"])
    plainly = predict(load("cox-lasso", ARTEFACTS), PLAIN_FILE)
    assert plainly.sha256 == document["result_sha256"]


def test_an_unclear_column_refuses_the_file_also_if_bad_rows_are_skipped_and_costs_nothing(world: World) -> None:
    user = world.register()
    for on_error in ("refuse", "skip"):
        with pytest.raises(ColumnsUnclearError, match="umol/L"):
            submit(world, user, UMOL, Options(DEFAULT_READING, on_error))
    assert world.balance(user) == 500
    submit(world, user, UMOL, Options(ReadingOptions(column_units={"Bilirubin": "umol/L"})))


def test_an_unclear_column_that_only_the_worker_sees_is_refunded(small_world: World) -> None:
    user = small_world.register()
    content = csv_of(*[{"Bilirubin": "9"}] * 100, *[{"Bilirubin": "120"}] * 100)
    prediction = ended(small_world, upload(small_world, user, content, Options(on_error="skip")))
    assert (prediction.status, prediction.error_code) == (Status.REJECTED, "columns_unclear")
    assert small_world.balance(user) == 500


def test_the_assumptions_about_a_large_file_are_those_about_all_of_it(small_world: World) -> None:
    user = small_world.register()
    content = csv_of(*[{}] * 100, {"Edema": "0"})
    prediction = ended(small_world, upload(small_world, user, content))
    assert kinds(prediction) == []
    document = receipt(prediction)
    assert document
    assert [assumption["kind"] for assumption in document["assumptions"]] == ["words"]


def test_the_same_key_with_another_mapping_is_another_request(world: World) -> None:
    user = world.register()
    options = Options(ReadingOptions(columns={"Ward": None}))
    content = csv_of({}).replace(b"ID", b"ID,Ward").replace(b"\np", b"\np,7")
    keyed = [world.predictions.submit(user, "mayo", content, None, "key", options).prediction for _ in range(2)]
    assert keyed[0].prediction_id == keyed[1].prediction_id
    with pytest.raises(Exception, match="another request"):
        world.predictions.submit(user, "mayo", content, None, "key")


def test_the_options_of_an_older_release_are_read() -> None:
    """It kept no values with its results."""
    assert Options.of_stored({"units": "si", "on_error": "skip"}) == Options(ReadingOptions(units="si"), "skip", False)
    assert Options.of_stored({}) == Options(keep_values=False)
    assert Options().key_texts() == ("stated", "refuse")


@pytest.mark.parametrize("keep_values", [True, False])
def test_options_can_be_stored_and_read_back(*, keep_values: bool) -> None:
    options = Options(CLINIC, "skip", keep_values)
    assert Options.of_stored(options.stored()) == options
    assert options.key_texts() != Options(CLINIC, "skip", not keep_values).key_texts()


def test_an_uploaded_workbook_is_checked_whole_at_submission(small_world: World) -> None:
    user = small_world.register()
    header: list[Cell] = ["ID", "Age", "Edema", "Bilirubin", "Albumin", "Prothrombin"]
    rows: list[list[Cell]] = [[f"p{row}", 9600 + 7 * row, "N", 1.4 + row / 100, 3.5, 10.6] for row in range(300)]
    content = workbook({"Patients": [header, *rows]})
    assert len(content) > 2000
    prediction = upload(small_world, user, content)
    assert prediction.is_checked
    assert ended(small_world, prediction).rows == 300
    with pytest.raises(WorkbookTooLargeError):
        upload(small_world, user, content[:100] + b"PK" * WORKBOOK_BYTES_MAX)
