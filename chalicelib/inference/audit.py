"""The audit: recomputes every balance, every charge's end and every end's files from what is stored.

It reads pages and keeps none, so its memory doesn't grow with the tables. What looks off may be a prediction in flight
or an index that lags: the user is read again before anything is reported.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import batched
from typing import Any

from chalicelib.core.clock import Clock
from chalicelib.core.dynamo import Item
from chalicelib.core.settings import Settings
from chalicelib.inference.audit_store import AuditStore
from chalicelib.inference.prediction import Status

FINDINGS_MAX = 100
_LOOKS = 4
_LOOK_AGAIN_SECONDS = 1.0
_BATCH = 100


@dataclass(slots=True)
class Report:
    """What was checked, how many of each, and what is off: the first FINDINGS_MAX sentences, and a count of all."""

    checked: dict[str, int] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    findings_total: int = 0

    def count(self, what: str, number: int = 1) -> None:
        """Add to what was checked."""
        self.checked[what] = self.checked.get(what, 0) + number

    def add(self, findings: Iterable[str]) -> None:
        """Add what is off."""
        for finding in findings:
            self.findings_total += 1
            if len(self.findings) < FINDINGS_MAX:
                self.findings.append(finding)


@dataclass(slots=True)
class _Totals:
    """Of one user's ledger and predictions."""

    entries: int = 0
    amount: int = 0
    granted: int = 0
    grants: int = 0
    charges: int = 0
    refunds: int = 0
    predictions: int = 0
    open: int = 0
    held: int = 0
    earned: int = 0
    refunded: int = 0
    with_files: int = 0


