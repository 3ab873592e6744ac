"""Files that an attempt left behind without ending its prediction."""

from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.storage.file_store import FileStore, result_prefix


def delete_leftovers(files: FileStore, prediction: Prediction) -> None:
    """Delete the results of an ended prediction's attempts, except the one that its result is from. Repeatable.

    A worker that lost its claim deletes what it wrote. One that is killed right after such an upload can't. So this is
    called by whatever fails a prediction after its attempts, and again when the killed worker's message, which nobody
    has deleted, comes back to the queue.
    """
    keeps_result = prediction.status is Status.SUCCEEDED and prediction.files_deleted_at is None
    for attempt in range(1, prediction.attempt + 1):
        if not (keeps_result and attempt == prediction.attempt):
            files.delete_all(result_prefix(prediction.user_id, prediction.prediction_id, attempt))
