"""Read the rows of results of releases before 2.0.0, which are lines of JSON beside the CSV."""

from typing import Any

from chalicelib.inference.results.result import Result
from chalicelib.inference.results.row_codec import contributions_document, out_of_range_document, skipped_document

_BAD_ROW_FIELDS = 3
_LATER_FIELDS: tuple[Any, ...] = (None, [], None, [], "", [], [])
"""What a row has instead of the fields after the contributions. Older results lack some or all of them."""


def row_document(stored_row: list[Any], result: Result) -> dict[str, Any]:
    """Convert a line of the rows file to the API's format.

    A line is ``[row, id, years, lower, upper, upper_open, imputed, out_of_range, [contributions], mayo_score,
    [survival], median, [[low, high], ...], measure_first, [band], [imputed values]]``:

    - the contributions are in the order of ``Result.columns``;
    - the survival probabilities are in the order of ``OutputSpec.survival_years``, and so are the ends of the band,
      the lower and the upper one of each year;
    - the ranges and the imputed values are in the order of ``imputed``.

    A skipped row is ``[row, id, [errors]]``.
    """
    if len(stored_row) == _BAD_ROW_FIELDS:
        return skipped_document(*stored_row)
    row, patient_id, years, lower, upper, upper_open, imputed, out_of_range, values, *later_fields = stored_row
    mayo_score, survival, median, ranges, measure_first, stored_band, imputed_values = (
        *later_fields,
        *_LATER_FIELDS[len(later_fields) :],
    )
    band = stored_band or [None] * (2 * len(survival))
    imputed_columns = imputed.split(";") if imputed else []
    survival_years = result.output_spec.survival_years if result.output_spec else ()
    return {
        "row": row,
        "id": patient_id,
        "years": years,
        "lower": lower,
        "upper": upper,
        "upper_open": upper_open,
        "median_years": median,
        "survival": [
            {"years": year, "probability": probability, "lower": low, "upper": high}
            for year, probability, low, high in zip(survival_years, survival, band[::2], band[1::2], strict=True)
        ],
        "mayo_score": mayo_score,
        "imputed": imputed_columns,
        "imputed_values": [
            {"column": column, "value": value}
            for column, value in zip(imputed_columns, imputed_values, strict=bool(imputed_values))
        ],
        "if_measured": [
            {"column": column, "low": low, "high": high}
            for column, (low, high) in zip(imputed_columns, ranges, strict=bool(later_fields))
        ],
        "measure_first": measure_first or None,
        "errors": [],
        "out_of_range": out_of_range_document(out_of_range),
        "baseline": result.baseline,
        "contributions": contributions_document(result.columns, values),
    }
