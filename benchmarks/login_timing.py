"""Whether the time of an answer tells an unknown name from a wrong password: ``make timing``. Exit 1 if it does.

Mann-Whitney's U tells whether one kind is mostly slower, Kolmogorov and Smirnov whether they differ in any way. The
smallest shift that they would have told is printed; if even a tenth of a log-in isn't, the machine was too restless to
say anything (exit 2).
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
"""So often equal samples are told apart by chance; half of it for each of the two tests."""
SHIFT_SHARE_MAX = 0.1
_WARM_UP = 5
_TOO_RESTLESS = 2


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two samples compared. ``auc``: how often one of the first is slower than one of the second; half is chance."""

    auc: float
    mann_whitney: float
    kolmogorov_smirnov: float

    @property
    def told_apart(self) -> bool:
        """Whether either p value says that they differ."""
        return min(self.mann_whitney, self.kolmogorov_smirnov) < LEVEL / 2


def compare(one: Sequence[float], other: Sequence[float]) -> Comparison:
    """Compare two samples of times."""
    ranks = stats.mannwhitneyu(one, other)
    return Comparison(
        float(ranks.statistic) / (len(one) * len(other)), float(ranks.pvalue), float(stats.ks_2samp(one, other).pvalue)
    )


def smallest_told_shift(one: Sequence[float], other: Sequence[float], step: float) -> float:
    """By how much ``one`` would have to be later to be told from ``other``, to a ``step``."""
    return next(
        shift for shift in (step * times for times in count()) if compare([x + shift for x in one], other).told_apart
    )


def measure(url: str, pairs: int) -> tuple[list[float], list[float]]:
    """Milliseconds of ``pairs`` wrong passwords of a name that there is, and of as many names that there are not."""
    person = Person(url)

    def wrong_password() -> float:
        return _milliseconds(person, person.name)

    def unknown_name() -> float:
        return _milliseconds(person, f"bench-{os.urandom(6).hex()}")  # as long as the other

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
    status, answer = person.call("POST", "/api/auth/login", body)
    taken = (time.perf_counter() - started) * 1000
    if status != 401:
        raise RuntimeError(f"the log-in answered {status}: {answer}")
    return taken


def main() -> int:
    """Measure, compare and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.login_timing")
    parser.add_argument("--tries", type=int, default=200, help="so many of each kind (200)")
    parser.add_argument("--bcrypt-cost", type=int, default=12, help="of the stack (12, as in production)")
    arguments = parser.parse_args()
    with running_stack(BCRYPT_COST=str(arguments.bcrypt_cost)) as stack:
        known, unknown = measure(stack.url, arguments.tries)
    found = compare(known, unknown)
    median = statistics.median(unknown)
    step = median / 2000
    later = smallest_told_shift(known, unknown, step)
    earlier = smallest_told_shift([-x for x in known], [-x for x in unknown], step)
    shift = max(later, earlier)
    print(f"{arguments.tries} log-ins of each kind at bcrypt cost {arguments.bcrypt_cost}, in turn.")
    for name, times in (("wrong password", known), ("unknown name", unknown)):
        low, middle, high = statistics.quantiles(times, n=4)
        print(f"{name:<15} median {middle:8.2f} ms, quartiles {low:.2f} and {high:.2f}")
    print(f"Mann-Whitney p = {found.mann_whitney:.3f}, Kolmogorov-Smirnov p = {found.kolmogorov_smirnov:.3f}")
    print(f"AUC = {found.auc:.3f} (.5: a guess is as good)")
    if found.told_apart:
        print("They can be told apart.")
        return 1
    print(f"Not told apart. A shift of {shift:.2f} ms ({shift / median:.2%} of a log-in) would have been.")
    if shift > SHIFT_SHARE_MAX * median:
        print("That is too much to say anything: the machine was too restless.")
        return _TOO_RESTLESS
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
