"""`python -m admin [--stage STAGE] voucher|reset-password|price|model|audit`."""

import argparse
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from botocore.exceptions import BotoCoreError, ClientError

from admin.stage import StageError, services_of
from chalicelib.core.errors import DomainError
from chalicelib.inference.audit import Report
from chalicelib.inference.catalogue import UnknownModelError
from chalicelib.wiring import Services
from local.config import ROOT

COINS_MAX = 1_000_000
VOUCHERS_MAX = 10_000


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, with the names that make knows the arguments by."""

    def error(self, message: str) -> NoReturn:
        """Exit with code 2."""
        self.exit(2, re.sub(r"^argument --([a-z-]+): ", lambda found: f"{found[1].upper()}: ", message) + ".\n")


def _number(text: str, of_what: str, largest: int) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(largest)) or not 0 < int(text) <= largest:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of {of_what} from 1 to {largest}")
    return int(text)


def _coins(text: str) -> int:
    return _number(text, "coins", COINS_MAX)


def _count(text: str) -> int:
    return _number(text, "vouchers", VOUCHERS_MAX)


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


def _is_yes(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise argparse.ArgumentTypeError(f"'{text}' is neither yes nor no")
    return text == "yes"


def _voucher(services: Services, given: argparse.Namespace) -> int:
    for _ in range(given.count):
        print(services.vouchers.issue(given.coins, given.expires), flush=True)
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
    services.offers.put(given.model, replace(override, enabled=given.enabled))
    print(f"{given.model} is {'on offer' if given.enabled else 'switched off'} from now on.")
    return 0


def _audit(services: Services, _given: argparse.Namespace) -> int:
    report = services.audit.run()
    print(_table(report))
    for finding in report.findings:
        print(finding)
    if report.findings_total > len(report.findings):
        print(f"... and {report.findings_total - len(report.findings):,} more.")
    return 1 if report.findings_total else 0


def _table(report: Report) -> str:
    lines = [f"{'':<16}{'checked':>12}{'off':>12}"]
    lines += [f"{what:<16}{number:>12,}{report.off[what]:>12,}" for what, number in report.checked.items()]
    lines += ["", "coins"]
    lines += [f"{name:<16}{report.coins[name]:>12,}" for name in ("granted", "balances", "earned", "held")]
    lines += ["", "Everything adds up." if not report.findings_total else f"{report.findings_total:,} off:"]
    if report.moving:
        lines.insert(-1, f"Too much was going on at {report.moving:,} places to compare them. Run the audit again.")
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m admin", description="The operator's commands.", allow_abbrev=False)
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

    commands.add_parser("audit", help="recompute everything; exit 1 if anything is off").set_defaults(run=_audit)
    return parser


def main() -> int:
    """Run one command: 0, 1 if it could not be done or something is off, 2 for wrong input."""
    given = _parser().parse_args()
    try:
        return int(given.run(services_of(given.stage, given.data_dir.resolve()), given))
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
