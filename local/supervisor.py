"""Start the processes of the local stack, restart those that end, and stop them in order."""

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
    emulator_environment,
    endpoint_variables,
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
_CHECK_SECONDS = 3
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
        """Start the process in its own session, so that Ctrl-C reaches only the supervisor."""
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
        """Send SIGTERM and return without waiting."""
        if self.process is not None:
            self.process.terminate()

    def stop(self) -> None:
        """Send SIGTERM, and SIGKILL if the process still runs after ``_STOP_SECONDS``."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def restarts_too_often(self) -> bool:
        """Return whether the process was started more than ``_RESTARTS_MAX`` times within the restart window."""
        since = time.monotonic() - _RESTART_WINDOW_SECONDS
        return sum(start > since for start in self.started) > _RESTARTS_MAX


class Stack:
    """The local stack: the emulators, the API with the page, the workers and the background functions."""

    def __init__(self, config: LocalConfig) -> None:
        self._config = config
        self._children: list[Child] = []
        self._is_incomplete = False
        self._is_nearly_full = False
        self._checked_at = time.monotonic()
        self._stopping = False

    def run(self) -> None:
        """Start and watch all processes until SIGINT or SIGTERM, then stop them. Raises ``StackError`` on failure."""
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
            if not self._stopping:  # a start that Ctrl-C interrupts fails as expected
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
        self._check_disk_space()
        self._start_dynamodb()
        self._add("emulator", ["local.emulator"], emulator_environment(config), log=True)
        resources = self._provision()
        self._note_stack(resources)
        environment = function_environment(config, resources)
        self._add("background", ["local.functions", "background"], environment)
        for _ in range(config.workers):
            self._add("worker", ["local.functions", "worker"], environment)
        api = self._add("api", ["local.api", config.host, str(config.api_port or config.port)], environment)
        self._wait_for(api, f"{config.api_url}/api/health")

    def _start_dynamodb(self) -> None:
        config = self._config
        if config.dynamodb_port is None:
            print(
                f"Accounts and coins are saved every {SAVE_SECONDS} seconds and at a clean stop, not at every write, "
                f"because dynoxide does not serve here ({dynamodb.unavailable_reason()}).",
            )
            return
        if config.is_dynamodb_open:
            print("DYNAMODB=dynoxide: every program and user on this machine can read and change the database.")
        arguments = ["local.dynamodb", str(config.dynamodb_port), str(config.data_dir / dynamodb.DATABASE)]
        if config.is_dynamodb_open:
            arguments.append(dynamodb.OPEN)
        child = self._add("dynamodb", arguments, aws_environment(config), log=True)
        self._wait_for(child, config.dynamodb_endpoint)

    def _add(self, name: str, arguments: Sequence[str], environment: dict[str, str], *, log: bool = False) -> Child:
        """Start a process. With ``log`` its output goes to ``<name>.log`` instead of the terminal."""
        output = self._log_path(name).open("ab") if log else None
        return self._start_child(Child(name, arguments, environment, output))

    def _start_child(self, child: Child) -> Child:
        child.start()
        self._children.append(child)
        self._note_processes()
        return child

    def _note_processes(self) -> None:
        """Write the process ids by name to a file, for people and tests that inspect or stop one process."""
        ids = {
            f"{index}-{child.name}": child.process.pid for index, child in enumerate(self._children) if child.process
        }
        try:
            private_file.write(self._config.data_dir / PROCESSES, json.dumps(ids, indent=1))
        except OSError as error:  # the stack itself doesn't need the file
            print(f"{PROCESSES} could not be written ({error.strerror}).")

    def _note_stack(self, resources: dict[str, str]) -> None:
        """Write the variables with which the operator's commands reach this stack. Secrets have files of their own."""
        variables = endpoint_variables(self._config) | resources | {"STAGE": "local"}
        variables |= {name: os.environ[name] for name in GRANT_SETTINGS if name in os.environ}
        private_file.write(self._config.data_dir / STACK_FILE, json.dumps(variables, indent=1))

    def _provision(self) -> dict[str, str]:
        """Wait for the AWS emulator and create missing resources. Return the variables with the resources' names."""
        (emulator,) = (child for child in self._children if child.name == "emulator")
        self._wait_for(emulator, self._config.endpoint + HEALTH)
        provisioner = self._provisioner()
        try:
            return provisioner.run() | {name: provisioner.ref(queue) for name, queue in OPERATOR_QUEUES.items()}
        except (BotoCoreError, ClientError) as error:
            raise StackError(f"The tables, queues and the bucket could not be created: {error}") from error

    def _wait_for(self, child: Child, url: str) -> None:
        if not wait_until_answered(url, lambda: child.is_alive() and not self._stopping):
            raise StackError(f"The {child.name} process does not answer at {url}. {self._reason(child)}")

    def _reason(self, child: Child) -> str:
        """Return why a process ended: the end of its log, or where to look if it has none."""
        if child.output is None:
            return "The lines above say why."
        lines = self._log_path(child.name).read_text("utf-8", "replace").splitlines()
        return "\n".join(["The end of its log:", *(lines[-5:] or ["(empty)"])])

    def _watch(self) -> None:
        for child in self._children:
            if child.is_alive() or child.process is None or self._stopping:
                continue
            code = child.process.returncode
            if child.name == "emulator" and self._config.dynamodb_port is None:
                raise StackError(
                    f"The AWS emulator ended unexpectedly (exit code {code}). Accounts and coins are as they were at "
                    f"the last save, at most {SAVE_SECONDS} seconds before. Start the stack again with 'make run'. "
                    f"{self._reason(child)}"
                )
            self._restart(child, code)
        if time.monotonic() - self._checked_at > _CHECK_SECONDS and not self._stopping:
            self._check_resources()
            self._checked_at = time.monotonic()
        if self._is_incomplete and not self._stopping:
            self._recreate_missing()

    def _restart(self, child: Child, code: int) -> None:
        if child.restarts_too_often():
            raise StackError(f"The {child.name} process keeps ending (exit code {code}). {self._reason(child)}")
        print(f"{child.name} ended (exit code {code}); starting it again.")
        child.start()
        self._note_processes()
        self._is_incomplete |= child.name == "emulator"

    def _check_resources(self) -> None:
        """Check what can disappear while all processes run: disk space, the database, tables, queues, the bucket."""
        self._check_disk_space()
        database = self._config.data_dir / dynamodb.DATABASE
        if self._config.dynamodb_port and not database.exists():
            raise StackError(
                f"{database} was deleted or moved while the stack was running, so new data would be lost. Copy it back "
                "from a backup, or start again with empty data: make reset"
            )
        try:
            missing = self._provisioner().missing()
        except (BotoCoreError, ClientError):
            return  # an emulator that doesn't answer right now says nothing about its resources
        if missing:
            print(f"Missing and created again, without their former contents: {', '.join(missing)}")
            self._is_incomplete = True

    def _check_disk_space(self) -> None:
        free = shutil.disk_usage(self._config.data_dir).free
        was_nearly_full, self._is_nearly_full = self._is_nearly_full, free < _FREE_BYTES_MIN
        disk = f"the disk of {self._config.data_dir}"
        if self._is_nearly_full and not was_nearly_full:
            print(
                f"Only {free // 1024**2} MB are left on {disk}. When it is full, requests that need space fail and "
                "cost nothing. They work again as soon as there is space.",
            )
        if was_nearly_full and not self._is_nearly_full:
            print(f"There is enough space again on {disk}.")

    def _provisioner(self) -> Provisioner:
        return Provisioner(ToolSession(self._config), read_template(), STACK)

    def _recreate_missing(self) -> None:
        """Create missing resources; after a failure, the next check tries again.

        The dispatcher sends the messages of a lost queue again.
        """
        try:
            self._provision()
        except StackError as error:
            print(f"{error} Trying again.")
            return
        self._is_incomplete = False

    def _stop(self) -> None:
        """Stop the processes in reverse order: first the API, then workers and functions, then the emulators."""
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
            f"PORT and EMULATOR_PORT are both {config.port}. Choose two different ones: "
            f"make run EMULATOR_PORT={free_port()}"
        )
    required = ("PORT", config.host, config.port), ("EMULATOR_PORT", LOOPBACK, config.emulator_port)
    for variable, host, port in required:
        error = bind_error(host, port)
        if error is None:
            continue
        if error.errno == errno.EADDRNOTAVAIL:
            raise StackError(
                f"HOST={host} is not an address of this machine. Choose one of this machine: make run HOST={LOOPBACK}"
            )
        raise StackError(
            f"Port {port} on {host} can't be used ({error.strerror}). Stop the program that uses it, or choose "
            f"another port: make run {variable}={free_port(host)}"
        )


def ip_address(host: str) -> str:
    """Return the IP address of ``host``, IPv4 if it has one. Raises ``StackError`` if it has no address."""
    try:
        infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise StackError(
            f"HOST={host} has no IP address ({error.strerror}). Choose one of this machine: make run HOST={LOOPBACK}"
        ) from error
    first = min(infos, key=lambda info: info[0] != socket.AF_INET)
    return str(first[4][0])


def _banner(config: LocalConfig) -> str:
    url = config.page_url
    return f"""
  The Liver Disease Lifespan Predictor is running:  {url}

    1. Open {url} and register: you get 500 coins.
    2. Download the sample there (ten real patients), or take {url}/samples/patients-10.csv
    3. Submit it to the Lasso model (100 coins) and read the expected years of life.

  Data: {os.path.relpath(config.data_dir)}    AWS emulator: {config.endpoint}    Stop: Ctrl-C
"""
