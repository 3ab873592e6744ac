"""`make update-check`, with tools that only record how they are called."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy import update_check
from deploy.template import ROOT

NOTE = "print('Using Python 3.13', file=sys.stderr)"
"""uv writes such a note beside its answer."""


@pytest.fixture
def tool(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a program, which prints ``text``, records its arguments and ends with ``code``."""

    def written(name: str, text: str = "", code: int = 0, failing_after: int = 0) -> Path:
        program, log = tmp_path / name, str(tmp_path / f"{name}.log")
        record = f"open({log!r}, 'a').write(' '.join(sys.argv[1:]) + chr(10))"
        calls = f"len(open({log!r}).readlines())"
        code_of_call = f"{code} if {calls} > {failing_after} else 0"
        lines = [f"#!{sys.executable}", "import sys", record, NOTE, f"print({text!r})", f"sys.exit({code_of_call})"]
        program.write_text("\n".join(lines), "utf-8")
        program.chmod(0o755)
        return program

    return written


def run_command(monkeypatch: pytest.MonkeyPatch, uv: Path, npm: Path, *arguments: str) -> int:
    monkeypatch.setattr(update_check, "UV", uv)
    monkeypatch.setattr(update_check, "NPM", (str(npm),))
    monkeypatch.setattr(sys, "argv", ["update-check", *arguments])
    return update_check.main()


def test_newer_versions_are_listed_for_every_lock_file(
    tool: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    uv = tool("uv", json.dumps([{"name": "orjson", "version": "3.13.0", "latest_version": "3.14.0"}]))
    preact = {"current": "1.0.0", "wanted": "1.0.0", "latest": "2.0.0"}
    # Two packages need acorn. The build of esbuild is for another platform, so it is not installed.
    acorn = [{"current": "8.0.0", "wanted": version, "latest": "8.1.0"} for version in ("8.0.0", "8.1.0")]
    esbuild = {"wanted": "0.1.0", "latest": "0.2.0"}
    npm = tool("npm", json.dumps({"preact": preact, "acorn": acorn, "esbuild": esbuild}), 1)

    assert run_command(monkeypatch, uv, npm) == 0

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[:2] == [["Python:", "1", "packages", "have", "newer", "versions"], ["orjson", "3.13.0", "3.14.0"]]
    npm_lines = [["acorn", "8.0.0", "8.1.0"], ["preact", "1.0.0", "2.0.0"]]
    assert lines[3:5] == lines[6:] == npm_lines
    assert [line[0] for line in lines[2:6:3]] == ["frontend:", "local:"]


def test_an_unreachable_registry_does_not_look_like_no_updates(
    tool: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    npm = tool("npm", json.dumps({"error": {"code": "ENOTFOUND"}}), 1)

    assert run_command(monkeypatch, tool("uv", "no route", 2), npm) == 3

    assert capsys.readouterr().out.count("the registry could not be reached") == 3


def test_a_package_that_cannot_be_installed_is_not_tried(
    tool: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    uv = tool("uv", "No solution found", 1)

    assert run_command(monkeypatch, uv, uv, "--package", "no-such-package") == 1

    assert capsys.readouterr().err.startswith("no-such-package can't be tried:\nNo solution found")


@pytest.mark.parametrize("code", [0, 1])
def test_the_fast_tests_run_in_an_environment_with_the_new_version(
    tool: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    code: int,
) -> None:
    uv, python = tool("uv"), tool("python", "3.14.0", code, failing_after=1)
    (tmp_path / "bin").mkdir()
    environment = tmp_path / "trial"
    (environment / "venv" / "bin").mkdir(parents=True)
    (environment / "venv" / "bin" / "python").symlink_to(python)
    monkeypatch.setattr(update_check, "TemporaryDirectory", lambda dir: Folder(environment))  # noqa: A006

    assert run_command(monkeypatch, uv, uv, "--package", "orjson==3.14.0") == code

    created, locked, upgraded = (tmp_path / "uv.log").read_text().splitlines()
    assert created.startswith("venv ")
    assert locked.endswith("--group dev -c requirements-dev.txt")
    assert upgraded.endswith("--upgrade-package orjson orjson==3.14.0")
    version, tests = (tmp_path / "python.log").read_text().splitlines()
    assert version.endswith(" orjson")
    assert tests.startswith("-m pytest tests/unit tests/template ")
    output = capsys.readouterr().out
    assert output.startswith("The fast tests run with orjson 3.14.0 ...")
    assert ("The tests pass with orjson==3.14.0." in output) == (code == 0)


def test_make_installs_the_packages_of_every_lock_file_because_npm_lists_no_others() -> None:
    rules = (ROOT / "Makefile").read_text("utf-8")
    (needed,) = re.findall(r"^update-check:(.*) ## ", rules, re.MULTILINE)
    locks = [lock.parent.name for lock in ROOT.glob("*/package-lock.json")]

    assert set(needed.split()) == {".venv/.dev", *(f"{folder}/node_modules/.installed" for folder in locks)}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ([], []),
        (["PACKAGE=orjson==3.14.0"], ["--package", "orjson==3.14.0"]),
        (["PACKAGE=orjson", "TEST=tests/unit/core"], ["--package", "orjson", "tests/unit/core"]),
    ],
)
def test_make_passes_the_package_and_the_tests_on(variables: list[str], expected: list[str]) -> None:
    printer = r"PYTHON=printf %s\\n"
    needed = (".venv/.dev", "frontend/node_modules/.installed", "local/node_modules/.installed")
    installed = [option for target in needed for option in ("-o", target)]
    made = subprocess.run(
        ["make", "-s", *installed, printer, "update-check", *variables],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    assert made.stdout.splitlines() == ["-m", "deploy.update_check", *expected]


class Folder:
    """A temporary directory that exists already."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> str:
        return str(self._path)

    def __exit__(self, *_exception: object) -> None:
        """Leave the folder."""
