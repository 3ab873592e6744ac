"""The audit: recompute every balance, the end of every charge and the files of every result from what is stored.

The service keeps working during an audit. What seems wrong may only be a change in progress, so it is checked again.
A contradiction becomes an audit finding only if two checks in a row report it in the same words.

An audit consists of units, such as one user or a page of a table. The reports of the units are added up. After any
unit the audit can stop, and another process can continue it from its ``Progress`` (``audit/daily.py``). The comparison
of vouchers with the entries of all users includes only entries from before the audit. They can't change, so it does
not matter when they are read.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import batched
from typing import NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.audit.reader import BATCH, LOGIN_SEGMENTS, AuditOutOfTimeError, AuditReader
from chalicelib.audit.user_audit import (
    SETTLED_SECONDS,
    AuditFinding,
    UserAudit,
    entry_hash,
    erasure_seconds,
    owns_login,
)
from chalicelib.auth.normalization import is_email_key
from chalicelib.core.clock import Clock, iso
from chalicelib.core.dynamo import Item
from chalicelib.core.errors import DomainError
from chalicelib.core.observability.logging import log_exception
from chalicelib.core.settings import Settings

KINDS = ("users", "ledger entries", "predictions", "results", "vouchers", "logins")
"""The kinds of items that an audit counts, and of audit findings."""
FINDINGS_MAX = 100
"""How many audit findings are kept as sentences. Further ones are only counted."""
FINDING_CHARACTERS_MAX = 500
"""The longest sentence. It may quote a stored value of any length, and all sentences are stored in one item."""
RECHECKS = 3
"""How often a contradiction is checked again at most."""
RECHECK_SECONDS = 1.0
"""The pause before each recheck."""
FINISHED = "finished"
"""The step of an audit that is complete."""

_KNOWN_USERS_MAX = 10_000
_USERS_AT_ONCE = 1000
"""How many users' voucher entries are compared in one scan of all vouchers."""


@dataclass(slots=True)
class Report:
    """The report of an audit or of one of its units: counts by kind, sums of coins, and the audit findings."""

    checked: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(KINDS, 0)))
    findings_by_kind: Counter[str] = field(default_factory=Counter)
    coins: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    """The sentences of the first audit findings."""
    inconclusive: int = 0
    """How many checks gave different findings every time, because the items kept changing."""
    voucher_entries_sum: int = 0
    """The sum of the hashes of the ledger entries of vouchers."""
    used_vouchers_sum: int = 0
    """The sum of the hashes of the entries that used vouchers name."""
    findings_max: int = FINDINGS_MAX

    @property
    def findings_total(self) -> int:
        """The number of audit findings, including those without a sentence."""
        return self.findings_by_kind.total()

    @property
    def is_full(self) -> bool:
        """Whether further audit findings are only counted."""
        return len(self.findings) >= self.findings_max

    @property
    def verdict(self) -> str:
        """The verdict of a complete audit: ``findings``, ``inconclusive`` (not all was compared) or ``clean``."""
        if self.findings_total:
            return "findings"
        return "inconclusive" if self.inconclusive else "clean"

    def add(self, findings: Iterable[AuditFinding]) -> None:
        """Count the audit findings, and keep their sentences while there is room."""
        for finding in findings:
            self.findings_by_kind[finding.kind] += 1
            if not self.is_full:
                self.findings.append(finding.text[:FINDING_CHARACTERS_MAX])

    def merge(self, unit_report: Report) -> None:
        """Add the report of one unit."""
        self.checked.update(unit_report.checked)
        self.findings_by_kind.update(unit_report.findings_by_kind)
        self.coins.update(unit_report.coins)
        self.findings += unit_report.findings
        self.inconclusive += unit_report.inconclusive
        self.voucher_entries_sum += unit_report.voucher_entries_sum
        self.used_vouchers_sum += unit_report.used_vouchers_sum


@dataclass(slots=True)
class Progress:
    """The progress of an audit: all that another process needs to continue it."""

    started_at: float
    step: str = "users"
    after: Item | None = None
    """The key of the last unit of this step that is done."""
    report: Report = field(default_factory=Report)
    has_advanced: bool = False
    """Whether this process has finished a unit."""

    @property
    def is_finished(self) -> bool:
        """Whether everything was checked. Until then the report covers only a part."""
        return self.step == FINISHED

    @property
    def settled_before(self) -> str:
        """The ledger entries with ids before this one are settled for the whole audit."""
        return iso(self.started_at - SETTLED_SECONDS)


