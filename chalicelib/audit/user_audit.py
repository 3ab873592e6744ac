"""One user, checked: the balance against the ledger, the ledger against the predictions, these against their files.

It reads pages and keeps none, so memory doesn't grow with the user. Almost everything is beyond change: entries always,
ends for good, and nothing older than SETTLED_SECONDS is added to. That is read once. The rest (what is recent, open, or
looks off) is little, is read by consistent reads, and can be looked at again and again.
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
from chalicelib.inference.storage.file_store import Stored, result_prefix

SETTLED_SECONDS = 60
"""A request ends within 29 s and a transaction's retries within some more: no older entry appears any more."""
AGAIN_MAX = 1000
"""So many predictions of a user are looked at again; of so many that look off, no doubt is left."""

LEFTOVER_SECONDS = 6 * 3600
"""By then the message of a killed worker has come back, to the dead letters at last, and what it left is deleted."""

AHEAD_SECONDS = 3600
"""No clock of ours is so far ahead: an entry from later than that would never be compared with the vouchers."""

_LOGIN_KEYS = {"name": name_key, "email": email_key}
_FILES = ("csv_key", "rows_key", "cohort_key")
"""What names the files of a result; one from before there were cohorts has no third."""
_STATUSES = frozenset(Status)
_NAMED_BY = {"prediction": "charge_entry_id", "refund": "refund_entry_id"}
_REASONS = {"signup", "voucher", *_NAMED_BY}


def erasure_seconds(settings: Settings) -> int:
    """So long after its deletion something of an account may still be there: uploads that were under way are last."""
    return settings.upload_seconds + 2 * 3600


def fingerprint(user_id: str, entry_id: str) -> int:
    """Return a number for a ledger entry: equal sums of many mean the same entries, whatever their order."""
    return int.from_bytes(hashlib.sha256(f"{user_id} {entry_id}".encode()).digest()[:8])


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """Something that is off: of which kind, and in a sentence that names no person."""

    what: str
    text: str


