"""Package every stage and lint its template, as SAM and as the CloudFormation that AWS makes of it.

Usage: python -m deploy.lint
"""

import sys
import tempfile
from pathlib import Path

from cfnlint.api import ManualArgs, lint_file  # type: ignore[import-untyped]

from deploy.template import STAGES, PackagingError, write_template
from deploy.transform import transform

# Rule by rule, with the reason. None is needed for the SAM template.
IGNORED: dict[str, str] = {}
IGNORED_TRANSFORMED: dict[str, str] = {}


def lint(template: Path, ignored: dict[str, str]) -> list[str]:
    """What cfn-lint has to say, hints included, one line a finding."""
    config = ManualArgs(include_checks=["I"], ignore_checks=list(ignored))
    found = lint_file(template, config=config)
    return [f"{template.name}:{match.linenumber}: {match.rule.id} {match.message}" for match in found]


def lint_stage(stage: str, directory: Path) -> list[str]:
    """Package ``stage`` into ``directory`` and lint it; what is off, one line a finding."""
    try:
        template = write_template(stage, directory)
        findings = lint(template, IGNORED) + lint(transform(template), IGNORED_TRANSFORMED)
    except PackagingError as error:
        return [str(error)]
    return findings


def main() -> int:
    """Lint every stage; 1 if anything is off."""
    failed = False
    for stage in STAGES:
        with tempfile.TemporaryDirectory() as directory:
            findings = lint_stage(stage, Path(directory))
        failed = failed or bool(findings)
        print(f"{stage}: {len(findings)} findings" if findings else f"{stage}: clean as SAM and as CloudFormation")
        for finding in findings:
            print(f"  {finding}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
