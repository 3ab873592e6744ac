from benchmarks.cost import alarm_metrics, functions
from benchmarks.meter import Function
from local.provision import read_template


def test_an_alarm_costs_as_many_metrics_as_it_looks_at() -> None:
    of_one = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"MetricName": "Errors"}}
    stated = [{"Id": "age", "MetricStat": {}}, {"Id": "waiting", "MetricStat": {}}, {"Id": "both", "Expression": "age"}]
    of_two = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": stated}}

    assert [alarm_metrics(each) for each in (of_one, of_two, {"Type": "AWS::SNS::Topic"}, {})] == [1, 2, 0, 0]


def test_a_function_has_the_memory_of_the_configuration_and_the_disk_of_the_template() -> None:
    found = functions(read_template())

    assert found["inference_worker"] == Function("inference_worker", memory_mb=1769, disk_mb=3072)
    assert found["api_handler"] == Function("api_handler", memory_mb=1769, disk_mb=512)
    assert {"dead_letter", "dispatcher"} <= set(found)
