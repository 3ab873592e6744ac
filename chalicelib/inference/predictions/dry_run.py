"""The check that costs nothing: what a submission would find and cost. Nothing is stored and nothing charged."""

import io
from typing import Any

from chalicelib.auth.repository import User
from chalicelib.core.settings import Settings
from chalicelib.inference.catalog.catalog import Catalog, Offer
from chalicelib.inference.patient_file import columns
from chalicelib.inference.patient_file.findings import refuse_surely_too_many_rows
from chalicelib.inference.patient_file.pii_headers import names_a_person
from chalicelib.inference.patient_file.preview import Preview
from chalicelib.inference.patient_file.validator import Inspection, inspect
from chalicelib.inference.predictions.options import STATED, Options
from chalicelib.inference.storage.file_store import Stored
from chalicelib.inference.storage.uploads import Uploads, estimated_rows, refuse_too_large


class DryRuns:
    """Checks files without submitting them."""

    def __init__(self, catalog: Catalog, uploads: Uploads, settings: Settings) -> None:
        self._catalog = catalog
        self._uploads = uploads
        self._settings = settings

    def of_upload(self, user: User, model_id: str, upload_id: str, options: Options = STATED) -> dict[str, Any]:
        """``of_file`` of an uploaded file: of its beginning, if it is larger than the direct limit, and it says so.

        Raises
        ------
        UnknownUploadError, and what ``of_file`` raises
            TooManyRowsError also if the beginning lets expect at least twice as many rows as are taken.
        """
        offer = self._catalog.get_enabled(model_id)
        stored = self._uploads.find(user, upload_id)
        beginning = self._uploads.beginning(user, upload_id, stored)
        return self._dry_run(user, offer, beginning, options, whole=stored if len(beginning) < stored.size else None)

    def of_file(self, user: User, model_id: str, content: bytes, options: Options = STATED) -> dict[str, Any]:
        """What ``Predictions.submit`` would find and cost.

        Raises
        ------
        UnknownModelError, ModelDisabledError, InvalidFileError
            The last one for what makes the whole file unreadable; bad rows are in the answer.
        """
        refuse_too_large(len(content), self._settings.upload_bytes_max, self._settings)
        offer = self._catalog.get_enabled(model_id)
        return self._dry_run(user, offer, content, options)

    def _dry_run(
        self, user: User, offer: Offer, content: bytes, options: Options, whole: Stored | None = None
    ) -> dict[str, Any]:
        """Check ``content``, the beginning of ``whole`` if that is given."""
        sampled = whole is not None
        preview = Preview()
        found = inspect(
            io.BytesIO(content),
            si=options.si,
            watch_ids=True,
            is_sample=sampled,
            preview=preview,
            rows_max=self._settings.rows_max,
        )
        if whole:
            refuse_surely_too_many_rows(estimated_rows(found.rows, content, whole), self._settings.rows_max)
        return {**_document(user, offer, found, options), "sampled": sampled, "preview": preview.document()}


def _document(user: User, offer: Offer, found: Inspection, options: Options) -> dict[str, Any]:
    predictable = found.rows - found.problems.rows_total
    return {
        "rows": found.rows,
        "rows_predictable": predictable,
        "accepted": predictable > 0 and (options.skip or predictable == found.rows),
        "errors": [finding.document() for finding in found.problems.shown],
        "errors_total": found.problems.total,
        "bad_rows": ", ".join(found.problems.bad_rows()),
        "bad_rows_total": found.problems.rows_total,
        "duplicate_ids": [{"id": each, "rows": rows} for each, rows in found.duplicates.items()],
        "columns": found.used,
        "columns_absent": [name for name in columns.STORED if name not in found.used],
        "ignored_columns": found.ignored,
        "personal_columns": [header for header in found.ignored if names_a_person(header)],
        "units": found.units,
        "separator": found.separator,
        "encoding": found.encoding,
        "cost": offer.coins,
        "balance": user.balance,
        "balance_after": user.balance - offer.coins if user.balance >= offer.coins else None,
    }
