import random
from pathlib import Path

from tests.chaos.run import run
from tests.support.emulators import require_dynoxide


def test_everything_accepted_ends_and_adds_up_while_parts_are_killed(tmp_path: Path) -> None:
    require_dynoxide()
    seed = random.randrange(10_000)
    print(f"replay with: make chaos SEED={seed}")

    summary = run(20, seed, tmp_path / "data")

    print(summary)
    assert summary.kills.total() >= 4
    assert summary.kills["everything"] == 1
    assert summary.accepted > 0
