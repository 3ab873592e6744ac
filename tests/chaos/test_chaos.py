import random
from collections.abc import Callable
from pathlib import Path

import pytest

from local.supervisor import _RESTART_WINDOW_SECONDS, _RESTARTS_MAX
from tests.chaos.plan import DYNOXIDE_VICTIMS, EVERYTHING, PART_OF_API, VICTIMS, Kill, plan
from tests.chaos.run import run
from tests.support.emulators import require_dynoxide


def test_accepted_predictions_end_and_coins_add_up_while_parts_are_killed(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    require_dynoxide()
    seed = random.randrange(10_000)
    record_property("summary", f"Replay with: make chaos SECONDS=20 SEED={seed}")

    summary = run(20, seed, tmp_path / "data")

    record_property("summary", str(summary))
    assert summary.kills.total() >= 4
    assert summary.kills[EVERYTHING] == 1
    assert summary.accepted > 0
    assert summary.ends["succeeded"] > 0


@pytest.mark.parametrize("durable", [True, False])
def test_a_seed_gives_the_same_plan_that_kills_every_part_and_none_too_often(durable: bool) -> None:
    for seed in range(100):
        kills = plan(seed, 120, durable=durable)

        assert kills == plan(seed, 120, durable=durable)
        expected = {*VICTIMS, *DYNOXIDE_VICTIMS, EVERYTHING} if durable else set(VICTIMS)
        assert {kill.victim for kill in kills} == expected
        for part in expected - {EVERYTHING, PART_OF_API}:
            assert _starts_in_one_window(part, kills) <= _RESTARTS_MAX


def _starts_in_one_window(part: str, kills: list[Kill]) -> int:
    """Return the highest number of starts within the supervisor's window."""
    now, most = 0.0, 0
    starts = [now]
    for kill in kills:
        now += kill.pause
        if kill.victim == EVERYTHING:
            starts = [now]
        elif kill.victim == part or (part == "api" and kill.victim == PART_OF_API):
            starts.append(now)
        most = max(most, sum(start > now - _RESTART_WINDOW_SECONDS for start in starts))
    return most
