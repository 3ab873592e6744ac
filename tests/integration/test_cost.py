"""`make cost` with few predictions reports the expected requests and units."""

import re
import subprocess
import sys

import pytest

from tests.support.emulators import require_dynoxide
from tests.support.stack import ROOT

PREDICTIONS = 3
ROWS = 80_000
"""Too many for a direct submission."""


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    """The printed sections by heading."""
    require_dynoxide()
    command = [sys.executable, "-m", "benchmarks.cost", "--predictions", str(PREDICTIONS), "--rows", str(ROWS)]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True).stdout
    _, *parts = re.split("^## ", output, flags=re.MULTILINE)
    return dict(part.split("\n", 1) for part in parts)


def amount(section: str, item: str) -> float:
    match = re.search(rf"^\| {re.escape(item)} \| ([0-9.,e-]+) \|", section, re.MULTILINE)
    assert match, item
    return float(match[1].replace(",", ""))


def test_a_one_row_prediction_uses_the_expected_requests_and_units(sections: dict[str, str]) -> None:
    section = sections["3 one-row predictions"]

    # Requests: the submission, one status and one page of rows. Invocations: one for each request, and the worker.
    assert amount(section, "API Gateway requests (REST)") == 3 * PREDICTIONS
    assert amount(section, "Lambda requests") == (3 + 1) * PREDICTIONS
    # The message is sent, received and deleted.
    assert amount(section, "SQS requests") == 3 * PREDICTIONS
    # Written: the input, and the CSV of the result. Read: the input and one page of rows.
    assert amount(section, "S3 PUT, COPY, POST, LIST requests") == (1 + 1) * PREDICTIONS
    assert amount(section, "S3 GET and other requests") == 2 * PREDICTIONS
    # The rate limit: one item. The charge: four items in a transaction, two units each, and two indexes. The claim: one
    # item, whose key in `due` changes, and `history`. The end: an item of 2 KB and the user's item, in a transaction,
    # and two indexes.
    writes = 1 + 4 * 2 + 2 + 1 + 2 + 1 + 2 * 2 + 2 + 1 + 2
    assert amount(section, "DynamoDB write request units") == writes * PREDICTIONS
    assert "refused" not in section


def test_a_large_file_goes_through_the_bucket(sections: dict[str, str]) -> None:
    section = sections["One prediction of 80,000 rows"]

    assert amount(section, "s3 PostObject") == 1
    assert amount(section, "s3 CopyObject") == 1
    assert amount(section, "S3 GB to the client") > 0.005
    assert amount(section, "SQS requests") == 3


def test_an_idle_month_consists_of_schedules_and_queue_polls(sections: dict[str, str]) -> None:
    section = sections["A month without anybody"]

    assert amount(section, "SQS requests") == 2 * 5 * 3 * 730 * 60
    assert amount(section, "Lambda requests") >= 730 * 60
    assert amount(section, "Secrets Manager secrets, months") >= 1


def test_every_total_is_the_sum_of_its_items(sections: dict[str, str]) -> None:
    for section in sections.values():
        dollars = [
            float(number) for number in re.findall(r"\| ([0-9.]+) \|$", section.split("together")[0], re.MULTILINE)
        ]
        total = re.search(r"together\*\* \| \| \| \*\*([0-9.]+)", section)
        assert total
        assert len(dollars) > 3
        assert float(total[1]) == pytest.approx(sum(dollars), abs=1e-5)
