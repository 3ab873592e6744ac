"""The whole stack on one machine: ``python -m local``."""

import sys

if sys.version_info[:2] != (3, 13):
    found = ".".join(str(part) for part in sys.version_info[:2])
    sys.exit(f"This needs Python 3.13 and was started with {found}. Use 'make run', which sets it up.")

import argparse
from pathlib import Path

from local import data_dir, dynamodb, isolation
from local.config import ROOT, LocalConfig
from local.errors import StackError
from local.ports import free_port
from local.supervisor import Stack, ip_address


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local", description="Run the whole stack on this machine.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=7999, help="port of page and API; 0 is any free one (7999)")
    parser.add_argument("--data-dir", type=Path, default=ROOT / ".local", help="where everything is kept (.local)")
    parser.add_argument("--emulator-port", type=int, default=4566, help="port of the AWS emulator; 0 is any (4566)")
    parser.add_argument("--workers", type=int, default=1, help="inference workers (1)")
    parser.add_argument(
        "--dynamodb", choices=["auto", "dynoxide", "ministack"], default="auto",
        help="auto: the durable one, dynoxide, where nobody else can reach it; dynoxide: everywhere; "
        "ministack: the AWS emulator's own (auto)",
    )  # fmt: skip
    parser.add_argument("--reset-db", action="store_true", help="delete the kept data first, without asking")
    return parser.parse_args()


def main() -> int:
    """Run until Ctrl-C; the exit code says whether it went well."""
    arguments = _arguments()
    folder = arguments.data_dir.resolve()
    try:
        if arguments.reset_db:
            data_dir.delete(folder)
        may_be_open = arguments.dynamodb == "dynoxide"
        durable = dynamodb.serves(folder, wanted=arguments.dynamodb != "ministack", may_be_open=may_be_open)
        config = LocalConfig(
            host=ip_address(arguments.host),
            port=arguments.port or free_port(),
            data_dir=folder,
            emulator_port=arguments.emulator_port or free_port(),
            workers=max(1, arguments.workers),
            dynamodb_port=free_port() if durable else None,
            is_dynamodb_open=may_be_open and not isolation.is_possible(),
        )
        Stack(config).run()
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
