"""The erasure of deleted accounts: end their open predictions with a refund, erase all predictions, delete all files.

The deletion of an account writes the erasure request in the same transaction (``auth.repository``). After a crash the
dispatcher finds the request and does the rest. Everything here can be repeated, which ``erasure.restore_replay`` does
after a table was restored.
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
"""How long the history index may lag behind the predictions, and a worker may still write a result."""

SENDING_SECONDS = 2700
"""How long sending an upload may take. It may begin until its form expires, so it can end this much later."""

FAILED_SECONDS_MAX = 3600
"""The longest pause before a failed erasure is tried again."""

GIVE_UP_SECONDS = 86_400
"""After this time an erasure ends even if a charge is open. The index shows every prediction by then, so the charge has
lost its prediction, and the audit reports it."""

ACCOUNT_SECONDS_MAX = 10
"""The time for one account in a request or in a round of the dispatcher. The rest waits for the next round."""

ROUND_SECONDS_MAX = 20
"""After this time a round of the dispatcher begins no further account. The function is stopped after 55 s."""

ACCOUNT_DELETED = "The account was deleted before this prediction ended. Its coins were refunded."


class OutOfTimeError(Exception):
    """The time ran out before everything of an account was erased."""


class Erasure:
    """Erases the predictions and files of deleted accounts."""

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
        self.recheck_delays = (INDEX_LAG_SECONDS, settings.upload_seconds + SENDING_SECONDS)
        """How many seconds after its request an erasure is repeated. After the last repeat no data can appear."""

    def run_pending(self) -> int:
        """Continue the erasures that are due, for about ROUND_SECONDS_MAX, and return how many are finished."""
        ends_at = self._clock() + ROUND_SECONDS_MAX
        finished = 0
        for user_id, requested_at in self._users.erasures(self._clock()).items():
            if self._clock() >= ends_at:
                break
            finished += self._continue_erasure(user_id, requested_at)
        return finished

    def _continue_erasure(self, user_id: str, requested_at: float) -> bool:
        """Erase one account, and return whether its erasure is finished.

        The pauses after failures grow, so that failing erasures don't delay the others.
        """
        try:
            self.run(user_id, ACCOUNT_SECONDS_MAX)
            if self._is_complete(user_id, requested_at):
                return self._finish(user_id, requested_at)
            due_at = self._next_recheck(requested_at)
        except OutOfTimeError:
            log("erasure goes on later", user=user_id)
            due_at = self._clock() + INDEX_LAG_SECONDS
        except Exception:  # noqa: BLE001
            log_exception("erasure failed", user=user_id)
            metrics.add(Metric.DISPATCHER_FAILURES)
            age = self._clock() - requested_at
            due_at = self._clock() + min(max(age, INDEX_LAG_SECONDS), FAILED_SECONDS_MAX)
        try:
            self._users.postpone_erasure(user_id, requested_at, due_at)
        except Exception:  # noqa: BLE001 - the erasure stays due
            log_exception("erasure not postponed", user=user_id)
            metrics.add(Metric.DISPATCHER_FAILURES)
        return False

    def _finish(self, user_id: str, requested_at: float) -> bool:
        try:
            self._users.complete_erasure(user_id, requested_at, self._clock())
        except ConditionFailedError:
            return False  # it was requested again in the meantime
        log("account erased", user=user_id)
        return True

    def begin(self, user_id: str) -> None:
        """Erase as much as a request has time for. The dispatcher does the rest, also after a failure."""
        try:
            self.run(user_id, ACCOUNT_SECONDS_MAX)
        except OutOfTimeError:
            log("erasure left to the dispatcher", user=user_id)
        except Exception:  # noqa: BLE001
            log_exception("erasure left to the dispatcher", user=user_id)

    def run(self, user_id: str, seconds_max: float = math.inf) -> int:
        """End the user's open predictions, erase all predictions except what the ledger needs, and delete the files.

        A failure of one prediction or prefix does not stop the others. After ``seconds_max`` nothing more is begun. At
        most half of the time is for the predictions, so that some is left for the files, which hold the patients'
        values.

        Return how many predictions stay open because they have no open charge. This only happens after one table was
        restored without the others. Their file names, names and notes are removed all the same.

        Raises
        ------
        OutOfTimeError
            There is more to erase. The erasure request stays, and the dispatcher continues.
        Exception
            The last failure.
        """
        stuck, failure = 0, None
        started_at = self._clock()
        is_complete = True
        for prediction_id in self._repository.unerased(user_id):
            if self._clock() >= started_at + seconds_max / 2:
                is_complete = False
                break
            try:
                stuck += not self._erase_prediction(prediction_id)
            except Exception as error:  # noqa: BLE001
                log_exception("prediction not erased", user=user_id, prediction=prediction_id)
                failure = error
        for prefix in prefixes_of_user(user_id):
            try:
                is_complete &= self._files.delete_all(prefix, lambda: self._clock() < started_at + seconds_max)
            except Exception as error:  # noqa: BLE001
                log_exception("files not erased", user=user_id)
                failure = error
        if failure:
            raise failure
        if not is_complete:
            raise OutOfTimeError(user_id)
        return stuck

    def _erase_prediction(self, prediction_id: str) -> bool:
        """End and erase the prediction. Return False if it could not end, because it has no open charge."""
        try:
            self._end_prediction(prediction_id)
        except TransactionCancelledError:
            log_exception("prediction without an open charge", prediction=prediction_id)
            self._repository.remove_texts(prediction_id)
            return False
        self._repository.erase(prediction_id, self._clock())
        return True

    def _is_complete(self, user_id: str, requested_at: float) -> bool:
        """Return whether no new data can appear after the run that just ended, and no charge is open."""
        age = self._clock() - requested_at
        if age >= GIVE_UP_SECONDS:
            return True
        return age >= self.recheck_delays[-1] and self._ledger.account(user_id).open_charges == 0

    def _next_recheck(self, requested_at: float) -> float:
        rechecks = (requested_at + seconds for seconds in self.recheck_delays)
        return next((moment for moment in rechecks if moment > self._clock()), self._clock() + INDEX_LAG_SECONDS)

    def _end_prediction(self, prediction_id: str) -> None:
        """End the prediction if it is open. A worker that runs it loses its claim and deletes its files."""
        while (prediction := self._repository.get(prediction_id)) is not None and not prediction.status.is_end:
            try:
                if prediction.status is Status.QUEUED:
                    self._settlement.cancel(prediction)
                else:
                    self._settlement.fail(prediction, "account_deleted", ACCOUNT_DELETED)
            except ConditionFailedError:
                continue  # it has changed since it was read: read it again
