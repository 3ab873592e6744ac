"""The daily audit: one audit a day over many invocations of a function, each of which continues the previous one.

An invocation that is lost, repeated or killed only costs time. One item stores the state of the audit. It is written
every SAVE_SECONDS and at the end of an invocation. A write succeeds only if the item still has the revision that was
read, and ``held_until`` keeps other invocations away while one may be running. Findings and metrics come from the item,
so that a crash loses none. docs/operating.md describes what the operator sees.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from chalicelib.audit.audit import Audit, Progress, Report
from chalicelib.audit.reader import AuditOutOfTimeError
from chalicelib.core.clock import Clock, iso
from chalicelib.core.dynamo import ConditionFailedError, from_item, to_item, write_one
from chalicelib.core.ids import new_id
from chalicelib.core.observability.logging import log
from chalicelib.core.observability.metrics import Metric, add

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from chalicelib.core.dynamo import Item

KEY = "audit"
"""The item's key in the throttles table, whose other keys are hexadecimal hashes."""
VERSION = 1
"""The version of the stored item. An audit of another version is not continued, but begun anew."""
SAVE_SECONDS = 15
"""How often a running invocation stores its progress."""
HOLD_SECONDS_MAX = 900
"""The longest time that Lambda runs a function. Afterwards another invocation may take over."""
KEPT_SECONDS = 7 * 86_400
"""How long the item is kept after its last write."""

_COUNTERS = {"checked": "checked", "findings_by_kind": "off", "coins": "coins"}
_STORED = _COUNTERS | {
    "findings": "findings",
    "voucher_entries_sum": "voucher_entries",
    "used_vouchers_sum": "used_vouchers",
    "inconclusive": "moving",
}
"""The stored fields of a report, each with its attribute in the table. Deployed stages have these attributes, so they
can't be renamed."""


@dataclass(frozen=True, slots=True)
class AuditState:
    """The stored state: the current or latest audit, and the outcome of the last conclusive one.

    Times are in seconds since the epoch.
    """

    progress: Progress
    held_until: float = 0
    """Until when another invocation may be running."""
    invocations: int = 0
    finished_at: float | None = None
    """When the last conclusive audit ended. None if there was none."""
    findings: int = 0
    """The number of findings of that audit."""
    revision: str | None = None
    """The revision of the item that was read. None if there was no item."""

    @property
    def findings_known(self) -> int:
        """The number of findings of the last conclusive audit, or of the current one if it has more already."""
        return max(self.findings, self.progress.report.findings_total)


