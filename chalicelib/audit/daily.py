"""The daily audit: as many invocations as it takes, each continuing where the one before stopped.

Nothing depends on a single invocation (docs/operating.md): one that is lost, repeated or killed only costs time. How
far the audit is stands in one item, which is written every SAVE_SECONDS and at the end of an invocation. Each write
replaces the one that was read (``revision``), and ``held_until`` keeps a second invocation away while one may be alive.
Findings and metrics come from the item, so those from before a crash are not lost.
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
"""The item's key in the throttles' table, whose other keys are hexadecimal hashes."""
VERSION = 1
"""Of what is stored. An audit of another version is not continued: it begins anew."""
SAVE_SECONDS = 15
HOLD_SECONDS_MAX = 900
"""No function of Lambda runs for longer: by then another invocation may take over."""
KEPT_SECONDS = 7 * 86_400
"""How long after its last write the item stays."""

_COUNTERS = ("checked", "off", "coins")
_STORED = {name: name for name in (*_COUNTERS, "findings", "voucher_entries", "used_vouchers")} | {
    "inconclusive": "moving"
}
"""The fields of a report that are stored, with their attributes in the table."""


@dataclass(frozen=True, slots=True)
class AuditState:
    """What is stored: the audit that is under way or was the last one, and what the last whole one said."""

    progress: Progress
    held_until: float = 0
    invocations: int = 0
    finished_at: float | None = None
    """When an audit was last finished that was not inconclusive; None if none was."""
    findings: int = 0
    """What that audit found."""
    revision: str | None = None
    """Of the item that was read; None if there was none."""

    @property
    def findings_known(self) -> int:
        """The findings of the last whole audit, or of the one under way if it has more already."""
        return max(self.findings, self.progress.report.findings_total)


class AuditStateRepository:
    """The one item."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def read(self) -> AuditState | None:
        """Return what was stored last. Of another version what the last whole audit said, and who is at work."""
        answer = self._client.get_item(TableName=self._table, Key=to_item({"throttle": KEY}), ConsistentRead=True)
        if "Item" not in answer:
            return None
        item = from_item(answer["Item"])
        known = {name: item[name] for name in ("held_until", "finished_at", "findings", "revision") if name in item}
        if item["version"] != VERSION:
            log("audit of another version is begun anew", version=item["version"])
            return AuditState(Progress(0.0), **known)
        progress = Progress(item["started_at"], item["step"], item.get("after"), _report(item["report"]))
        return AuditState(progress, invocations=item["invocations"], **known)

    def write(self, state: AuditState, now: float) -> AuditState:
        """Replace the item that ``state`` came from; return the state with the new revision.

        Raises
        ------
        ConditionFailedError
            Another invocation has written meanwhile.
        """
        revision = new_id()
        progress = state.progress
        values: Item = {
            "throttle": KEY,
            "version": VERSION,
            "started_at": progress.started_at,
            "step": progress.step,
            "after": progress.after,
            "report": _stored(progress.report),
            "held_until": state.held_until,
            "invocations": state.invocations,
            "finished_at": state.finished_at,
            "findings": state.findings,
            "revision": revision,
            "expires_at": int(now) + KEPT_SECONDS,
        }
        unchanged = "revision = :seen" if state.revision else "attribute_not_exists(revision)"
        write_one(
            lambda: self._client.put_item(
                TableName=self._table,
                Item=to_item(values),
                # The second half is for a write whose answer was lost and which the SDK repeats.
                ConditionExpression=f"{unchanged} OR revision = :new",
                ExpressionAttributeValues=to_item({":seen": state.revision, ":new": revision}),
            )
        )
        return replace(state, revision=revision)


@dataclass(slots=True)
class DailyAudit:
    """One invocation. ``time_left`` returns for how many seconds it may go on."""

    audit: Audit
    repository: AuditStateRepository
    clock: Clock
    time_left: Callable[[], float]
    _logged: int = field(default=0, init=False)

    def run(self) -> dict[str, Any]:
        """Do as much as there is time for; return the ``state`` of the audit and how many findings are known.

        ``state``: ``finished``, ``unfinished`` (the next invocation continues), ``held`` (another invocation is at
        work) or ``done`` (today's was finished before).
        """
        state, name = self._advance()
        known = state.findings_known
        add(Metric.AUDIT_FINDINGS, known)
        if state.finished_at is not None:
            add(Metric.AUDIT_AGE, max(0.0, self.clock() - state.finished_at))
        return {"state": name, "findings": known}

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
        hold = replace(state, held_until=held_until, invocations=state.invocations + 1)
        try:
            state = self.repository.write(hold, now)
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
                found = progress.report.findings_total
                state = replace(state, finished_at=self.clock(), findings=found)
            state = self.repository.write(replace(state, held_until=0), self.clock())
        self._log_end(state)
        return state, "finished" if progress.is_finished else "unfinished"

    def _log_findings(self, report: Report) -> None:
        """Log what was found since the last time; before it is stored, so that a crash repeats lines and loses none."""
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
    """The day in UTC."""
    return iso(moment)[:10]


def _stored(report: Report) -> Item:
    return {attribute: getattr(report, field) for field, attribute in _STORED.items()}


def _report(stored: Item) -> Report:
    counters: Item = {name: Counter(stored[name]) for name in _COUNTERS}
    return Report(**{field: stored[attribute] for field, attribute in _STORED.items()} | counters)
