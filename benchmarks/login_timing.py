"""Test whether response times distinguish an unknown name from a wrong password: ``make timing``.

The Mann-Whitney U test detects whether one kind is mostly slower; the Kolmogorov-Smirnov test detects any difference.
The command also prints the smallest shift that the tests would have detected.

Exit codes: 0 if the kinds cannot be distinguished, 1 if they can, 2 if even a shift of a tenth of a log-in would not
have been detected, because the machine was too busy.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import time
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from scipy import stats

from benchmarks.__main__ import running_stack
from benchmarks.client import Person

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LEVEL = 0.01
"""The probability that equal samples differ significantly by chance. Each of the two tests gets half of it."""
SHIFT_SHARE_MAX = 0.1
_WARM_UP = 5
_TOO_BUSY = 2


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison of two samples of times: the p values of both tests, and the AUC.

    ``auc`` is the share of pairs in which the time of the first sample is longer; 0.5 is chance.
    """

    auc: float
    mann_whitney: float
    kolmogorov_smirnov: float

    @property
    def is_significant(self) -> bool:
        """Return whether one of the tests finds a significant difference."""
        return min(self.mann_whitney, self.kolmogorov_smirnov) < LEVEL / 2


def compare(first: Sequence[float], second: Sequence[float]) -> Comparison:
    """Compare two samples of times."""
    ranks = stats.mannwhitneyu(first, second)
    auc = float(ranks.statistic) / (len(first) * len(second))
    return Comparison(auc, float(ranks.pvalue), float(stats.ks_2samp(first, second).pvalue))


def smallest_detectable_shift(first: Sequence[float], second: Sequence[float], step: float) -> float:
    """Return the smallest multiple of ``step`` that, added to ``first``, makes the samples differ significantly."""
    shifts = (step * multiple for multiple in count())
    return next(shift for shift in shifts if compare([duration + shift for duration in first], second).is_significant)


def measure(url: str, pairs: int) -> tuple[list[float], list[float]]:
    """Return the milliseconds of ``pairs`` log-ins with a wrong password, and of as many with an unknown name."""
    person = Person(url)

    def wrong_password() -> float:
        return _milliseconds(person, person.name)

    def unknown_name() -> float:
        return _milliseconds(person, f"bench-{os.urandom(6).hex()}")  # as long as the known name

    for _ in range(_WARM_UP):
        wrong_password(), unknown_name()
    times: dict[Callable[[], float], list[float]] = {wrong_password: [], unknown_name: []}
    for _ in range(pairs):
        for log_in in random.sample(list(times), 2):
            times[log_in].append(log_in())
    return times[wrong_password], times[unknown_name]


def _milliseconds(person: Person, name: str) -> float:
    body = json.dumps({"name": name, "password": os.urandom(8).hex()}).encode()
    started = time.perf_counter()
    status, document = person.call("POST", "/api/auth/login", body)
    milliseconds = (time.perf_counter() - started) * 1000
    if status != 401:
        raise RuntimeError(f"the log-in returned {status}: {document}")
    return milliseconds


def main() -> int:
    """Measure, print the comparison, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.login_timing")
    parser.add_argument("--tries", type=int, default=200, help="log-ins of each kind (200)")
    parser.add_argument("--bcrypt-cost", type=int, default=12, help="bcrypt cost of the stack (12, as in production)")
    arguments = parser.parse_args()
    with running_stack(BCRYPT_COST=str(arguments.bcrypt_cost)) as stack:
        known, unknown = measure(stack.url, arguments.tries)
    comparison = compare(known, unknown)
    median = statistics.median(unknown)
    step = median / 2000
    later = smallest_detectable_shift(known, unknown, step)
    earlier = smallest_detectable_shift([-duration for duration in known], [-duration for duration in unknown], step)
    shift = max(later, earlier)
    print(f"{arguments.tries} log-ins of each kind at bcrypt cost {arguments.bcrypt_cost}, alternating at random.")
    for name, times in (("wrong password", known), ("unknown name", unknown)):
        low, middle, high = statistics.quantiles(times, n=4)
        print(f"{name:<15} median {middle:8.2f} ms, quartiles {low:.2f} and {high:.2f}")
    print(f"Mann-Whitney p = {comparison.mann_whitney:.3f}, Kolmogorov-Smirnov p = {comparison.kolmogorov_smirnov:.3f}")
    print(f"AUC = {comparison.auc:.3f} (0.5 is chance)")
    if comparison.is_significant:
        print("The times distinguish the two kinds.")
        return 1
    print(
        "The times do not distinguish the two kinds. "
        f"A shift of {shift:.2f} ms ({shift / median:.2%} of a log-in) would have been detected."
    )
    if shift > SHIFT_SHARE_MAX * median:
        print("This is too much for a conclusion: the machine was too busy.")
        return _TOO_BUSY
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