@dataclass(slots=True)
class Totals:
    """Of one user's ledger and predictions."""

    balance: int = 0
    entries: int = 0
    amount: int = 0
    granted: int = 0
    signups: int = 0
    vouchers: int = 0
    """The sum of the fingerprints of the vouchers' entries from before ``settled_before``."""
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
    """The audit of one user as of ``now``: ``settled`` first, then ``look``, then the rest.

    ``settled_before``: from where on the audit leaves the vouchers' entries to the next one.
    """

    def __init__(self, reader: AuditReader, settings: Settings, user_id: str, now: float, settled_before: str) -> None:
        self._reader = reader
        self._settled_before = settled_before
        self._grants = settings.signup_amounts
        self._result_seconds = (settings.result_days - 1) * 86_400  # a day's grace for the bucket's lifecycle
        self._erasure_seconds = erasure_seconds(settings)
        self._user_id = user_id
        self._now = now
        self._cut = iso(now - SETTLED_SECONDS)
        self._settled = Totals()
        self._again: list[str] = []
        self._left: dict[str, str] = {}
        """The predictions that should have no result's files and have some, and why they should have none."""
        self._is_being_erased = False
        self.totals = Totals()
        """As of the last look."""

    def settled(self) -> Iterator[AuditFinding]:
        """Read what can't change any more; what is certainly off in it."""
        for entry in self._reader.entries(self._user_id, until=self._cut):
            yield from self._entry(entry, self._settled)
        for page in batched(self._reader.predictions_of(self._user_id, until=self._cut), BATCH, strict=False):
            entries = self._entries_named_by(page)
            for prediction in page:
                findings = list(self._prediction(prediction, entries))
                if (findings or not _is_end(prediction)) and len(self._again) < AGAIN_MAX:
                    self._again.append(prediction["prediction_id"])
                else:
                    self._count(prediction, self._settled)
                    yield from findings

    def look(self) -> list[AuditFinding]:
        """Read the rest as it is at this moment; what is off."""
        user = self._reader.users_by_id([self._user_id]).get(self._user_id)
        self.totals = totals = replace(self._settled)
        if user is None:
            return [self._off("users", "is not there any more")]
        self._is_being_erased = self._now - user.get("closed_at", 0) < self._erasure_seconds
        findings = [*self._recent(totals), *self._look_again(totals), *self._sums(user, totals)]
        return [*findings, *self._uncharged(), *self._logins(user)]

    def unclaimed(self) -> Iterator[AuditFinding]:
        """Which entries no prediction names, where their number is off. Recent ones are told by every look."""
        if self.totals.charges == self.totals.predictions and self.totals.refunds == self.totals.refunded:
            return
        for group in batched(self._reader.entries(self._user_id, until=self._cut), BATCH, strict=False):
            predictions = self._predictions_named_by(group)
            for entry in group:
                yield from self._claim(entry, predictions)

    def files(self) -> Iterator[AuditFinding]:
        """The listing of the user's results against the predictions: nothing is kept but a count."""
        complete = 0
        for group in batched(self._reader.results_of(self._user_id), BATCH, strict=False):
            predictions = self._reader.predictions_by_id(prediction_id for prediction_id, _ in group)
            for prediction_id, objects in group:
                prediction = predictions.get(prediction_id)
                if prediction is None:
                    yield self._off("results", f"prediction {prediction_id} is not there, and files of it are")
                elif reason := self._should_have_none(prediction):
                    if not self._is_being_erased and len(self._left) < AGAIN_MAX:
                        self._left[prediction_id] = reason
                elif self._should_have_files(prediction) and not list(_wrong_files(prediction, objects)):
                    complete += 1
        if complete != self.totals.with_files and not self._is_being_erased:
            yield from self._incomplete()

    def files_left(self) -> list[AuditFinding]:
        """The files that should not be there and are at this moment."""
        return [
            self._off("results", f"prediction {prediction_id}: {reason} are there")
            for prediction_id, reason in self._left.items()
            if self._reader.objects_under(result_prefix(self._user_id, prediction_id))
        ]

    def _incomplete(self) -> Iterator[AuditFinding]:
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
                    yield self._off("results", f"prediction {prediction_id} succeeded, and its {text}")

    # ---- what moves

    def _recent(self, totals: Totals) -> Iterator[AuditFinding]:
        """Recent entries, and the predictions that they charge for."""
        for group in batched(self._reader.entries(self._user_id, since=self._cut), BATCH, strict=False):
            predictions = self._predictions_named_by(group)
            charged = []
            for entry in group:
                yield from self._entry(entry, totals)
                unclaimed = list(self._claim(entry, predictions))
                yield from unclaimed
                if entry.get("reason") == "prediction" and not unclaimed:
                    charged.append(predictions[entry["prediction_id"]])
            yield from self._checked(charged, totals)

    def _look_again(self, totals: Totals) -> Iterator[AuditFinding]:
        """The older predictions that were open or looked off."""
        for ids in batched(self._again, BATCH, strict=False):
            predictions = self._reader.predictions_by_id(ids)
            for prediction_id in ids:
                if prediction_id not in predictions:
                    yield self._off("predictions", f"prediction {prediction_id} is in the history and not in the table")
            yield from self._checked(predictions.values(), totals)

    def _checked(self, predictions: Iterable[Item], totals: Totals) -> Iterator[AuditFinding]:
        page = list(predictions)
        entries = self._entries_named_by(page)
        for prediction in page:
            self._count(prediction, totals)
            yield from self._prediction(prediction, entries)

    def _uncharged(self) -> Iterator[AuditFinding]:
        """Recent predictions without a charge, which no entry leads to."""
        for page in batched(self._reader.predictions_of(self._user_id, since=self._cut), BATCH, strict=False):
            entries = self._entries_named_by(page)
            for prediction in page:
                charge = entries.get(prediction.get("charge_entry_id", ""), {})
                if charge.get("prediction_id") != prediction["prediction_id"]:
                    yield from self._prediction(prediction, entries)

    def _logins(self, user: Item) -> Iterator[AuditFinding]:
        """Whether the account's name and e-mail address, each a login, lead to it. No finding says what they are."""
        if "closed_at" in user:
            return
        keys = {kind: key_of(str(user[kind])) for kind, key_of in _LOGIN_KEYS.items() if user.get(kind)}
        owners = self._reader.logins_by_key(keys.values())
        for kind in _LOGIN_KEYS:
            owner = owners.get(keys[kind]) if kind in keys else None
            if owner != self._user_id:
                text = f"leads to user {owner}" if owner else "is missing"
                yield self._off("logins", f"the login by {kind} {text}")

    # ---- one by one

    def _off(self, what: str, text: str) -> AuditFinding:
        return AuditFinding(what, f"user {self._user_id}: {text}")

    def _entries_named_by(self, predictions: Iterable[Item]) -> dict[str, Item]:
        ids = [each[name] for each in predictions for name in _NAMED_BY.values() if name in each]
        found = self._reader.entries_by_key((self._user_id, entry_id) for entry_id in ids)
        return {entry_id: entry for (_, entry_id), entry in found.items()}

    def _predictions_named_by(self, entries: Iterable[Item]) -> dict[str, Item]:
        return self._reader.predictions_by_id([each["prediction_id"] for each in entries if "prediction_id" in each])

    def _entry(self, entry: Item, totals: Totals) -> Iterator[AuditFinding]:
        amount, reason = entry.get("amount"), entry.get("reason")
        totals.entries += 1
        if reason == "signup" and amount not in self._grants:
            were = ", ".join(map(str, sorted(self._grants)))
            text = f"entry {entry['entry_id']} (signup) grants {amount} coins, which SIGNUP_COINS never were ({were})"
            yield self._off("ledger entries", text)
        if entry["entry_id"] > iso(self._now + AHEAD_SECONDS):
            yield self._off("ledger entries", f"entry {entry['entry_id']} ({reason}) is dated in the future")
        if not isinstance(amount, int) or reason not in _REASONS or (amount < 0) != (reason == "prediction"):
            yield self._off("ledger entries", f"entry {entry['entry_id']} ({reason}) moves {amount} coins")
        amount = amount if isinstance(amount, int) else 0
        totals.amount += amount
        totals.granted += amount if reason in {"signup", "voucher"} else 0
        totals.signups += reason == "signup"
        if reason == "voucher" and entry["entry_id"] < self._settled_before:
            totals.vouchers += fingerprint(self._user_id, entry["entry_id"])
        totals.charges += reason == "prediction"
        totals.refunds += reason == "refund"

    def _claim(self, entry: Item, predictions: dict[str, Item]) -> Iterator[AuditFinding]:
        """Whether the prediction that an entry names, names it."""
        reason = entry.get("reason")
        if reason not in _NAMED_BY:
            return
        prediction = predictions.get(entry.get("prediction_id", ""), {})
        named = prediction.get(_NAMED_BY[reason], "none")
        if (prediction.get("user_id"), named) != (self._user_id, entry["entry_id"]):
            is_what = f"names the {reason} entry {named}" if prediction else "is not there"
            text = f"entry {entry['entry_id']} ({reason}): prediction {entry.get('prediction_id')} {is_what}"
            yield self._off("ledger entries", text)

    def _count(self, prediction: Item, totals: Totals) -> None:
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
        """Whether its result was there by ``now``, and has neither expired nor been deleted."""
        finished_at = prediction.get("finished_at", 0)
        return (
            prediction.get("status") == Status.SUCCEEDED
            and "files_deleted_at" not in prediction
            and {"csv_key", "rows_key"} <= _keys(prediction).keys()
            and self._now - self._result_seconds < finished_at <= self._now
        )

    def _should_have_none(self, prediction: Item) -> str:
        """Return why no file of a result may be there any more, to be ended by "are there"; nothing if one may."""
        if "files_deleted_at" in prediction:
            return "its files are said to be deleted and"
        status = prediction.get("status")
        is_refunded = status in _STATUSES and Status(status).is_refunded
        if is_refunded and prediction.get("finished_at", self._now) < self._now - LEFTOVER_SECONDS:
            return f"it is {status}, and files of a result"
        return ""

    def _prediction(self, prediction: Item, entries: dict[str, Item]) -> Iterator[AuditFinding]:
        for text in (*_state(prediction), *_payment(prediction, entries)):
            yield self._off("predictions", f"prediction {prediction['prediction_id']} {text}")

    def _sums(self, user: Item, totals: Totals) -> Iterator[AuditFinding]:
        balance, open_charges = user.get("balance"), user.get("open_charges")
        totals.balance = balance if isinstance(balance, int) else 0
        spent = totals.balance + totals.earned + totals.held
        wrong = {
            f"the balance is {balance}, below zero": totals.balance < 0,
            f"the balance is {balance}, the entries add up to {totals.amount}": balance != totals.amount,
            f"granted {totals.granted}, but balance {balance} + earned {totals.earned} + held {totals.held} is {spent}":
                totals.granted != spent,
            f"{open_charges} charges are counted as open, {totals.open} predictions are": open_charges != totals.open,
            f"{totals.signups} signup grants, at most one is right": totals.signups > 1,
            f"{totals.charges} charges for {totals.predictions} predictions": totals.charges != totals.predictions,
            f"{totals.refunds} refunds for {totals.refunded} predictions that give coins back":
                totals.refunds != totals.refunded,
            "the account was deleted and still names its person":
                "closed_at" in user and not _LOGIN_KEYS.keys().isdisjoint(user),
            f"the account was deleted and {totals.unerased} of its predictions were not erased":
                "closed_at" in user and totals.unerased > 0 and not self._is_being_erased,
        }  # fmt: skip
        return (self._off("users", text) for text, is_wrong in wrong.items() if is_wrong)


