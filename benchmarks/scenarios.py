"""The scenarios of ``python -m benchmarks``: each connection repeats an action for a limited time."""

from __future__ import annotations

import os
import random
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import Person

COST = 100
# The accounts per connection in a scenario of predictions. Each account can pay for five.
PEOPLE_A_CONNECTION = 12

HEADER = "ID,Age,Sex,Ascites,Hepatomegaly,Spiders,Edema,Bilirubin,Cholesterol,Albumin,Copper,SGOT,Tryglicerides,"
HEADER += "Platelets,Prothrombin,Stage\n"


@dataclass(frozen=True, slots=True)
class Scenario:
    """An action and the numbers of connections to run it with.

    ``act`` returns whether it succeeded. ``rows`` is the number of rows of a prediction, None for other actions.
    """

    name: str
    act: Callable[[Person, bytes], bool]
    connections: tuple[int, ...]
    rows: int | None = None


SCENARIOS = (
    Scenario("me", lambda person, _: person.get("/api/auth/me"), (1, 8, 32)),
    Scenario("balance", lambda person, _: person.get("/api/auth/balance"), (1, 8, 32)),
    Scenario("login", lambda person, _: person.log_in(), (1, 8, 32)),
    Scenario("predict 1 row", Person.predict, (1, 8, 32), 1),
    Scenario("predict 10,000 rows", Person.predict, (1, 8, 32), 10_000),
    Scenario("predict 50,000 rows", Person.predict, (1, 8, 32), 50_000),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run of a scenario measured. ``done`` counts the actions that succeeded; the times are theirs."""

    done: int
    per_second: float
    p50_ms: float
    p95_ms: float
    errors: int
    memory_mib: float
    """The peak of the measured processes together; 0 without /proc."""


def patients(rows: int, seed: int = 1) -> bytes:
    """Return a valid CSV of ``rows`` made-up patients. The same seed gives the same file."""
    rng = random.Random(seed)  # noqa: S311
    lines = [
        f"{row},{rng.randint(9600, 28600)},{rng.choice('FM')},{rng.choice('NY')},{rng.choice('NY')},"
        f"{rng.choice('NY')},{rng.choice('NSY')},{rng.uniform(0.3, 28):.1f},{rng.randint(120, 1775)},"
        f"{rng.uniform(2, 4.6):.2f},{rng.randint(4, 588)},{rng.uniform(27, 457):.1f},{rng.randint(33, 598)},"
        f"{rng.randint(62, 721)},{rng.uniform(9, 18):.1f},{rng.randint(1, 4)}\n"
        for row in range(1, rows + 1)
    ]
    return (HEADER + "".join(lines)).encode()


def measure(url: str, scenario: Scenario, connections: int, seconds: float, processes: Sequence[int]) -> Figures:
    """Run ``scenario`` once.

    No action starts after ``seconds``. ``processes`` are the ids of the processes whose memory is measured.
    """
    content = patients(scenario.rows) if scenario.rows else b""
    groups = [[Person(url) for _ in range(PEOPLE_A_CONNECTION if scenario.rows else 1)] for _ in range(connections)]
    times: list[float] = []
    errors: list[int] = []
    started = time.perf_counter()

    def loop(people: list[Person]) -> None:
        while people and time.perf_counter() - started < seconds:
            person = people[-1]
            if scenario.rows and person.coins < COST:
                people.pop()
                continue
            action_started = time.perf_counter()
            if scenario.act(person, content):
                times.append(time.perf_counter() - action_started)
            else:
                errors.append(1)

    threads = [threading.Thread(target=loop, args=(people,)) for people in groups]
    for thread in threads:
        thread.start()
    peak = 0.0
    while any(thread.is_alive() for thread in threads):
        peak = max(peak, memory_mib(processes))
        time.sleep(0.1)
    wall = time.perf_counter() - started
    ordered = sorted(times) or [0.0]
    p50, p95 = statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return Figures(len(times), len(times) / wall, 1000 * p50, 1000 * p95, len(errors), peak)


def memory_mib(processes: Iterable[int]) -> float:
    """Return the total resident memory of these processes in MiB; 0 without /proc."""
    pages = 0
    for pid in processes:
        with suppress(OSError):  # the process has ended
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2
