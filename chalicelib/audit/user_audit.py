"""The audit of one user: compare the balance, the ledger entries, the predictions and their files with each other.

It reads page by page and keeps no page, so memory doesn't grow with the user's data. Most items are settled: entries
and ended predictions never change, and no new item is dated longer ago than SETTLED_SECONDS. Settled items are read
once. The others (recent items, open predictions, and contradictions) are few. They are read consistently and can be
checked again.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import batched

from chalicelib.audit.reader import BATCH, AuditReader
from chalicelib.auth.normalization import email_key, name_key
from chalicelib.core.clock import iso
from chalicelib.core.dynamo import Item
from chalicelib.core.settings import Settings
from chalicelib.inference.predictions.prediction import Status
from chalicelib.inference.storage.file_store import StoredObject, result_prefix

SETTLED_SECONDS = 60
"""No new entry is dated longer ago than this: a request ends within 29 s, and its transaction's retries soon after."""
RECHECKED_MAX = 1000
"""How many older predictions of a user are checked again at most. Contradictions of more are reported at once."""

LEFTOVER_SECONDS = 6 * 3600
"""After this time the message of a killed worker has come back, and the files that the worker left are deleted."""

AHEAD_SECONDS = 3600
"""How far ahead our clocks may be. A later entry is a finding: no audit before its date compares it with vouchers."""

_LOGIN_KEYS = {"name": name_key, "email": email_key}
_FILES = ("csv_key", "rows_key", "cohort_key")
"""The attributes that name the files of a result. ``csv_key`` and ``rows_key`` name the same file, except in results of
releases before 2.0.0. A small result has no ``cohort_key``. The file of bad rows is named beside the result."""
_STATUSES = frozenset(Status)
_NAMED_BY = {"prediction": "charge_entry_id", "refund": "refund_entry_id"}
"""The attribute of a prediction that names its entry, by the entry's reason."""
_REASONS = {"signup", "voucher", *_NAMED_BY}


def erasure_seconds(settings: Settings) -> int:
    """Return how many seconds after its deletion an account may still have data. Uploads under way arrive last."""
    return settings.upload_seconds + 2 * 3600


def entry_hash(user_id: str, entry_id: str) -> int:
    """Return a 64-bit hash of a ledger entry. Equal sums of hashes mean the same entries, in any order."""
    return int.from_bytes(hashlib.sha256(f"{user_id} {entry_id}".encode()).digest()[:8])


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """A contradiction in what is stored. ``text`` is a sentence with ids, and without names or addresses."""

    kind: str
    text: str


@dataclass(slots=True)
class Totals:
    """Counts and sums of one user's ledger entries and predictions. Sums are in coins."""

    balance: int = 0
    entries: int = 0
    amount: int = 0
    granted: int = 0
    signups: int = 0
    voucher_entries_sum: int = 0
    """The sum of the hashes of the voucher entries from before ``settled_before``."""
    charges: int = 0
    refunds: int = 0
    predictions: int = 0
    open: int = 0
    held: int = 0
    earned: int = 0
    refunded: int = 0
    with_files: int = 0
    unerased: int = 0


