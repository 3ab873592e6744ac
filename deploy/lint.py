"""Package every stage and lint its template, as SAM and as the CloudFormation that AWS makes of it.

Usage: python -m deploy.lint
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from cfnlint.api import ManualArgs, lint_file  # type: ignore[import-untyped]

from deploy.template import ROOT, STAGES, PackagingError, write_template

TRANSFORM_PACKAGES = ROOT / ".tools" / "sam"
"""Where requirements-transform.txt is installed to (pip install --target)."""

# Rule by rule, with the reason. None is needed for the SAM template.
IGNORED: dict[str, str] = {}
IGNORED_TRANSFORMED: dict[str, str] = {}


def lint(template: Path, ignored: dict[str, str]) -> list[str]:
    """What cfn-lint has to say, hints included, one line a finding."""
    config = ManualArgs(include_checks=["I"], ignore_checks=list(ignored))
    found = lint_file(template, config=config)
    return [f"{template.name}:{match.linenumber}: {match.rule.id} {match.message}" for match in found]


def can_transform() -> bool:
    """Whether the transform's packages are installed."""
    return (TRANSFORM_PACKAGES / "samtranslator").is_dir()


def transform(template: Path) -> Path:
    """Write the transformed template beside ``template``, in a process that sees the transform's packages.

    Raises
    ------
    PackagingError
        The transform refuses the template.
    """
    target = template.with_name("transformed.json")
    done = subprocess.run(  # noqa: S603 - our own interpreter and arguments
        [sys.executable, "-m", "deploy.transform", str(template), str(target)],
        cwd=ROOT,
        env={"AWS_DEFAULT_REGION": "us-east-1"} | os.environ | {"PYTHONPATH": str(TRANSFORM_PACKAGES)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PackagingError(f"the SAM transform refuses {template.name}:\n{done.stderr}")
    return target


def lint_stage(stage: str, directory: Path) -> list[str]:
    """Package ``stage`` into ``directory`` and lint it; what is off, one line a finding."""
    try:
        template = write_template(stage, directory)
        findings = lint(template, IGNORED)
        if can_transform():
            findings += lint(transform(template), IGNORED_TRANSFORMED)
    except PackagingError as error:
        return [str(error)]
    return findings


def main() -> int:
    """Lint every stage; 1 if anything is off."""
    checked = "SAM and CloudFormation" if can_transform() else "SAM (CloudFormation not: .tools/sam is missing)"
    failed = False
    for stage in STAGES:
        with tempfile.TemporaryDirectory() as directory:
            findings = lint_stage(stage, Path(directory))
        failed = failed or bool(findings)
        print(f"{stage}: {len(findings)} findings" if findings else f"{stage}: clean as {checked}")
        for finding in findings:
            print(f"  {finding}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
