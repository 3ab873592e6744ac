"""The audit: recompute every balance, the end of every charge and the files of every result from what is stored.

The service goes on meanwhile. What looks off may only be under way, so it is looked at again; a finding is what two
looks in a row say in the same words.

An audit is cut into units, such as one user or a page of a table, whose results add up. It can stop after any of them
and be continued by another process from what ``Progress`` says (``audit/daily.py``). What is compared across users
(vouchers with their entries) is only what cannot change any more when the audit begins, so it does not matter when it
is read.
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
    erasure_seconds,
    fingerprint,
    names_login,
)
from chalicelib.auth.normalization import is_email_key
from chalicelib.core.clock import Clock, iso
from chalicelib.core.dynamo import Item
from chalicelib.core.errors import DomainError
from chalicelib.core.observability.logging import log_exception
from chalicelib.core.settings import Settings

KINDS = ("users", "ledger entries", "predictions", "results", "vouchers", "logins")
FINDINGS_MAX = 100
FINDING_CHARACTERS_MAX = 500
"""A finding may quote what was stored, however long that is; all of them are stored in one item."""
RECHECKS = 3
RECHECK_SECONDS = 1.0
FINISHED = "finished"

_KNOWN_USERS_MAX = 10_000
_USERS_AT_ONCE = 1000
"""The vouchers of so many users are compared in one pass over all vouchers."""


@dataclass(slots=True)
class Report:
    """How many of what were checked and are off; the first sentences; and the sums of all coins."""

    checked: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(KINDS, 0)))
    off: Counter[str] = field(default_factory=Counter)
    coins: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    inconclusive: int = 0
    """What differed at every look and each time otherwise: too much was going on there to say anything."""
    voucher_entries: int = 0
    """The sum of the fingerprints of the ledger entries of vouchers."""
    used_vouchers: int = 0
    """The same of the entries that used vouchers name."""
    findings_max: int = FINDINGS_MAX

    @property
    def findings_total(self) -> int:
        """How many findings there are, those without a sentence here too."""
        return self.off.total()

    @property
    def is_full(self) -> bool:
        """Whether further findings are only counted."""
        return len(self.findings) >= self.findings_max

    @property
    def verdict(self) -> str:
        """What a whole audit says: ``findings``, ``inconclusive`` (something could not be compared) or ``clean``."""
        if self.findings_total:
            return "findings"
        return "inconclusive" if self.inconclusive else "clean"

    def add(self, findings: Iterable[AuditFinding]) -> None:
        """Add what is off."""
        for finding in findings:
            self.off[finding.what] += 1
            if not self.is_full:
                self.findings.append(finding.text[:FINDING_CHARACTERS_MAX])

    def merge(self, part: Report) -> None:
        """Add what one unit of the audit says."""
        self.checked.update(part.checked)
        self.off.update(part.off)
        self.coins.update(part.coins)
        self.findings += part.findings
        self.inconclusive += part.inconclusive
        self.voucher_entries += part.voucher_entries
        self.used_vouchers += part.used_vouchers


@dataclass(slots=True)
class Progress:
    """How far an audit is: all that another process needs to continue it."""

    started_at: float
    step: str = "users"
    after: Item | None = None
    """The key of the last unit of this step that is done."""
    report: Report = field(default_factory=Report)
    has_advanced: bool = False
    """Whether this process has finished a unit."""

    @property
    def is_finished(self) -> bool:
        """Whether everything was checked. Until then the report says nothing about the whole."""
        return self.step == FINISHED

    @property
    def cut(self) -> str:
        """The ledger entries before this id are settled for the whole audit."""
        return iso(self.started_at - SETTLED_SECONDS)


class Unit(NamedTuple):
    """A part of a step that is checked as a whole. ``key``: where the step goes on after it."""

    key: Item
    kind: str
    name: str
    check: Callable[[Report], object]


class Audit:
    """Checks the invariants of coins over everything that is stored."""

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
            "whole": self._whole,
        }

    def begin(self) -> Progress:
        """Return the progress of an audit that begins now."""
        return Progress(self._clock())

    def run(self, progress: Progress | None = None) -> Report:
        """Check everything once, or what is left of it; return the report, which is also that of ``progress``."""
        progress = progress or self.begin()
        deque(self.proceed(progress), maxlen=0)
        return progress.report

    def proceed(self, progress: Progress) -> Iterator[None]:
        """Check what is left, a unit at a time. After each one ``progress`` is true and can be stored.

        Raises
        ------
        AuditOutOfTimeError
            The process has to stop. What was checked so far is in ``progress``.
        """
        following = [*self._steps, FINISHED]
        while not progress.is_finished:
            for unit in self._steps[progress.step](progress):
                self._check(unit, progress)
                yield
            progress.step, progress.after = following[following.index(progress.step) + 1], None
            yield

    @staticmethod
    def _check(unit: Unit, progress: Progress) -> None:
        part = Report(findings_max=FINDINGS_MAX - len(progress.report.findings))
        try:
            unit.check(part)
        except AuditOutOfTimeError:
            if progress.has_advanced:
                raise
            # A process that did nothing else could not do it: no other one could either.
            part = Report(findings_max=part.findings_max)
            part.add([AuditFinding(unit.kind, f"{unit.name} could not be checked: it takes longer than one run may")])
        except (DomainError, BotoCoreError, ClientError):
            raise  # of ours, not of what was checked: try again later
        except Exception as error:  # noqa: BLE001 - one item of a wrong form must not keep the others from being checked
            log_exception("audit could not check", of=unit.name)
            part.add([AuditFinding(unit.kind, f"{unit.name} could not be checked: {type(error).__name__}")])
        progress.report.merge(part)
        progress.after = unit.key
        progress.has_advanced = True

    def _persisting(self, look: Callable[[], list[AuditFinding]], report: Report) -> list[AuditFinding]:
        """What two looks in a row say, however often one looks."""
        findings = look()
        persisting = findings
        for _ in range(RECHECKS):
            if not findings or report.is_full:
                return findings
            self._wait(RECHECK_SECONDS)
            before, findings = set(findings), look()
            persisting = [finding for finding in findings if finding in before]
            if len(persisting) == len(findings) == len(before):
                return findings  # nothing moves
        report.inconclusive += bool(findings) and not persisting
        return persisting

    # ---- users

    def _users(self, progress: Progress) -> Iterator[Unit]:
        for user_id in self._reader.user_ids(progress.after):
            yield Unit({"user_id": user_id}, "users", f"user {user_id}", partial(self._user, user_id, progress.cut))

    def _user(self, user_id: str, cut: str, report: Report) -> None:
        now = self._clock()
        user = UserAudit(self._reader, self._settings, user_id, now, cut)
        report.add(user.settled())
        persisting = self._persisting(user.look, report)
        if persisting and not report.is_full:
            # Once more from the start: the index may have lagged behind even in what is beyond change.
            user = UserAudit(self._reader, self._settings, user_id, now, cut)
            deque(user.settled(), maxlen=0)
            before = set(persisting)
            persisting = [finding for finding in self._persisting(user.look, report) if finding in before]
        report.add(persisting)
        if persisting:
            report.add(user.unclaimed())
        report.add(user.files())
        report.add(self._persisting(user.files_left, report))
        totals = user.totals
        report.checked["users"] += 1
        report.checked["ledger entries"] += totals.entries
        report.checked["predictions"] += totals.predictions
        report.checked["results"] += totals.with_files
        report.coins.update(granted=totals.granted, balances=totals.balance, earned=totals.earned, held=totals.held)
        report.voucher_entries += totals.vouchers

    # ---- vouchers

    def _vouchers(self, progress: Progress) -> Iterator[Unit]:
        for group in batched(self._reader.vouchers(progress.after), BATCH, strict=False):
            last = group[-1]["voucher_hash"]
            check = partial(self._check_vouchers, group, progress.cut)
            yield Unit({"voucher_hash": last}, "vouchers", f"the vouchers up to {last[:12]}", check)

    def _check_vouchers(self, group: Sequence[Item], cut: str, report: Report) -> None:
        report.checked["vouchers"] += len(group)
        report.used_vouchers += sum(_settled_fingerprint(voucher, cut) for voucher in group)
        suspects = [voucher["voucher_hash"] for voucher, _ in self._mismatched(group)]
        if suspects:
            report.add(self._persisting(partial(self._look_at_vouchers, suspects), report))

    def _mismatched(self, vouchers: Iterable[Item]) -> Iterator[tuple[Item, str]]:
        """Return the used ones that don't fit their ledger entry, and why."""
        used = [voucher for voucher in vouchers if "entry_id" in voucher]
        named = [(voucher["redeemed_by"], voucher["entry_id"]) for voucher in used if "redeemed_by" in voucher]
        entries = self._reader.entries_by_key(named)
        for voucher in used:
            entry = entries.get((voucher.get("redeemed_by", ""), voucher["entry_id"]), {})
            if (entry.get("reason"), entry.get("amount")) != ("voucher", voucher.get("coins")):
                yield voucher, "is missing or another"
            elif "expires_at" in voucher and iso(voucher["expires_at"]) < voucher["entry_id"]:
                yield voucher, f"is from after {iso(voucher['expires_at'])}, when the voucher had expired"

    def _look_at_vouchers(self, hashes: Sequence[str]) -> list[AuditFinding]:
        return [
            AuditFinding(
                "vouchers",
                f"voucher {voucher['voucher_hash'][:12]}, used by {voucher.get('redeemed_by')}: its entry "
                f"{voucher['entry_id']} of {voucher.get('coins')} coins {why}",
            )
            for voucher, why in self._mismatched(self._reader.vouchers_by_hash(hashes).values())
        ]

    def _voucher_owners(self, progress: Progress) -> Iterator[Unit]:
        """Find whose entries are not those that used vouchers name, if the sums of all differ."""
        if progress.report.voucher_entries == progress.report.used_vouchers:
            return
        for users in batched(self._reader.user_ids(progress.after), _USERS_AT_ONCE, strict=False):
            check = partial(self._check_voucher_owners, users, progress.cut)
            yield Unit({"user_id": users[-1]}, "vouchers", f"the vouchers of users up to {users[-1]}", check)

    def _check_voucher_owners(self, users: Sequence[str], cut: str, report: Report) -> None:
        """Nothing here moves any more, so that one look is enough."""
        entries, used, differ = Counter[str](), Counter[str](), Counter[str]()
        for user_id in users:
            for entry in self._reader.entries(user_id, until=cut):
                if entry.get("reason") == "voucher":
                    entries[user_id] += 1
                    differ[user_id] += fingerprint(user_id, entry["entry_id"])
        owners = frozenset(users)
        for voucher in self._reader.vouchers():
            owner = voucher.get("redeemed_by")
            if owner in owners and (number := _settled_fingerprint(voucher, cut)):
                used[owner] += 1
                differ[owner] -= number
        for user_id, difference in differ.items():
            if difference:
                text = (
                    f"user {user_id}: {entries[user_id]} ledger entries of vouchers, {used[user_id]} vouchers were used"
                )
                same = ", and not for the same entries" if entries[user_id] == used[user_id] else ""
                report.add([AuditFinding("vouchers", text + same)])

    # ---- what belongs to nobody

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

    def _check_predictions(self, page: Sequence[Item], known: set[str], named: list[str], report: Report) -> None:
        for key in page:
            if not {"user_id", "listed_at"} <= key.keys():
                text = f"prediction {key['prediction_id']} is in nobody's history"
                report.add([AuditFinding("predictions", text)])
        owners = {key["user_id"] for key in page if "user_id" in key}
        self._check_owners("predictions", owners, known, named, report)

    def _check_owners(self, kind: str, owners: set[str], known: set[str], named: list[str], report: Report) -> None:
        """Name the owners that are no users, each once. ``known``: who was looked up before; ``named``: findings."""
        new = owners - known
        missing = new - self._reader.users_by_id(new).keys()
        if missing and not report.is_full:
            self._wait(RECHECK_SECONDS)
            missing -= self._reader.users_by_id(missing).keys()
        texts = (f"user {user_id} is not there, and {kind} of them are" for user_id in sorted(missing))
        report.add(AuditFinding(kind, text) for text in texts if text not in named)
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
        for group in batched(self._reader.logins(segment), BATCH, strict=False):
            report.checked["logins"] += len(group)
            owners = {login["login"]: str(login["user_id"]) for login in group}
            if self._astray(owners):
                report.add(self._persisting(partial(self._look_at_logins, owners.keys()), report))

    def _look_at_logins(self, keys: Iterable[str]) -> list[AuditFinding]:
        return self._astray(self._reader.logins_by_key(keys))

    def _astray(self, owners: dict[str, str]) -> list[AuditFinding]:
        """Return the logins that lead to an account that is not theirs. No finding says a name or an address."""
        users = self._reader.users_by_id(owners.values())
        return [
            AuditFinding(
                "logins", f"user {user_id}: a login by {'email' if is_email_key(key) else 'name'} leads to it wrongly"
            )
            for key, user_id in owners.items()
            if not names_login(users.get(user_id, {}), key)
        ]

    # ---- the whole

    def _whole(self, progress: Progress) -> Iterator[Unit]:
        yield Unit({}, "users", "the sums of all users", partial(self._check_whole, progress.report))

    def _check_whole(self, so_far: Report, report: Report) -> None:
        """All coins that were ever granted are somewhere, and no deleted account waits for its erasure for hours."""
        coins = so_far.coins
        if not so_far.inconclusive and coins["granted"] != coins["balances"] + coins["earned"] + coins["held"]:
            sums = " + ".join(f"{name} {coins[name]}" for name in ("balances", "earned", "held"))
            report.add([AuditFinding("users", f"all users: granted {coins['granted']}, but {sums}")])
        for user_id in self._reader.erasures_requested_before(self._clock() - erasure_seconds(self._settings)):
            text = f"user {user_id}: the account was deleted hours ago and is not erased yet"
            report.add([AuditFinding("users", text)])


def _settled_fingerprint(voucher: Item, cut: str) -> int:
    """Return the fingerprint of the entry that a used voucher names; 0 if it is newer than the audit, or unused."""
    entry_id = voucher.get("entry_id", cut)
    return fingerprint(str(voucher.get("redeemed_by")), entry_id) if entry_id < cut else 0
