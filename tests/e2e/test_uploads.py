"""Large files over HTTP: upload with a form to the bucket, submission, the worker's check, result."""

import hashlib
import os
import signal
import time

import requests

from tests.support.stack import Person, RunningStack, assert_problem

HEADER = "ID,Age,Edema,Bilirubin,Albumin,Prothrombin\n"
ROWS = 170_000


def large(rows: int, *, last: str = "") -> bytes:
    lines = (
        f"p{row},{18000 + row % 9000}.5,N,{0.5 + row % 200 / 10},3.{row % 10},10.{row % 10}\n" for row in range(rows)
    )
    return (HEADER + "".join(lines) + last).encode()


def upload(person: Person, content: bytes) -> str:
    """Upload a file and return the upload's id."""
    answer = person.http.post(f"{person.url}/api/uploads", timeout=30)
    assert answer.status_code == 201, answer.text
    form = answer.json()
    files = {"file": ("big.csv", content, "text/csv")}
    uploaded = requests.post(form["url"], data=form["fields"], files=files, timeout=60)
    assert uploaded.status_code in {200, 201, 204}, uploaded.text
    return str(form["upload_id"])


def submit_upload(person: Person, upload_id: str, query: str = "") -> requests.Response:
    body = {"upload_id": upload_id, "file_name": "big.csv"}
    return person.http.post(f"{person.url}/api/predict/mayo{query}", json=body, timeout=60)


def test_a_large_file_is_predicted_to_its_last_row(person: Person) -> None:
    content = large(ROWS)
    assert len(content) > 4_400_000
    upload_id = upload(person, content)
    dry_run = submit_upload(person, upload_id, "?dry_run=true").json()
    assert (dry_run["sampled"], dry_run["accepted"], person.balance()) == (True, True, 500)

    accepted = submit_upload(person, upload_id)

    assert accepted.status_code == 202, accepted.text
    ended = person.finished(accepted.json()["prediction_id"], seconds=120)
    assert (ended["status"], ended["rows"], ended["is_checked"]) == ("succeeded", ROWS, True)
    receipt = person.get(f"/api/predict/{ended['prediction_id']}").json()["receipt"]
    assert receipt["input_sha256"] == hashlib.sha256(content).hexdigest()
    last = person.get(f"/api/predict/{ended['prediction_id']}/rows?offset={ROWS - 2}").json()
    assert [row["id"] for row in last["rows"]] == [f"p{ROWS - 2}", f"p{ROWS - 1}"]
    cohort = person.get(f"/api/predict/{ended['prediction_id']}/cohort").json()
    assert (sum(cohort["counts"]), len(cohort["sickest"])) == (ROWS, 1000)
    assert person.balance() == 480


def test_a_bad_last_row_ends_in_a_refund_that_names_it(person: Person) -> None:
    upload_id = upload(person, large(ROWS, last="bad,58,N,1,3.5,10\n"))
    ended = person.finished(submit_upload(person, upload_id).json()["prediction_id"], seconds=120)

    assert (ended["status"], ended["error_code"]) == ("rejected", "invalid_rows")
    assert f"row {ROWS + 1}" in str(ended["error_info"])
    assert person.balance() == 500


def test_a_file_can_be_uploaded_after_the_emulator_was_killed(stack: RunningStack, person: Person) -> None:
    (killed,) = stack.process_ids("emulator")
    os.kill(killed, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while stack.process_ids("emulator") in ([], [killed]) or not person.http.get(f"{person.url}/api/health").ok:
        assert time.monotonic() < deadline, stack.output()
        time.sleep(0.1)
    upload_id = upload_until_accepted(person)
    assert submit_upload(person, upload_id).status_code == 202
    # The stack sets the bucket's CORS rules last.
    while not preflight(person).ok:
        assert time.monotonic() < deadline, stack.output()
        time.sleep(0.1)


def upload_until_accepted(person: Person) -> str:
    """Upload a file again and again until the restarted bucket accepts it, and return the upload's id."""
    content = (HEADER + "p1,18000,N,1.0,3.5,10\n").encode()
    for _ in range(50):
        try:
            return upload(person, content)
        except (AssertionError, requests.ConnectionError) as error:
            last_error = error
            time.sleep(0.2)
    raise AssertionError(last_error)


def preflight(person: Person, origin: str | None = None) -> requests.Response:
    """Return the bucket's answer to a browser's preflight for an upload from ``origin``, by default the page's."""
    form = person.http.post(f"{person.url}/api/uploads", timeout=30).json()
    headers = {"Origin": origin or person.url, "Access-Control-Request-Method": "POST"}
    return requests.options(form["url"], headers=headers, timeout=10)


def test_only_the_page_s_own_origin_may_upload_to_the_bucket(person: Person) -> None:
    answer = preflight(person)
    assert answer.ok
    assert answer.headers["Access-Control-Allow-Origin"] in {"*", person.url}
    assert preflight(person, "http://127.0.0.1:9").status_code == 403


def test_a_form_for_one_key_cannot_write_another(person: Person) -> None:
    form = person.http.post(f"{person.url}/api/uploads", timeout=30).json()
    fields = form["fields"] | {"key": "inputs/somebody/else.csv"}
    refused = requests.post(form["url"], data=fields, files={"file": ("a.csv", b"x", "text/csv")}, timeout=30)
    assert refused.status_code in {400, 403}


def test_submitting_without_an_upload_is_404(person: Person) -> None:
    form = person.http.post(f"{person.url}/api/uploads", timeout=30).json()
    assert_problem(submit_upload(person, form["upload_id"]), 404, "unknown_upload")
    assert_problem(submit_upload(person, "0" * 32), 404, "unknown_upload")
    assert person.balance() == 500
