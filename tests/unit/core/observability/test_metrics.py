"""What is counted: CloudWatch's embedded metric format, at most one line an invocation."""

import threading
from typing import Any

import pytest

from chalicelib.auth.normalization import Credentials
from chalicelib.core.dynamo import ConditionFailedError
from chalicelib.core.observability import metrics
from chalicelib.core.observability.metrics import Metric
from chalicelib.inference.predictions.repository import DUE_SHARDS, PredictionRepository
from chalicelib.wiring import Services
from tests.unit.core.functions import NAME, Functions
from tests.unit.support import PASSWORD, BrokenModel, World, csv_of, patients


def counted(functions: Functions) -> dict[str, Any]:
    """Values by name, out of the one sound line of metrics that there must be since the last look; empty without."""
    lines = [line for line in functions.lines() if "_aws" in line]
    if not lines:
        return {}
    (line,) = lines
    assert isinstance(line["_aws"]["Timestamp"], int)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("LiverLifespan", [["service"]])
    assert line["service"] == "liver-lifespan-dev"
    said = {each["Name"]: each["Unit"] for each in directive["Metrics"]}
    assert said.items() <= {metric.label: metric.unit for metric in Metric}.items()
    values = {}
    for name in said:
        (values[name],) = line[name]
        assert isinstance(values[name], float)
    assert set(line) == {"_aws", "service", "request_id", *said}
    return values


@pytest.fixture
def functions(functions: Functions) -> Functions:
    """With a user who has submitted nothing yet."""
    functions.register()
    assert counted(functions) == {}
    return functions


def test_a_submission_is_counted_and_its_replay_is_not(functions: Functions) -> None:
    first = functions.submit(Idempotency_Key="k")
    assert counted(functions) == {"PredictionsAccepted": 1}

    assert functions.submit(Idempotency_Key="k") == first
    assert counted(functions) == {}


def test_a_retry_is_a_submission(functions: Functions) -> None:
    prediction_id = functions.submit()
    functions.work(prediction_id)
    functions.lines()

    functions.ask("POST", f"/api/predict/{prediction_id}/retry")

    assert counted(functions) == {"PredictionsAccepted": 1}


def test_what_is_refused_is_not_counted(functions: Functions) -> None:
    functions.ask("POST", "/api/predict/lasso", csv_of({"Bilirubin": "much"}), Content_Type="text/csv")
    functions.ask("POST", "/api/predict/lasso?dry_run=true", patients(1), Content_Type="text/csv")
    assert counted(functions) == {}

    for _ in range(5):
        functions.submit()
    functions.lines()
    functions.ask("POST", "/api/predict/lasso", patients(1), Content_Type="text/csv")
    assert counted(functions) == {}


def test_a_success_is_counted_with_its_wait_and_its_speed(functions: Functions) -> None:
    prediction_id = functions.submit(patients(2500))
    functions.lines()

    functions.work(prediction_id)

    found = counted(functions)
    assert (set(found), found["PredictionsSucceeded"]) == ({"PredictionsSucceeded", "QueueAge", "RowsPerSecond"}, 1)
    assert 0 <= found["QueueAge"] < 60
    assert found["RowsPerSecond"] > 100

    functions.work(prediction_id)
    assert counted(functions) == {}


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

    found = counted(functions)
    assert found.pop("QueueAge") < 60
    assert found == {"PredictionsRejected": 1, "CoinsRefunded": 100}


def test_a_failure_is_counted_once_with_its_refund(functions: Functions) -> None:
    prediction_id = functions.submit()
    functions.lines()

    functions.bury(prediction_id)
    assert counted(functions) == {"PredictionsFailed": 1, "CoinsRefunded": 100}

    functions.bury(prediction_id)
    assert counted(functions) == {}


def test_a_cancellation_is_counted_with_its_refund(functions: Functions) -> None:
    prediction_id = functions.submit()
    functions.lines()

    functions.ask("DELETE", f"/api/predict/{prediction_id}")

    assert counted(functions) == {"PredictionsCancelled": 1, "CoinsRefunded": 100}


def test_what_the_dispatcher_can_not_handle_is_counted(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("out of order")

    user_id = functions.services.accounts.log_in(Credentials(name=NAME, password=PASSWORD)).user.id
    functions.services.users.request_erasure(user_id, 0)
    functions.lines()
    monkeypatch.setattr(PredictionRepository, "due", broken)
    monkeypatch.setattr(PredictionRepository, "unerased", broken)

    functions.dispatch()

    assert counted(functions) == {"DispatcherFailures": DUE_SHARDS + 1}


def test_an_invocation_that_raises_writes_what_it_counted(functions: Functions) -> None:
    prediction_id = functions.submit()
    functions.lines()

    functions.work(prediction_id, BrokenModel())

    assert set(counted(functions)) == {"QueueAge"}


def test_what_was_not_committed_is_not_counted(world: World, functions: Functions) -> None:
    late = world.submit(world.register())
    world.settlement.cancel(late)
    functions.lines()

    with metrics.collected(), pytest.raises(ConditionFailedError):
        world.settlement.fail(late, "late")

    assert counted(functions) == {}


@pytest.mark.parametrize("metric", Metric)
def test_every_metric_can_be_written(functions: Functions, metric: Metric) -> None:
    with metrics.collected():
        metrics.add(metric, 0)

    (line,) = functions.lines()
    assert line[metric.label] == [0.0]
    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": metric.label, "Unit": metric.unit}]


def test_many_of_one_kind_are_one_sum(functions: Functions) -> None:
    with metrics.collected():
        for _ in range(250):
            metrics.add(Metric.PREDICTIONS_FAILED)

    (line,) = functions.lines()
    assert line["PredictionsFailed"] == [250.0]


def test_threads_count_apart(functions: Functions) -> None:
    both = threading.Barrier(2)

    def count(coins: int) -> None:
        with metrics.collected():
            both.wait()
            metrics.add(Metric.COINS_REFUNDED, coins)
            both.wait()

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


def test_what_a_limit_refuses_is_counted_by_its_kind_and_never_by_who(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = functions.services.settings.model_copy(update={"submissions_per_minute": 1})
    monkeypatch.setitem(vars(functions.services), "limits", Services(limited).limits)
    submitted = [
        functions.ask("POST", "/api/predict/lasso?dry_run=true", patients(1), Content_Type="text/csv").status_code
        for _ in range(2)
    ]

    request, counted = functions.lines()[-2:]

    assert submitted == [200, 429]
    assert (request["code"], request["limit"]) == ("too_many_requests", "submission")
    (directive,) = counted.pop("_aws")["CloudWatchMetrics"]
    assert directive["Metrics"] == [{"Name": "RequestsRefused", "Unit": "Count"}]
    assert [sorted(each) for each in directive["Dimensions"]] == [["limit", "service"]]
    assert counted == {
        "service": "liver-lifespan-dev",
        "limit": "submission",
        "RequestsRefused": [1.0],
        "request_id": request["request_id"],
    }


def test_what_was_counted_before_a_refusal_is_a_line_of_its_own(functions: Functions) -> None:
    with metrics.collected():
        metrics.add(Metric.PREDICTIONS_ACCEPTED)
        metrics.add(Metric.REQUESTS_REFUSED, limit="submission")

    accepted, refused = functions.lines()
    assert ("PredictionsAccepted" in accepted, "limit" in accepted) == (True, False)
    assert ("RequestsRefused" in refused, refused["limit"]) == (True, "submission")
