"""The commands of a deployment: `python -m deploy package|deploy|rollback|destroy|smoke`."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from deploy.bundle import PLATFORMS, package, table
from deploy.commands import PROD, Target, deploy, rollback
from deploy.smoke import SmokeError, walk
from deploy.stack import StackError
from deploy.steps import RefusedError, carry_out
from deploy.teardown import DeletionError, destroy
from deploy.template import ROOT, STAGES, PackagingError


def _package(given: argparse.Namespace) -> Path:
    out = ROOT / "build" / str(given.stage)
    print(table(package(given.stage, given.arch, out), out))
    print(f"For {given.arch}, in {out.relative_to(ROOT)}/, with template.yaml.")
    return out


def _deploy(given: argparse.Namespace) -> None:
    out = Path(given.packaged) if given.packaged else _package(given)
    if not (out / "template.yaml").is_file():
        raise RefusedError(f"{out} holds no template.yaml. Write it with 'make package'.")
    wanted = {"AlarmEmail": given.alarm_email, "WorkerConcurrencyMax": given.concurrency}
    parameters = {name: str(value) for name, value in wanted.items() if value is not None}
    steps = deploy(Target(given.stage, given.at), out, parameters, ask=_asks(given))
    carry_out(steps, dry_run=given.dry_run)


def _rollback(given: argparse.Namespace) -> None:
    carry_out(rollback(Target(given.stage, given.at), given.release, ask=_asks(given)), dry_run=given.dry_run)


def _asks(given: argparse.Namespace) -> bool:
    return given.stage == PROD and not given.yes


def _destroy(given: argparse.Namespace) -> None:
    destruction = destroy(
        Target(given.stage), data=given.data, prod_data=given.prod_data, force=given.force, dry_run=given.dry_run
    )
    carry_out(destruction.steps(), dry_run=given.dry_run)
    if not given.data:
        print(destruction.what_stays())


def _smoke(given: argparse.Namespace) -> None:
    walk(Target(given.stage, given.at).reached_at())


def _find_aws(given: argparse.Namespace) -> None:
    """Refuse to begin unless boto3 knows a region and has credentials; a dry run of a deployment only says so."""
    if given.run is _package:
        return
    if "AWS_REGION" in os.environ:  # the functions' variable and other tools'; boto3 has another one
        os.environ.setdefault("AWS_DEFAULT_REGION", os.environ["AWS_REGION"])
    session = boto3.Session()
    missing = [] if session.region_name else ["region (AWS_REGION=eu-central-1, or your profile's)"]
    missing += [] if session.get_credentials() else ["credentials (AWS_PROFILE, or what else boto3 reads)"]
    if missing:
        sentence = f"AWS can't be used: there is no {' and there are no '.join(missing)}."
        if given.run is not _deploy or not given.dry_run:
            raise RefusedError(sentence)
        print(sentence)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy", description=__doc__, allow_abbrev=False)
    parser.add_argument("--stage", required=True, help=" or ".join(STAGES))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], object], text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text)
        made.set_defaults(run=run)
        return made

    packaging = command("package", _package, "write build/<stage>/: two zips and a template")
    deploying = command("deploy", _deploy, "package, change the stack, publish the page, try it")
    rolling = command("rollback", _rollback, "go back to an earlier release; data stays as it is")
    destroying = command("destroy", _destroy, "take the stage down")
    trying = command("smoke", _smoke, "walk through the deployed stage")
    for each in (packaging, deploying):
        each.add_argument("--arch", choices=sorted(PLATFORMS), default="x86_64")
    for each in (deploying, rolling, trying):
        each.add_argument("--at", metavar="URL", help="where people reach the stage, if not at its PageUrl")
    for each in (deploying, rolling):
        each.add_argument("--yes", action="store_true", help="don't ask before prod is changed")
    for each in (deploying, rolling, destroying):
        each.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")
    deploying.add_argument("--packaged", metavar="DIR", help="deploy what is there, instead of packaging")
    deploying.add_argument("--alarm-email", help="who is told of alarms; it stays so for later deployments")
    deploying.add_argument("--concurrency", type=int, help="so many predictions at once; it stays so, too")
    rolling.add_argument("--release", help="which one; without it, the one before")
    destroying.add_argument("--data", action="store_true", help="tables and files too")
    destroying.add_argument("--prod-data", action="store_true", help="yes, those of prod")
    destroying.add_argument("--force", action="store_true", help="don't ask")
    return parser


def main() -> int:
    """Run one command: 0; 1 if it could not be done; 2 for wrong input or a no."""
    given = _parser().parse_args()
    if given.stage not in STAGES:
        print(f"Say which stage: STAGE={' or STAGE='.join(STAGES)}. The local stack is 'make run'.", file=sys.stderr)
        return 2
    try:
        _find_aws(given)
        given.run(given)
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from where this one was.", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"{error.filename or 'The disk'}: {error.strerror}", file=sys.stderr)
    except (PackagingError, StackError, DeletionError) as error:
        print(error, file=sys.stderr)
    except SmokeError as error:
        print(f"The stage is deployed, and does not work: {error}\nmake rollback goes back.", file=sys.stderr)
    except (BotoCoreError, ClientError, WaiterError) as error:
        print(f"AWS says: {error}", file=sys.stderr)
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