def names_login(user: Item, key: str) -> bool:
    """Whether the account is there and has the name or e-mail address that a login key was made of."""
    return "closed_at" not in user and any(
        key_of(str(user.get(kind, ""))) == key for kind, key_of in _LOGIN_KEYS.items()
    )


def _is_end(prediction: Item) -> bool:
    return prediction.get("status") in _STATUSES and Status(prediction["status"]).is_end


def _cost(prediction: Item) -> int:
    cost = prediction.get("cost")
    return cost if isinstance(cost, int) else 0


def _keys(prediction: Item) -> dict[str, str]:
    """Return the keys of the result's files by what names them."""
    result = prediction.get("result", {})
    return {name: result[name] for name in _FILES if name in result}


def _wrong_files(prediction: Item, objects: dict[str, Stored]) -> Iterator[str]:
    """Compare the result's files with what S3 lists: they alone are there, and are what the worker stored."""
    keys = _keys(prediction)
    noted = prediction.get("result_files", {})  # of an older prediction nothing was noted
    if noted:
        yield from (f"{name} was stored and is not named" for name in sorted(noted.keys() - keys.keys()))
        yield from (f"{name} is named and was not stored" for name in sorted(keys.keys() - noted.keys()))
    folder = result_prefix(prediction["user_id"], prediction["prediction_id"], prediction.get("attempt"))
    for key in sorted(objects.keys() - set(keys.values())):
        if key.startswith(folder):
            yield f"folder holds {key.removeprefix(folder)}, which is none of its files"
    for name, key in keys.items():
        stored = objects.get(key)
        if stored is None:
            yield f"{key} is missing"
        elif not stored.size:
            yield f"{key} is empty"
        elif name in noted and Stored(**noted[name]) != stored:
            yield f"{key} is not what was stored: {stored.size} bytes instead of {noted[name]['size']}, or other ones"


