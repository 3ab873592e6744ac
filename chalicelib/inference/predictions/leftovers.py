"""Delete leftovers: result files whose attempt did not end its prediction."""

from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.storage.file_store import FileStore, result_prefix


def delete_leftovers(files: FileStore, prediction: Prediction) -> None:
    """Delete the result files of an ended prediction's attempts, except those of its result. It is idempotent.

    A worker that lost its claim deletes its own files, but a worker that is killed after its upload cannot. So these
    files are deleted when the prediction fails, and again when the killed worker's message is delivered once more.
    """
    keeps_result = prediction.status is Status.SUCCEEDED and prediction.files_deleted_at is None
    for attempt in range(1, prediction.attempt + 1):
        if not (keeps_result and attempt == prediction.attempt):
            files.delete_all(result_prefix(prediction.user_id, prediction.prediction_id, attempt))
