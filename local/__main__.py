"""Run the whole stack on this machine: ``python -m local``."""

import sys

if sys.version_info[:2] != (3, 13):
    version = ".".join(str(part) for part in sys.version_info[:2])
    sys.exit(f"The stack needs Python 3.13 and was started with {version}. Use 'make run', which sets it up.")

import argparse
from functools import partial

from local import data_checks, data_dir, dynamodb, isolation
from local.arguments import ArgumentParser, folder, number
from local.config import ROOT, LocalConfig
from local.errors import StackError
from local.ports import LOOPBACK, free_port
from local.supervisor import Stack, ip_address

_port = partial(number, noun="port", smallest=0, largest=65535)
_workers = partial(number, noun="number of workers", smallest=1, largest=64)


def _arguments() -> argparse.Namespace:
    parser = ArgumentParser(prog="python -m local", description="Run the whole stack on this machine.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=_port, default=7999, help="port of page and API; 0 takes any free one (7999)")
    parser.add_argument("--data-dir", type=folder, default=ROOT / ".local", help="folder of all data (.local)")
    parser.add_argument(
        "--emulator-port", type=_port, default=4566, help="port of the AWS emulator; 0 takes any free one (4566)"
    )
    parser.add_argument("--workers", type=_workers, default=1, help="number of inference workers (1)")
    parser.add_argument(
        "--dynamodb", choices=["auto", "dynoxide", "ministack"], default="auto",
        help="the database; dynoxide writes to disk at once; ministack is the AWS emulator's own and saves every few "
        "seconds; auto takes dynoxide if it is installed and no other program can reach its port (auto)",
    )  # fmt: skip
    parser.add_argument("--dev", action="store_true", help="reload changed code, and let Vite serve the page")
    parser.add_argument("--reset-db", action="store_true", help="delete the existing data first, without asking")
    arguments = parser.parse_args()
    if arguments.dev and arguments.host != LOOPBACK:
        parser.error(f"--dev serves the sources, so it listens on {LOOPBACK} only: leave out --host {arguments.host}")
    return arguments


def _stack(config: LocalConfig) -> Stack:
    if config.api_port is None:
        return Stack(config)
    from local.dev import DevStack  # noqa: PLC0415 - needs packages that are installed for development only

    return DevStack(config)


def main() -> int:
    """Run the stack until Ctrl-C. Return the exit code: 0, or 1 after an error."""
    arguments = _arguments()
    try:
        if arguments.reset_db:
            data_dir.delete(arguments.data_dir)
        data_dir.make_private(arguments.data_dir)
        with data_dir.hold(arguments.data_dir):
            may_be_open = arguments.dynamodb == "dynoxide"
            wanted = arguments.dynamodb != "ministack"
            durable = dynamodb.serves(arguments.data_dir, wanted=wanted, may_be_open=may_be_open)
            data_checks.check(arguments.data_dir, durable=durable)
            config = LocalConfig(
                host=ip_address(arguments.host),
                port=arguments.port or free_port(),
                data_dir=arguments.data_dir,
                emulator_port=arguments.emulator_port or free_port(),
                workers=arguments.workers,
                dynamodb_port=free_port() if durable else None,
                is_dynamodb_open=may_be_open and not isolation.is_possible(),
                api_port=free_port() if arguments.dev else None,
            )
            _stack(config).run()
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except OSError as error:
        if not data_dir.is_disk_error(error):
            raise
        print(f"\n{data_dir.unusable(arguments.data_dir, error)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # also when output goes to a file
    sys.exit(main())
