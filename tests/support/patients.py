"""Made-up patient files."""

import numpy as np

from chalicelib.inference.patient_file import columns


def made_up_patients(rows: int, seed: int) -> bytes:
    """Return a CSV of random patients within the hard limits, with gaps and with values outside the training range.

    Numbers have four significant digits, as laboratories report them, so that they are the same on every CPU.
    """
    draw = np.random.default_rng(seed)
    cells: dict[str, list[str]] = {"ID": [f"P{number}" for number in range(rows)]}
    for column in columns.COLUMNS:
        if column.kind == "number":
            assert column.minimum is not None
            assert column.maximum is not None
            assert column.training_minimum is not None
            assert column.training_maximum is not None
            # Mostly within the training range; a tenth anywhere between the hard limits.
            inside = draw.uniform(column.training_minimum, column.training_maximum, rows)
            anywhere = draw.uniform(column.minimum, column.maximum, rows)
            values = np.where(draw.random(rows) < 0.1, anywhere, inside)
            cells[column.name] = [f"{value:.4g}" for value in values]
        elif column.kind == "category":
            cells[column.name] = draw.choice(column.allowed, rows).tolist()
        else:
            continue
        if not column.required:
            missing = draw.random(rows) < 0.2
            cells[column.name] = ["" if gap else cell for cell, gap in zip(cells[column.name], missing, strict=True)]
    lines = [",".join(cells), *map(",".join, zip(*cells.values(), strict=True))]
    return ("\n".join(lines) + "\n").encode()
