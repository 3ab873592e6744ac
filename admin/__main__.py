"""`python -m admin [--stage STAGE] COMMAND`; `--help` lists the commands."""

import argparse
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from admin.deletions import replay
from admin.origin import rotate_origin
from admin.redrive import redrive
from admin.restore import restore
from admin.rotation import rotate
from admin.stage import TABLES, Stage, StageError, stage_of
from chalicelib.audit.audit import Progress, Report
from chalicelib.core.errors import DomainError
from chalicelib.inference.catalog.catalog import UnknownModelError
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


def _whose(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("say whose, by name or e-mail address")
    return text.strip()


def _table_of(text: str) -> str:
    if text not in TABLES:
        raise argparse.ArgumentTypeError(f"'{text}' is none of the tables {', '.join(TABLES)}")
    return text


def _copy_of(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("say what the restored table is called")
    return text.strip()


def _is_yes(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise argparse.ArgumentTypeError(f"'{text}' is neither yes nor no")
    return text == "yes"


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
    before = stage.services.catalogue.get(given.model)
    override = stage.services.offers.override(given.model)
    stage.services.offers.put(given.model, replace(override, coins=given.coins))
    now = f"{given.coins} coins" if given.coins else "what its card says"
    print(f"{given.model} costs {now} from now on (before: {before.coins} coins). Older predictions keep their price.")
    return 0


def _model(stage: Stage, given: argparse.Namespace) -> int:
    stage.services.catalogue.get(given.model)
    override = stage.services.offers.override(given.model)
    stage.services.offers.put(given.model, replace(override, enabled=given.enabled))
    print(f"{given.model} is {'on offer' if given.enabled else 'switched off'} from now on.")
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
    print(_table(report))
    print()
    if report.moving:
        print(f"Too much was going on at {report.moving:,} places to compare them. Run the audit again.")
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


def _table(report: Report) -> str:
    lines = [f"{'':<16}{'checked':>12}{'off':>12}"]
    lines += [f"{what:<16}{number:>12,}{report.off[what]:>12,}" for what, number in report.checked.items()]
    lines += ["", "coins"]
    lines += [f"{name:<16}{report.coins[name]:>12,}" for name in ("granted", "balances", "earned", "held")]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = ArgumentParser(prog="python -m admin", description="The operator's commands.", allow_abbrev=False)
    parser.add_argument("--stage", default="local", help="local (the running stack), dev or prod (local)")
    parser.add_argument("--data-dir", type=Path, default=ROOT / ".local", help="of the local stack (.local)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    voucher = commands.add_parser("voucher", help="make voucher codes and print them, one a line")
    voucher.add_argument("--coins", type=_coins, required=True)
    voucher.add_argument("--count", type=_count, default=1)
    voucher.add_argument("--expires", type=_last_day, help="the last day, such as 2027-01-31; without it, never")
    voucher.set_defaults(run=_voucher)

    reset = commands.add_parser("reset-password", help="give an account a new password and print it")
    reset.add_argument("--user", type=_whose, required=True, help="name or e-mail address")
    reset.set_defaults(run=_reset_password)

    price = commands.add_parser("price", help="change a model's price without a deployment")
    price.add_argument("--model", required=True)
    price.add_argument("--coins", type=_price_of, required=True, help="a number, or card: as the model's card says")
    price.set_defaults(run=_price)

    model = commands.add_parser("model", help="switch a model on or off without a deployment")
    model.add_argument("--model", required=True)
    model.add_argument("--enabled", type=_is_yes, required=True, help="yes or no")
    model.set_defaults(run=_model)

    commands.add_parser("audit", help="recompute everything; exit 1 if anything is off, 3 if not known").set_defaults(
        run=_audit
    )
    _add_recovery(commands)
    return parser


def _rotate(stage: Stage, given: argparse.Namespace) -> int:
    return rotate_origin(stage, given) if given.which == "origin" else rotate(stage, given)


def _add_recovery(commands: Any) -> None:
    """The commands that a runbook of docs/operating.md begins with."""
    rotation = commands.add_parser("rotate-secret", help="sign tokens with a new secret; nobody is logged out")
    rotation.add_argument("--force", action="store_true", help="also shortly after the last time: some are logged out")
    rotation.add_argument("--dry-run", action="store_true", help="say whom it would log out")
    rotation.add_argument("--which", choices=["signing", "origin"], default="signing", help="origin: CloudFront's")
    rotation.set_defaults(run=_rotate)

    copy = commands.add_parser("restore-table", help="make a table equal to the copy that was restored beside it")
    copy.add_argument("--table", type=_table_of, required=True, help="its name in the template, such as Users")
    copy.add_argument("--from", type=_copy_of, dest="source", required=True, help="the restored table")
    copy.add_argument("--dry-run", action="store_true", help="say what differs and change nothing")
    copy.add_argument("--force", action="store_true", help="don't ask")
    copy.set_defaults(run=restore)

    deletions = commands.add_parser(
        "replay-deletions", help="delete again the deleted accounts that a restore brought back"
    )
    deletions.add_argument("--dry-run", action="store_true", help="count what is back")
    deletions.set_defaults(run=replay)

    back = commands.add_parser("redrive", help="move unprocessable messages back to the dead-letter queue")
    back.add_argument("--dry-run", action="store_true", help="say how many there are")
    back.set_defaults(run=redrive)


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
    except StageError as error:
        print(error, file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(f"The stage {given.stage} can't be reached: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
