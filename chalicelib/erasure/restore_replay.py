"""Deletes again what a restored table brought back of deleted accounts.

Each table may have been restored alone: the account's row, its logins, its predictions. So each is looked at by itself,
and all of it can be repeated.
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
class Replayed:
    """What was back and is deleted again, and what could not be."""

    deleted: int
    """So many accounts were deleted within the register's time."""
    accounts: int = 0
    logins: int = 0
    erased: int = 0
    """Accounts whose predictions and files were erased again."""
    stuck: int = 0
    """Predictions that could not be ended, because their charge isn't open. Nothing in them names the person."""
    failed: int = 0
    """Steps that something stood in the way of: they have to be tried again."""


class DeletionReplay:
    """Goes through the register of deletions."""

    def __init__(
        self, users: UserRepository, accounts: Accounts, tables: AuditReader, erasure: Erasure, clock: Clock
    ) -> None:
        self._users = users
        self._accounts = accounts
        self._tables = tables
        self._erasure = erasure
        self._clock = clock

    def run(self) -> Replayed:
        """Delete every account of the register that is back, wholly or in part."""
        deleted = set(self._users.deleted())
        done = Replayed(len(deleted))
        for user_id in deleted:
            self._attempt(self._account, user_id, done)
        self._attempt(self._logins, deleted, done)
        for user_id in deleted.intersection(self._tables.owners_of_unerased_predictions()):
            self._attempt(self._erase, user_id, done)
        return done

    def look(self) -> Replayed:
        """What ``run`` would find, without changing anything."""
        deleted = set(self._users.deleted())
        return Replayed(
            len(deleted),
            accounts=sum(self._users.user(user_id) is not None for user_id in deleted),
            logins=sum(1 for _ in self._users.logins_of(deleted)),
            erased=len(deleted.intersection(self._tables.owners_of_unerased_predictions())),
        )

    @staticmethod
    def _attempt[What](step: Callable[[What, Replayed], None], what: What, done: Replayed) -> None:
        """One step alone: what goes wrong with it holds up no other."""
        try:
            step(what, done)
        except Exception:  # noqa: BLE001
            log_exception("replay failed", step=step.__name__, user=what if isinstance(what, str) else None)
            done.failed += 1

    def _account(self, user_id: str, done: Replayed) -> None:
        done.accounts += self._accounts.delete_restored(user_id)

    def _logins(self, user_ids: set[str], done: Replayed) -> None:
        for _ in self._accounts.remove_restored_logins(user_ids):
            done.logins += 1

    def _erase(self, user_id: str, done: Replayed) -> None:
        # The wish first: the index may lag behind what was restored a moment ago, and the dispatcher looks once more.
        self._users.request_erasure(user_id, self._clock())
        done.stuck += self._erasure.run(user_id)
        done.erased += 1
