"""The command line of the operator's commands: `python -m admin [--stage STAGE] COMMAND`. `--help` lists them."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from admin.redrive import redrive
from admin.restore import replay, restore
from admin.rotation import rotate
from admin.stage import TABLES, Stage, StageError, stage_of
from chalicelib.audit.audit import Progress
from chalicelib.core.errors import DomainError
from chalicelib.inference.catalog.catalog import UnknownModelError
from deploy.stack import PROD
from deploy.steps import RefusedError, confirm
from local.arguments import ArgumentParser, number
from local.config import ROOT

COINS_MAX = 1_000_000
VOUCHERS_MAX = 10_000
INCONCLUSIVE = 3
"""The exit code of an audit that did not finish, or could not compare everything."""


def _coins(text: str) -> int:
    return number(text, "number of coins", 1, COINS_MAX)


def _count(text: str) -> int:
    return number(text, "number of vouchers", 1, VOUCHERS_MAX)


def _price_of(text: str) -> int | None:
    return None if text == "card" else _coins(text)


def _last_day(text: str) -> float:
    """Return the last second of the day in UTC, in seconds since the epoch."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a day such as 2027-01-31") from None
    end = day.replace(hour=23, minute=59, second=59)
    if end <= datetime.now(UTC):
        raise argparse.ArgumentTypeError(f"{text} is over")
    return end.timestamp()


def _text(meaning: str) -> Callable[[str], str]:
    """Return the argument type of a text that is not blank."""

    def stripped(text: str) -> str:
        if not text.strip():
            raise argparse.ArgumentTypeError(f"give {meaning}")
        return text.strip()

    return stripped


def _one_of(*choices: str) -> Callable[[str], str]:
    """Return the argument type of one of the choices."""

    def choice(text: str) -> str:
        if text not in choices:
            raise argparse.ArgumentTypeError(f"'{text}' is not one of {', '.join(choices)}")
        return text

    return choice


def _voucher(stage: Stage, arguments: argparse.Namespace) -> int:
    for _ in range(arguments.count):
        print(stage.services.vouchers.issue(arguments.coins, arguments.expires), flush=True)
    return 0


def _reset_password(stage: Stage, arguments: argparse.Namespace) -> int:
    password = stage.services.accounts.reset_password(arguments.user)
    if password is None:
        print(f"There is no account with the name or e-mail address '{arguments.user}'.", file=sys.stderr)
        return 1
    print(f"The new password, shown only here: {password}")
    print("Every session of this account has ended.")
    return 0


def _price(stage: Stage, arguments: argparse.Namespace) -> int:
    before = stage.services.catalog.get(arguments.model)
    override = stage.services.price_overrides.override(arguments.model)
    stage.services.price_overrides.put(arguments.model, replace(override, coins=arguments.coins))
    price = f"{arguments.coins} coins" if arguments.coins else "what its card says"
    model = arguments.model
    print(f"{model} costs {price} from now on (before: {before.coins} coins). Older predictions keep their price.")
    return 0


def _model(stage: Stage, arguments: argparse.Namespace) -> int:
    stage.services.catalog.get(arguments.model)
    override = stage.services.price_overrides.override(arguments.model)
    is_enabled = arguments.enabled == "yes"
    stage.services.price_overrides.put(arguments.model, replace(override, enabled=is_enabled))
    print(f"{arguments.model} is switched {'on' if is_enabled else 'off'} from now on.")
    return 0


def _audit(stage: Stage, _arguments: argparse.Namespace) -> int:
    """Run a whole audit. Return 0 if it is clean, 1 if it has findings, 3 if it is unfinished or inconclusive."""
    audit = stage.services.audit
    progress = audit.begin()
    try:
        audit.run(progress)
    except (DomainError, BotoCoreError, ClientError) as error:
        print(f"The audit did not finish: {error}", file=sys.stderr)
    _print_report(progress)
    if not progress.is_finished:
        return INCONCLUSIVE
    return {"clean": 0, "findings": 1, "inconclusive": INCONCLUSIVE}[progress.report.verdict]


def _print_report(progress: Progress) -> None:
    report = progress.report
    print(f"{'':<16}{'checked':>12}{'findings':>12}")
    for kind, count in report.checked.items():
        print(f"{kind:<16}{count:>12,}{report.findings_by_kind[kind]:>12,}")
    print("\ncoins")
    for name in ("granted", "balances", "earned", "held"):
        print(f"{name:<16}{report.coins[name]:>12,}")
    print()
    if report.inconclusive:
        print(f"Items that kept changing and could not be compared: {report.inconclusive:,}. Run the audit again.")
    if not progress.is_finished:
        print("NOT FINISHED: only a part was checked. Run the audit again.")
    if report.findings_total:
        print(f"Findings: {report.findings_total:,}")
    elif progress.is_finished:
        print("Everything adds up." if report.verdict == "clean" else "What could be compared adds up.")
    for finding in report.findings:
        print(finding)
    if report.findings_total > len(report.findings):
        print(f"... and {report.findings_total - len(report.findings):,} more.")


