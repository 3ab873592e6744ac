from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import __main__ as bench
from benchmarks import batch
from benchmarks.comparison import Compared
from benchmarks.scenarios import SCENARIOS, Figures
from tests.unit.support import ROOT

OTHER = Path("/other")


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The checkouts in the order in which they are measured. The other one is half as fast and fails once each time."""
    order: list[str] = []

    @contextmanager
    def running_stack(checkout: Path = ROOT) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(url=str(checkout))

    def measure(url: str, *_: object) -> Figures:
        order.append(url)
        speed = (1 if url == str(OTHER) else 2) * len(order)
        return Figures(10, 100.0 * speed, 8 / speed, 9.0, int(url == str(OTHER)), 0)

    monkeypatch.setattr(bench, "running_stack", running_stack)
    monkeypatch.setattr(bench, "measure", measure)
    return order


def test_both_checkouts_are_measured_in_turn_and_their_medians_compared(measured: list[str]) -> None:
    rate, time = bench.compare([(SCENARIOS[0], 8)], 1, 3, OTHER)

    assert measured == [str(OTHER), str(ROOT)] * 3
    assert rate == Compared("me, 8 connections (errors: 3, 0)", "per s", 300, 800)
    assert time == Compared("me, 8 connections (errors: 3, 0)", "ms", 8 / 3, 1)


def test_the_batch_compares_rows_per_second_and_memory_of_each_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[tuple[str, str, Path]] = []

    def run(name: str, model: str, file: Path, checkout: Path) -> tuple[float, float]:
        runs.append((name, model, checkout))
        return (2.0, 200.0) if checkout == OTHER else (1.0, 150.0)

    monkeypatch.setattr(batch, "_run", run)
    compared = list(batch._compare([1000], ["lasso"], 1, OTHER))

    measurements = [("check", ""), ("upload", "lasso"), ("batch", "lasso")]
    assert runs == [(*case, checkout) for case in measurements for checkout in (OTHER, batch.ROOT)]
    assert compared[:2] == [
        Compared("check, 1,000 rows", "rows/s", 500, 1000),
        Compared("check, 1,000 rows", "MiB", 200, 150),
    ]
    assert [row.name for row in compared[2::2]] == ["upload, lasso, 1,000 rows", "batch, lasso, 1,000 rows"]
