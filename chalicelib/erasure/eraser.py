"""What becomes of a deleted account's predictions: open ones end with a refund, and every file goes.

The account's deletion and the wish for this commit together (``auth.repository``), so a crash in between loses nothing:
the dispatcher finds the wish and does the rest. Everything here can be repeated, and is when a table was restored
(``erasure.restore_replay``).
"""

import math

from chalicelib.auth.repository import UserRepository
from chalicelib.billing.ledger import Ledger
from chalicelib.core.clock import Clock
from chalicelib.core.dynamo import ConditionFailedError, TransactionCancelledError
from chalicelib.core.observability import metrics
from chalicelib.core.observability.logging import log, log_exception
from chalicelib.core.observability.metrics import Metric
from chalicelib.core.settings import Settings
from chalicelib.inference.predictions.prediction import Status
from chalicelib.inference.predictions.repository import PredictionRepository
from chalicelib.inference.predictions.settlement import Settlement
from chalicelib.inference.storage.file_store import FileStore, prefixes_of_user

INDEX_LAG_SECONDS = 60
"""A prediction of the last moment may not stand in the history index yet, and a worker may still write its result."""

SENDING_SECONDS = 2700
"""A form must have begun to be sent while it is good; a large file over a slow line ends so much later."""

FAILED_SECONDS_MAX = 3600
"""An erasure that fails is tried again at least so often."""

GIVE_UP_SECONDS = 86_400
"""So long after the wish the index hides nothing: a charge that is open still has lost its prediction, and the audit
says so."""

ACCOUNT_SECONDS_MAX = 10
"""An account takes so much of a request or of a dispatcher's round. What is left of many files waits for the next."""

ROUND_SECONDS_MAX = 20
"""No further account is begun after so long: the dispatcher is stopped after 55 s, and would not postpone anything."""

ACCOUNT_DELETED = "The account was deleted before this prediction ended; its coins were given back to it."


class OutOfTimeError(Exception):
    """The time was up before everything of an account was erased."""


class Erasure:
    """Erases what accounts leave behind."""

    def __init__(
        self,
        users: UserRepository,
        repository: PredictionRepository,
        files: FileStore,
        ledger: Ledger,
        settlement: Settlement,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._users = users
        self._ledger = ledger
        self._repository = repository
        self._files = files
        self._settlement = settlement
        self._clock = clock
        self.looks = (INDEX_LAG_SECONDS, settings.upload_seconds + SENDING_SECONDS)
        """How many seconds after its deletion an account is looked at again. After the last nothing comes any more."""

    def run_pending(self) -> int:
        """Erase for some of the accounts that are due, within ROUND_SECONDS_MAX. Return how many are done for good."""
        ends_at = self._clock() + ROUND_SECONDS_MAX
        done = 0
        for user_id, requested_at in self._users.erasures(self._clock()).items():
            if self._clock() >= ends_at:
                break
            done += self._run_one(user_id, requested_at)
        return done

    def _run_one(self, user_id: str, requested_at: float) -> bool:
        """Whether the account is done for good. One that fails comes later and later, and so holds nobody else up."""
        try:
            self.run(user_id, ACCOUNT_SECONDS_MAX)
            if self._is_complete(user_id, requested_at):
                return self._finish(user_id, requested_at)
            due_at = self._next_look(requested_at)
        except OutOfTimeError:
            log("erasure goes on later", user=user_id)
            due_at = self._clock() + INDEX_LAG_SECONDS
        except Exception:  # noqa: BLE001
            log_exception("erasure failed", user=user_id)
            metrics.add(Metric.DISPATCHER_FAILURES)
            waited = self._clock() - requested_at
            due_at = self._clock() + min(max(waited, INDEX_LAG_SECONDS), FAILED_SECONDS_MAX)
        try:
            self._users.postpone_erasure(user_id, requested_at, due_at)
        except Exception:  # noqa: BLE001 - it stays due
            log_exception("erasure not postponed", user=user_id)
            metrics.add(Metric.DISPATCHER_FAILURES)
        return False

    def _finish(self, user_id: str, requested_at: float) -> bool:
        try:
            self._users.erased(user_id, requested_at, self._clock())
        except ConditionFailedError:
            return False  # it was wished anew meanwhile
        log("account erased", user=user_id)
        return True

    def begin(self, user_id: str) -> None:
        """Erase what a request has time for. What is left, and what failed, is done by the dispatcher."""
        try:
            self.run(user_id, ACCOUNT_SECONDS_MAX)
        except OutOfTimeError:
            log("erasure left to the dispatcher", user=user_id)
        except Exception:  # noqa: BLE001
            log_exception("erasure left to the dispatcher", user=user_id)

    def run(self, user_id: str, seconds_max: float = math.inf) -> int:
        """End the user's open predictions, forget all of them but what the books need, delete the files.

        Whatever stands in the way of one prediction or prefix holds up no other. The answer is how many predictions
        stay open because their charge isn't: only a table that was restored alone has such. What their files were
        called is forgotten all the same. ``seconds_max``: begin nothing more after so long. At most half of it is for
        the predictions, so that there is time for the files, which hold the patients' values.

        Raises
        ------
        OutOfTimeError
            There is more to erase. The erasure request stays, and the dispatcher goes on with it.
        Exception
            Whatever stood in the way last.
        """
        stuck, failed = 0, None
        began = self._clock()
        is_complete = True
        for prediction_id in self._repository.unerased(user_id):
            if self._clock() >= began + seconds_max / 2:
                is_complete = False
                break
            try:
                stuck += not self._forget(prediction_id)
            except Exception as error:  # noqa: BLE001
                log_exception("prediction not erased", user=user_id, prediction=prediction_id)
                failed = error
        for prefix in prefixes_of_user(user_id):
            try:
                is_complete &= self._files.delete_all(prefix, lambda: self._clock() < began + seconds_max)
            except Exception as error:  # noqa: BLE001
                log_exception("files not erased", user=user_id)
                failed = error
        if failed:
            raise failed
        if not is_complete:
            raise OutOfTimeError(user_id)
        return stuck

    def _forget(self, prediction_id: str) -> bool:
        """Whether the prediction has ended, which is what lets one erase it."""
        try:
            self._end(prediction_id)
        except TransactionCancelledError:
            log_exception("prediction without an open charge", prediction=prediction_id)
            self._repository.remove_file_names(prediction_id)
            return False
        self._repository.erase(prediction_id, self._clock())
        return True

    def _is_complete(self, user_id: str, requested_at: float) -> bool:
        """Whether the run that just ended can be the last one: it saw all there is and ended all there was."""
        waited = self._clock() - requested_at
        if waited >= GIVE_UP_SECONDS:
            return True
        return waited >= self.looks[-1] and self._ledger.account(user_id).open_charges == 0

    def _next_look(self, requested_at: float) -> float:
        later = (requested_at + seconds for seconds in self.looks)
        return next((moment for moment in later if moment > self._clock()), self._clock() + INDEX_LAG_SECONDS)

    def _end(self, prediction_id: str) -> None:
        """End the prediction unless it has. A worker that has it loses its claim and deletes what it wrote."""
        while (prediction := self._repository.get(prediction_id)) is not None and not prediction.status.is_end:
            try:
                if prediction.status is Status.QUEUED:
                    self._settlement.cancel(prediction)
                else:
                    self._settlement.fail(prediction, "account_deleted", ACCOUNT_DELETED)
            except ConditionFailedError:
                continue  # it moved on; look again
