"""What may stand in no log: tokens, passwords, e-mail addresses, names, file names, cells of files.

``leave_traces`` has a person do what could leak, with words that nothing else says; ``assert_no_leak`` looks for
them and for what every test sends. ``python -m tests.support.leaks FOLDER URL`` does both to a stack that runs at URL.
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
    "a file's name": re.compile(r"sentinelfile|patients\.csv"),
}
"""What the tests' people are called and send, by what it is; and what looks like any token, password or address."""


def leave_traces(url: str) -> None:
    """A person whose every word is known: predictions of good, bad and large files, slips, log-ins, and their end."""
    person = Person.registered(url)
    file = "\n".join((_HEADER, _GOOD)).encode()
    mixed = "\n".join((_HEADER, _GOOD, _BAD)).encode()
    assert person.finished(person.submit(file, "mayo", FILE_NAME).json()["prediction_id"])["is_success"]
    assert person.submit(mixed, "mayo", FILE_NAME).status_code == 422
    skipping = person.submit(mixed, "mayo?on_error=skip", FILE_NAME).json()["prediction_id"]
    assert person.finished(skipping)["is_success"]
    _upload(person, mixed)
    for path in (f"/rows?offset={CELL}", "/rows", "/result.csv", f"/{CELL}"):
        person.get(f"/api/predict/{skipping}{path}")
    person.get(f"/api/{CELL}@example.org?token={person.token[:3]}")
    for name in (person.name, f"{person.name}@example.org", "sentinelperson"):
        body = {"name": name, "password": "correct horse but wrong"}
        assert requests.post(f"{url}/api/auth/login", json=body, timeout=30).status_code == 401
    torn = b'{"name": "sentinelperson", "password": "correct horse"'
    requests.post(f"{url}/api/auth/login", data=torn, headers={"Content-Type": "application/json"}, timeout=30)
    requests.get(f"{url}/api/auth/me", headers={"Authorization": f"Bearer {person.token}x"}, timeout=30)
    gone = person.http.delete(f"{url}/api/auth/me", json={"password": "correct horse"}, timeout=30)
    assert gone.status_code == 204


def _upload(person: Person, content: bytes) -> None:
    form = person.http.post(f"{person.url}/api/uploads", timeout=30).json()
    files = {"file": (FILE_NAME, content, "text/csv")}
    sent = requests.post(form["url"], data=form["fields"], files=files, timeout=60)
    assert sent.status_code in {200, 201, 204}, sent.text
    body = {"upload_id": form["upload_id"], "file_name": FILE_NAME}
    answer = person.http.post(f"{person.url}/api/predict/mayo?on_error=skip", json=body, timeout=60)
    person.finished(answer.json()["prediction_id"])


def marked(file: bytes) -> bytes:
    """A CSV whose first column is the ID, with IDs that are told from everything else."""
    header, *patients = file.decode().splitlines()
    return "\n".join([header, *(f"{CELL},{each.partition(',')[2]}" for each in patients)]).encode()


def leaks(source: str, lines: Iterable[str]) -> list[str]:
    """What of it stands in ``lines``, a sentence each, at most one of a kind."""
    found: dict[str, str] = {}
    for line in lines:
        for what, pattern in FORBIDDEN.items():
            if what not in found and pattern.search(line):
                found[what] = f"{source} holds {what}: {line.strip()[:300]}"
    return list(found.values())


def assert_no_leak(folder: Path) -> None:
    """Read every log under ``folder``; at least one must be there and hold something."""
    assert logs_under(folder), f"no log under {folder}"
    found = leaks_under(folder)
    assert not found, "\n".join(found)


def leaks_under(folder: Path) -> list[str]:
    """What of it stands in the logs under ``folder``."""
    found: list[str] = []
    for log in logs_under(folder):
        with log.open(encoding="utf-8", errors="replace") as lines:
            found += leaks(log.name, lines)
    return found


def logs_under(folder: Path) -> list[Path]:
    """Every log there that holds something."""
    return [path for path in folder.rglob("*.log") if path.is_file() and path.stat().st_size]


@contextmanager
def searched(stack: RunningStack) -> Iterator[None]:
    """Run ``stack`` meanwhile; what it and its parts wrote to the end, beside its data and in it, is searched."""
    stack.start()
    try:
        yield
    finally:
        stack.stop()
    assert_no_leak(stack.data_dir.parent)


def main(folder: str, url: str) -> int:
    """Leave traces and look for them; 1 if there are any."""
    leave_traces(url)
    try:
        assert_no_leak(Path(folder))
    except AssertionError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
