"""`python -m admin [--stage STAGE] voucher|reset-password|price|model|audit`."""

import argparse
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from botocore.exceptions import BotoCoreError

from admin.stage import StageError, services_of
from chalicelib.inference.catalogue import UnknownModelError
from chalicelib.wiring import Services
from local.config import ROOT

COINS_MAX = 1_000_000
VOUCHERS_MAX = 10_000


def _coins(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= COINS_MAX:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of coins from 1 to {COINS_MAX}")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= VOUCHERS_MAX:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of vouchers from 1 to {VOUCHERS_MAX}")
    return int(text)


def _last_day(text: str) -> float:
    """The end of that day in UTC, in seconds since the epoch."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a day such as 2027-01-31") from None
    end = day + timedelta(days=1)
    if end <= datetime.now(UTC):
        raise argparse.ArgumentTypeError(f"{text} is over")
    return end.timestamp()


def _voucher(services: Services, given: argparse.Namespace) -> int:
    for _ in range(given.count):
        print(services.vouchers.issue(given.coins, given.expires))
    return 0


def _reset_password(services: Services, given: argparse.Namespace) -> int:
    password = services.accounts.reset_password(given.user)
    if password is None:
        print(f"There is no account with the name or e-mail address '{given.user}'.", file=sys.stderr)
        return 1
    print(f"The new password, shown only here: {password}")
    print("Every session of this account has ended.")
    return 0


def _price(services: Services, given: argparse.Namespace) -> int:
    before = services.catalogue.get(given.model)
    override = services.offers.override(given.model)
    services.offers.put(given.model, replace(override, coins=given.coins))
    now = f"{given.coins} coins" if given.coins else "what its card says"
    print(f"{given.model} costs {now} from now on (before: {before.coins} coins). Older predictions keep their price.")
    return 0


def _model(services: Services, given: argparse.Namespace) -> int:
    services.catalogue.get(given.model)
    override = services.offers.override(given.model)
    services.offers.put(given.model, replace(override, enabled=given.enabled == "yes"))
    print(f"{given.model} is {'on offer' if given.enabled == 'yes' else 'switched off'} from now on.")
    return 0


def _audit(services: Services, _given: argparse.Namespace) -> int:
    report = services.audit.run()
    for what, number in report.checked.items():
        print(f"{what:<16} {number:>12,}")
    print(f"{'off':<16} {report.findings_total:>12,}")
    for finding in report.findings:
        print(finding)
    if report.findings_total > len(report.findings):
        print(f"... and {report.findings_total - len(report.findings):,} more")
    return 1 if report.findings_total else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m admin", description="The operator's commands.")
    parser.add_argument("--stage", default="local", help="local (the running stack), dev or prod (local)")
    parser.add_argument("--data-dir", type=Path, default=ROOT / ".local", help="of the local stack (.local)")
    commands = parser.add_subparsers(required=True)

    voucher = commands.add_parser("voucher", help="make voucher codes and print them")
    voucher.add_argument("--coins", type=_coins, required=True)
    voucher.add_argument("--count", type=_count, default=1)
    voucher.add_argument("--expires", type=_last_day, help="the last day, such as 2027-01-31; without it, never")
    voucher.set_defaults(run=_voucher)

    reset = commands.add_parser("reset-password", help="give an account a new password and print it")
    reset.add_argument("--user", required=True, help="name or e-mail address")
    reset.set_defaults(run=_reset_password)

    price = commands.add_parser("price", help="change a model's price without a deployment")
    price.add_argument("--model", required=True)
    price.add_argument("--coins", type=lambda text: None if text == "card" else _coins(text), required=True)
    price.set_defaults(run=_price)

    model = commands.add_parser("model", help="switch a model on or off without a deployment")
    model.add_argument("--model", required=True)
    model.add_argument("--enabled", choices=["yes", "no"], required=True)
    model.set_defaults(run=_model)

    commands.add_parser("audit", help="recompute everything; exit 1 if anything is off").set_defaults(run=_audit)
    return parser


def main() -> int:
    """Run one command."""
    given = _parser().parse_args()
    try:
        return int(given.run(services_of(given.stage, given.data_dir.resolve()), given))
    except StageError as error:
        print(error, file=sys.stderr)
        return 1
    except BotoCoreError as error:
        print(f"The stage {given.stage} can't be reached: {error}", file=sys.stderr)
        return 1
    except UnknownModelError as error:
        print(error.detail, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
