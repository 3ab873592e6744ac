"""The maximum number of rows: more are refused before the charge, or refunded if only the worker can count them."""

import csv
import io
import random
from collections.abc import Callable, Iterable

import pytest

from chalicelib.auth.repository import User
from chalicelib.core.settings import Settings
from chalicelib.inference.catalog.catalog import ARTEFACTS
from chalicelib.inference.patient_file import columns
from chalicelib.inference.patient_file.columns import COLUMNS, Column
from chalicelib.inference.patient_file.findings import TooManyRowsError
from chalicelib.inference.patient_file.reading_options import ReadingOptions
from chalicelib.inference.predictions.options import Options
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.predictions.worker_disk import BAD_ROW_BYTES_MAX, ROW_BYTES_MAX, worker_disk_bytes
from chalicelib.inference.storage.file_store import upload_key
from tests.unit.inference.results.memory import predict
from tests.unit.support import FakeClock, World

ROWS_MAX = 200
REQUIRED = [column for column in COLUMNS if column.required]
MEASURED = [column for column in COLUMNS if column.kind in {"number", "category"}]
# Four bytes for each character in UTF-8. It starts like a formula, so an apostrophe is added in front.
WIDEST_ID = "=" + "\U0001f642" * 99


def value(column: Column, draw: random.Random, *, si: bool) -> str:
    """Return a value outside the training range, or any category, as a long text."""
    if column.kind == "category":
        return draw.choice(column.allowed)
    low, high = column.limits
    assert column.training_minimum is not None
    assert column.training_maximum is not None
    outside = [(low, column.training_minimum), (column.training_maximum, high)]
    factor = column.si.factor if si and column.si else 1.0
    return f"{draw.uniform(*draw.choice(outside)) * factor:.6f}"


def heading(column: Column, *, si: bool) -> str:
    """Return the column's name with its unit, so that unusual numbers are not taken for another unit."""
    unit = column.si.name if si and column.si else column.unit
    return f"{column.name} [{unit}]" if unit else column.name


def narrowest(rows: int, *, si: bool = False) -> bytes:
    """Return a file of the shortest valid rows, 11 bytes each."""
    header = b"Age [years],Edema,Bilirubin%s,Albumin,Prothrombin\n" % (b" [umol/L]" if si else b"")
    return header + (b"18,N,2,10,8\n" if si else b"18,N,1,1,8\n") * rows


def widest(rows: int, *, si: bool = False) -> bytes:
    """Return a file of rows with every column, the longest ID, and long numbers that are all out of range."""
    draw = random.Random(1)
    header = ["ID", *(heading(column, si=si) for column in MEASURED)]
    lines = [[WIDEST_ID, *(value(column, draw, si=si) for column in MEASURED)] for _ in range(rows)]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *lines])
    return text.getvalue().encode()


ROW_WIDTHS = pytest.mark.parametrize("rows_of", [narrowest, widest])
MODES = pytest.mark.parametrize(
    "options", [Options(), Options(ReadingOptions(units="si"), "skip")], ids=["refuse", "skip, SI"]
)
RowsOf = Callable[..., bytes]


def world_of(settings: Settings, clock: FakeClock, **limits: int) -> World:
    return World(settings.model_copy(update={"rows_max": ROWS_MAX, **limits}), clock=clock)


@pytest.fixture
def direct(settings: Settings, clock: FakeClock) -> World:
    return world_of(settings, clock)


@pytest.fixture
def large(settings: Settings, clock: FakeClock) -> World:
    """A world in which every file of ROWS_MAX rows is too large for a direct submission."""
    return world_of(settings, clock, upload_bytes_max=1500)


def upload_file(world: World, user_id: str, content: bytes) -> str:
    upload_id = "a" * 32
    world.files.put(upload_key(user_id, upload_id), content, "text/csv")
    return upload_id


def submit_upload(world: World, user: User, content: bytes, options: Options = Options()) -> Prediction:  # noqa: B008
    upload = upload_file(world, user.id, content)
    return world.predictions.submit_upload(user, "mayo", upload, None, None, options).prediction


@ROW_WIDTHS
@MODES
def test_row_11_a_direct_file_at_the_limit_is_accepted_and_one_row_more_is_refused_before_the_charge(
    direct: World, rows_of: RowsOf, options: Options
) -> None:
    user = direct.register()
    fits, exceeds = (rows_of(rows, si=options.reading.si) for rows in (ROWS_MAX, ROWS_MAX + 1))

    assert direct.dry_runs.of_file(user, "mayo", fits, options)["rows"] == ROWS_MAX
    accepted = direct.predictions.submit(user, "mayo", fits, None, None, options)
    assert (accepted.prediction.rows, accepted.prediction.bad_rows, accepted.balance) == (ROWS_MAX, 0, 480)

    with pytest.raises(TooManyRowsError) as caught:
        direct.predictions.submit(user, "mayo", exceeds, None, None, options)
    assert (caught.value.status, caught.value.extra) == (422, {"limit_rows": ROWS_MAX})
    assert f"more than {ROWS_MAX} rows" in caught.value.detail
    with pytest.raises(TooManyRowsError):
        direct.dry_runs.of_file(user, "mayo", exceeds, options)
    assert direct.balance(user) == 480
    assert len(direct.objects()) == 1