def _state(prediction: Item) -> Iterator[str]:
    """What a prediction carries that its state doesn't, or the other way round."""
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
        yield f"is {status} and has {'no' if status.is_end else 'a'} time of its end"
    if (status is Status.SUCCEEDED and "erased_at" not in prediction) != ("result" in prediction):
        yield f"is {status} and has {'a' if 'result' in prediction else 'no'} result"
    if status.is_refunded and "result_files" in prediction:
        yield f"is {status} and notes the files of a result"
    if status.is_refunded != ("refund_entry_id" in prediction):
        yield f"is {status} and names {'a' if 'refund_entry_id' in prediction else 'no'} refund"
    if status is Status.SUCCEEDED and "result" in prediction:
        home = result_prefix(prediction["user_id"], prediction["prediction_id"], prediction.get("attempt"))
        keys = _keys(prediction)
        if not {"csv_key", "rows_key"} <= keys.keys() or not all(key.startswith(home) for key in keys.values()):
            yield f"succeeded, and its result is not the files under {home}"


def _payment(prediction: Item, entries: dict[str, Item]) -> Iterator[str]:
    """The entries that a prediction names, and what they should say."""
    if _cost(prediction) <= 0:
        yield f"costs {prediction.get('cost')} coins"
    if "charge_entry_id" not in prediction:
        yield "names no charge"
    for reason, name in _NAMED_BY.items():
        if name not in prediction:
            continue
        amount = _cost(prediction) * (-1 if reason == "prediction" else 1)
        entry = entries.get(prediction[name], {})
        found = (entry.get("reason"), entry.get("amount"), entry.get("prediction_id"))
        if not entry:
            yield f"names a {reason} entry of {amount} coins that is missing: {prediction[name]}"
        elif found != (reason, amount, prediction["prediction_id"]):
            yield (
                f"names {prediction[name]} as its {reason} entry of {amount} coins, which is a {found[0]} entry of "
                f"{found[1]} coins for prediction {found[2]}"
            )
