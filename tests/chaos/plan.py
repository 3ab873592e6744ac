"""The plan of a chaos run: which parts are killed when. It depends only on the seed, so that a run can be repeated."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass

from local.supervisor import _RESTART_WINDOW_SECONDS, _RESTARTS_MAX

EVERYTHING = "everything"
PART_OF_API = "part of api"
VICTIMS = ("worker", "api", PART_OF_API, "background")
DYNOXIDE_VICTIMS = ("dynamodb", "emulator")
"""Killed only with dynoxide, because ministack's DynamoDB keeps coins in memory for some seconds."""

PAUSE_SECONDS = (0.4, 4.0)
"""The shortest and the longest pause before the next kill."""
EVERYTHING_AFTER = 0.6
"""The share of the time after which everything is killed once."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One ``kill -9``, ``pause`` seconds after the previous one."""

    pause: float
    victim: str


def plan(seed: int, seconds: float, *, durable: bool) -> list[Kill]:
    """Return the kills of a run. No part is killed so often that the supervisor would give up."""
    draw = random.Random(seed)
    victims = VICTIMS + DYNOXIDE_VICTIMS if durable else VICTIMS
    everything_at = seconds * EVERYTHING_AFTER if durable else float("inf")
    kills: list[Kill] = []
    killed_at: defaultdict[str, list[float]] = defaultdict(list)
    last = 0.0
    now = draw.uniform(*PAUSE_SECONDS)
    while now < seconds:
        if now >= everything_at:
            everything_at = float("inf")
            killed_at.clear()  # the new supervisor counts from zero
            kills.append(Kill(now - last, EVERYTHING))
            last = now
        elif candidates := [victim for victim in victims if _may_die(killed_at[_process(victim)], now)]:
            victim = draw.choice(candidates)
            killed_at[_process(victim)].append(now)
            kills.append(Kill(now - last, victim))
            last = now
        now += draw.uniform(*PAUSE_SECONDS)
    return kills


def _may_die(killed_at: list[float], now: float) -> bool:
    """Return whether the supervisor would restart the part. Its first start counts, too."""
    return sum(at > now - _RESTART_WINDOW_SECONDS for at in killed_at) < _RESTARTS_MAX - 1


def _process(victim: str) -> str:
    """Return the supervised process that ends with the victim. The API ends when one of its parts is killed."""
    return "api" if victim == PART_OF_API else victim
