"""What the Makefile passes on to the programs that it starts."""

import os
import subprocess
from pathlib import Path

import pytest

from local.config import ROOT

SHOW = 'show:\n\t@echo "$$XDG_CACHE_HOME|$$XDG_DATA_HOME|$$npm_config_cache|$$no_proxy|$$NO_PROXY"\n'


def shown(*arguments: str, **environment: str) -> list[str]:
    """The five variables, in an environment of PATH and ``environment``."""
    ended = subprocess.run(
        ["make", "-f", "Makefile", "-f", "-", "show", *arguments],
        cwd=ROOT, input=SHOW, env={"PATH": os.environ["PATH"], **environment},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return ended.stdout.strip().split("|")


@pytest.mark.parametrize("home", [None, "", "/nonexistent"])
def test_without_a_home_that_can_be_written_every_cache_is_in_the_checkout(home: str | None) -> None:
    caches = shown(**({} if home is None else {"HOME": home}))[:3]

    assert caches == [str(ROOT / ".caches"), str(ROOT / ".caches" / "data"), str(ROOT / ".caches" / "npm")]


def test_a_cache_in_home_that_can_not_be_written_counts_too(tmp_path: Path) -> None:
    (tmp_path / ".npm").symlink_to("/proc/sys")

    assert shown(HOME=str(tmp_path))[2] == str(ROOT / ".caches" / "npm")


def test_with_a_home_the_caches_stay_there(tmp_path: Path) -> None:
    assert shown(HOME=str(tmp_path))[:3] == ["", "", ""]


@pytest.mark.parametrize("given", [{"no_proxy": "intra.example"}, {"NO_PROXY": "intra.example"}])
def test_this_machine_is_never_reached_through_a_proxy(given: dict[str, str]) -> None:
    bypassed = "intra.example,127.0.0.1,localhost,::1,192.0.2.1"

    assert shown("HOST=192.0.2.1", http_proxy="http://proxy.example:3128", **given)[3:] == [bypassed, bypassed]


def test_who_uses_no_proxy_at_all_goes_on_so() -> None:
    assert shown(no_proxy="*")[3] == "*"
