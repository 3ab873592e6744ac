"""Starts the processes of the stack, restarts what dies, stops everything in order."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError

from local import dynamodb, private_file
from local.config import (
    GRANT_SETTINGS,
    PAGE,
    ROOT,
    SAVE_SECONDS,
    LocalConfig,
    ToolSession,
    aws_environment,
    emulator_addresses,
    emulator_environment,
    function_environment,
)
from local.data_dir import PROCESSES
from local.data_dir import STACK as STACK_FILE
from local.errors import StackError
from local.guard import HEALTH
from local.parent_watchdog import PARENT
from local.ports import LOOPBACK, bind_error, free_port, wait_until_answered
from local.provision import OPERATOR_QUEUES, STACK, Provisioner, read_template

_STOP_SECONDS = 20
_RESTARTS_MAX = 5
_RESTART_WINDOW_SECONDS = 30
_LOOK_SECONDS = 3
_FREE_BYTES_MIN = 50 * 1024 * 1024


@dataclass
class Child:
    """A process of the stack and how to start it again."""

    name: str
    arguments: Sequence[str]
    environment: dict[str, str]
    output: IO[bytes] | None = None
    program: Sequence[str] = (sys.executable, "-m")
    process: subprocess.Popen[bytes] | None = None
    started: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start it in a session of its own, so that a Ctrl-C reaches the supervisor alone."""
        self.started.append(time.monotonic())
        self.process = subprocess.Popen(  # noqa: S603
            [*self.program, *self.arguments],
            cwd=ROOT,
            env=self.environment | {PARENT: str(os.getpid())},
            stdout=self.output,
            stderr=subprocess.STDOUT if self.output else None,
            start_new_session=True,
        )

    def is_alive(self) -> bool:
        """Return whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def terminate(self) -> None:
        """Send SIGTERM, and wait for nothing."""
        if self.process is not None:
            self.process.terminate()

    def stop(self) -> None:
        """Send SIGTERM, and SIGKILL if that isn't enough."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def restarts_too_often(self) -> bool:
        """Return whether it died again and again right after its start."""
        since = time.monotonic() - _RESTART_WINDOW_SECONDS
        return sum(start > since for start in self.started) > _RESTARTS_MAX