@MODES
def test_bad_rows_count_towards_the_limit(direct: World, options: Options) -> None:
    user = direct.register()
    content = narrowest(ROWS_MAX, si=options.reading.si) + b"x,N,1,1,8\n"
    with pytest.raises(TooManyRowsError):
        direct.predictions.submit(user, "mayo", content, None, None, options)
    assert direct.balance(user) == 500


@ROW_WIDTHS
@MODES
def test_row_11_a_large_file_at_the_limit_is_predicted_and_one_row_more_is_rejected_with_a_refund(
    large: World, rows_of: RowsOf, options: Options
) -> None:
    user = large.register()
    prediction = submit_upload(large, user, rows_of(ROWS_MAX, si=options.reading.si), options)
    assert not prediction.is_checked
    large.worker.run(prediction.prediction_id)
    ended = large.read(prediction)
    assert (ended.status, ended.rows, large.balance(user)) == (Status.SUCCEEDED, ROWS_MAX, 480)
    large.predictions.delete(user, prediction.prediction_id)

    prediction = submit_upload(large, user, rows_of(ROWS_MAX + 1, si=options.reading.si), options)
    large.worker.run(prediction.prediction_id)
    ended = large.read(prediction)
    assert (ended.status, ended.error_code, ended.attempt) == (Status.REJECTED, "too_many_rows", 1)
    assert ended.error_info == (
        f"The file has more than {ROWS_MAX} rows, the maximum for one prediction. Please split it. Your coins "
        "were refunded."
    )
    assert large.balance(user) == 480
    assert large.objects("results/") == []


def test_a_large_file_whose_beginning_has_too_many_rows_is_refused_before_the_charge(
    settings: Settings, clock: FakeClock
) -> None:
    world = world_of(settings, clock, upload_bytes_max=1500, rows_max=100)
    user = world.register()
    upload = upload_file(world, user.id, narrowest(ROWS_MAX))
    with pytest.raises(TooManyRowsError):
        world.predictions.submit_upload(user, "mayo", upload, None)
    with pytest.raises(TooManyRowsError):
        world.dry_runs.of_upload(user, "mayo", upload)
    assert world.balance(user) == 500
    assert world.objects("inputs/") == []


@pytest.mark.parametrize("is_large", [False, True])
def test_a_limit_that_was_lowered_refuses_a_retry_before_the_charge(
    settings: Settings, clock: FakeClock, direct: World, large: World, *, is_large: bool
) -> None:
    user = direct.register()
    content = narrowest(ROWS_MAX)
    if is_large:
        prediction = submit_upload(large, user, content)
    else:
        prediction = direct.predictions.submit(user, "mayo", content, None).prediction
    direct.worker.run(prediction.prediction_id)

    with pytest.raises(TooManyRowsError):
        world_of(settings, clock, rows_max=ROWS_MAX - 1).predictions.retry(user, prediction.prediction_id)

    assert direct.balance(user) == 480
    assert direct.predictions.retry(user, prediction.prediction_id).prediction.rows == ROWS_MAX


def test_row_11_a_file_that_the_worker_rejected_for_its_rows_is_not_charged_for_again(large: World) -> None:
    user = large.register()
    prediction = submit_upload(large, user, narrowest(ROWS_MAX + 1))
    large.worker.run(prediction.prediction_id)
    assert large.read(prediction).error_code == "too_many_rows"
    before = large.entries(user), large.objects()

    with pytest.raises(TooManyRowsError) as caught:
        large.predictions.retry(user, prediction.prediction_id)

    assert caught.value.extra == {"limit_rows": ROWS_MAX}
    assert caught.value.detail == (
        f"This file was rejected because it has too many rows. One prediction takes at most {ROWS_MAX} rows. "
        "Please split it and submit the parts. Nothing was charged."
    )
    assert (large.entries(user), large.objects()) == before
    assert large.sent() == [prediction.prediction_id]


def test_a_refused_retry_names_the_current_limit(settings: Settings, large: World) -> None:
    user = large.register()
    prediction = submit_upload(large, user, narrowest(ROWS_MAX + 1))
    large.worker.run(prediction.prediction_id)
    raised = world_of(settings, large.clock, rows_max=ROWS_MAX + 100)
    with pytest.raises(TooManyRowsError, match=r"at most 300 rows.* submit"):
        raised.predictions.retry(user, prediction.prediction_id)
    assert large.balance(user) == 500


