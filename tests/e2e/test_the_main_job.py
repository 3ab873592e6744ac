"""The main use: register, submit a file, read the years of life, over HTTP."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.support.stack import SAMPLES, Person, RunningStack

HEADER = "ID,Age,Sex,Edema,Bilirubin,Albumin,Prothrombin,Stage"
MILD = f"{HEADER}\nmild,12000,F,N,0.6,4.1,9.8,1\n".encode()
SEVERE = f"{HEADER}\nsevere,24000,F,Y,17.0,2.4,13.5,4\n".encode()


def test_a_person_submits_the_sample_and_reads_years_for_every_patient(person: Person) -> None:
    assert person.balance() == 500
    sample = requests.get(f"{person.url}/samples/patients-10.csv", timeout=10)
    assert sample.status_code == 200

    accepted = person.submit(sample.content)

    assert accepted.status_code == 202
    body = accepted.json()
    assert (body["status"], body["cost"], body["balance"]) == ("queued", 100, 400)
    assert accepted.headers["Location"] == f"/api/predict/{body['prediction_id']}"
    assert accepted.headers["Retry-After"]
    prediction = person.finished(body["prediction_id"])
    assert prediction["status"] == "succeeded"
    rows = person.get(f"/api/predict/{body['prediction_id']}/rows").json()["rows"]
    assert len(rows) == 10
    assert all(0 <= row["lower"] <= row["years"] <= row["upper"] <= 8 for row in rows)
    assert len({row["years"] for row in rows}) > 5
    assert prediction["output"] == rows[0]["years"]
    assert person.balance() == 400


def test_a_mild_and_a_severe_case_get_different_estimates(person: Person) -> None:
    mild, severe = person.predicted(MILD)[0], person.predicted(SEVERE)[0]

    assert isinstance(mild["years"], float)
    assert isinstance(severe["years"], float)
    assert mild["years"] > severe["years"] + 3


def test_a_patient_gets_the_same_estimate_alone_and_among_418(person: Person) -> None:
    lines = (SAMPLES / "pbc-418.csv").read_text().splitlines()
    header, patients = lines[0], lines[1:]

    together = person.predicted("\n".join(lines).encode())

    assert len(together) == 418
    for index in (0, 200, 417):
        alone = person.predicted(f"{header}\n{patients[index]}\n".encode())[0]
        assert alone.pop("values")  # only the result of a small file keeps them
        assert {**alone, "row": None} == {**together[index], "row": None}


def test_the_result_csv_is_downloaded_without_a_token_and_has_one_line_a_patient(person: Person) -> None:
    prediction_id = person.submit((SAMPLES / "patients-10.csv").read_bytes()).json()["prediction_id"]
    person.finished(prediction_id)

    link = person.get(f"/api/predict/{prediction_id}/result.csv").json()
    download = requests.get(link["url"], timeout=10)

    assert download.status_code == 200
    assert download.headers["Content-Disposition"].startswith("attachment")
    lines = list(csv.DictReader(io.StringIO(download.text)))
    rows = person.get(f"/api/predict/{prediction_id}/rows").json()["rows"]
    assert [float(line["years"]) for line in lines] == [row["years"] for row in rows]
    assert requests.get(link["url"].split("?")[0], timeout=10).status_code == 403


def test_the_history_and_the_ledger_list_the_newest_first(person: Person) -> None:
    first = person.submit(MILD).json()["prediction_id"]
    second = person.submit(SEVERE).json()["prediction_id"]

    history = person.get("/api/predict").json()["predictions"]
    entries = person.get("/api/billing/ledger").json()["entries"]

    assert [prediction["prediction_id"] for prediction in history] == [second, first]
    assert [(entry["amount"], entry["prediction_id"]) for entry in entries] == [
        (-100, second),
        (-100, first),
        (500, None),
    ]


def test_of_20_submissions_at_once_with_500_coins_exactly_5_are_accepted(person: Person) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: Person(person.url, person.name, person.token).submit(MILD), range(20)))

    assert sorted(answer.status_code for answer in answers) == [202] * 5 + [402] * 15
    assert person.balance() == 0
    for answer in answers:
        if answer.status_code == 202:
            assert person.finished(answer.json()["prediction_id"])["is_success"]


def test_400_parallel_calls_are_each_answered_for_their_own_caller(stack: RunningStack) -> None:
    people = [Person.registered(stack.url) for _ in range(8)]

    def has_own_name(number: int) -> bool:
        caller = people[number % 8]
        answer = requests.get(
            f"{stack.url}/api/auth/me", headers={"Authorization": f"Bearer {caller.token}"}, timeout=30
        )
        return bool(answer.json()["name"] == caller.name)

    with ThreadPoolExecutor(32) as pool:
        assert list(pool.map(has_own_name, range(400))) == [True] * 400
