"""Helpers of the unit tests: patient files, a fake clock, fake models, and all services over a mocked AWS account."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np

from chalicelib.auth.normalization import Registration
from chalicelib.auth.repository import User
from chalicelib.core import aws
from chalicelib.core.dynamo import TransactItem, from_item, transact
from chalicelib.inference.catalog.catalog import Catalog
from chalicelib.inference.models.base import LoadedModel, Outputs, Patients
from chalicelib.inference.models.output_spec import OutputSpec
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.predictions.queue import prediction_id_of
from chalicelib.inference.predictions.service import result_of
from chalicelib.inference.predictions.worker import Worker
from chalicelib.wiring import Services

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "frontend" / "public" / "samples"

SECRET = "a secret of the tests, 32 bytes or more"
SECRETS = {"jwt_secret": SECRET, "marks_secret": "another secret of the tests, 32 bytes or more"}
PASSWORD = "correct horse battery"

HEADER = ("ID", "Age", "Edema", "Bilirubin", "Albumin", "Prothrombin")
PATIENT = {"ID": "p", "Age": "18000", "Edema": "N", "Bilirubin": "1.4", "Albumin": "3.5", "Prothrombin": "10.6"}


def csv_of(*patients: dict[str, str], header: tuple[str, ...] = HEADER, separator: str = ",") -> bytes:
    """Return a patient file. Each patient is given by its differences from ``PATIENT``, in columns of ``header``."""
    lines = [separator.join(header)]
    lines += [separator.join((PATIENT | patient).get(name, "") for name in header) for patient in patients]
    return ("\n".join(lines) + "\n").encode()


def patients(count: int) -> bytes:
    """Return a patient file of ``count`` patients with the IDs p1, p2 and so on."""
    return csv_of(*({"ID": f"p{number}"} for number in range(1, count + 1)))


class FakeClock:
    """A clock that stands still until it is advanced."""

    def __init__(self, now: float = 1_900_000_000.25) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class FakeModel:
    """A model whose estimate is a tenth of the bilirubin, in years. ``before`` is called before each chunk."""

    columns = ("Age", "Bilirubin")
    output_spec = OutputSpec(8.0, "years")

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self._before = before
        self.chunks = 0

    @classmethod
    def load(cls, artefact_dir: Path) -> Self:
        raise NotImplementedError(artefact_dir)

    def predict(self, patients: Patients) -> Outputs:
        self._before()
        self.chunks += 1
        bilirubin = patients["Bilirubin"].astype(float)
        years = bilirubin / 10
        is_imputed = bilirubin > 2
        return {
            "years": years,
            "lower": years - 0.01,
            "upper": years + 0.01,
            "upper_open": np.zeros(len(years), bool),
            "imputed": np.where(is_imputed, "Copper;Stage", "").tolist(),
            "out_of_range": np.where(bilirubin > 28, "Bilirubin:above", "").tolist(),
            "baseline": np.ones(len(years)),
            "contribution:Age": np.full(len(years), 0.5),
            "contribution:Bilirubin": years - 1.5,
            **{
                f"{side}:{name}": np.where(is_imputed, years, np.nan)
                for side in ("imputed_value", "if_low", "if_high")
                for name in ("Copper", "Stage")
            },
            "measure_first": [""] * len(years),
        }


def loaded(model: FakeModel) -> LoadedModel:
    """Return ``model`` as the worker loads it."""
    return LoadedModel("lasso", "1.0.0", "0" * 64, model)


class BrokenModel(FakeModel):
    """A model that fails on the first ``times`` chunks."""

    def __init__(self, times: int = 1000) -> None:
        super().__init__(self._fail)
        self._times = times

    def _fail(self) -> None:
        if self._times:
            self._times -= 1
            raise RuntimeError("the model is broken")


RunCommand = Callable[..., tuple[int, str, str]]
"""Runs one of the operator's commands. Returns its exit code, its output and its error output."""


