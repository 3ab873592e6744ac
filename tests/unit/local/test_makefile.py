"""The environment variables that the Makefile sets for the programs that it starts."""

import os
import subprocess
from pathlib import Path

import pytest

from local.config import ROOT

SHOW = 'show:\n\t@echo "$$XDG_CACHE_HOME|$$XDG_DATA_HOME|$$npm_config_cache|$$no_proxy|$$NO_PROXY"\n'


def exported(*arguments: str, **environment: str) -> list[str]:
    """Return the five variables that make exports, started with PATH and ``environment``."""
    result = subprocess.run(
        ["make", "-f", "Makefile", "-f", "-", "show", *arguments],
        cwd=ROOT, input=SHOW, env={"PATH": os.environ["PATH"], **environment},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return result.stdout.strip().split("|")


@pytest.mark.parametrize("home", [None, "", "/nonexistent"])
def test_without_a_writable_home_all_caches_are_in_the_checkout(home: str | None) -> None:
    caches = exported(**({} if home is None else {"HOME": home}))[:3]

    assert caches == [str(ROOT / ".caches"), str(ROOT / ".caches" / "data"), str(ROOT / ".caches" / "npm")]


def test_with_a_cache_in_home_that_is_not_writable_the_caches_are_in_the_checkout(tmp_path: Path) -> None:
    (tmp_path / ".npm").symlink_to("/proc/sys")

    assert exported(HOME=str(tmp_path))[2] == str(ROOT / ".caches" / "npm")


def test_with_a_writable_home_the_caches_are_there(tmp_path: Path) -> None:
    assert exported(HOME=str(tmp_path))[:3] == ["", "", ""]


@pytest.mark.parametrize("environment", [{"no_proxy": "intra.example"}, {"NO_PROXY": "intra.example"}])
def test_this_machine_is_never_reached_through_a_proxy(environment: dict[str, str]) -> None:
    bypassed = "intra.example,127.0.0.1,localhost,::1,192.0.2.1"

    assert exported("HOST=192.0.2.1", http_proxy="http://proxy.example:3128", **environment)[3:] == [bypassed, bypassed]


def test_a_star_in_no_proxy_stays() -> None:
    assert exported(no_proxy="*")[3] == "*"
