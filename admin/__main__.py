"""`python -m admin [--stage STAGE] COMMAND`; `--help` lists the commands."""

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
from deploy.steps import RefusedError
from local.arguments import ArgumentParser, number
from local.config import ROOT

COINS_MAX = 1_000_000
VOUCHERS_MAX = 10_000
NOT_KNOWN = 3
"""The exit code of an audit that was not finished, or could not compare something."""


def _coins(text: str) -> int:
    return number(text, "number of coins", 1, COINS_MAX)


def _count(text: str) -> int:
    return number(text, "number of vouchers", 1, VOUCHERS_MAX)


def _price_of(text: str) -> int | None:
    return None if text == "card" else _coins(text)


def _last_day(text: str) -> float:
    """The last second of that day in UTC, in seconds since the epoch."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a day such as 2027-01-31") from None
    end = day.replace(hour=23, minute=59, second=59)
    if end <= datetime.now(UTC):
        raise argparse.ArgumentTypeError(f"{text} is over")
    return end.timestamp()


def _text(what: str) -> Callable[[str], str]:
    def stripped(text: str) -> str:
        if not text.strip():
            raise argparse.ArgumentTypeError(f"say {what}")
        return text.strip()

    return stripped


def _one_of(*choices: str) -> Callable[[str], str]:
    def choice(text: str) -> str:
        if text not in choices:
            raise argparse.ArgumentTypeError(f"'{text}' is none of {', '.join(choices)}")
        return text

    return choice


def _voucher(stage: Stage, given: argparse.Namespace) -> int:
    for _ in range(given.count):
        print(stage.services.vouchers.issue(given.coins, given.expires), flush=True)
    return 0


def _reset_password(stage: Stage, given: argparse.Namespace) -> int:
    password = stage.services.accounts.reset_password(given.user)
    if password is None:
        print(f"There is no account with the name or e-mail address '{given.user}'.", file=sys.stderr)
        return 1
    print(f"The new password, shown only here: {password}")
    print("Every session of this account has ended.")
    return 0


def _price(stage: Stage, given: argparse.Namespace) -> int:
    before = stage.services.catalog.get(given.model)
    override = stage.services.price_overrides.override(given.model)
    stage.services.price_overrides.put(given.model, replace(override, coins=given.coins))
    now = f"{given.coins} coins" if given.coins else "what its card says"
    print(f"{given.model} costs {now} from now on (before: {before.coins} coins). Older predictions keep their price.")
    return 0


def _model(stage: Stage, given: argparse.Namespace) -> int:
    stage.services.catalog.get(given.model)
    override = stage.services.price_overrides.override(given.model)
    is_enabled = given.enabled == "yes"
    stage.services.price_overrides.put(given.model, replace(override, enabled=is_enabled))
    print(f"{given.model} is {'on offer' if is_enabled else 'switched off'} from now on.")
    return 0


def _audit(stage: Stage, _given: argparse.Namespace) -> int:
    """Run the whole audit: 0 if everything adds up, 1 if something is off, 3 if that is not known."""
    audit = stage.services.audit
    progress = audit.begin()
    try:
        audit.run(progress)
    except (DomainError, BotoCoreError, ClientError) as error:
        print(f"The audit did not finish: {error}", file=sys.stderr)
    _print_report(progress)
    if not progress.is_finished:
        return NOT_KNOWN
    return {"clean": 0, "findings": 1, "inconclusive": NOT_KNOWN}[progress.report.verdict]


def _print_report(progress: Progress) -> None:
    report = progress.report
    print(f"{'':<16}{'checked':>12}{'off':>12}")
    for what, count in report.checked.items():
        print(f"{what:<16}{count:>12,}{report.off[what]:>12,}")
    print("\ncoins")
    for name in ("granted", "balances", "earned", "held"):
        print(f"{name:<16}{report.coins[name]:>12,}")
    print()
    if report.inconclusive:
        print(f"Too much was going on at {report.inconclusive:,} places to compare them. Run the audit again.")
    if not progress.is_finished:
        print("NOT FINISHED: what was not checked may be off. Run the audit again.")
    if report.findings_total:
        print(f"{report.findings_total:,} off:")
    elif progress.is_finished:
        print("Everything adds up." if report.verdict == "clean" else "What could be compared adds up.")
    for finding in report.findings:
        print(finding)
    if report.findings_total > len(report.findings):
        print(f"... and {report.findings_total - len(report.findings):,} more.")


def _parser() -> argparse.ArgumentParser:
    parser = ArgumentParser(prog="python -m admin", description="The operator's commands.", allow_abbrev=False)
    parser.add_argument("--stage", default="local", help="local (the running stack), dev or prod (local)")
    parser.add_argument("--data-dir", type=Path, default=ROOT / ".local", help="of the local stack (.local)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[Stage, argparse.Namespace], int], text: str, **flags: str
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text)
        added.set_defaults(run=run)
        for flag, meaning in flags.items():
            added.add_argument(f"--{flag.replace('_', '-')}", action="store_true", help=meaning)
        return added

    voucher = command("voucher", _voucher, "make voucher codes and print them, one a line")
    voucher.add_argument("--coins", type=_coins, required=True)
    voucher.add_argument("--count", type=_count, default=1)
    voucher.add_argument("--expires", type=_last_day, help="the last day, such as 2027-01-31; without it, never")

    reset = command("reset-password", _reset_password, "give an account a new password and print it")
    whose = _text("whose, by name or e-mail address")
    reset.add_argument("--user", type=whose, required=True, help="name or e-mail address")

    price = command("price", _price, "change a model's price without a deployment")
    price.add_argument("--model", required=True)
    price.add_argument("--coins", type=_price_of, required=True, help="a number, or card: as the model's card says")

    model = command("model", _model, "switch a model on or off without a deployment")
    model.add_argument("--model", required=True)
    model.add_argument("--enabled", type=_one_of("yes", "no"), required=True, help="yes or no")

    command("audit", _audit, "recompute everything; exit 1 if anything is off, 3 if not known")

    rotation = command(
        "rotate-secret", rotate, "sign tokens with a new secret; nobody is logged out",
        force="also shortly after the last time: some are logged out", dry_run="say whom it would log out",
    )  # fmt: skip
    rotation.add_argument("--which", choices=("signing", "origin"), default="signing", help="origin: CloudFront's")

    copy = command(
        "restore-table", restore, "make a table equal to the copy that was restored beside it",
        dry_run="say what differs and change nothing", force="don't ask",
    )  # fmt: skip
    copy.add_argument("--table", type=_one_of(*TABLES), required=True, help="its name in the template, such as Users")
    source = _text("what the restored table is called")
    copy.add_argument("--from", type=source, dest="source", required=True, help="the restored table")

    text = "delete again the deleted accounts that a restore brought back"
    command("replay-deletions", replay, text, dry_run="count what is back")
    text = "move unprocessable messages back to the dead-letter queue"
    command("redrive", redrive, text, dry_run="say how many there are")
    return parser


def main() -> int:
    """Run one command: 0, 1 if it could not be done or something is off, 2 for wrong input, 3 for half an audit."""
    given = _parser().parse_args()
    try:
        return int(given.run(stage_of(given.stage, given.data_dir.resolve()), given))
    except UnknownModelError as error:
        print(error.detail, file=sys.stderr)
        return 2
    except DomainError as error:
        print(error.detail, file=sys.stderr)
    except (StageError, RefusedError) as error:
        print(error, file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(f"The stage {given.stage} can't be reached: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
