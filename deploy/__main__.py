"""Package, deploy, test, roll back or destroy a stage on AWS: ``python -m deploy --stage STAGE COMMAND``."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from deploy.account import find_aws
from deploy.bundle import PLATFORMS, package, table
from deploy.commands import Target, deploy, rollback
from deploy.smoke import SmokeError, run_smoke_test
from deploy.stack import PROD, StackError, stack_name
from deploy.steps import RefusedError, carry_out, confirm
from deploy.teardown import DeletionError, destroy
from deploy.template import ROOT, STAGES, PackagingError


def _package(arguments: argparse.Namespace) -> Path:
    out = ROOT / "build" / str(arguments.stage)
    print(table(package(arguments.stage, arguments.arch, out), out))
    print(f"Packaged for {arguments.arch} in {out.relative_to(ROOT)}/, with template.yaml.")
    return out


def _deploy(arguments: argparse.Namespace) -> None:
    out = Path(arguments.packaged) if arguments.packaged else _package(arguments)
    if not (out / "template.yaml").is_file():
        raise RefusedError(f"{out} holds no template.yaml. Write it with 'make package'.")
    options = {
        "AlarmEmail": arguments.alarm_email,
        "WorkerConcurrencyMax": arguments.concurrency,
        "DomainName": arguments.domain,
        "CertificateArn": arguments.certificate,
        "MonthlyBudget": arguments.budget,
    }
    parameters = {name: str(value) for name, value in options.items() if value is not None}
    steps = deploy(
        Target(arguments.stage, arguments.at),
        out,
        parameters,
        ask=_asks(arguments),
        allow_replacement=arguments.allow_replacement,
    )
    carry_out(steps, dry_run=arguments.dry_run)


def _rollback(arguments: argparse.Namespace) -> None:
    steps = rollback(
        Target(arguments.stage, arguments.at),
        arguments.release,
        ask=_asks(arguments),
        allow_replacement=arguments.allow_replacement,
    )
    carry_out(steps, dry_run=arguments.dry_run)


def _asks(arguments: argparse.Namespace) -> bool:
    """Return whether the command asks before it changes the stage."""
    return arguments.stage == PROD and not arguments.yes


def _destroy(arguments: argparse.Namespace) -> None:
    teardown = destroy(
        Target(arguments.stage),
        data=arguments.data,
        prod_data=arguments.prod_data,
        force=arguments.force,
        dry_run=arguments.dry_run,
    )
    carry_out(teardown.steps(), dry_run=arguments.dry_run)
    if not arguments.data:
        print(teardown.kept_resources())


def _smoke(arguments: argparse.Namespace) -> None:
    run_smoke_test(Target(arguments.stage, arguments.at).reached_at())


def _use_account(arguments: argparse.Namespace) -> None:
    """Find the AWS account, print it, and ask before a command changes prod there. Packaging needs no account.

    A dry run of a deployment only prints why the account can't be used.
    """
    if arguments.run is _package:
        return
    try:
        print(find_aws(arguments.profile, arguments.region), flush=True)
    except (RefusedError, BotoCoreError, ClientError) as error:
        if arguments.run is not _deploy or not arguments.dry_run:
            raise
        print(error)
    if arguments.run in {_deploy, _rollback} and _asks(arguments) and not arguments.dry_run:
        confirm(f"This changes {stack_name(PROD)} in this account and region.", "yes")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy", description="Package, deploy, test, roll back or destroy a stage.", allow_abbrev=False
    )
    parser.add_argument("--stage", required=True, help=" or ".join(STAGES))
    parser.add_argument("--profile", help="the AWS profile with the credentials (AWS_PROFILE)")
    parser.add_argument("--region", help="the AWS region (AWS_REGION, or that of the profile)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], object], text: str) -> argparse.ArgumentParser:
        subparser = commands.add_parser(name, help=text)
        subparser.set_defaults(run=run)
        return subparser

    package_parser = command("package", _package, "write build/<stage>/: two zips and a template")
    deploy_parser = command("deploy", _deploy, "package, update the stack, publish the page, run a smoke test")
    rollback_parser = command("rollback", _rollback, "go back to an earlier release; the data stays as it is")
    destroy_parser = command("destroy", _destroy, "delete the stage's stack, and its data on request")
    smoke_parser = command("smoke", _smoke, "run a smoke test of the deployed stage")
    for subparser in (package_parser, deploy_parser):
        subparser.add_argument(
            "--arch", choices=sorted(PLATFORMS), default="x86_64", help="processor of the functions (x86_64)"
        )
    for subparser in (deploy_parser, rollback_parser, smoke_parser):
        subparser.add_argument("--at", metavar="URL", help="the stage's URL, if it is not the PageUrl")
    for subparser in (deploy_parser, rollback_parser):
        subparser.add_argument("--yes", action="store_true", help="don't ask before prod is changed")
        subparser.add_argument(
            "--allow-replacement", action="store_true", help="replace or remove tables, buckets and secrets of prod"
        )
    for subparser in (deploy_parser, rollback_parser, destroy_parser):
        subparser.add_argument("--dry-run", action="store_true", help="print the steps without carrying them out")
    deploy_parser.add_argument("--packaged", metavar="DIR", help="deploy this package instead of building one")
    deploy_parser.add_argument("--alarm-email", help="receiver of alarms; later deployments keep it")
    deploy_parser.add_argument("--concurrency", help="maximum number of predictions at once; later deployments keep it")
    deploy_parser.add_argument("--domain", help="the stage's own domain; later deployments keep it")
    deploy_parser.add_argument("--certificate", metavar="ARN", help="the domain's certificate in us-east-1")
    deploy_parser.add_argument(
        "--budget", metavar="USD", help="send an e-mail above these monthly costs of the account; 0 switches it off"
    )
    rollback_parser.add_argument("--release", help="release to go back to (the previous one)")
    destroy_parser.add_argument("--data", action="store_true", help="delete tables and files too")
    destroy_parser.add_argument("--prod-data", action="store_true", help="confirm --data for prod")
    destroy_parser.add_argument("--force", action="store_true", help="don't ask")
    return parser


def main() -> int:
    """Run one command.

    Return 0 on success, 1 on failure, 2 for invalid arguments or if the operator declines, 130 after Ctrl-C.
    """
    arguments = _parser().parse_args()
    if arguments.stage not in STAGES:
        print(f"Name the stage: STAGE={' or STAGE='.join(STAGES)}. The local stack is 'make run'.", file=sys.stderr)
        return 2
    try:
        _use_account(arguments)
        arguments.run(arguments)
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to finish.", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"{error.filename or 'The disk'}: {error.strerror}", file=sys.stderr)
    except (PackagingError, StackError, DeletionError) as error:
        print(error, file=sys.stderr)
    except SmokeError as error:
        print(
            f"The smoke test failed: {error}\nThe stage stays deployed. 'make rollback' restores the previous release.",
            file=sys.stderr,
        )
    except (BotoCoreError, ClientError, WaiterError) as error:
        print(f"AWS answered with an error: {error}", file=sys.stderr)
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
