"""Which parts are killed when: drawn from a seed beforehand, so that the same seed kills the same again."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass

from local.supervisor import _RESTART_WINDOW_SECONDS, _RESTARTS_MAX

EVERYTHING = "everything"
PART_OF_API = "part of api"
ALWAYS = ("worker", "api", PART_OF_API, "background")
DURABLE = ("dynamodb", "emulator")
"""Only where DynamoDB is durable: ministack's own keeps coins in memory for seconds."""

PAUSE_SECONDS = (0.4, 4.0)
EVERYTHING_AFTER = 0.6
"""Of the whole time; then all is killed once."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill -9, ``pause`` seconds after the one before."""

    pause: float
    victim: str


def plan(seed: int, seconds: float, *, durable: bool) -> list[Kill]:
    """The kills of a run. The supervisor gives up a part that dies again and again: none is killed as often as that."""
    draw = random.Random(seed)
    victims = ALWAYS + DURABLE if durable else ALWAYS
    everything_at = seconds * EVERYTHING_AFTER if durable else float("inf")
    kills: list[Kill] = []
    killed_at: defaultdict[str, list[float]] = defaultdict(list)
    last = 0.0
    now = draw.uniform(*PAUSE_SECONDS)
    while now < seconds:
        if now >= everything_at:
            everything_at = float("inf")
            killed_at.clear()  # the next supervisor counts anew
            kills.append(Kill(now - last, EVERYTHING))
            last = now
        elif rested := [each for each in victims if _may_die(killed_at[_process(each)], now)]:
            victim = draw.choice(rested)
            killed_at[_process(victim)].append(now)
            kills.append(Kill(now - last, victim))
            last = now
        now += draw.uniform(*PAUSE_SECONDS)
    return kills


def _may_die(killed_at: list[float], now: float) -> bool:
    """Whether the supervisor would start it again. Its first start counts, too."""
    return sum(at > now - _RESTART_WINDOW_SECONDS for at in killed_at) < _RESTARTS_MAX - 1


def _process(victim: str) -> str:
    """The process of the supervisor's that dies: the API goes with its parts."""
    return "api" if victim == PART_OF_API else victim
