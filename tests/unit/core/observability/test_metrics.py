"""Metrics are written in CloudWatch's embedded metric format, at most one line per invocation and limit."""

import threading
from typing import Any

import pytest

from chalicelib.auth.normalization import Credentials
from chalicelib.core.dynamo import ConditionFailedError
from chalicelib.core.observability import metrics
from chalicelib.core.observability.metrics import Metric
from chalicelib.inference.predictions.repository import DUE_SHARDS, PredictionRepository
from tests.unit.core.functions import NAME, Functions
from tests.unit.support import PASSWORD, BrokenModel, World, csv_of, patients


def metric_values(functions: Functions) -> dict[str, Any]:
    """Return the values by metric of the only line of metrics since the previous call; empty if there is none."""
    lines = [line for line in functions.lines() if "_aws" in line]
    if not lines:
        return {}
    (line,) = lines
    assert isinstance(line["_aws"]["Timestamp"], int)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("LiverLifespan", [["service"]])
    assert line["service"] == "liver-lifespan-dev"
    units = {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]}
    assert units.items() <= {metric.label: metric.unit for metric in Metric}.items()
    values = {}
    for name in units:
        (values[name],) = line[name]
        assert isinstance(values[name], float)
    assert set(line) == {"_aws", "service", "request_id", *units}
    return values


@pytest.fixture
def functions(functions: Functions) -> Functions:
    """The functions, logged in as a new user."""
    functions.register()
    assert metric_values(functions) == {}
    return functions


def test_a_submission_is_counted_and_its_replay_is_not(functions: Functions) -> None:
    first = functions.submit(Idempotency_Key="k")
    assert metric_values(functions) == {"PredictionsAccepted": 1}

    assert functions.submit(Idempotency_Key="k") == first
    assert metric_values(functions) == {}


def test_a_retry_is_a_submission(functions: Functions) -> None:
    prediction_id = functions.submit()
    functions.work(prediction_id)
    functions.lines()

    functions.ask("POST", f"/api/predict/{prediction_id}/retry")

    assert metric_values(functions) == {"PredictionsAccepted": 1}


def test_a_refused_submission_is_not_counted(functions: Functions) -> None:
    functions.ask("POST", "/api/predict/lasso", csv_of({"Bilirubin": "much"}), Content_Type="text/csv")
    functions.ask("POST", "/api/predict/lasso?dry_run=true", patients(1), Content_Type="text/csv")
    assert metric_values(functions) == {}

    for _ in range(5):
        functions.submit()
    functions.lines()
    functions.ask("POST", "/api/predict/lasso", patients(1), Content_Type="text/csv")
    assert metric_values(functions) == {}


def test_a_success_is_counted_with_queue_age_and_rows_per_second(functions: Functions) -> None:
    prediction_id = functions.submit(patients(2500))
    functions.lines()

    functions.work(prediction_id)

    values = metric_values(functions)
    assert (set(values), values["PredictionsSucceeded"]) == ({"PredictionsSucceeded", "QueueAge", "RowsPerSecond"}, 1)
    assert 0 <= values["QueueAge"] < 60
    assert values["RowsPerSecond"] > 100

    functions.work(prediction_id)
    assert metric_values(functions) == {}


def test_the_queue_s_age_is_counted_from_acceptance(world: World, functions: Functions) -> None:
    prediction = world.submit(world.register())
    world.clock.advance(90)
    functions.lines()

    with metrics.collected():
        world.run(prediction)

    (line,) = [line for line in functions.lines() if "_aws" in line]
    assert line["QueueAge"] == [90.0]


def test_a_rejection_is_counted_with_its_refund(functions: Functions) -> None:
    prediction_id = functions.submit()
    prediction = functions.services.prediction_repository.get(prediction_id)
    assert prediction
    functions.services.files.put(prediction.input_key, csv_of({"Bilirubin": "much"}), "text/csv")
    functions.lines()

    functions.work(prediction_id)

    values = metric_values(functions)
    assert values.pop("QueueAge") < 60
    assert values == {"PredictionsRejected": 1, "CoinsRefunded": 100}


def test_a_failure_is_counted_once_with_its_refund(functions: Functions) -> None:
    prediction_id = functions.submit()
    functions.lines()

    functions.handle_dead_letter(prediction_id)
    assert metric_values(functions) == {"PredictionsFailed": 1, "CoinsRefunded": 100}

    functions.handle_dead_letter(prediction_id)
    assert metric_values(functions) == {}


