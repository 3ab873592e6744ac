"""The audit: recomputes every balance, every charge's end and every end's files from what is stored.

It works while the service does. What looks off may be under way at that moment, so it is looked at again; only what two
looks in a row say in the same words is off.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import batched

from chalicelib.core.clock import Clock
from chalicelib.core.dynamo import Item
from chalicelib.core.settings import Settings
from chalicelib.inference.audit_store import BATCH, AuditStore
from chalicelib.inference.audit_user import Finding, UserAudit, erasure_seconds

KINDS = ("users", "ledger entries", "predictions", "results", "vouchers")
FINDINGS_MAX = 100
LOOKS = 4
LOOK_AGAIN_SECONDS = 1.0

_KNOWN_USERS_MAX = 10_000


@dataclass(slots=True)
class Report:
    """How many of what were checked and are off; the first FINDINGS_MAX sentences; and the sums of all coins."""

    checked: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(KINDS, 0)))
    off: Counter[str] = field(default_factory=Counter)
    coins: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    moving: int = 0
    """What differed at every look and each time otherwise: too much was going on there to say anything."""

    @property
    def findings_total(self) -> int:
        """How many findings there are, those without a sentence here too."""
        return self.off.total()

    @property
    def is_full(self) -> bool:
        """Whether further findings are only counted."""
        return len(self.findings) >= FINDINGS_MAX

    def add(self, findings: Iterable[Finding]) -> None:
        """Add what is off."""
        for finding in findings:
            self.off[finding.what] += 1
            if not self.is_full:
                self.findings.append(finding.text)


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
        entries = 0
        for user_id in self._store.user_ids():
            entries += self._user(user_id, report)
        self._vouchers(entries, report)
        report.add(self._system(report))
        report.add(self._orphans(report))
        report.add(self._late_erasures())
        return report

    def _persisting(self, look: Callable[[], list[Finding]], report: Report) -> list[Finding]:
        """What two looks in a row say, however often one looks."""
        findings = look()
        persisting = findings
        for _ in range(LOOKS - 1):
            if not findings or report.is_full:
                return findings
            self._wait(LOOK_AGAIN_SECONDS)
            before, findings = set(findings), look()
            persisting = [finding for finding in findings if finding in before]
            if len(persisting) == len(findings) == len(before):
                return findings  # nothing moves
        report.moving += bool(findings) and not persisting
        return persisting

    def _user(self, user_id: str, report: Report) -> int:
        """Check one user; how many of their entries say that a voucher was used."""
        now = self._clock()
        user = UserAudit(self._store, self._settings, user_id, now)
        report.add(user.settled())
        persisting = self._persisting(user.look, report)
        if persisting and not report.is_full:
            # Once more from the start: the index may have lagged behind even in what is beyond change.
            user = UserAudit(self._store, self._settings, user_id, now)
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
        report.coins["granted"] += totals.granted
        report.coins["balances"] += totals.balance
        report.coins["earned"] += totals.earned
        report.coins["held"] += totals.held
        return totals.vouchers

    @staticmethod
    def _system(report: Report) -> Iterator[Finding]:
        """All coins that were ever granted are somewhere."""
        coins = report.coins
        if not report.moving and coins["granted"] != coins["balances"] + coins["earned"] + coins["held"]:
            sums = " + ".join(f"{name} {coins[name]}" for name in ("balances", "earned", "held"))
            yield Finding("users", f"all users: granted {coins['granted']}, but {sums}")

    # ---- vouchers

    def _vouchers(self, entries: int, report: Report) -> None:
        used = 0
        for group in batched(self._store.vouchers(), BATCH, strict=False):
            report.checked["vouchers"] += len(group)
            used += sum("entry_id" in voucher for voucher in group)
            suspects = list(self._mismatched(group))
            if suspects:
                hashes = [voucher["voucher_hash"] for voucher in suspects]
                report.add(self._persisting(partial(self._look_at_vouchers, hashes), report))
        if used != entries:
            self._voucher_counts(report)

    def _mismatched(self, vouchers: Sequence[Item]) -> Iterator[Item]:
        """The used ones whose ledger entry isn't there, or says something else."""
        used = [voucher for voucher in vouchers if "entry_id" in voucher]
        entries = self._store.entries_of_vouchers(used)
        for voucher in used:
            entry = entries.get((voucher.get("redeemed_by", ""), voucher["entry_id"]), {})
            if (entry.get("reason"), entry.get("amount")) != ("voucher", voucher.get("coins")):
                yield voucher

    def _look_at_vouchers(self, hashes: Sequence[str]) -> list[Finding]:
        return [
            Finding(
                "vouchers",
                f"voucher {voucher['voucher_hash'][:12]}, used by {voucher.get('redeemed_by')}: its entry "
                f"{voucher['entry_id']} of {voucher.get('coins')} coins is missing or another",
            )
            for voucher in self._mismatched(self._store.vouchers_by_hash(hashes))
        ]

    def _voucher_counts(self, report: Report) -> None:
        """Who has more entries of vouchers than vouchers, or fewer; only if the sums of all differ."""
        redeemed = Counter(str(each.get("redeemed_by")) for each in self._store.vouchers() if "entry_id" in each)
        for user_id in self._store.user_ids():
            if self._store.count_voucher_entries(user_id) != redeemed[user_id]:
                report.add(self._persisting(partial(self._look_at_voucher_counts, user_id), report))

    def _look_at_voucher_counts(self, user_id: str) -> list[Finding]:
        entries, used = self._store.count_voucher_entries(user_id), self._store.count_vouchers_of(user_id)
        text = f"user {user_id}: {entries} ledger entries of vouchers, {used} vouchers were used"
        return [Finding("vouchers", text)] if entries != used else []

    # ---- deleted accounts

    def _late_erasures(self) -> Iterator[Finding]:
        for user_id in self._store.erasures_wished_before(self._clock() - erasure_seconds(self._settings)):
            yield Finding("users", f"user {user_id}: the account was deleted hours ago and is not erased yet")

    # ---- orphans

    def _orphans(self, report: Report) -> Iterator[Finding]:
        """What belongs to no user. The totals tell whether there can be any; only then everything is looked at."""
        if self._store.count_entries() != report.checked["ledger entries"]:
            for user_id in self._unknown(self._store.owners_of_entries(), report):
                yield Finding("ledger entries", f"user {user_id} is not there, and ledger entries of them are")
        if self._store.count_predictions() != report.checked["predictions"]:
            for prediction_id in self._store.predictions_in_no_history():
                yield Finding("predictions", f"prediction {prediction_id} is in nobody's history")
            for user_id in self._unknown(self._store.owners_of_predictions(), report):
                yield Finding("predictions", f"user {user_id} is not there, and predictions of them are")

    def _unknown(self, owners: Iterator[str], report: Report) -> Iterator[str]:
        """The owners that are no users, each once unless they are very many."""
        seen: set[str] = set()
        for some in batched(owners, BATCH, strict=False):
            new = set(some) - seen
            missing = new - self._store.existing_users(new)
            if missing and not report.is_full:
                self._wait(LOOK_AGAIN_SECONDS)
                missing -= self._store.existing_users(missing)
            yield from sorted(missing)
            seen = (seen if len(seen) < _KNOWN_USERS_MAX else set()) | new
