"""Uploads: files too large for a direct submission. A client sends them to the bucket first, then submits them."""

from typing import Any

from chalicelib.auth.repository import User
from chalicelib.core.errors import DomainError
from chalicelib.core.ids import is_id, new_id
from chalicelib.core.settings import Settings
from chalicelib.inference.patient_file.findings import FileTooLargeError
from chalicelib.inference.storage.file_store import FileGoneError, FileStore, StoredObject, upload_key


class UnknownUploadError(DomainError):
    """The user has no finished upload with this id, or it has expired."""

    status = 404
    code = "unknown_upload"
    title = "There is no such upload"


class UploadChangedError(DomainError):
    """The uploaded file was replaced while it was being submitted."""

    status = 409
    code = "upload_changed"
    title = "The upload has changed"


class Uploads:
    """Starts, reads and deletes the uploads of a user. An upload expires one day after it was stored."""

    def __init__(self, files: FileStore, settings: Settings) -> None:
        self._files = files
        self._settings = settings

    def new(self, user: User) -> dict[str, Any]:
        """Start an upload. Return its id, the form that sends the file, and the limits of the form.

        ``url`` and ``fields`` make up the form, which expires in ``expires_in`` seconds and takes at most ``bytes_max``
        bytes.
        """
        upload_id = new_id()
        seconds, limit = self._settings.upload_seconds, self._settings.large_upload_bytes_max
        form = self._files.upload_form(upload_key(user.id, upload_id), limit, seconds)
        return {"upload_id": upload_id, **form, "expires_in": seconds, "bytes_max": limit}

    def find(self, user: User, upload_id: str) -> StoredObject:
        """Return the size and ETag of the user's upload.

        Raises
        ------
        UnknownUploadError, FileTooLargeError
        """
        try:
            stored = self._files.stored(upload_key(user.id, upload_id)) if is_id(upload_id) else None
        except FileGoneError as error:
            raise unknown_upload() from error
        if stored is None:
            raise unknown_upload()
        refuse_too_large(stored.size, self._settings.large_upload_bytes_max, self._settings)
        return stored

    def beginning(self, user: User, upload_id: str, stored: StoredObject) -> bytes:
        """Return the first ``upload_bytes_max`` bytes of an upload, cut at the end of a line.

        A workbook can't be cut, so all of it is returned, up to one byte more than a workbook may have.

        Raises
        ------
        UnknownUploadError
        """
        from chalicelib.inference.patient_file.formats import is_workbook  # noqa: PLC0415 - only uploads need it
        from chalicelib.inference.patient_file.workbook import WORKBOOK_BYTES_MAX  # noqa: PLC0415

        key = upload_key(user.id, upload_id)
        try:
            beginning = self._files.read_range(key, 0, min(stored.size, self._settings.upload_bytes_max))
            if is_workbook(beginning):
                return self._files.read_range(key, 0, min(stored.size, WORKBOOK_BYTES_MAX + 1))
        except FileGoneError as error:
            raise unknown_upload() from error
        if len(beginning) < stored.size:
            end = max(beginning.rfind(b"\n"), beginning.rfind(b"\r")) + 1
            beginning = beginning[:end] or beginning
        return beginning

    def delete(self, user: User, upload_id: str) -> None:
        """Delete the user's upload. Predictions that were submitted from it keep their own copy.

        Raises
        ------
        UnknownUploadError
        """
        key = upload_key(user.id, upload_id)
        if not is_id(upload_id) or not self._files.exists(key):
            raise unknown_upload()
        self._files.delete_all(key)


def estimated_rows(rows: int, beginning: bytes, stored: StoredObject) -> int:
    """Estimate the number of rows of ``stored`` from the ``rows`` in its ``beginning``."""
    return round(rows * stored.size / len(beginning))


def unknown_upload() -> UnknownUploadError:
    """Return the same error for an upload that never existed, belongs to another user or has expired."""
    return UnknownUploadError("You have no upload with this id. It may be unfinished, or it may have expired.")


def refuse_too_large(size: int, limit: int, settings: Settings) -> None:
    """Refuse a file of ``size`` bytes if it exceeds ``limit``. The message says what the user can do.

    Raises
    ------
    FileTooLargeError
    """
    if size <= limit:
        return
    advice = "Please split it."
    if limit < settings.large_upload_bytes_max:
        advice = "Please upload it first (POST /api/uploads), or split it."
    raise FileTooLargeError(
        f"The file has {size / 1e6:.1f} MB. The limit is {limit / 1e6:.1f} MB (about {limit // 81:,} patients). "
        f"{advice}",
        limit_bytes=limit,
    )