def test_a_cancellation_is_counted_with_its_refund(functions: Functions) -> None:
    prediction_id = functions.submit()
    functions.lines()

    functions.ask("DELETE", f"/api/predict/{prediction_id}")

    assert metric_values(functions) == {"PredictionsCancelled": 1, "CoinsRefunded": 100}


def test_failures_of_the_dispatcher_are_counted(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("out of order")

    user_id = functions.services.accounts.log_in(Credentials(name=NAME, password=PASSWORD)).user.id
    functions.services.users.request_erasure(user_id, 0)
    functions.lines()
    monkeypatch.setattr(PredictionRepository, "due", broken)
    monkeypatch.setattr(PredictionRepository, "unerased", broken)

    functions.dispatch()

    assert metric_values(functions) == {"DispatcherFailures": DUE_SHARDS + 1}


def test_an_invocation_that_raises_still_writes_its_metrics(functions: Functions) -> None:
    prediction_id = functions.submit()
    functions.lines()

    functions.work(prediction_id, BrokenModel())

    assert set(metric_values(functions)) == {"QueueAge"}


def test_a_change_that_is_not_committed_is_not_counted(world: World, functions: Functions) -> None:
    prediction = world.submit(world.register())
    world.settlement.cancel(prediction)
    functions.lines()

    with metrics.collected(), pytest.raises(ConditionFailedError):
        world.settlement.fail(prediction, "late")

    assert metric_values(functions) == {}


@pytest.mark.parametrize("metric", Metric)
def test_every_metric_can_be_written(functions: Functions, metric: Metric) -> None:
    with metrics.collected():
        metrics.add(metric, 0)

    (line,) = functions.lines()
    assert line[metric.label] == [0.0]
    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": metric.label, "Unit": metric.unit}]


def test_counts_of_one_metric_are_summed(functions: Functions) -> None:
    with metrics.collected():
        for _ in range(250):
            metrics.add(Metric.PREDICTIONS_FAILED)

    (line,) = functions.lines()
    assert line["PredictionsFailed"] == [250.0]


def test_each_thread_collects_its_own_metrics(functions: Functions) -> None:
    barrier = threading.Barrier(2)

    def count(coins: int) -> None:
        with metrics.collected():
            barrier.wait()
            metrics.add(Metric.COINS_REFUNDED, coins)
            barrier.wait()

    threads = [threading.Thread(target=count, args=(coins,)) for coins in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(line["CoinsRefunded"] for line in functions.lines()) == [[1.0], [2.0]]


def test_outside_lambda_nothing_is_written(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    user = world.register()
    capsys.readouterr()

    with metrics.collected():
        world.run(world.submit(user))

    assert "_aws" not in capsys.readouterr().out


def test_a_limited_request_is_counted_by_its_kind_of_limit_and_not_by_its_user(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = functions.services.settings.model_copy(update={"submissions_per_minute": 1})
    monkeypatch.setattr(functions.services.accounts, "_settings", limited)
    statuses = [
        functions.ask("POST", "/api/predict/lasso?dry_run=true", patients(1), Content_Type="text/csv").status_code
        for _ in range(2)
    ]

    request, metric = functions.lines()[-2:]

    assert statuses == [200, 429]
    assert (request["code"], request["limit"]) == ("too_many_requests", "submission")
    (directive,) = metric.pop("_aws")["CloudWatchMetrics"]
    assert directive["Metrics"] == [{"Name": "RequestsRefused", "Unit": "Count"}]
    assert [sorted(dimensions) for dimensions in directive["Dimensions"]] == [["limit", "service"]]
    assert metric == {
        "service": "liver-lifespan-dev",
        "limit": "submission",
        "RequestsRefused": [1.0],
        "request_id": request["request_id"],
    }


def test_metrics_with_and_without_the_limit_dimension_are_separate_lines(functions: Functions) -> None:
    with metrics.collected():
        metrics.add(Metric.PREDICTIONS_ACCEPTED)
        metrics.add(Metric.REQUESTS_REFUSED, limit="submission")

    accepted, refused = functions.lines()
    assert ("PredictionsAccepted" in accepted, "limit" in accepted) == (True, False)
    assert ("RequestsRefused" in refused, refused["limit"]) == (True, "submission")
