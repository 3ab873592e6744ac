"""Batches of consecutive rows of a table, by row and by column."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

Row = list[str]

_LINES_OF_A_PART = 512
"""The cells of so many lines fit into the processor's cache."""


class RowBatch:
    """Some consecutive rows."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows: list[Row] | None = rows
        self._columns: Sequence[Sequence[str]] = ()
        self._counts: dict[int, Counter[str]] = {}

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def __contains__(self, row: Row) -> bool:
        """Return whether ``row`` is one of the rows."""
        return row in self.rows

    @property
    def rows(self) -> list[Row]:
        """The rows."""
        if self._rows is None:
            self._rows = list(map(list, zip(*self._columns, strict=True)))
        return self._rows

    @property
    def widths(self) -> set[int]:
        """The different numbers of cells in a row."""
        return set(map(len, self.rows))

    def first(self, count: int) -> list[Row]:
        """Return the first ``count`` rows."""
        return self.rows[:count]

    def without_first(self, count: int) -> "RowBatch":
        """Return the batch without its first ``count`` rows."""
        return RowBatch(self.rows[count:])

    def every(self, step: int) -> "RowBatch":
        """Return a batch of every row whose place is divisible by ``step``."""
        return RowBatch(self.rows[::step])

    def parts(self) -> Iterator["RowBatch"]:
        """Yield the rows in batches that are checked quickly by column."""
        yield self

    def column(self, index: int) -> Sequence[str]:
        """Return the cells of a column. A row that ends before it has an empty cell there."""
        if not self._columns and len(self.widths) == 1:
            self._columns = list(zip(*self.rows, strict=True))
        if self._columns:
            return self._columns[index] if index < len(self._columns) else [""] * len(self)
        return [row[index] if index < len(row) else "" for row in self.rows]

    def counts(self, indices: Sequence[int]) -> dict[int, Counter[str]]:
        """Return how often each text of each of these columns occurs, in the order of their first rows."""
        if not self._counts.keys() >= set(indices):
            self._counts = {index: Counter() for index in indices}
            for part in self.parts():
                for index, counts in self._counts.items():
                    counts.update(part.column(index))
        return self._counts


class LineBatch(RowBatch):
    """Some consecutive rows that only the separator divides into equally many cells."""

    def __init__(self, lines: list[str], separator: str) -> None:
        super().__init__([])
        self._rows = None
        self._lines = lines
        self._separator = separator
        self._width = lines[0].count(separator) + 1 if lines else 0

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._lines)

    def __contains__(self, row: Row) -> bool:
        """Return whether ``row`` is one of the rows."""
        return self._separator.join(row) in "".join(self._lines) and row in self.rows

    @property
    def rows(self) -> list[Row]:
        """The rows."""
        if self._rows is None:
            self._rows = [row for part in self.parts() for row in part.rows]
        return self._rows

    @property
    def widths(self) -> set[int]:
        """The different numbers of cells in a row."""
        return {self._width} if self._lines else set()

    def first(self, count: int) -> list[Row]:
        """Return the first ``count`` rows."""
        return LineBatch(self._lines[:count], self._separator).rows

    def without_first(self, count: int) -> RowBatch:
        """Return the batch without its first ``count`` rows."""
        return LineBatch(self._lines[count:], self._separator)

    def every(self, step: int) -> RowBatch:
        """Return a batch of every row whose place is divisible by ``step``."""
        return LineBatch(self._lines[::step], self._separator)

    def parts(self) -> Iterator[RowBatch]:
        """Yield the rows in batches that are checked quickly by column."""
        for start in range(0, len(self._lines), _LINES_OF_A_PART):
            yield _ColumnBatch(self._split(self._lines[start : start + _LINES_OF_A_PART]))

    def column(self, index: int) -> Sequence[str]:
        """Return the cells of a column. A row that ends before it has an empty cell there."""
        return [cell for part in self.parts() for cell in part.column(index)]

    def _split(self, lines: Iterable[str]) -> list[list[str]]:
        """Return the cells of ``lines`` by column."""
        text = "".join(lines)
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        text = text.removesuffix("\n")
        cells = text.replace("\n", self._separator).split(self._separator)
        return [cells[index :: self._width] for index in range(self._width)]


class _ColumnBatch(RowBatch):
    """Some consecutive rows that are given as columns."""

    def __init__(self, columns: list[list[str]]) -> None:
        super().__init__([])
        self._rows = None
        self._columns = columns

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._columns[0])

    @property
    def widths(self) -> set[int]:
        """The different numbers of cells in a row."""
        return {len(self._columns)}
