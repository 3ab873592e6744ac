"""The restore replay: delete again the accounts that a restored backup brought back.

Each table may have been restored without the others: the account, its logins, or its predictions. So each is checked
by itself. Everything can be repeated.
"""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.audit.reader import AuditReader
from chalicelib.auth.repository import UserRepository
from chalicelib.auth.service import Accounts
from chalicelib.core.clock import Clock
from chalicelib.core.observability.logging import log_exception
from chalicelib.erasure.eraser import Erasure


@dataclass(slots=True)
class ReplayCounts:
    """The counts of a replay."""

    deleted: int
    """Accounts in the register of deletions."""
    accounts: int = 0
    """Accounts that were brought back and deleted again."""
    logins: int = 0
    """Logins that were removed again."""
    erased: int = 0
    """Accounts whose predictions and files were erased again."""
    stuck: int = 0
    """Predictions that could not be ended, because they have no open charge. They no longer name the person."""
    failed: int = 0
    """Steps that failed and have to be repeated."""


class DeletionReplay:
    """Deletes the accounts in the register of deletions again."""

    def __init__(
        self, users: UserRepository, accounts: Accounts, reader: AuditReader, erasure: Erasure, clock: Clock
    ) -> None:
        self._users = users
        self._accounts = accounts
        self._reader = reader
        self._erasure = erasure
        self._clock = clock

    def run(self) -> ReplayCounts:
        """Delete every account of the register that was brought back, wholly or in part, and return the counts."""
        deleted = set(self._users.deleted())
        counts = ReplayCounts(len(deleted))
        for user_id in deleted:
            self._take_step(self._delete_account, user_id, counts)
        self._take_step(self._remove_logins, deleted, counts)
        for user_id in deleted.intersection(self._reader.owners_of_unerased_predictions()):
            self._take_step(self._erase, user_id, counts)
        return counts

    def preview(self) -> ReplayCounts:
        """Return the counts of what ``run`` would delete, without changing anything."""
        deleted = set(self._users.deleted())
        return ReplayCounts(
            len(deleted),
            accounts=sum(self._users.user(user_id) is not None for user_id in deleted),
            logins=sum(1 for _ in self._users.logins_of(deleted)),
            erased=len(deleted.intersection(self._reader.owners_of_unerased_predictions())),
        )

    @staticmethod
    def _take_step[Subject](
        step: Callable[[Subject, ReplayCounts], None], subject: Subject, counts: ReplayCounts
    ) -> None:
        """Take one step. If it fails, log and count the failure, so that the other steps are still taken."""
        try:
            step(subject, counts)
        except Exception:  # noqa: BLE001
            log_exception("replay failed", step=step.__name__, user=subject if isinstance(subject, str) else None)
            counts.failed += 1

    def _delete_account(self, user_id: str, counts: ReplayCounts) -> None:
        counts.accounts += self._accounts.delete_restored(user_id)

    def _remove_logins(self, user_ids: set[str], counts: ReplayCounts) -> None:
        for _ in self._accounts.remove_restored_logins(user_ids):
            counts.logins += 1

    def _erase(self, user_id: str, counts: ReplayCounts) -> None:
        # Request it first: the index may not show yet what was just restored, and then the dispatcher erases it later.
        self._users.request_erasure(user_id, self._clock())
        counts.stuck += self._erasure.run(user_id)
        counts.erased += 1
