from benchmarks.cost import alarm_metrics, functions
from benchmarks.meter import Function
from local.provision import read_template


def test_an_alarm_is_billed_for_each_of_its_metrics() -> None:
    of_one = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"MetricName": "Errors"}}
    metrics = [
        {"Id": "age", "MetricStat": {}},
        {"Id": "waiting", "MetricStat": {}},
        {"Id": "both", "Expression": "age"},
    ]
    of_two = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": metrics}}

    assert [alarm_metrics(resource) for resource in (of_one, of_two, {"Type": "AWS::SNS::Topic"}, {})] == [1, 2, 0, 0]


def test_a_function_has_the_memory_of_the_configuration_and_the_disk_of_the_template() -> None:
    resources = read_template()
    disk_mb = resources["InferenceWorker"]["Properties"]["EphemeralStorage"]["Size"]

    lambda_functions = functions(resources)

    assert lambda_functions["inference_worker"] == Function("inference_worker", memory_mb=1769, disk_mb=disk_mb)
    assert lambda_functions["api_handler"] == Function("api_handler", memory_mb=1769, disk_mb=512)
    assert {"dead_letter", "dispatcher"} <= set(lambda_functions)
