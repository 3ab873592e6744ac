"""A batch of consecutive rows of a table, by row and by column."""

from collections import Counter
from collections.abc import Sequence
from operator import contains

Row = list[str]


class RowBatch:
    """Some consecutive rows. They are given as rows or, if all are equally wide, as columns.

    Files are checked by column. So rows are made of columns only when they are asked for.
    """

    def __init__(self, rows: list[Row] | None = None, columns: Sequence[Sequence[str]] = ()) -> None:
        self._rows = rows
        self._columns = columns
        self._counts: dict[int, Counter[str]] = {}

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._columns[0]) if self._rows is None else len(self._rows)

    @property
    def rows(self) -> list[Row]:
        """The rows. Changing them does not change columns that were already read."""
        if self._rows is None:
            self._rows = _transposed(self._columns)
        return self._rows

    @property
    def widths(self) -> set[int]:
        """The different numbers of cells in a row."""
        if not self:
            return set()
        return {len(self._columns)} if self._columns else set(map(len, self.rows))

    def first(self, count: int) -> list[Row]:
        """Return the first ``count`` rows."""
        return self._rows[:count] if self._rows is not None else _transposed([c[:count] for c in self._columns])

    def without_first(self, count: int) -> "RowBatch":
        """Return the batch without its first ``count`` rows."""
        if self._rows is not None:
            return RowBatch(self._rows[count:])
        return RowBatch(columns=[column[count:] for column in self._columns])

    def column(self, index: int) -> Sequence[str]:
        """Return the cells of a column. A row that ends before it has an empty cell there."""
        if not self._columns and len(self.widths) == 1:
            self._columns = list(zip(*self.rows, strict=True))
        if self._columns:
            return self._columns[index] if index < len(self._columns) else [""] * len(self)
        return [row[index] if index < len(row) else "" for row in self.rows]

    def counts(self, index: int) -> Counter[str]:
        """Return how often each text of a column occurs, in the order of their first rows."""
        if index not in self._counts:
            self._counts[index] = Counter(self.column(index))
        return self._counts[index]

    def __contains__(self, row: Row) -> bool:
        """Return whether ``row`` is one of the rows."""
        if self._rows is not None:
            return row in self._rows
        may_be = len(row) == len(self._columns) and all(map(contains, self._columns, row))
        return may_be and row in self.rows


def _transposed(columns: Sequence[Sequence[str]]) -> list[Row]:
    return list(map(list, zip(*columns, strict=True)))