class UserAudit:
    """The audit of one user at the time ``now``.

    Call ``check_settled`` once, then ``check_unsettled`` as often as needed, then the other checks.
    ``settled_before``: entries with later ids are not compared with the vouchers before the next audit.
    """

    def __init__(self, reader: AuditReader, settings: Settings, user_id: str, now: float, settled_before: str) -> None:
        self._reader = reader
        self._settled_before = settled_before
        self._grants = settings.signup_amounts
        self._result_seconds = (settings.result_days - 1) * 86_400  # a day's grace for the bucket's lifecycle
        self._erasure_seconds = erasure_seconds(settings)
        self._user_id = user_id
        self._now = now
        self._settled_until = iso(now - SETTLED_SECONDS)
        self._settled = Totals()
        self._to_recheck: list[str] = []
        self._leftovers: dict[str, str] = {}
        """The predictions that have files of a result and should have none, each with the sentence about it."""
        self._is_being_erased = False
        self.totals = Totals()
        """The totals at the last ``check_unsettled``."""

    def check_settled(self) -> Iterator[AuditFinding]:
        """Check what can't change any more. Predictions with contradictions are left to ``check_unsettled``."""
        for entry in self._reader.entries(self._user_id, until=self._settled_until):
            yield from self._check_entry(entry, self._settled)
        for page in batched(self._reader.predictions_of(self._user_id, until=self._settled_until), BATCH, strict=False):
            entries = self._entries_named_by(page)
            for prediction in page:
                findings = list(self._check_prediction(prediction, entries))
                if (findings or not _is_end(prediction)) and len(self._to_recheck) < RECHECKED_MAX:
                    self._to_recheck.append(prediction["prediction_id"])
                else:
                    self._count(prediction, self._settled)
                    yield from findings

    def check_unsettled(self) -> list[AuditFinding]:
        """Check the rest as it is at this moment, and set ``totals``."""
        user = self._reader.users_by_id([self._user_id]).get(self._user_id)
        self.totals = totals = replace(self._settled)
        if user is None:
            return [self._finding("users", "the account does not exist any more")]
        self._is_being_erased = self._now - user.get("closed_at", 0) < self._erasure_seconds
        findings = [*self._check_recent(totals), *self._recheck(totals), *self._check_sums(user, totals)]
        return [*findings, *self._check_uncharged(), *self._check_logins(user)]

    def check_unnamed_entries(self) -> Iterator[AuditFinding]:
        """Find the settled entries that no prediction names, if the numbers of entries and predictions differ."""
        if self.totals.charges == self.totals.predictions and self.totals.refunds == self.totals.refunded:
            return
        for page in batched(self._reader.entries(self._user_id, until=self._settled_until), BATCH, strict=False):
            predictions = self._predictions_named_by(page)
            for entry in page:
                yield from self._check_named_prediction(entry, predictions)

    def check_files(self) -> Iterator[AuditFinding]:
        """Compare the list of the user's result files with the predictions. ``check_leftovers`` completes it."""
        complete = 0
        for group in batched(self._reader.results_of(self._user_id), BATCH, strict=False):
            predictions = self._reader.predictions_by_id(prediction_id for prediction_id, _ in group)
            for prediction_id, objects in group:
                prediction = predictions.get(prediction_id)
                if prediction is None:
                    yield self._finding("results", f"prediction {prediction_id} does not exist, but files of it do")
                elif sentence := self._leftover_sentence(prediction):
                    if not self._is_being_erased and len(self._leftovers) < RECHECKED_MAX:
                        self._leftovers[prediction_id] = sentence
                elif self._should_have_files(prediction) and not list(_wrong_files(prediction, objects)):
                    complete += 1
        if complete != self.totals.with_files and not self._is_being_erased:
            yield from self._check_incomplete()

    def check_leftovers(self) -> list[AuditFinding]:
        """Report the result files that ``check_files`` found and that should have been deleted, if they still exist."""
        return [
            self._finding("results", f"prediction {prediction_id}: {sentence}")
            for prediction_id, sentence in self._leftovers.items()
            if self._reader.objects_under(result_prefix(self._user_id, prediction_id))
        ]

    def _check_incomplete(self) -> Iterator[AuditFinding]:
        for listed in self._reader.predictions_of(self._user_id):
            if not self._should_have_files(listed):
                continue
            prediction_id = listed["prediction_id"]
            objects = self._reader.objects_under(result_prefix(self._user_id, prediction_id, listed.get("attempt")))
            wrong = list(_wrong_files(listed, objects))
            if wrong and self._should_have_files(
                self._reader.predictions_by_id([prediction_id]).get(prediction_id, {})
            ):
                for text in wrong:
                    yield self._finding("results", f"prediction {prediction_id} succeeded, but its {text}")

    # ---- what may still change

    def _check_recent(self, totals: Totals) -> Iterator[AuditFinding]:
        """Check the recent entries, and the predictions that they charge for."""
        for page in batched(self._reader.entries(self._user_id, since=self._settled_until), BATCH, strict=False):
            predictions = self._predictions_named_by(page)
            charged = []
            for entry in page:
                yield from self._check_entry(entry, totals)
                contradictions = list(self._check_named_prediction(entry, predictions))
                yield from contradictions
                if entry.get("reason") == "prediction" and not contradictions:
                    charged.append(predictions[entry["prediction_id"]])
            yield from self._check_predictions(charged, totals)

    def _recheck(self, totals: Totals) -> Iterator[AuditFinding]:
        """Check the older predictions that were open or contradictory when they were read as settled."""
        for ids in batched(self._to_recheck, BATCH, strict=False):
            predictions = self._reader.predictions_by_id(ids)
            for prediction_id in ids:
                if prediction_id not in predictions:
                    text = f"prediction {prediction_id} is in the history index, but not in the table"
                    yield self._finding("predictions", text)
            yield from self._check_predictions(predictions.values(), totals)

    def _check_predictions(self, predictions: Iterable[Item], totals: Totals) -> Iterator[AuditFinding]:
        page = list(predictions)
        entries = self._entries_named_by(page)
        for prediction in page:
            self._count(prediction, totals)
            yield from self._check_prediction(prediction, entries)

    def _check_uncharged(self) -> Iterator[AuditFinding]:
        """Check the recent predictions that no charge names."""
        for page in batched(self._reader.predictions_of(self._user_id, since=self._settled_until), BATCH, strict=False):
            entries = self._entries_named_by(page)
            for prediction in page:
                charge = entries.get(prediction.get("charge_entry_id", ""), {})
                if charge.get("prediction_id") != prediction["prediction_id"]:
                    yield from self._check_prediction(prediction, entries)

    def _check_logins(self, user: Item) -> Iterator[AuditFinding]:
        """Check that the account's name and e-mail address lead to it, without quoting either."""
        if "closed_at" in user:
            return
        keys = {kind: key_of(str(user[kind])) for kind, key_of in _LOGIN_KEYS.items() if user.get(kind)}
        owners = self._reader.logins_by_key(keys.values())
        for kind in _LOGIN_KEYS:
            owner = owners.get(keys[kind]) if kind in keys else None
            if owner != self._user_id:
                text = f"leads to user {owner}" if owner else "is missing"
                yield self._finding("logins", f"the login by {kind} {text}")

    # ---- single items

    def _finding(self, kind: str, text: str) -> AuditFinding:
        return AuditFinding(kind, f"user {self._user_id}: {text}")

    def _entries_named_by(self, predictions: Iterable[Item]) -> dict[str, Item]:
        ids = [item[name] for item in predictions for name in _NAMED_BY.values() if name in item]
        entries = self._reader.entries_by_key((self._user_id, entry_id) for entry_id in ids)
        return {entry_id: entry for (_, entry_id), entry in entries.items()}

    def _predictions_named_by(self, entries: Iterable[Item]) -> dict[str, Item]:
        return self._reader.predictions_by_id([entry["prediction_id"] for entry in entries if "prediction_id" in entry])

    def _check_entry(self, entry: Item, totals: Totals) -> Iterator[AuditFinding]:
        """Check one entry by itself, and add it to ``totals``."""
        amount, reason = entry.get("amount"), entry.get("reason")
        name = f"entry {entry['entry_id']} ({reason})"
        totals.entries += 1
        if reason == "signup" and amount not in self._grants:
            amounts = ", ".join(map(str, sorted(self._grants)))
            text = f"{name} grants {amount} coins, but SIGNUP_COINS is or was {amounts}"
            yield self._finding("ledger entries", text)
        if entry["entry_id"] > iso(self._now + AHEAD_SECONDS):
            yield self._finding("ledger entries", f"{name} is dated in the future")
        if not isinstance(amount, int) or reason not in _REASONS or (amount < 0) != (reason == "prediction"):
            yield self._finding("ledger entries", f"{name} moves {amount} coins, which this reason does not allow")
        amount = amount if isinstance(amount, int) else 0
        totals.amount += amount
        totals.granted += amount if reason in {"signup", "voucher"} else 0
        totals.signups += reason == "signup"
        if reason == "voucher" and entry["entry_id"] < self._settled_before:
            totals.voucher_entries_sum += entry_hash(self._user_id, entry["entry_id"])
        totals.charges += reason == "prediction"
        totals.refunds += reason == "refund"

    def _check_named_prediction(self, entry: Item, predictions: dict[str, Item]) -> Iterator[AuditFinding]:
        """Check that the prediction that a charge or refund names also names this entry."""
        reason = entry.get("reason")
        if reason not in _NAMED_BY:
            return
        prediction = predictions.get(entry.get("prediction_id", ""), {})
        named = prediction.get(_NAMED_BY[reason])
        if (prediction.get("user_id"), named) != (self._user_id, entry["entry_id"]):
            names = f"names the {reason} entry {named}" if named else f"names no {reason} entry"
            contradiction = names if prediction else "does not exist"
            text = f"entry {entry['entry_id']} ({reason}): prediction {entry.get('prediction_id')} {contradiction}"
            yield self._finding("ledger entries", text)

    def _count(self, prediction: Item, totals: Totals) -> None:
        """Add a prediction to ``totals``."""
        totals.predictions += 1
        if prediction.get("status") not in _STATUSES:
            return
        status, cost = Status(prediction["status"]), _cost(prediction)
        totals.open += not status.is_end
        totals.held += 0 if status.is_end else cost
        totals.earned += cost if status is Status.SUCCEEDED else 0
        totals.refunded += status.is_refunded
        totals.with_files += self._should_have_files(prediction)
        totals.unerased += "erased_at" not in prediction

    def _should_have_files(self, prediction: Item) -> bool:
        """Return whether the prediction had succeeded by ``now`` and its files are neither expired nor deleted."""
        finished_at = prediction.get("finished_at", 0)
        return (
            prediction.get("status") == Status.SUCCEEDED
            and "files_deleted_at" not in prediction
            and {"csv_key", "rows_key"} <= _keys(prediction).keys()
            and self._now - self._result_seconds < finished_at <= self._now
        )

    def _leftover_sentence(self, prediction: Item) -> str:
        """Return the sentence about result files that should have been deleted; "" if files may exist."""
        if "files_deleted_at" in prediction:
            return "its files are marked as deleted, but exist"
        status = prediction.get("status")
        is_refunded = status in _STATUSES and Status(status).is_refunded
        if is_refunded and prediction.get("finished_at", self._now) < self._now - LEFTOVER_SECONDS:
            return f"it is {status}, but files of a result exist"
        return ""

    def _check_prediction(self, prediction: Item, entries: dict[str, Item]) -> Iterator[AuditFinding]:
        for text in (*_status_contradictions(prediction), *_payment_contradictions(prediction, entries)):
            yield self._finding("predictions", f"prediction {prediction['prediction_id']} {text}")

    def _check_sums(self, user: Item, totals: Totals) -> Iterator[AuditFinding]:
        balance, open_charges = user.get("balance"), user.get("open_charges")
        totals.balance = balance if isinstance(balance, int) else 0
        total = totals.balance + totals.earned + totals.held
        wrong = {
            f"the balance is {balance}, below zero": totals.balance < 0,
            f"the balance is {balance}, the entries add up to {totals.amount}": balance != totals.amount,
            f"granted {totals.granted}, but balance {balance} + earned {totals.earned} + held {totals.held} is {total}":
                totals.granted != total,
            f"{open_charges} charges are counted as open, but {totals.open} predictions are open":
                open_charges != totals.open,
            f"{totals.signups} signup grants instead of at most one": totals.signups > 1,
            f"{totals.charges} charges for {totals.predictions} predictions": totals.charges != totals.predictions,
            f"{totals.refunds} refunds for {totals.refunded} predictions that are refunded":
                totals.refunds != totals.refunded,
            "the account was deleted, but still names its person":
                "closed_at" in user and not _LOGIN_KEYS.keys().isdisjoint(user),
            f"the account was deleted, but {totals.unerased} of its predictions were not erased":
                "closed_at" in user and totals.unerased > 0 and not self._is_being_erased,
        }  # fmt: skip
        return (self._finding("users", text) for text, is_wrong in wrong.items() if is_wrong)