class AuditStateRepository:
    """Reads and writes the item of the state."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def read(self) -> AuditState | None:
        """Return the stored state, or None if there is none.

        From an item of another version, take only the hold and the outcome of the last conclusive audit.
        """
        response = self._client.get_item(TableName=self._table, Key=to_item({"throttle": KEY}), ConsistentRead=True)
        if "Item" not in response:
            return None
        item = from_item(response["Item"])
        kept = {name: item[name] for name in ("held_until", "finished_at", "findings", "revision") if name in item}
        if item["version"] != VERSION:
            log("audit of another version is begun anew", version=item["version"])
            return AuditState(Progress(0.0), **kept)
        progress = Progress(item["started_at"], item["step"], item.get("after"), _report_of(item["report"]))
        return AuditState(progress, invocations=item["invocations"], **kept)

    def write(self, state: AuditState, now: float) -> AuditState:
        """Replace the item that ``state`` was read from, and return the state with its new revision.

        Raises
        ------
        ConditionFailedError
            Another invocation has written the item since.
        """
        revision = new_id()
        progress = state.progress
        values: Item = {
            "throttle": KEY,
            "version": VERSION,
            "started_at": progress.started_at,
            "step": progress.step,
            "after": progress.after,
            "report": _stored_report(progress.report),
            "held_until": state.held_until,
            "invocations": state.invocations,
            "finished_at": state.finished_at,
            "findings": state.findings,
            "revision": revision,
            "expires_at": int(now) + KEPT_SECONDS,
        }
        condition = "revision = :seen" if state.revision else "attribute_not_exists(revision)"
        write_one(
            lambda: self._client.put_item(
                TableName=self._table,
                Item=to_item(values),
                # The second half allows the SDK to repeat a write whose response was lost.
                ConditionExpression=f"{condition} OR revision = :new",
                ExpressionAttributeValues=to_item({":seen": state.revision, ":new": revision}),
            )
        )
        return replace(state, revision=revision)


@dataclass(slots=True)
class DailyAudit:
    """One invocation of the daily audit. ``time_left`` returns how many seconds it has left."""

    audit: Audit
    repository: AuditStateRepository
    clock: Clock
    time_left: Callable[[], float]
    _logged: int = field(default=0, init=False)

    def run(self) -> dict[str, Any]:
        """Audit as much as there is time for, and return the ``state`` and the number of known ``findings``.

        ``state`` is ``finished``, ``unfinished`` (the next invocation continues), ``held`` (another invocation may be
        running) or ``done`` (today's audit was finished before).
        """
        state, name = self._advance()
        findings = state.findings_known
        add(Metric.AUDIT_FINDINGS, findings)
        if state.finished_at is not None:
            add(Metric.AUDIT_AGE, max(0.0, self.clock() - state.finished_at))
        return {"state": name, "findings": findings}

    def _advance(self) -> tuple[AuditState, str]:
        now = self.clock()
        state = self.repository.read() or AuditState(Progress(0.0))
        if state.held_until > now:
            log("audit is held by another invocation")
            return state, "held"
        if state.progress.is_finished and _day(state.progress.started_at) == _day(now):
            return state, "done"
        if state.progress.is_finished or not state.progress.started_at:
            state = replace(state, progress=self.audit.begin(), invocations=0)
        held_until = now + min(self.time_left(), HOLD_SECONDS_MAX)
        held = replace(state, held_until=held_until, invocations=state.invocations + 1)
        try:
            state = self.repository.write(held, now)
        except ConditionFailedError:
            return state, "held"
        return self._work(state)

    def _work(self, state: AuditState) -> tuple[AuditState, str]:
        progress = state.progress
        self._logged = len(progress.report.findings)
        saved_at = self.clock()
        try:
            for _ in self.audit.proceed(progress):
                self._log_findings(progress.report)
                if self.clock() - saved_at >= SAVE_SECONDS:
                    state = self.repository.write(state, self.clock())
                    saved_at = self.clock()
        except AuditOutOfTimeError:
            pass
        finally:
            if progress.is_finished and progress.report.verdict != "inconclusive":
                findings = progress.report.findings_total
                state = replace(state, finished_at=self.clock(), findings=findings)
            state = self.repository.write(replace(state, held_until=0), self.clock())
        self._log_end(state)
        return state, "finished" if progress.is_finished else "unfinished"

    def _log_findings(self, report: Report) -> None:
        """Log the new findings. This is done before they are stored, so that a crash repeats lines but loses none."""
        for finding in report.findings[self._logged :]:
            log("audit found", finding=finding)
        self._logged = len(report.findings)

    def _log_end(self, state: AuditState) -> None:
        progress = state.progress
        report = progress.report
        checked = {kind.replace(" ", "_"): number for kind, number in report.checked.items()}
        common = {"findings": report.findings_total, "moving": report.inconclusive, "invocations": state.invocations}
        if progress.is_finished:
            seconds = round(self.clock() - progress.started_at, 1)
            log("audit finished", verdict=report.verdict, seconds=seconds, **common, **checked)
        else:
            log("audit not finished", step=progress.step, **common, **checked)


def _day(moment: float) -> str:
    """Return the day in UTC, as YYYY-MM-DD."""
    return iso(moment)[:10]


def _stored_report(report: Report) -> Item:
    return {attribute: getattr(report, field) for field, attribute in _STORED.items()}


def _report_of(stored: Item) -> Report:
    counters: Item = {field: Counter(stored[attribute]) for field, attribute in _COUNTERS.items()}
    return Report(**{field: stored[attribute] for field, attribute in _STORED.items()} | counters)