def _parser() -> argparse.ArgumentParser:
    parser = ArgumentParser(prog="python -m admin", description="The operator's commands.", allow_abbrev=False)
    parser.add_argument("--stage", default="local", help="local (the running stack), dev or prod (local)")
    parser.add_argument("--profile", help="the AWS profile with the credentials (AWS_PROFILE)")
    parser.add_argument("--region", help="the stage's AWS region (AWS_REGION, or that of the profile)")
    parser.add_argument("--yes", action="store_true", help="don't ask before prod is changed")
    parser.add_argument("--data-dir", type=Path, default=ROOT / ".local", help="the local stack's folder (.local)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[Stage, argparse.Namespace], int], text: str, *, asks: bool = True, **flags: str
    ) -> argparse.ArgumentParser:
        subparser = commands.add_parser(name, help=text)
        subparser.set_defaults(run=run, asks=asks)
        for flag, meaning in flags.items():
            subparser.add_argument(f"--{flag.replace('_', '-')}", action="store_true", help=meaning)
        return subparser

    voucher = command("voucher", _voucher, "make voucher codes and print them, one per line")
    voucher.add_argument("--coins", type=_coins, required=True, help="the coins of each voucher")
    voucher.add_argument("--count", type=_count, default=1, help="the number of vouchers (1)")
    voucher.add_argument("--expires", type=_last_day, help="the last day, such as 2027-01-31; without it, none expires")

    reset = command("reset-password", _reset_password, "give an account a new password and print it")
    login = _text("the account's name or e-mail address")
    reset.add_argument("--user", type=login, required=True, help="name or e-mail address")

    price = command("price", _price, "change a model's price without a deployment")
    price.add_argument("--model", required=True, help="the model's id")
    price.add_argument("--coins", type=_price_of, required=True, help="a number, or card for the price on its card")

    model = command("model", _model, "switch a model on or off without a deployment")
    model.add_argument("--model", required=True, help="the model's id")
    model.add_argument("--enabled", type=_one_of("yes", "no"), required=True, help="yes or no")

    text = "check every balance, charge and result; exit 1 for findings, 3 if it did not finish or was inconclusive"
    command("audit", _audit, text, asks=False)

    rotation = command(
        "rotate-secret", rotate, "sign tokens with a new secret and log nobody out",
        force="rotate even shortly after the last rotation, which logs people out",
        dry_run="say whom it would log out, and change nothing",
    )  # fmt: skip
    rotation.add_argument(
        "--which", choices=("signing", "origin"), default="signing", help="signing, or origin for CloudFront's secret"
    )

    copy = command(
        "restore-table", restore, "make a table equal to a copy that was restored beside it",
        dry_run="count what differs, and change nothing", force="don't ask",
        asks=False,  # it asks in every stage
    )  # fmt: skip
    copy.add_argument("--table", type=_one_of(*TABLES), required=True, help="its name in the template, such as Users")
    source = _text("the name of the restored table")
    copy.add_argument("--from", type=source, dest="source", required=True, help="the name of the restored table")

    text = "delete again the deleted accounts that a restore brought back"
    command("replay-deletions", replay, text, dry_run="count what was brought back, and change nothing")
    text = "move unprocessable messages back to the dead-letter queue"
    command("redrive", redrive, text, dry_run="count the messages, and move none")
    return parser


def _run(arguments: argparse.Namespace) -> int:
    """Run the command. Ask before it changes prod."""
    stage = stage_of(arguments.stage, arguments.data_dir.resolve(), arguments.profile, arguments.region)
    if arguments.stage == PROD and arguments.asks and not (arguments.yes or getattr(arguments, "dry_run", False)):
        confirm(f"This changes the stage {PROD} in this account and region.", "yes")
    return int(arguments.run(stage, arguments))


def main() -> int:
    """Run one command and return its exit code.

    0: done. 1: it could not be done, or the audit has findings. 2: invalid arguments. 3: the audit did not finish or
    could not compare everything.
    """
    arguments = _parser().parse_args()
    try:
        return _run(arguments)
    except UnknownModelError as error:
        print(error.detail, file=sys.stderr)
        return 2
    except DomainError as error:
        print(error.detail, file=sys.stderr)
    except (StageError, RefusedError) as error:
        print(error, file=sys.stderr)
    except ClientError as error:
        print(f"AWS answered with an error: {error}", file=sys.stderr)
    except BotoCoreError as error:
        print(f"The stage {arguments.stage} can't be reached: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
