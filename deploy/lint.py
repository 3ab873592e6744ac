"""Package every stage and lint its template, as SAM and as the CloudFormation that AWS makes of it.

Usage: python -m deploy.lint
"""

import sys
import tempfile
from pathlib import Path

from cfnlint.api import ManualArgs, lint_file  # type: ignore[import-untyped]

from deploy.template import STAGES, PackagingError, write_template
from deploy.transform import transform


def lint(template: Path) -> list[str]:
    """Return what cfn-lint finds, hints included, one line a finding."""
    found = lint_file(template, config=ManualArgs(include_checks=["I"]))
    return [f"{template.name}:{match.linenumber}: {match.rule.id} {match.message}" for match in found]


def main() -> int:
    """Lint every stage; 1 if anything is off."""
    failed = False
    for stage in STAGES:
        with tempfile.TemporaryDirectory() as directory:
            try:
                template = write_template(stage, Path(directory))
                findings = lint(template) + lint(transform(template))
            except PackagingError as error:
                findings = [str(error)]
        failed = failed or bool(findings)
        print(f"{stage}: {len(findings)} findings" if findings else f"{stage}: clean as SAM and as CloudFormation")
        for finding in findings:
            print(f"  {finding}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