class Unit(NamedTuple):
    """A part of a step that is checked as a whole. After it, the step continues at ``key``."""

    key: Item
    kind: str
    name: str
    check: Callable[[Report], object]


class Audit:
    """Checks everything that is stored about coins, predictions, results, vouchers and logins."""

    def __init__(
        self, reader: AuditReader, settings: Settings, clock: Clock, wait: Callable[[float], object] = time.sleep
    ) -> None:
        self._reader = reader
        self._settings = settings
        self._clock = clock
        self._wait = wait
        self._steps: dict[str, Callable[[Progress], Iterator[Unit]]] = {
            "users": self._users,
            "vouchers": self._vouchers,
            "voucher owners": self._voucher_owners,
            "entries": self._entries,
            "predictions": self._predictions,
            "logins": self._logins,
            "whole": self._totals,
        }

    def begin(self) -> Progress:
        """Return the progress of a new audit."""
        return Progress(self._clock())

    def run(self, progress: Progress | None = None) -> Report:
        """Run an audit, or the rest of the one in ``progress``, and return its report."""
        progress = progress or self.begin()
        deque(self.proceed(progress), maxlen=0)
        return progress.report

    def proceed(self, progress: Progress) -> Iterator[None]:
        """Check what is left, one unit at a time. After each unit ``progress`` is consistent and can be stored.

        Raises
        ------
        AuditOutOfTimeError
            The process has to stop. ``progress`` holds what was checked so far.
        """
        step_names = [*self._steps, FINISHED]
        while not progress.is_finished:
            for unit in self._steps[progress.step](progress):
                self._check(unit, progress)
                yield
            progress.step, progress.after = step_names[step_names.index(progress.step) + 1], None
            yield

    @staticmethod
    def _check(unit: Unit, progress: Progress) -> None:
        unit_report = Report(findings_max=FINDINGS_MAX - len(progress.report.findings))
        try:
            unit.check(unit_report)
        except AuditOutOfTimeError:
            if progress.has_advanced:
                raise
            # This process had all of its time for this one unit. Another process would not finish it either.
            unit_report = Report(findings_max=unit_report.findings_max)
            text = f"{unit.name} could not be checked: it takes longer than one run may"
            unit_report.add([AuditFinding(unit.kind, text)])
        except (DomainError, BotoCoreError, ClientError):
            raise  # an outage, not a contradiction: the audit is continued later
        except Exception as error:  # noqa: BLE001 - a malformed item must not stop the audit of the others
            log_exception("audit could not check", of=unit.name)
            text = f"{unit.name} could not be checked: {type(error).__name__}"
            unit_report.add([AuditFinding(unit.kind, text)])
        progress.report.merge(unit_report)
        progress.after = unit.key
        progress.has_advanced = True

    def _confirmed(self, check: Callable[[], list[AuditFinding]], report: Report) -> list[AuditFinding]:
        """Return the findings that two checks in a row agree on, after at most RECHECKS rechecks."""
        findings = check()
        confirmed = findings
        for _ in range(RECHECKS):
            if not findings or report.is_full:
                return findings
            self._wait(RECHECK_SECONDS)
            earlier, findings = set(findings), check()
            confirmed = [finding for finding in findings if finding in earlier]
            if len(confirmed) == len(findings) == len(earlier):
                return findings
        report.inconclusive += bool(findings) and not confirmed
        return confirmed

    # ---- users

    def _users(self, progress: Progress) -> Iterator[Unit]:
        for user_id in self._reader.user_ids(progress.after):
            check = partial(self._check_user, user_id, progress.settled_before)
            yield Unit({"user_id": user_id}, "users", f"user {user_id}", check)

    def _check_user(self, user_id: str, settled_before: str, report: Report) -> None:
        now = self._clock()
        user = UserAudit(self._reader, self._settings, user_id, now, settled_before)
        report.add(user.check_settled())
        confirmed = self._confirmed(user.check_unsettled, report)
        if confirmed and not report.is_full:
            # Check again from the start: the history index may have lagged behind when settled items were read.
            user = UserAudit(self._reader, self._settings, user_id, now, settled_before)
            deque(user.check_settled(), maxlen=0)
            earlier = set(confirmed)
            confirmed = [finding for finding in self._confirmed(user.check_unsettled, report) if finding in earlier]
        report.add(confirmed)
        if confirmed:
            report.add(user.check_unnamed_entries())
        report.add(user.check_files())
        report.add(self._confirmed(user.check_leftovers, report))
        totals = user.totals
        report.checked["users"] += 1
        report.checked["ledger entries"] += totals.entries
        report.checked["predictions"] += totals.predictions
        report.checked["results"] += totals.with_files
        report.coins.update(granted=totals.granted, balances=totals.balance, earned=totals.earned, held=totals.held)
        report.voucher_entries_sum += totals.voucher_entries_sum

    # ---- vouchers

    def _vouchers(self, progress: Progress) -> Iterator[Unit]:
        for vouchers in batched(self._reader.vouchers(progress.after), BATCH, strict=False):
            last = vouchers[-1]["voucher_hash"]
            check = partial(self._check_vouchers, vouchers, progress.settled_before)
            yield Unit({"voucher_hash": last}, "vouchers", f"the vouchers up to {last[:12]}", check)

    def _check_vouchers(self, vouchers: Sequence[Item], settled_before: str, report: Report) -> None:
        report.checked["vouchers"] += len(vouchers)
        report.used_vouchers_sum += sum(_settled_entry_hash(voucher, settled_before) for voucher in vouchers)
        suspects = [voucher["voucher_hash"] for voucher, _ in self._mismatched(vouchers)]
        if suspects:
            report.add(self._confirmed(partial(self._check_suspects, suspects), report))

    def _mismatched(self, vouchers: Iterable[Item]) -> Iterator[tuple[Item, str]]:
        """Yield the used vouchers that contradict the ledger entry that they name, each with the reason."""
        used = [voucher for voucher in vouchers if "entry_id" in voucher]
        keys = [(voucher["redeemed_by"], voucher["entry_id"]) for voucher in used if "redeemed_by" in voucher]
        entries = self._reader.entries_by_key(keys)
        for voucher in used:
            entry = entries.get((voucher.get("redeemed_by", ""), voucher["entry_id"]), {})
            if (entry.get("reason"), entry.get("amount")) != ("voucher", voucher.get("coins")):
                yield voucher, "is missing or different"
            elif "expires_at" in voucher and iso(voucher["expires_at"]) < voucher["entry_id"]:
                yield voucher, f"is dated after the voucher expired ({iso(voucher['expires_at'])})"

    def _check_suspects(self, hashes: Sequence[str]) -> list[AuditFinding]:
        return [
            AuditFinding(
                "vouchers",
                f"voucher {voucher['voucher_hash'][:12]}, used by {voucher.get('redeemed_by')}: its entry "
                f"{voucher['entry_id']} of {voucher.get('coins')} coins {reason}",
            )
            for voucher, reason in self._mismatched(self._reader.vouchers_by_hash(hashes).values())
        ]

    def _voucher_owners(self, progress: Progress) -> Iterator[Unit]:
        """Find the users whose voucher entries and used vouchers differ. Do nothing if the sums of all are equal."""
        if progress.report.voucher_entries_sum == progress.report.used_vouchers_sum:
            return
        for users in batched(self._reader.user_ids(progress.after), _USERS_AT_ONCE, strict=False):
            check = partial(self._check_voucher_owners, users, progress.settled_before)
            yield Unit({"user_id": users[-1]}, "vouchers", f"the vouchers of users up to {users[-1]}", check)

    def _check_voucher_owners(self, users: Sequence[str], settled_before: str, report: Report) -> None:
        """Compare only settled entries, which can't change, so that no recheck is needed."""
        entries, used, differences = Counter[str](), Counter[str](), Counter[str]()
        for user_id in users:
            for entry in self._reader.entries(user_id, until=settled_before):
                if entry.get("reason") == "voucher":
                    entries[user_id] += 1
                    differences[user_id] += entry_hash(user_id, entry["entry_id"])
        owners = frozenset(users)
        for voucher in self._reader.vouchers():
            owner = voucher.get("redeemed_by")
            if owner in owners and (hashed := _settled_entry_hash(voucher, settled_before)):
                used[owner] += 1
                differences[owner] -= hashed
        for user_id, difference in differences.items():
            if difference:
                text = f"user {user_id}: {entries[user_id]} ledger entries of vouchers, {used[user_id]} used vouchers"
                addition = ", which name other entries" if entries[user_id] == used[user_id] else ""
                report.add([AuditFinding("vouchers", text + addition)])

    # ---- items without an owner

    def _entries(self, progress: Progress) -> Iterator[Unit]:
        known: set[str] = set()
        for page in batched(self._reader.entry_keys(progress.after), BATCH, strict=False):
            owners = {key["user_id"] for key in page}
            check = partial(self._check_owners, "ledger entries", owners, known, progress.report.findings)
            yield Unit(page[-1], "ledger entries", f"the ledger up to {page[-1]['entry_id']}", check)

    def _predictions(self, progress: Progress) -> Iterator[Unit]:
        known: set[str] = set()
        for page in batched(self._reader.prediction_keys(progress.after), BATCH, strict=False):
            last = page[-1]["prediction_id"]
            check = partial(self._check_predictions, page, known, progress.report.findings)
            yield Unit({"prediction_id": last}, "predictions", f"the predictions up to {last}", check)

    def _check_predictions(self, page: Sequence[Item], known: set[str], reported: list[str], report: Report) -> None:
        for key in page:
            if not {"user_id", "listed_at"} <= key.keys():
                text = f"prediction {key['prediction_id']} is in nobody's history"
                report.add([AuditFinding("predictions", text)])
        owners = {key["user_id"] for key in page if "user_id" in key}
        self._check_owners("predictions", owners, known, reported, report)

    def _check_owners(self, kind: str, owners: set[str], known: set[str], reported: list[str], report: Report) -> None:
        """Report each owner that does not exist, once.

        ``known``: users that were looked up before. ``reported``: the sentences of the audit so far.
        """
        new = owners - known
        missing = new - self._reader.users_by_id(new).keys()
        if missing and not report.is_full:
            self._wait(RECHECK_SECONDS)
            missing -= self._reader.users_by_id(missing).keys()
        texts = (f"user {user_id} does not exist, but {kind} of this user do" for user_id in sorted(missing))
        report.add(AuditFinding(kind, text) for text in texts if text not in reported)
        if len(known) >= _KNOWN_USERS_MAX:
            known.clear()
        known |= new

    # ---- logins

    def _logins(self, progress: Progress) -> Iterator[Unit]:
        first = progress.after["segment"] + 1 if progress.after else 0
        for segment in range(first, LOGIN_SEGMENTS):
            name = f"part {segment + 1} of {LOGIN_SEGMENTS} of the logins"
            yield Unit({"segment": segment}, "logins", name, partial(self._check_logins, segment))

    def _check_logins(self, segment: int, report: Report) -> None:
        for logins in batched(self._reader.logins(segment), BATCH, strict=False):
            report.checked["logins"] += len(logins)
            owners = {login["login"]: str(login["user_id"]) for login in logins}
            if self._wrong_logins(owners):
                report.add(self._confirmed(partial(self._check_login_keys, owners.keys()), report))

    def _check_login_keys(self, keys: Iterable[str]) -> list[AuditFinding]:
        return self._wrong_logins(self._reader.logins_by_key(keys))

    def _wrong_logins(self, owners: dict[str, str]) -> list[AuditFinding]:
        """Return the logins that lead to an account with another name or e-mail address, without quoting either."""
        users = self._reader.users_by_id(owners.values())
        return [
            AuditFinding(
                "logins",
                f"user {user_id}: a login by {'email' if is_email_key(key) else 'name'} wrongly leads to this account",
            )
            for key, user_id in owners.items()
            if not owns_login(users.get(user_id, {}), key)
        ]

    # ---- totals

    def _totals(self, progress: Progress) -> Iterator[Unit]:
        yield Unit({}, "users", "the sums of all users", partial(self._check_totals, progress.report))

    def _check_totals(self, audit_report: Report, report: Report) -> None:
        """Check that granted coins equal balances + earned + held, and that no erasure is overdue."""
        coins = audit_report.coins
        if not audit_report.inconclusive and coins["granted"] != coins["balances"] + coins["earned"] + coins["held"]:
            sums = " + ".join(f"{name} {coins[name]}" for name in ("balances", "earned", "held"))
            report.add([AuditFinding("users", f"all users: granted {coins['granted']}, but {sums}")])
        for user_id in self._reader.erasures_requested_before(self._clock() - erasure_seconds(self._settings)):
            text = f"user {user_id}: the account was deleted hours ago and is not erased yet"
            report.add([AuditFinding("users", text)])


def _settled_entry_hash(voucher: Item, settled_before: str) -> int:
    """Return the hash of the entry that a used voucher names; 0 if the voucher is unused or the entry not settled."""
    entry_id = voucher.get("entry_id", settled_before)
    return entry_hash(str(voucher.get("redeemed_by")), entry_id) if entry_id < settled_before else 0
