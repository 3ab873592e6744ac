"""Search logs for personal data: tokens, passwords, e-mail addresses, names, file names, cells of files.

``leave_traces`` uses the service with distinctive words in every place that could leak. ``assert_no_leak`` searches the
logs for these words and for the data of all other tests. ``python -m tests.support.leaks FOLDER URL`` does both for a
stack that runs at URL.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.support.stack import Person, RunningStack

CELL = "sentinelcell"
FILE_NAME = "sentinelfile.csv"
NOTE = "sentinelnote"
_HEADER = "ID,Age,Edema,Bilirubin,Albumin,Prothrombin,sentinelheader"
_GOOD = f"{CELL},21464,Y,14.5,2.6,12.2,{CELL}"
_BAD = f"{CELL},{CELL},Q,14.5,2.6,12.2,{CELL}"

FORBIDDEN = {
    "a token": re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.|bearer [\w.~+/-]{8,}", re.IGNORECASE),
    "a password": re.compile(
        r"correct.?horse|fuzzer.s.own.password|not my password|password\\?['\"]?\s*[:=]", re.IGNORECASE
    ),
    "an e-mail address": re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    "a name": re.compile(r"\b(person|racer|anna)-[0-9a-f]{10}|\bchaos-\d+-\d+|sentinelperson"),
    "a cell or a header of a file": re.compile(r"sentinel(cell|header)|zebra-7"),
    "a prediction's name or note": re.compile(r"sentinelnote"),
    "a file's name": re.compile(r"sentinelfile|patients\.csv"),
}
"""Patterns by what they find: the names and data of the tests, and any text like a token, password or address."""


def leave_traces(url: str) -> None:
    """Register a person, submit good, bad and large files, send wrong requests, and delete the account.

    All names, passwords and cells are distinctive, so that ``FORBIDDEN`` finds them in a log.
    """
    person = Person.registered(url)
    file = "\n".join((_HEADER, _GOOD)).encode()
    mixed = "\n".join((_HEADER, _GOOD, _BAD)).encode()
    assert person.finished(person.submit(file, "mayo", FILE_NAME).json()["prediction_id"])["is_success"]
    assert person.submit(mixed, "mayo", FILE_NAME).status_code == 422
    skipping = person.submit(mixed, "mayo?on_error=skip", FILE_NAME).json()["prediction_id"]
    assert person.finished(skipping)["is_success"]
    for texts in ({"name": NOTE, "note": NOTE}, {"note": f"{NOTE}\n"}, {NOTE: NOTE}):
        person.http.patch(f"{person.url}/api/predict/{skipping}", json=texts, timeout=30)
    _upload(person, mixed)
    for path in (f"/rows?offset={CELL}", "/rows", "/result.csv", f"/{CELL}"):
        person.get(f"/api/predict/{skipping}{path}")
    person.get(f"/api/{CELL}@example.org?token={person.token[:3]}")
    for name in (person.name, f"{person.name}@example.org", "sentinelperson"):
        body = {"name": name, "password": "correct horse but wrong"}
        assert requests.post(f"{url}/api/auth/login", json=body, timeout=30).status_code == 401
    truncated = b'{"name": "sentinelperson", "password": "correct horse"'
    requests.post(f"{url}/api/auth/login", data=truncated, headers={"Content-Type": "application/json"}, timeout=30)
    requests.get(f"{url}/api/auth/me", headers={"Authorization": f"Bearer {person.token}x"}, timeout=30)
    deleted = person.http.delete(f"{url}/api/auth/me", json={"password": "correct horse"}, timeout=30)
    assert deleted.status_code == 204


def _upload(person: Person, content: bytes) -> None:
    form = person.http.post(f"{person.url}/api/uploads", timeout=30).json()
    files = {"file": (FILE_NAME, content, "text/csv")}
    uploaded = requests.post(form["url"], data=form["fields"], files=files, timeout=60)
    assert uploaded.status_code in {200, 201, 204}, uploaded.text
    body = {"upload_id": form["upload_id"], "file_name": FILE_NAME}
    answer = person.http.post(f"{person.url}/api/predict/mayo?on_error=skip", json=body, timeout=60)
    person.finished(answer.json()["prediction_id"])


def marked(file: bytes) -> bytes:
    """Return the CSV with ``CELL`` as every patient's ID. The ID must be the first column."""
    header, *patients = file.decode().splitlines()
    return "\n".join([header, *(f"{CELL},{patient.partition(',')[2]}" for patient in patients)]).encode()


def leaks(source: str, lines: Iterable[str]) -> list[str]:
    """Return a sentence for each kind of personal data that is in ``lines``."""
    sentences: dict[str, str] = {}
    for line in lines:
        for kind, pattern in FORBIDDEN.items():
            if kind not in sentences and pattern.search(line):
                sentences[kind] = f"{source} holds {kind}: {line.strip()[:300]}"
    return list(sentences.values())


def assert_no_leak(folder: Path) -> None:
    """Search every log under ``folder``. There must be at least one that is not empty."""
    assert logs_under(folder), f"no log under {folder}"
    sentences = leaks_under(folder)
    assert not sentences, "\n".join(sentences)


def leaks_under(folder: Path) -> list[str]:
    """Return a sentence for each kind of personal data in each log under ``folder``."""
    sentences: list[str] = []
    for log in logs_under(folder):
        with log.open(encoding="utf-8", errors="replace") as lines:
            sentences += leaks(log.name, lines)
    return sentences


def logs_under(folder: Path) -> list[Path]:
    """Return all logs under ``folder`` that are not empty."""
    return [path for path in folder.rglob("*.log") if path.is_file() and path.stat().st_size]


@contextmanager
def searched(stack: RunningStack) -> Iterator[None]:
    """Run ``stack`` during the block, then search all logs beside and in its data folder."""
    stack.start()
    try:
        yield
    finally:
        stack.stop()
    assert_no_leak(stack.data_dir.parent)


def main(folder: str, url: str) -> int:
    """Leave traces and search for them. Return 1 if there are any."""
    leave_traces(url)
    try:
        assert_no_leak(Path(folder))
    except AssertionError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