def rows_estimated_at(world: World, estimate: int) -> int:
    """Return the smallest number of shortest rows that is estimated, from the beginning, as at least ``estimate``."""
    header, row = len(narrowest(0)), len(narrowest(1)) - len(narrowest(0))
    read = (world.settings.upload_bytes_max - header) // row
    return next(
        rows for rows in range(estimate, 2 * estimate)
        if round(read * (header + row * rows) / (header + row * read)) >= estimate
    )  # fmt: skip


@pytest.mark.parametrize("is_refused", [False, True])
def test_row_11_a_large_file_of_surely_too_many_rows_is_refused_before_the_charge(
    large: World, *, is_refused: bool
) -> None:
    user = large.register()
    upload = upload_file(large, user.id, narrowest(rows_estimated_at(large, 2 * ROWS_MAX) - (not is_refused)))
    if not is_refused:  # only the worker can count the rows
        assert large.dry_runs.of_upload(user, "mayo", upload)["accepted"]
        assert large.predictions.submit_upload(user, "mayo", upload, None).balance == 480
        return
    for ask in (
        lambda: large.dry_runs.of_upload(user, "mayo", upload),
        lambda: large.predictions.submit_upload(user, "mayo", upload, None),
    ):
        with pytest.raises(TooManyRowsError) as caught:
            ask()
        assert caught.value.extra == {"limit_rows": ROWS_MAX}
        assert caught.value.detail == (
            f"The file has about {2 * ROWS_MAX} rows, estimated from its beginning. One prediction takes at most "
            f"{ROWS_MAX} rows. Please split it. Nothing was charged."
        )
    assert large.balance(user) == 500
    assert large.objects("inputs/") == []


def test_the_retry_of_a_file_of_surely_too_many_rows_is_refused_before_the_charge(
    settings: Settings, large: World
) -> None:
    user = large.register()
    prediction = submit_upload(large, user, narrowest(ROWS_MAX))
    large.predictions.delete(user, prediction.prediction_id)
    lowered = world_of(settings, large.clock, rows_max=ROWS_MAX // 2 - 10)
    with pytest.raises(TooManyRowsError, match="about"):
        lowered.predictions.retry(user, prediction.prediction_id)
    assert large.balance(user) == 500


def test_an_accepted_prediction_runs_although_the_limit_was_lowered(settings: Settings, direct: World) -> None:
    prediction = direct.predictions.submit(direct.register(), "mayo", narrowest(ROWS_MAX), None).prediction
    world_of(settings, direct.clock, rows_max=1).worker.run(prediction.prediction_id)
    assert direct.read(prediction).status is Status.SUCCEEDED


# ---- the disk


def without_id(lines: Iterable[bytes]) -> int:
    """Return the length of the longest line without its ID, which may be escaped."""
    return max(len(line.replace(b"'", b"").replace(WIDEST_ID.encode(), b"")) for line in lines)


def sparse(rows: int) -> bytes:
    """Return ``widest`` without the optional columns. The ranges of their missing values make the longest rows."""
    header, *lines = csv.reader(io.StringIO(widest(rows).decode()))
    indexes = [
        index for index, name in enumerate(header) if columns.BY_NAME[name.partition(" [")[0]].required or name == "ID"
    ]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([row[index] for index in indexes] for row in (header, *lines))
    return text.getvalue().encode()


MODELS = sorted(path.parent.name for path in ARTEFACTS.glob("*/card.json"))


def test_the_widest_row_of_any_model_fits_into_its_disk_space() -> None:
    lengths = []
    for model_id in MODELS:
        for rows_of in (narrowest, widest, sparse):
            _, files = predict(model_id, rows_of(3000))
            lengths.append(without_id(files.contents["result.csv"].splitlines()[1:]))
    # Conversion can make numbers longer: 2 umol/L of bilirubin are 0.1169590643 mg/dL.
    converted = sum(12 for column in COLUMNS if len(column.units) > 1)
    assert 0.8 * ROW_BYTES_MAX < max(lengths) + converted < ROW_BYTES_MAX


def test_the_widest_bad_row_fits_into_its_disk_space() -> None:
    smile = "\U0001f642"
    bad_row = ",".join([WIDEST_ID, *(smile * 60 for _ in MEASURED)])
    _, files = predict("mayo", widest(1) + f"{bad_row}\n".encode(), skip=True)
    line, findings = (files.contents[name].splitlines()[-1] for name in ("result.csv", "bad.jsonl"))
    # The findings are on the disk twice: as the check found them, and in the result.
    assert 0.7 * BAD_ROW_BYTES_MAX < len(line) + 2 * len(findings) < BAD_ROW_BYTES_MAX


def test_a_byte_of_an_id_needs_at_most_seven_bytes_on_the_disk() -> None:
    """The worker stores one byte in its copy of the upload, and up to three in each of two files.

    A byte of Windows-1251 becomes up to three bytes of UTF-8.
    """
    characters = [bytes([code]).decode("cp1251", "ignore") for code in range(256)]
    assert max(len(character.encode()) for character in characters) == 3
    assert worker_disk_bytes(0, 2) - worker_disk_bytes(0, 1) == 7
