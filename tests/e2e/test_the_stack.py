"""The local stack's processes: crashes, stops, backups, damaged data, and error messages at the start."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
import requests

from local.config import SAVE_SECONDS
from tests.support.docs import blocks
from tests.support.emulators import require_dynoxide, session_of
from tests.support.leaks import searched
from tests.support.stack import ROOT, SAMPLES, Person, RunningStack, assert_ended, children_of

HEADER = "ID,Age,Sex,Edema,Bilirubin,Albumin,Prothrombin,Stage"
ROW = "1,21464,F,Y,14.5,2.6,12.2,4"
LARGE = (f"{HEADER}\n" + f"{ROW}\n" * 54_000).encode()


def run_local(*arguments: str, code: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["-c", code] if code else ["-m", "local", *arguments]
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_killed_worker_s_prediction_ends_with_a_result_or_a_refund(stack: RunningStack) -> None:
    person = Person.registered(stack.url)
    prediction_id = person.submit(LARGE).json()["prediction_id"]
    while person.get(f"/api/predict/{prediction_id}").json()["status"] == "queued":
        time.sleep(0.005)

    (worker,) = stack.process_ids("worker")
    os.kill(worker, signal.SIGKILL)

    prediction = person.finished(prediction_id, seconds=90)
    assert prediction["status"] in {"succeeded", "failed"}
    assert person.balance() == (400 if prediction["is_success"] else 500)
    assert stack.process_ids("worker") != [worker]


@pytest.mark.parametrize("dynamodb", ["auto", "ministack"])
def test_accounts_coins_and_results_survive_a_stop_and_a_start(tmp_path: Path, dynamodb: str) -> None:
    stack = RunningStack(tmp_path / "data", "--dynamodb", dynamodb)
    stack.start()
    person = Person.registered(stack.url)
    prediction_id = person.submit((SAMPLES / "patients-10.csv").read_bytes()).json()["prediction_id"]
    person.finished(prediction_id)
    processes = stack.all_process_ids()

    assert stack.interrupt() == 0

    assert len(processes) >= 6
    assert_ended(processes, seconds=2)
    assert "Traceback" not in stack.output()
    stack.start()
    try:
        assert person.balance() == 400
        assert len(person.get(f"/api/predict/{prediction_id}/rows").json()["rows"]) == 10
        body = {"name": person.name, "password": "correct horse"}
        assert requests.post(f"{stack.url}/api/auth/login", json=body, timeout=10).status_code == 200
    finally:
        stack.stop()


def test_no_process_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    stack = RunningStack(tmp_path / "data")
    stack.start()
    processes = stack.all_process_ids()

    stack.kill()

    assert_ended(processes)


def test_no_accepted_prediction_is_lost_when_all_processes_are_killed_at_once(tmp_path: Path) -> None:
    require_dynoxide()
    stack = RunningStack(tmp_path / "data", LEASE_SECONDS="2", SCHEDULE_SECONDS="1", DISPATCH_GRACE_SECONDS="1")
    stack.start()
    people = [Person.registered(stack.url) for _ in range(5)]
    accepted = [person.submit(LARGE).json()["prediction_id"] for person in people]

    stack.kill_everything()
    stack.start()

    try:
        for person, prediction_id in zip(people, accepted, strict=True):
            assert person.finished(prediction_id, seconds=90)["status"] == "succeeded"
            assert person.balance() == 400
    finally:
        stack.stop()


@pytest.mark.parametrize("name", ["dynamodb", "emulator", "api", "background"])
def test_a_killed_process_is_restarted_and_predictions_succeed_again(stack: RunningStack, name: str) -> None:
    require_dynoxide()
    person = Person.registered(stack.url)
    killed = stack.process_ids(name)[0]
    children = children_of(killed)

    os.kill(killed, signal.SIGKILL)

    wait_for_restart(stack, name, killed)
    assert_ended(children)  # otherwise an old child could answer the next request
    assert f"{name} ended (exit code -9); starting it again." in stack.output()
    assert person.finished(submit_until_accepted(person))["status"] == "succeeded"


def test_a_killed_child_of_the_api_is_replaced(stack: RunningStack) -> None:
    person = Person.registered(stack.url)
    (api,) = stack.process_ids("api")
    children = children_of(api)

    os.kill(children[0], signal.SIGKILL)

    wait_for_restart(stack, "api", api)
    assert_ended(children)
    assert person.finished(submit_until_accepted(person))["status"] == "succeeded"


@pytest.mark.parametrize("second", ["dynamodb", "emulator"])
def test_a_second_crash_while_the_emulator_restarts_does_not_end_the_stack(tmp_path: Path, second: str) -> None:
    require_dynoxide()
    stack = RunningStack(tmp_path / "data")
    stack.start()
    try:
        person = Person.registered(stack.url)
        (emulator,) = stack.process_ids("emulator")

        os.kill(emulator, signal.SIGKILL)
        wait_for_restart(stack, "emulator", emulator)
        os.kill(stack.process_ids(second)[0], signal.SIGKILL)

        assert person.finished(submit_until_accepted(person))["status"] == "succeeded"
    finally:
        stack.stop()


def test_a_stop_while_the_api_starts_does_not_wait_for_it(tmp_path: Path) -> None:
    stack = RunningStack(tmp_path / "data")
    stack.start()
    (api,) = stack.process_ids("api")
    os.kill(api, signal.SIGKILL)
    wait_for_restart(stack, "api", api)
    while not (children := children_of(stack.process_ids("api")[0])):
        pass
    os.kill(children[0], signal.SIGSTOP)  # it has only just started, and stays there until the stop reaches it
    processes = stack.all_process_ids()
    started = time.monotonic()
    resume = threading.Timer(1, os.kill, (children[0], signal.SIGCONT))
    resume.start()

    assert stack.interrupt() == 0

    assert time.monotonic() - started < 15
    resume.join()
    assert_ended(processes)


def test_no_child_of_the_api_survives_when_it_is_killed_during_its_start(stack: RunningStack) -> None:
    person = Person.registered(stack.url)
    (api,) = stack.process_ids("api")
    os.kill(api, signal.SIGKILL)
    wait_for_restart(stack, "api", api)
    (starting,) = stack.process_ids("api")
    while not (children := children_of(starting)):
        time.sleep(0.01)

    os.kill(starting, signal.SIGKILL)

    assert_ended(children, seconds=5)
    submit_until_accepted(person)


def wait_for_restart(stack: RunningStack, name: str, killed: int) -> None:
    """Wait until the supervisor has replaced the process ``killed``."""
    deadline = time.monotonic() + 30
    while stack.process_ids(name) == [killed]:
        assert time.monotonic() < deadline, stack.output()
        time.sleep(0.01)


def submit_until_accepted(person: Person) -> str:
    """Submit the sample again and again until it is accepted, and return the prediction's id."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            accepted = person.submit((SAMPLES / "patients-10.csv").read_bytes())
        except requests.ConnectionError:
            continue
        if accepted.status_code == 202:
            return str(accepted.json()["prediction_id"])
        time.sleep(0.2)
    raise AssertionError("nothing was accepted within 30 s")


