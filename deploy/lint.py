"""Lint the template of every stage, as SAM and as the CloudFormation that results: ``python -m deploy.lint``."""

import sys
import tempfile
from pathlib import Path

from cfnlint.api import ManualArgs, lint_file  # type: ignore[import-untyped]

from deploy.template import STAGES, PackagingError, write_template
from deploy.transform import transform


def lint(template: Path) -> list[str]:
    """Return cfn-lint's findings, hints included, one line for each."""
    matches = lint_file(template, config=ManualArgs(include_checks=["I"]))
    return [f"{template.name}:{match.linenumber}: {match.rule.id} {match.message}" for match in matches]


def main() -> int:
    """Lint every stage. Return 1 if there are findings."""
    failed = False
    for stage in STAGES:
        with tempfile.TemporaryDirectory() as directory:
            try:
                template = write_template(stage, Path(directory))
                findings = lint(template) + lint(transform(template))
            except PackagingError as error:
                findings = [str(error)]
        failed = failed or bool(findings)
        print(f"{stage}: {len(findings)} findings" if findings else f"{stage}: no findings in SAM and CloudFormation")
        for finding in findings:
            print(f"  {finding}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