@dataclass(frozen=True)
class World(Services):
    """All services over one mocked AWS account, with shortcuts for tests."""

    clock: FakeClock = field(default_factory=FakeClock)

    def worker_with(self, model: FakeModel | None = None) -> Worker:
        fake_model = model or FakeModel()
        return Worker(
            self.prediction_repository,
            self.files,
            self.settlement,
            self.settings,
            self.clock,
            lambda _id: loaded(fake_model),
        )

    def register(self, name: str = "anna") -> User:
        email = f"{name}@example.org"
        self.clock.advance(1)  # ledger entries of the same time have no order
        user = self.accounts.register(Registration(name=name, email=email, password=PASSWORD)).user
        self.clock.advance(1)
        return user

    def submit(self, user: User, content: bytes | None = None) -> Prediction:
        self.clock.advance(1)
        accepted = self.predictions.submit(user, "lasso", content or patients(1), "patients.csv")
        return accepted.prediction

    def run(self, prediction: Prediction, model: FakeModel | None = None) -> Prediction:
        """Run the prediction in a worker, and return its new state."""
        self.worker_with(model).run(prediction.prediction_id)
        return self.read(prediction)

    def read(self, prediction: Prediction) -> Prediction:
        current = self.prediction_repository.get(prediction.prediction_id)
        assert current is not None
        return current

    def rows(self, user: User, prediction_id: str, offset: int, limit: int) -> tuple[int, list[dict[str, Any]]]:
        prediction = self.predictions.get(user, prediction_id)
        return prediction.rows, self.results.rows(result_of(prediction), prediction.rows, offset, limit)

    def cohort(self, user: User, prediction_id: str) -> dict[str, Any]:
        return self.results.cohort_summary(result_of(self.predictions.get(user, prediction_id)))

    def download(self, user: User, prediction_id: str) -> dict[str, Any]:
        return self.results.download(result_of(self.predictions.get(user, prediction_id)), "result.csv")

    def write(self, **items: TransactItem) -> None:
        """Write ``items`` in one transaction."""
        transact(aws.dynamodb(), items)

    def balance(self, user: User) -> int:
        return self.ledger.balance(user.id)

    def entries(self, user: User) -> list[tuple[str, int]]:
        """Return reason and amount of the user's ledger entries, oldest first, and check that they add up."""
        entries = [item for item in self.items(self.settings.ledger_table) if item["user_id"] == user.id]
        assert sum(item["amount"] for item in entries) == self.balance(user)
        entries.sort(key=lambda item: str(item["entry_id"]))
        return [(item["reason"], item["amount"]) for item in entries]

    def items(self, table: str) -> list[dict[str, Any]]:
        """Return all items of a table."""
        return [from_item(dict(item)) for item in aws.dynamodb().scan(TableName=table)["Items"]]

    def objects(self, prefix: str = "") -> list[str]:
        """Return the keys of the objects in the bucket."""
        listing = aws.s3().list_objects_v2(Bucket=self.settings.files_bucket, Prefix=prefix)
        return [item["Key"] for item in listing.get("Contents", [])]

    def pending_erasures(self) -> list[str]:
        """Return the user ids of the pending erasure requests."""
        items = self.items(self.settings.erasures_table)
        return [item["user_id"] for item in items if "erased_at" not in item]

    def finish_erasures(self) -> None:
        """Run the dispatcher at the time of every recheck, so that all erasures complete."""
        for seconds in self.erasure.recheck_delays:
            self.clock.advance(seconds)
            self.dispatcher.run()

    def state(self, prediction: Prediction) -> Status:
        """Return the stored status of a prediction, even if it was erased."""
        statuses = {item["prediction_id"]: item["status"] for item in self.items(self.settings.predictions_table)}
        return Status(statuses[prediction.prediction_id])

    def overwrite_input(self, prediction: Prediction, content: bytes) -> None:
        """Overwrite the stored input of a prediction."""
        self.files.put(prediction.input_key, content, "text/csv")

    def sent(self) -> list[str]:
        """Remove all messages from the queue, and return their prediction ids."""
        url = self.settings.inference_queue_url
        ids: list[str] = []
        while messages := aws.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                ids.append(prediction_id_of(message["Body"]))
                aws.sqs().delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return ids


def write_card(root: Path, coins: int = 100, version: str = "1.0.0") -> Catalog:
    """Write a model card of ``lasso``, and return a catalogue of this model without overrides."""
    card = root / "lasso" / "card.json"
    card.parent.mkdir(parents=True, exist_ok=True)
    values = json.loads((ROOT / "model_artifacts" / "lasso" / "card.json").read_text("utf-8"))
    card.write_text(json.dumps(values | {"version": version, "coins": coins}), "utf-8")
    return Catalog(root)