def test_a_crash_of_ministack_with_the_coins_ends_the_stack_and_loses_only_seconds(tmp_path: Path) -> None:
    stack = RunningStack(tmp_path / "data", "--dynamodb", "ministack")
    stack.start()
    assert f"saved every {SAVE_SECONDS} seconds and at a clean stop" in stack.output()
    person = Person.registered(stack.url)
    time.sleep(SAVE_SECONDS + 1)

    os.kill(stack.process_ids("emulator")[0], signal.SIGKILL)

    assert stack.wait(60) == 1
    assert "The AWS emulator ended unexpectedly" in stack.output()
    stack.start()
    try:
        assert person.balance() == 500
    finally:
        stack.stop()


def test_ministack_does_not_start_on_dynoxide_s_data(tmp_path: Path) -> None:
    (tmp_path / "dynamodb.sqlite").touch()

    ended = run_local("--data-dir", str(tmp_path), "--port", "0", "--emulator-port", "0", "--dynamodb", "ministack")

    assert ended.returncode == 1
    assert "written by dynoxide" in ended.stderr


@pytest.mark.parametrize(("option", "variable"), [("--port", "PORT"), ("--emulator-port", "EMULATOR_PORT")])
def test_a_port_in_use_gives_one_sentence(tmp_path: Path, option: str, variable: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ports = {"--port": "0", "--emulator-port": "0", option: port}

        ended = run_local("--data-dir", str(tmp_path), *(part for pair in ports.items() for part in pair))

    assert ended.returncode == 1
    assert len(ended.stderr.strip().splitlines()) == 1
    assert f"Port {port}" in ended.stderr
    assert f"{variable}=" in ended.stderr


def test_an_unknown_host_gives_one_sentence(tmp_path: Path) -> None:
    ended = run_local("--host", "nosuch.invalid", "--data-dir", str(tmp_path), "--port", "0", "--emulator-port", "0")

    assert ended.returncode == 1
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "HOST=nosuch.invalid has no IP address" in ended.stderr


def test_a_file_as_data_folder_gives_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mine")

    ended = run_local("--data-dir", str(tmp_path / "data"), "--port", "0", "--emulator-port", "0")

    assert ended.returncode == 1
    assert len(ended.stderr.strip().splitlines()) == 1
    assert (tmp_path / "data").read_text() == "mine"


def test_a_host_name_of_this_machine_is_accepted(tmp_path: Path) -> None:
    stack = RunningStack(tmp_path / "data", "--host", "localhost")
    stack.start()
    try:
        assert stack.url in stack.output()
    finally:
        stack.stop()


def test_a_second_stack_on_the_same_data_is_refused(stack: RunningStack) -> None:
    ended = run_local("--data-dir", str(stack.data_dir), "--port", "0", "--emulator-port", "0")

    assert ended.returncode == 1
    assert "is running on" in ended.stderr
    assert Person.registered(stack.url).balance() == 500


@pytest.mark.parametrize("variable", ["FILES_BUCKET", "INFERENCE_QUEUE_URL", "THROTTLES_TABLE"])
def test_a_deleted_resource_is_created_again_while_the_stack_runs(stack: RunningStack, variable: str) -> None:
    require_dynoxide()
    person = Person.registered(stack.url)
    variables = stack.variables()
    session, resource = session_of(variables), variables[variable]
    if variable == "FILES_BUCKET":
        s3 = session.client("s3")
        for item in s3.list_objects_v2(Bucket=resource).get("Contents", []):
            s3.delete_object(Bucket=resource, Key=item["Key"])
        s3.delete_bucket(Bucket=resource)
    elif variable == "THROTTLES_TABLE":
        dynamodb = session.client("dynamodb")
        dynamodb.delete_table(TableName=resource)
        # A submission doesn't use this table.
        dynamodb.get_waiter("table_exists").wait(TableName=resource, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    else:
        session.client("sqs").delete_queue(QueueUrl=resource)

    assert person.finished(submit_until_accepted(person))["status"] == "succeeded"

    name = resource.rsplit("/", 1)[-1]
    assert f"Missing and created again, without their former contents: {name}" in stack.output()


def test_the_stack_ends_with_an_error_when_its_database_is_deleted(tmp_path: Path) -> None:
    require_dynoxide()
    stack = RunningStack(tmp_path / "data")
    stack.start()
    Person.registered(stack.url)
    for file in stack.data_dir.glob("dynamodb.sqlite*"):
        file.unlink()

    assert stack.wait(60) == 1

    assert "dynamodb.sqlite was deleted or moved while the stack was running" in stack.output()
    again = run_local("--data-dir", str(stack.data_dir), "--port", "0", "--emulator-port", "0")
    assert again.returncode == 1
    assert len(again.stderr.strip().splitlines()) == 1
    assert "dynamodb.sqlite is missing or empty" in again.stderr


def test_the_documented_backup_and_restore_commands_work(tmp_path: Path) -> None:
    require_dynoxide()
    (tmp_path / ".venv").symlink_to(Path(sys.prefix))
    stack = RunningStack(tmp_path / ".local", SCHEDULE_SECONDS="1")
    stack.start()
    person = Person.registered(stack.url)
    before = person.submit((SAMPLES / "patients-10.csv").read_bytes()).json()["prediction_id"]
    person.finished(before)
    open_prediction = person.submit(LARGE).json()["prediction_id"]

    (backup,) = [block for block in blocks("docs/operating.md", "sh") if "VACUUM INTO" in block]
    subprocess.run(["sh", "-ec", backup], cwd=tmp_path, check=True)
    person.finished(person.submit((SAMPLES / "patients-10.csv").read_bytes()).json()["prediction_id"])
    stack.kill_everything()
    (restore,) = [block for block in blocks("docs/operating.md", "sh") if block.startswith("mv .local")]
    subprocess.run(["sh", "-ec", restore], cwd=tmp_path, check=True)
    stack.start()

    try:
        assert person.finished(open_prediction)["status"] == "succeeded"
        assert person.balance() == 300
        assert len(person.get(f"/api/predict/{before}/rows").json()["rows"]) == 10
        audit = [sys.executable, "-m", "admin", "--data-dir", str(stack.data_dir), "audit"]
        assert subprocess.run(audit, cwd=ROOT, check=False).returncode == 0
    finally:
        stack.stop()


def test_an_older_open_data_folder_is_closed_and_keeps_its_data(tmp_path: Path) -> None:
    stack = RunningStack(tmp_path / "a b" / "data")
    stack.data_dir.mkdir(parents=True)
    stack.start()
    person = Person.registered(stack.url)
    assert stack.interrupt() == 0
    stack.data_dir.chmod(0o755)

    stack.start()

    try:
        assert person.balance() == 500
        assert stack.data_dir.stat().st_mode & 0o777 == 0o700
        open_to_others = [path for path in stack.data_dir.rglob("*") if path.lstat().st_mode & 0o077]
        assert open_to_others == []
    finally:
        stack.stop()


def test_another_python_version_gives_one_sentence() -> None:
    code = (
        "import sys, runpy; sys.version_info = (3, 11, 0, 'final', 0); runpy.run_module('local', run_name='__main__')"
    )

    ended = run_local(code=code)

    assert ended.returncode == 1
    assert ended.stderr.strip() == (
        "The stack needs Python 3.13 and was started with 3.11. Use 'make run', which sets it up."
    )


def test_reset_asks_first_and_deletes_only_the_stack_s_files(tmp_path: Path) -> None:
    (tmp_path / "emulator").mkdir()
    (tmp_path / "thesis.docx").write_text("mine")
    command = [sys.executable, "-m", "local.data_dir", "--data-dir", str(tmp_path)]

    refused = subprocess.run(command, cwd=ROOT, input="no\n", capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert (tmp_path / "emulator").exists()

    forced = subprocess.run([*command, "--force"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert forced.returncode == 0
    assert not (tmp_path / "emulator").exists()
    assert (tmp_path / "thesis.docx").exists()


def test_the_page_comes_with_the_security_headers_of_production(stack: RunningStack) -> None:
    page = requests.get(stack.url, timeout=10)

    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    # Large files go to the bucket, the only other host.
    (connect,) = [
        part for part in page.headers["Content-Security-Policy"].split("; ") if part.startswith("connect-src")
    ]
    assert re.fullmatch(r"connect-src 'self' http://127\.0\.0\.1:\d+", connect)
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_a_person_s_name_in_the_stack_s_log_is_reported() -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folder is searched at the end
        stack = RunningStack(Path(folder) / "data")
        log = stack.data_dir.with_suffix(".log")
        with pytest.raises(AssertionError, match=r"data\.log holds a name"), searched(stack):
            log.write_text(f"{log.read_text()}account created name=sentinelperson\n")
