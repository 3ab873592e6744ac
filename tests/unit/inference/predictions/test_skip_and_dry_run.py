"""Skipped bad rows, the dry run and the cohort summary."""

import csv
import io
import json
from dataclasses import replace

import pytest

from chalicelib.billing.ledger import NotEnoughCoinsError
from chalicelib.inference.patient_file.findings import InvalidRowsError, NotACsvError
from chalicelib.inference.patient_file.reading_options import ReadingOptions
from chalicelib.inference.predictions.options import Options
from chalicelib.inference.predictions.prediction import Status
from tests.unit.support import World, csv_of

SKIP = Options(on_error="skip")
BAD, GOOD = {"Bilirubin": "x"}, {"Bilirubin": "2"}
# Bad rows at the start, in a run, across the row offset of row 1,000, and at the end.
MIXED = [BAD, GOOD, BAD, BAD, GOOD, *[GOOD] * 993, BAD, BAD, BAD, GOOD, BAD]
BAD_ROWS = [number for number, row in enumerate(MIXED, 1) if row is BAD]


def test_good_rows_are_predicted_and_each_bad_row_has_a_line(world: World) -> None:
    user = world.register()
    accepted = world.predictions.submit(user, "lasso", csv_of(*MIXED), "a.csv", None, SKIP)
    prediction_id = accepted.prediction.prediction_id
    world.worker.run(prediction_id)

    ended = world.predictions.get(user, prediction_id)
    assert (ended.status, ended.rows, ended.bad_rows) == (Status.SUCCEEDED, len(MIXED), len(BAD_ROWS))
    assert ended.result
    assert ended.result.summary["skipped_rows"] == len(BAD_ROWS)
    rows = [row for offset in range(0, len(MIXED), 300) for row in world.rows(user, prediction_id, offset, 300)[1]]
    assert [row["row"] for row in rows] == list(range(1, len(MIXED) + 1))
    assert [row["row"] for row in rows if row["errors"]] == BAD_ROWS
    assert all((row["years"] is None) == bool(row["errors"]) for row in rows)
    with world.files.open(ended.result.csv_key) as stream:
        table = list(csv.DictReader(io.TextIOWrapper(stream, "utf-8")))
    assert [int(line["row"]) for line in table] == list(range(1, len(MIXED) + 1))
    assert [int(line["row"]) for line in table if line["error"]] == BAD_ROWS
    assert all(bool(line["years"]) != bool(line["error"]) and line["model"] == "lasso" for line in table)
    assert "'x' is not a number" in table[0]["error"]


def test_a_retry_skips_the_same_rows_and_a_deletion_removes_all_files(world: World) -> None:
    user = world.register()
    first = world.predictions.submit(user, "mayo", csv_of(*MIXED), "a.csv", None, SKIP).prediction
    world.worker.run(first.prediction_id)
    again = world.predictions.retry(user, first.prediction_id).prediction
    world.worker.run(again.prediction_id)

    for prediction in (first, again):
        rows = world.rows(user, prediction.prediction_id, 0, 5)[1]
        assert [bool(row["errors"]) for row in rows] == [True, False, True, True, False]
        world.predictions.delete(user, prediction.prediction_id)
    assert world.objects(f"inputs/{user.id}/") == []
    assert world.objects(f"results/{user.id}/") == []


def test_a_bad_row_refuses_the_file_and_with_skipping_only_a_file_of_bad_rows_is_refused(world: World) -> None:
    user = world.register()
    with pytest.raises(InvalidRowsError):
        world.predictions.submit(user, "lasso", csv_of(GOOD, BAD), "a.csv")
    with pytest.raises(InvalidRowsError):
        world.predictions.submit(user, "lasso", csv_of(BAD, BAD), "a.csv", None, SKIP)
    assert world.balance(user) == 500


def test_the_same_key_with_other_options_is_refused(world: World) -> None:
    user = world.register()
    content = csv_of(GOOD)
    first = world.predictions.submit(user, "mayo", content, "a.csv", "key-1", SKIP)
    again = world.predictions.submit(user, "mayo", content, "a.csv", "key-1", SKIP)
    assert first.prediction.prediction_id == again.prediction.prediction_id
    with pytest.raises(Exception, match="key"):
        world.predictions.submit(user, "mayo", content, "a.csv", "key-1", Options(ReadingOptions(units="si"), "skip"))