def owns_login(user: Item, key: str) -> bool:
    """Return whether the account is not deleted and has the name or e-mail address of the login key ``key``."""
    return "closed_at" not in user and any(
        key_of(str(user.get(kind, ""))) == key for kind, key_of in _LOGIN_KEYS.items()
    )


def _is_end(prediction: Item) -> bool:
    return prediction.get("status") in _STATUSES and Status(prediction["status"]).is_end


def _cost(prediction: Item) -> int:
    cost = prediction.get("cost")
    return cost if isinstance(cost, int) else 0


def _keys(prediction: Item) -> dict[str, str]:
    """Return the S3 keys of the result's files, by the attribute that names each."""
    result, bad_rows_file = prediction.get("result", {}), prediction.get("bad_rows_file")
    keys = {name: result[name] for name in _FILES if name in result}
    return keys | {"bad_rows_key": bad_rows_file["key"]} if bad_rows_file else keys


def _wrong_files(prediction: Item, objects: dict[str, StoredObject]) -> Iterator[str]:
    """Yield how the files that S3 lists differ from those that the worker stored. The sentences continue "its ..."."""
    keys = _keys(prediction)
    recorded = prediction.get("result_files", {})  # results of older releases record none
    if recorded:
        for name in sorted(recorded.keys() - keys.keys()):
            yield f"record of files has {name}, and its result does not"
        for name in sorted(keys.keys() - recorded.keys()):
            yield f"result has {name}, and its record of files does not"
    folder = result_prefix(prediction["user_id"], prediction["prediction_id"], prediction.get("attempt"))
    for key in sorted(objects.keys() - set(keys.values())):
        if key.startswith(folder):
            yield f"folder holds {key.removeprefix(folder)}, which is not one of its files"
    for key, name in {key: name for name, key in keys.items()}.items():  # two names of one file count once
        stored = objects.get(key)
        if stored is None:
            yield f"{key} is missing"
        elif not stored.size:
            yield f"{key} is empty"
        elif name in recorded and StoredObject(**recorded[name]) != stored:
            size = recorded[name]["size"]
            yield f"{key} is not what was stored: {stored.size} bytes instead of {size}, or another ETag"