class Audit:
    """Checks the invariants of coins over everything that is stored."""

    def __init__(
        self, store: AuditStore, settings: Settings, clock: Clock, wait: Callable[[float], object] = time.sleep
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._wait = wait

    def run(self) -> Report:
        """Check everything once."""
        report = Report()
        for user in self._store.users():
            findings, totals = self._until_it_persists(user)
            report.add(findings)
            report.count("users")
            report.count("ledger entries", totals.entries)
            report.count("predictions", totals.predictions)
            report.count("results", totals.with_files)
            report.count("coins granted", totals.granted)
            report.count("coins earned", totals.earned)
            report.count("coins held", totals.held)
        for voucher in self._store.vouchers():
            report.count("vouchers")
            report.add(self._voucher(voucher))
        report.add(self._orphans(report))
        return report

    def _until_it_persists(self, user: Item) -> tuple[list[str], _Totals]:
        """What is off with a user, however often one looks."""
        findings, totals = self._user(user)
        for _ in range(_LOOKS - 1):
            if not findings:
                break
            self._wait(_LOOK_AGAIN_SECONDS)
            findings, totals = self._user(self._store.user(user["user_id"]) or user)
        return findings, totals

    def _user(self, user: Item) -> tuple[list[str], _Totals]:
        totals = _Totals()
        findings = [
            *self._ledger(user["user_id"], totals),
            *self._predictions(user["user_id"], totals),
            *self._result_files(user["user_id"], totals),
            *self._sums(user, totals),
        ]
        return [f"user {user['user_id']}: {finding}" for finding in findings], totals

    def _ledger(self, user_id: str, totals: _Totals) -> Iterator[str]:
        for entry in self._store.entries(user_id):
            amount, reason = entry["amount"], entry["reason"]
            totals.entries += 1
            totals.amount += amount
            totals.granted += amount if reason in {"signup", "voucher"} else 0
            totals.grants += reason == "signup"
            totals.charges += reason == "prediction"
            totals.refunds += reason == "refund"
            if (amount < 0) != (reason == "prediction"):
                yield f"entry {entry['entry_id']} ({reason}) moves {amount} coins"

    def _predictions(self, user_id: str, totals: _Totals) -> Iterator[str]:
        for page in batched(self._store.predictions_of(user_id), _BATCH, strict=False):
            wanted = [each[name] for each in page for name in ("charge_entry_id", "refund_entry_id") if name in each]
            entries = self._store.entries_by_id(user_id, wanted)
            for prediction in page:
                self._count(prediction, totals)
                for finding in (*_state(prediction), *_payment(prediction, entries)):
                    yield f"prediction {prediction['prediction_id']}: {finding}"

    def _count(self, prediction: Item, totals: _Totals) -> None:
        status = Status(prediction["status"])
        totals.predictions += 1
        totals.open += not status.is_end
        totals.held += 0 if status.is_end else prediction["cost"]
        totals.earned += prediction["cost"] if status is Status.SUCCEEDED else 0
        totals.refunded += status.is_refunded
        totals.with_files += self._should_have_files(prediction)

    def _should_have_files(self, prediction: Item) -> bool:
        """Whether the result was made and has neither expired nor been deleted; a day's grace for the expiry."""
        days = (self._clock() - prediction.get("finished_at", 0)) / 86_400
        return (
            prediction["status"] == Status.SUCCEEDED
            and "files_deleted_at" not in prediction
            and days < self._settings.result_days - 1
        )

    def _result_files(self, user_id: str, totals: _Totals) -> Iterator[str]:
        """The objects' listing against the predictions: nothing is kept but a count, unless that is off."""
        complete = 0
        for group in batched(self._store.results_of(user_id), _BATCH, strict=False):
            predictions = self._store.predictions_by_id([each.prediction_id for each in group])
            for found in group:
                prediction = predictions.get(found.prediction_id)
                if prediction is None:
                    yield f"files of a prediction {found.prediction_id} that is not there"
                elif "files_deleted_at" in prediction:
                    yield f"prediction {found.prediction_id}: its files are said to be deleted and are there"
                elif self._should_have_files(prediction) and _keys(prediction) <= found.keys:
                    complete += 1
        if complete != totals.with_files:
            yield from self._incomplete(user_id)

    def _incomplete(self, user_id: str) -> Iterator[str]:
        for prediction in self._store.predictions_of(user_id):
            if self._should_have_files(prediction):
                for key in sorted(_keys(prediction)):
                    if not self._store.exists(key):
                        yield f"prediction {prediction['prediction_id']} succeeded and its {key} is missing"

    @staticmethod
    def _sums(user: Item, totals: _Totals) -> Iterator[str]:
        balance, open_charges = user["balance"], user["open_charges"]
        if balance < 0:
            yield f"the balance is {balance}"
        if balance != totals.amount:
            yield f"the balance is {balance}, the entries add up to {totals.amount}"
        if totals.granted != balance + totals.earned + totals.held:
            yield f"granted {totals.granted}, but balance {balance} + earned {totals.earned} + held {totals.held}"
        if open_charges != totals.open:
            yield f"{open_charges} charges are counted as open, {totals.open} predictions are"
        if totals.grants > 1:
            yield f"{totals.grants} signup grants"
        if totals.charges != totals.predictions:
            yield f"{totals.charges} charges for {totals.predictions} predictions"
        if totals.refunds != totals.refunded:
            yield f"{totals.refunds} refunds for {totals.refunded} predictions that give coins back"
        if "closed_at" in user and ("name" in user or "email" in user):
            yield "the account was deleted and still names its person"

    def _voucher(self, voucher: Item) -> Iterator[str]:
        if "entry_id" not in voucher:
            return
        entry = self._store.entries_by_id(voucher["redeemed_by"], [voucher["entry_id"]]).get(voucher["entry_id"])
        if entry is None or (entry["reason"], entry["amount"]) != ("voucher", voucher["coins"]):
            yield f"voucher {voucher['voucher_hash'][:12]}: its entry of {voucher['coins']} coins is missing or another"

    def _orphans(self, report: Report) -> Iterator[str]:
        """What belongs to no user. The totals tell whether there can be any; only then everything is looked at."""
        for what, total, owners in (
            ("ledger entries", self._store.count_entries(), self._store.owners_of_entries),
            ("predictions", self._store.count_predictions(), self._store.owners_of_predictions),
        ):
            if total == report.checked.get(what, 0):
                continue
            for user_id in owners():
                if self._store.user(user_id) is None:
                    yield f"{what} of a user {user_id} that is not there"


def _keys(prediction: Item) -> set[str]:
    return {prediction["result"]["csv_key"], prediction["result"]["rows_key"]}


def _state(prediction: Item) -> Iterator[str]:
    """What a prediction carries in its state."""
    status = Status(prediction["status"])
    in_outbox = "due_shard" in prediction and "due_at" in prediction
    if status.is_end == in_outbox:
        yield f"is {status} and {'still' if in_outbox else 'not'} in the outbox"
    if (status is Status.SUCCEEDED) != ("result" in prediction):
        yield f"is {status} and has {'a' if 'result' in prediction else 'no'} result"
    if status.is_refunded != ("refund_entry_id" in prediction):
        yield f"is {status} and names {'a' if 'refund_entry_id' in prediction else 'no'} refund"


def _payment(prediction: Item, entries: dict[str, Item]) -> Iterator[str]:
    """The entries that a prediction names, and what they should say."""
    for name, reason, amount in (
        ("charge_entry_id", "prediction", -prediction["cost"]),
        ("refund_entry_id", "refund", prediction["cost"]),
    ):
        if name not in prediction:
            continue
        entry: dict[str, Any] = entries.get(prediction[name], {})
        found = (entry.get("reason"), entry.get("amount"), entry.get("prediction_id"))
        if found != (reason, amount, prediction["prediction_id"]):
            yield f"its entry of {amount} coins ({reason}) is {entry.get('amount', 'missing')}"
