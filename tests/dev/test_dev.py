"""``make dev``: the stack reloads saved code, and the page shows a change without being loaded again."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from local.dev import NODE
from tests.support.stack import ROOT, RunningStack, assert_ended, children_of

SOURCES = (".chalice", "chalicelib", "frontend", "local", "model_artifacts")
RELOADED = ("background", "worker", "api")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the stack's sources that the tests may edit.

    Installed packages are symbolic links in their own folder, so that the copy has its own Vite cache.
    """
    root = tmp_path_factory.mktemp("sources")
    shutil.copy(ROOT / "app.py", root)
    for name in SOURCES:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
        if (installed := ROOT / name / "node_modules").exists():
            (root / name / "node_modules").mkdir()
            for package in installed.iterdir():
                if not package.name.startswith(".vite"):
                    (root / name / "node_modules" / package.name).symlink_to(package.resolve())
    return root


@pytest.fixture(scope="module")
def dev(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    stack = RunningStack(tmp_path_factory.mktemp("dev"), "--dev")
    stack.root = sources
    stack.start()
    yield stack
    stack.stop()


def wait_for_health(stack: RunningStack, text: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = requests.get(f"{stack.url}/api/health", timeout=10)
        if answer.ok and answer.json()["status"] == text:
            return
        time.sleep(0.2)
    raise AssertionError(f"/api/health never answered {text}:\n{stack.output()}")


def wait_for_output(stack: RunningStack, text: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while text not in stack.output():
        assert time.monotonic() < deadline, f"{text!r} was never printed:\n{stack.output()}"
        time.sleep(0.1)


def test_saved_code_is_reloaded_and_a_syntax_error_can_be_corrected(dev: RunningStack, sources: Path) -> None:
    app = sources / "app.py"
    text = app.read_text("utf-8")
    before = {name: dev.process_ids(name) for name in RELOADED}

    app.write_text(text.replace('"status": "ok"', '"status": "changed"'), "utf-8")
    wait_for_health(dev, "changed")
    assert all(dev.process_ids(name) != before[name] for name in RELOADED)

    app.write_text(text + "\ndef broken(:\n", "utf-8")
    for name in RELOADED:
        wait_for_output(dev, f"{name} ended (exit code 1)")
    assert "SyntaxError" in dev.output()
    assert requests.get(f"{dev.url}/api/health", timeout=10).status_code == 502
    assert requests.get(dev.url, timeout=10).ok

    app.write_text(text, "utf-8")
    wait_for_health(dev, "ok")


def test_the_page_shows_a_change_without_being_loaded_again(dev: RunningStack, sources: Path) -> None:
    playwright = subprocess.run(
        [NODE, "node_modules/.bin/playwright", "test", "dev.spec.ts"],
        cwd=ROOT / "frontend", env=os.environ | {"BASE_URL": dev.url, "DEV_SOURCES": str(sources / "frontend")},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert playwright.returncode == 0, playwright.stdout + playwright.stderr


def test_ctrl_c_stops_every_process(dev: RunningStack) -> None:
    (vite,) = dev.process_ids("page")
    processes = [*dev.all_process_ids(), *children_of(vite)]

    assert dev.interrupt() == 0

    assert_ended(processes)


def test_make_dev_refuses_to_listen_for_other_machines(tmp_path: Path) -> None:
    stack = RunningStack(tmp_path / "data", "--dev", "--host", "0.0.0.0")
    with pytest.raises(AssertionError, match=r"--dev serves the sources, so it listens on 127\.0\.0\.1 only"):
        stack.start()