def _status_contradictions(prediction: Item) -> Iterator[str]:
    """Yield how the attributes of a prediction contradict its status."""
    if "listed_at" not in prediction:
        yield "is in nobody's history"
    if prediction.get("status") not in _STATUSES:
        yield f"has the unknown status {prediction.get('status')}"
        return
    status = Status(prediction["status"])
    due = len({"due_shard", "due_at"} & prediction.keys())
    if due != (0 if status.is_end else 2):
        yield f"is {status} and {'still' if status.is_end else 'not'} in the outbox"
    if status.is_end != ("finished_at" in prediction):
        yield f"is {status} and has {'no' if status.is_end else 'an'} end time"
    if (status is Status.SUCCEEDED and "erased_at" not in prediction) != ("result" in prediction):
        yield f"is {status} and has {'a' if 'result' in prediction else 'no'} result"
    if status.is_refunded and "result_files" in prediction:
        yield f"is {status} and records the files of a result"
    if status.is_refunded != ("refund_entry_id" in prediction):
        yield f"is {status} and names {'a' if 'refund_entry_id' in prediction else 'no'} refund"
    if status is Status.SUCCEEDED and "result" in prediction:
        folder = result_prefix(prediction["user_id"], prediction["prediction_id"], prediction.get("attempt"))
        keys = _keys(prediction)
        if not {"csv_key", "rows_key"} <= keys.keys() or not all(key.startswith(folder) for key in keys.values()):
            yield f"succeeded, but its result does not name the files under {folder}"


def _payment_contradictions(prediction: Item, entries: dict[str, Item]) -> Iterator[str]:
    """Yield how the charge and refund that a prediction names differ from what it cost."""
    if _cost(prediction) <= 0:
        yield f"costs {prediction.get('cost')} coins"
    if "charge_entry_id" not in prediction:
        yield "names no charge"
    for reason, name in _NAMED_BY.items():
        if name not in prediction:
            continue
        amount = _cost(prediction) * (-1 if reason == "prediction" else 1)
        entry = entries.get(prediction[name], {})
        stored = (entry.get("reason"), entry.get("amount"), entry.get("prediction_id"))
        if not entry:
            yield f"names a {reason} entry of {amount} coins that is missing: {prediction[name]}"
        elif stored != (reason, amount, prediction["prediction_id"]):
            yield (
                f"names {prediction[name]} as its {reason} entry of {amount} coins, but it is a {stored[0]} entry of "
                f"{stored[1]} coins for prediction {stored[2]}"
            )
