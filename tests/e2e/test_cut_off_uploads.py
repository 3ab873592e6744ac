"""An upload that ends before its end is no upload."""

import socket
import time
from urllib.parse import urlsplit

import pytest

from tests.support.stack import SAMPLES, Person

SAMPLE = (SAMPLES / "patients-10.csv").read_bytes()


def send(person: Person, head: str, body: bytes, *, cut_off: bool) -> bytes:
    """Send a request and read what is answered; ``cut_off`` says that no more comes."""
    address = urlsplit(person.url)
    with socket.create_connection((str(address.hostname), int(address.port or 80)), timeout=10) as connection:
        request = (
            f"POST /api/predict/lasso HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {person.token}\r\n"
            f"Content-Type: text/csv\r\nConnection: close\r\n{head}\r\n\r\n"
        )
        connection.sendall(request.encode() + body)
        if cut_off:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while more := connection.recv(65536):
            answer += more
    return answer


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (f"Content-Length: {len(SAMPLE)}", SAMPLE[:-2]),
        (f"Content-Length: {len(SAMPLE)}", SAMPLE[: SAMPLE.rindex(b"\n", 0, -1) + 1]),
        ("Transfer-Encoding: chunked", b"%x\r\n%s\r\n" % (len(SAMPLE) - 2, SAMPLE[:-2])),
    ],
    ids=["two bytes missing", "a patient missing", "chunks without an end"],
)
def test_a_file_that_is_cut_off_is_neither_charged_nor_predicted(person: Person, head: str, body: bytes) -> None:
    answer = send(person, head, body, cut_off=True)

    time.sleep(0.5)  # nobody may be there any more to read an answer
    assert b" 202 " not in answer
    assert person.balance() == 500
    assert person.get("/api/predict").json()["predictions"] == []


def test_the_same_file_whole_is_taken(person: Person) -> None:
    assert b" 202 " in send(person, f"Content-Length: {len(SAMPLE)}", SAMPLE, cut_off=False)
