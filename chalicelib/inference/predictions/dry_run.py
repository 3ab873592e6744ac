"""The dry run: a free check that reports the findings and the cost of a submission. It stores and charges nothing."""

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
from chalicelib.inference.predictions.options import DEFAULT_OPTIONS, Options
from chalicelib.inference.storage.file_store import StoredObject
from chalicelib.inference.storage.uploads import Uploads, estimated_rows, refuse_too_large


class DryRuns:
    """Checks files without submitting them."""

    def __init__(self, catalog: Catalog, uploads: Uploads, settings: Settings) -> None:
        self._catalog = catalog
        self._uploads = uploads
        self._settings = settings

    def of_upload(
        self, user: User, model_id: str, upload_id: str, options: Options = DEFAULT_OPTIONS
    ) -> dict[str, Any]:
        """Check an uploaded file, or only its beginning (``sampled``) if it is larger than the direct limit.

        Raises
        ------
        UnknownUploadError, and the errors of ``of_file``
            TooManyRowsError is also raised if the estimated number of rows is at least twice the maximum.
        """
        offer = self._catalog.get_enabled(model_id)
        stored = self._uploads.find(user, upload_id)
        beginning = self._uploads.beginning(user, upload_id, stored)
        return self._dry_run(user, offer, beginning, options, whole=stored if len(beginning) < stored.size else None)

    def of_file(self, user: User, model_id: str, content: bytes, options: Options = DEFAULT_OPTIONS) -> dict[str, Any]:
        """Return what ``Predictions.submit`` would find and charge, as the API's ``DryRun``.

        Raises
        ------
        UnknownModelError, ModelDisabledError, InvalidFileError
            InvalidFileError is raised only if the whole file can't be read. Bad rows are in the report.
        """
        refuse_too_large(len(content), self._settings.upload_bytes_max, self._settings)
        offer = self._catalog.get_enabled(model_id)
        return self._dry_run(user, offer, content, options)

    def _dry_run(
        self, user: User, offer: Offer, content: bytes, options: Options, whole: StoredObject | None = None
    ) -> dict[str, Any]:
        """Check ``content``. With ``whole``, ``content`` is only the beginning of that stored file."""
        is_sample = whole is not None
        preview = Preview()
        inspection = inspect(
            io.BytesIO(content),
            options.reading,
            watch_ids=True,
            is_sample=is_sample,
            preview=preview,
            rows_max=self._settings.rows_max,
        )
        inspection.raise_if_empty()
        if whole:
            refuse_surely_too_many_rows(estimated_rows(inspection.rows, content, whole), self._settings.rows_max)
        return {**_document(user, offer, inspection, options), "sampled": is_sample, "preview": preview.document()}


def _document(user: User, offer: Offer, inspection: Inspection, options: Options) -> dict[str, Any]:
    predictable = 0 if inspection.column_findings else inspection.good_rows
    used_by_model = {feature["column"] for feature in offer.card["features"]}
    table = inspection.table
    absent = [name for name in columns.STORED if name not in inspection.used]
    return {
        "rows": inspection.rows,
        "rows_predictable": predictable,
        "accepted": predictable > 0 and (options.skip or predictable == inspection.rows),
        "errors": [finding.document() for finding in inspection.errors],
        "errors_total": inspection.errors_total,
        "bad_rows": ", ".join(inspection.findings.bad_rows()),
        "bad_rows_total": inspection.findings.rows_total,
        "warnings": [warning.document() for warning in inspection.warnings],
        "assumptions": [assumption.document() for assumption in inspection.assumptions],
        "out_of_range": [
            {
                "column": column,
                "count": flagged.count,
                "rows": flagged.rows,
                "minimum": inspection.training_ranges[column][0],
                "maximum": inspection.training_ranges[column][1],
            }
            for column, flagged in inspection.out_of_range.items()
            if column in used_by_model
        ],
        "imputed": [
            {"column": column, "count": count}
            for column, count in (inspection.imputed | dict.fromkeys(absent, inspection.good_rows)).items()
            if column in used_by_model and count
        ],
        "duplicate_ids": [{"id": patient_id, "rows": rows} for patient_id, rows in inspection.duplicates.items()],
        "columns": inspection.used,
        "columns_absent": absent,
        "ignored_columns": inspection.ignored,
        "personal_columns": [header for header in inspection.ignored if names_a_person(header)],
        "units": inspection.units,
        "format": table.format,
        "separator": table.separator,
        "encoding": table.encoding,
        "cost": offer.coins,
        "balance": user.balance,
        "balance_after": user.balance - offer.coins if user.balance >= offer.coins else None,
    }