class Stack:
    """The emulator, the API with the page, the workers and the background functions."""

    def __init__(self, config: LocalConfig) -> None:
        self._config = config
        self._children: list[Child] = []
        self._is_incomplete = False
        self._is_nearly_full = False
        self._looked_at = time.monotonic()
        self._stopping = False

    def run(self) -> None:
        """Start everything, watch over it, stop it on SIGINT or SIGTERM, or before a StackError."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        try:
            self._start()
            if not self._stopping:
                print(_banner(self._config))
            while not self._stopping:
                self._watch()
                time.sleep(0.2)
        except StackError:
            if not self._stopping:  # who stops it while it starts need not read what did not start
                raise
        finally:
            self._stop()

    def _on_signal(self, *_: Any) -> None:
        self._stopping = True

    def _start(self) -> None:
        config = self._config
        if not (PAGE / "index.html").exists():
            raise StackError("The page is not built yet. Run 'make run', which builds it.")
        _require_free_ports(config)
        self._look_at_the_disk()
        self._start_dynamodb()
        self._add("emulator", ["local.emulator"], emulator_environment(config), log=True)
        resources = self._provision()
        self._note_stack(resources)
        environment = function_environment(config, resources)
        self._add("background", ["local.functions", "background"], environment)
        for _ in range(config.workers):
            self._add("worker", ["local.functions", "worker"], environment)
        api = self._add("api", ["local.api", config.host, str(config.api_port or config.port)], environment)
        self._wait_for(api, f"{config.api_address}/api/health")

    def _start_dynamodb(self) -> None:
        config = self._config
        if config.dynamodb_port is None:
            print(
                f"Accounts and coins are saved every {SAVE_SECONDS} seconds and at a clean stop, not at every write: "
                f"dynoxide does not serve here ({dynamodb.why_not()}).",
            )
            return
        if config.is_dynamodb_open:
            print("The database answers every program and every user of this machine, as DYNAMODB=dynoxide allows.")
        arguments = ["local.dynamodb", str(config.dynamodb_port), str(config.data_dir / dynamodb.DATABASE)]
        if config.is_dynamodb_open:
            arguments.append(dynamodb.OPEN)
        child = self._add("dynamodb", arguments, aws_environment(config), log=True)
        self._wait_for(child, config.dynamodb_endpoint)

    def _add(self, name: str, arguments: Sequence[str], environment: dict[str, str], *, log: bool = False) -> Child:
        """Start a process; with ``log``, what it prints goes to a file of its name instead of the terminal."""
        output = self._log_path(name).open("ab") if log else None
        return self._start_child(Child(name, arguments, environment, output))

    def _start_child(self, child: Child) -> Child:
        child.start()
        self._children.append(child)
        self._note_processes()
        return child

    def _note_processes(self) -> None:
        """Write down who runs under which id, for whoever has to look at or stop just one of them."""
        ids = {
            f"{place}-{child.name}": child.process.pid for place, child in enumerate(self._children) if child.process
        }
        try:
            private_file.write(self._config.data_dir / PROCESSES, json.dumps(ids, indent=1))
        except OSError as error:  # nothing of the stack itself needs the file
            print(f"{PROCESSES} could not be written ({error.strerror}).")

    def _note_stack(self, resources: dict[str, str]) -> None:
        """Write down how the operator's commands reach this stack; without the secrets, which have their own files."""
        told = emulator_addresses(self._config) | resources | {"STAGE": "local"}
        told |= {name: os.environ[name] for name in GRANT_SETTINGS if name in os.environ}
        private_file.write(self._config.data_dir / STACK_FILE, json.dumps(told, indent=1))

    def _provision(self) -> dict[str, str]:
        """Wait for the AWS emulator and make what isn't there yet. Return the variables that name it."""
        (emulator,) = (child for child in self._children if child.name == "emulator")
        self._wait_for(emulator, self._config.endpoint + HEALTH)
        provisioner = self._provisioner()
        try:
            return provisioner.run() | {name: provisioner.ref(queue) for name, queue in OPERATOR_QUEUES.items()}
        except (BotoCoreError, ClientError) as error:
            raise StackError(f"The tables, queues and the bucket could not be made: {error}") from error

    def _wait_for(self, child: Child, address: str) -> None:
        if not wait_until_answered(address, lambda: child.is_alive() and not self._stopping):
            raise StackError(f"The {child.name} process did not start at {address}. {self._reason(child)}")

    def _reason(self, child: Child) -> str:
        """Return where to read why a process ended."""
        if child.output is None:
            return "The lines above say why."
        lines = self._log_path(child.name).read_text("utf-8", "replace").splitlines()
        return "\n".join(["Its last words:", *(lines[-5:] or ["(nothing)"])])

    def _watch(self) -> None:
        for child in self._children:
            if child.is_alive() or child.process is None or self._stopping:
                continue
            code = child.process.returncode
            if child.name == "emulator" and self._config.dynamodb_port is None:
                raise StackError(
                    f"The AWS emulator ended unexpectedly (exit code {code}). Accounts and coins are as they were at "
                    f"the last save, at most {SAVE_SECONDS} seconds before; start again with 'make run'. "
                    f"{self._reason(child)}"
                )
            self._restart(child, code)
        if time.monotonic() - self._looked_at > _LOOK_SECONDS and not self._stopping:
            self._look()
            self._looked_at = time.monotonic()
        if self._is_incomplete and not self._stopping:
            self._complete()

    def _restart(self, child: Child, code: int) -> None:
        if child.restarts_too_often():
            raise StackError(f"The {child.name} process keeps ending (exit code {code}). {self._reason(child)}")
        print(f"{child.name} ended (exit code {code}); starting it again")
        child.start()
        self._note_processes()
        self._is_incomplete |= child.name == "emulator"

    def _look(self) -> None:
        """Look for what can vanish while every process runs: space, the database, tables, queues, the bucket."""
        self._look_at_the_disk()
        database = self._config.data_dir / dynamodb.DATABASE
        if self._config.dynamodb_port and not database.exists():
            raise StackError(
                f"{database} was deleted or moved while the stack was running, and nothing that happens now would be "
                "kept. Copy it back from a backup, or begin anew: make reset"
            )
        try:
            missing = self._provisioner().missing()
        except (BotoCoreError, ClientError):
            return  # An emulator that doesn't answer right now says nothing about its tables.
        if missing:
            print(f"Missing, with what was in it, and made again: {', '.join(missing)}")
            self._is_incomplete = True

    def _look_at_the_disk(self) -> None:
        free = shutil.disk_usage(self._config.data_dir).free
        was_nearly_full, self._is_nearly_full = self._is_nearly_full, free < _FREE_BYTES_MIN
        where = f"on the disk of {self._config.data_dir}"
        if self._is_nearly_full and not was_nearly_full:
            print(
                f"Only {free // 1024**2} MB are left {where}. When it is full, what needs space is refused and costs "
                "nothing; free some, and it goes on by itself.",
            )
        if was_nearly_full and not self._is_nearly_full:
            print(f"There is space again {where}.")

    def _provisioner(self) -> Provisioner:
        return Provisioner(ToolSession(self._config), read_template(), STACK)

    def _complete(self) -> None:
        """Make what is missing, now or at the next look. The dispatcher sends what was in lost queues."""
        try:
            self._provision()
        except StackError as error:
            print(f"{error} Trying again.")
            return
        self._is_incomplete = False

    def _stop(self) -> None:
        """Last started, first stopped: nothing is accepted any more, work at hand ends, then state is saved."""
        if self._children:
            print("\nStopping ...")
        for child in reversed(self._children):
            child.stop()
            if child.output:
                child.output.close()
        if self._children:
            print("Stopped. Accounts, coins and results are kept for the next start.")
        for name in (PROCESSES, STACK_FILE):
            (self._config.data_dir / name).unlink(missing_ok=True)

    def _log_path(self, name: str) -> Path:
        return self._config.data_dir / f"{name}.log"


