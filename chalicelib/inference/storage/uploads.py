"""Files past the direct limit: they go to the bucket first, by an address that is good for one key and size."""

from typing import Any

from chalicelib.auth.repository import User
from chalicelib.core.errors import DomainError
from chalicelib.core.ids import is_id, new_id
from chalicelib.core.settings import Settings
from chalicelib.inference.patient_file.findings import FileTooLargeError
from chalicelib.inference.storage.file_store import FileGoneError, FileStore, Stored, upload_key


class UnknownUploadError(DomainError):
    """Nothing was uploaded under this id, or it is somebody else's, or it has expired."""

    status = 404
    code = "unknown_upload"
    title = "There is no such upload"


class UploadChangedError(DomainError):
    """The upload was written again while it was being submitted."""

    status = 409
    code = "upload_changed"
    title = "The upload has changed"


class Uploads:
    """The uploads of a user, which expire a day after they were made."""

    def __init__(self, files: FileStore, settings: Settings) -> None:
        self._files = files
        self._settings = settings

    def new(self, user: User) -> dict[str, Any]:
        """An address for a file past the direct limit: ``upload_id``, ``url`` and ``fields`` of the form to send."""
        upload_id = new_id()
        seconds, limit = self._settings.upload_seconds, self._settings.large_upload_bytes_max
        form = self._files.upload_form(upload_key(user.id, upload_id), limit, seconds)
        return {"upload_id": upload_id, **form, "expires_in": seconds, "bytes_max": limit}

    def find(self, user: User, upload_id: str) -> Stored:
        """The object of the user's own upload."""
        try:
            stored = self._files.stored(upload_key(user.id, upload_id)) if is_id(upload_id) else None
        except FileGoneError as error:
            raise unknown_upload() from error
        if stored is None:
            raise unknown_upload()
        refuse_too_large(stored.size, self._settings.large_upload_bytes_max, self._settings)
        return stored

    def beginning(self, user: User, upload_id: str, stored: Stored) -> bytes:
        """As much of an upload as a direct submit could carry, up to the end of a line."""
        key = upload_key(user.id, upload_id)
        try:
            beginning = self._files.read_range(key, 0, min(stored.size, self._settings.upload_bytes_max))
        except FileGoneError as error:
            raise unknown_upload() from error
        if len(beginning) < stored.size:
            # To the end of a line: the last one is cut anywhere.
            end = max(beginning.rfind(b"\n"), beginning.rfind(b"\r")) + 1
            beginning = beginning[:end] or beginning
        return beginning

    def delete(self, user: User, upload_id: str) -> None:
        """Delete the user's own upload. Predictions that were started from it keep their own copy.

        Raises
        ------
        UnknownUploadError
        """
        key = upload_key(user.id, upload_id)
        if not is_id(upload_id) or not self._files.exists(key):
            raise unknown_upload()
        self._files.delete_all(key)


def estimated_rows(rows: int, beginning: bytes, stored: Stored) -> int:
    """Return about how many rows the whole of ``stored`` has, if its ``beginning`` has ``rows``."""
    return round(rows * stored.size / len(beginning))


def unknown_upload() -> UnknownUploadError:
    """The same for what never was, what is somebody else's and what has expired."""
    return UnknownUploadError("There is no such upload of yours. It may not be finished, or have expired.")


def refuse_too_large(size: int, limit: int, settings: Settings) -> None:
    """Refuse a file of ``size`` bytes if ``limit`` is less, and say which way it could go.

    Raises
    ------
    FileTooLargeError
    """
    if size <= limit:
        return
    way = "Please split it."
    if limit < settings.large_upload_bytes_max:
        way = "Please upload it first (POST /api/uploads), or split it."
    raise FileTooLargeError(
        f"The file has {size / 1e6:.1f} MB; at most {limit / 1e6:.1f} MB (about {limit // 81:,} patients) are taken "
        f"at once. {way}",
        limit_bytes=limit,
    )