def test_a_dry_run_reports_everything_and_stores_nothing(world: World) -> None:
    user = world.register()
    content = csv_of(GOOD, BAD, GOOD, GOOD).replace(b"\n", b"\r\n")

    report = world.dry_runs.of_file(user, "lasso", content)

    assert (report["rows"], report["rows_predictable"], report["accepted"]) == (4, 3, False)
    assert [(error["row"], error["column"], error["code"]) for error in report["errors"]] == [
        (2, "Bilirubin", "not_a_number")
    ]
    assert (report["cost"], report["balance"], report["balance_after"]) == (100, 500, 400)
    assert (report["separator"], report["encoding"], report["sampled"]) == (",", "utf-8", False)
    assert report["units"]["Bilirubin"] == "mg/dL"
    assert "Copper" in report["columns_absent"]
    assert world.dry_runs.of_file(user, "lasso", content, SKIP)["accepted"]
    assert world.balance(user) == 500
    assert world.objects(f"inputs/{user.id}/") == []
    assert world.predictions.history(user, None)[0] == []
    json.dumps(report)


def test_a_dry_run_names_ids_that_several_patients_have(world: World) -> None:
    header = "ID,Age,Edema,Bilirubin,Albumin,Prothrombin"
    rows = [f"{patient},18000,N,1,3.5,10" for patient in ("a", "b", "a", "", "", "b", "a", "c")]
    report = world.dry_runs.of_file(world.register(), "lasso", "\n".join([header, *rows]).encode())

    assert report["duplicate_ids"] == [{"id": "a", "rows": [1, 3, 7]}, {"id": "b", "rows": [2, 6]}]
    assert report["accepted"]


def test_a_hundred_thousand_identical_ids_are_one_entry(world: World) -> None:
    content = b"ID,Age,Edema,Bilirubin,Albumin,Prothrombin\n" + b"x,18000,N,1,3.5,10\n" * 100_000
    report = world.dry_runs.of_file(world.register(), "lasso", content)
    assert report["duplicate_ids"] == [{"id": "x", "rows": list(range(1, 11))}]


def test_a_dry_run_works_without_enough_coins(world: World) -> None:
    user = world.register()
    for _ in range(3):
        world.predictions.submit(user, "cox-lasso", csv_of(GOOD), "a.csv")
    poor = replace(user, balance=world.balance(user))
    report = world.dry_runs.of_file(poor, "lasso", csv_of(GOOD))
    assert (report["balance"], report["balance_after"]) == (50, None)
    with pytest.raises(NotEnoughCoinsError):
        world.predictions.submit(poor, "lasso", csv_of(GOOD), "a.csv")


def test_a_dry_run_refuses_a_file_that_is_not_a_csv(world: World) -> None:
    with pytest.raises(NotACsvError):
        world.dry_runs.of_file(world.register(), "lasso", b"\x89PNG")


def test_the_cohort_summary_counts_every_patient_and_lists_the_lowest_estimates_first(world: World) -> None:
    user = world.register()
    levels = [{"Bilirubin": f"{1 + (number * 7919) % 2500 / 100:.2f}"} for number in range(2500)]
    prediction = world.predictions.submit(user, "lasso", csv_of(*levels), "a.csv").prediction
    world.worker.run(prediction.prediction_id)

    summary = world.cohort(user, prediction.prediction_id)
    rows = [row for offset in (0, 1000, 2000) for row in world.rows(user, prediction.prediction_id, offset, 1000)[1]]
    expected = sorted(rows, key=lambda row: (row["years"], row["row"]))[:1000]
    assert summary["sickest"] == expected
    assert sum(summary["counts"]) == 2500
    assert (summary["edges"][0], summary["edges"][-1]) == (0.0, 8.0)
    for low, high, count in zip(summary["edges"], summary["edges"][1:], summary["counts"], strict=False):
        assert count == sum(low <= row["years"] < high or row["years"] == high == 8.0 for row in rows)