def _require_free_ports(config: LocalConfig) -> None:
    if config.port == config.emulator_port:
        raise StackError(
            f"PORT and EMULATOR_PORT are both {config.port}. Choose two: make run EMULATOR_PORT={free_port()}"
        )
    wanted = ("PORT", config.host, config.port), ("EMULATOR_PORT", LOOPBACK, config.emulator_port)
    for variable, host, port in wanted:
        error = bind_error(host, port)
        if error is None:
            continue
        if error.errno == errno.EADDRNOTAVAIL:
            raise StackError(
                f"HOST={host} is not an address of this machine. Choose one that is: make run HOST={LOOPBACK}"
            )
        raise StackError(
            f"Port {port} on {host} can't be used ({error.strerror}). Stop what uses it, or choose another one: "
            f"make run {variable}={free_port(host)}"
        )


def ip_address(host: str) -> str:
    """Return the IP address that ``host`` names, of version 4 if it has one; raise StackError if it names none."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise StackError(
            f"HOST={host} names no address ({error.strerror}). Choose one of this machine: make run HOST={LOOPBACK}"
        ) from error
    first = min(found, key=lambda each: each[0] != socket.AF_INET)
    return str(first[4][0])


def _banner(config: LocalConfig) -> str:
    where = config.address
    return f"""
  The Liver Disease Lifespan Predictor is running:  {where}

    1. Open {where} and register: you get 500 coins.
    2. Download the sample there (ten real patients), or take {where}/samples/patients-10.csv
    3. Submit it to the Lasso model (100 coins) and read the expected years of life.

  Data: {os.path.relpath(config.data_dir)}    AWS emulator: {config.endpoint}    Stop: Ctrl-C
"""
