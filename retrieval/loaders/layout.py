"""Lines with places on a page, put into reading order: columns, rows of cells, paragraphs.

Columns are found as white gutters that several rows share (after the recursive X-Y cut: Nagy and Seth, 1984), but only
where the lines on both sides are long, so that the columns of a table stay together row by row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_FEWEST_ROWS = 3
_LONG = 6.0
"""A line of running text is at least this many times as long as it is high; the cells of a table mostly are not."""
_GUTTER = 0.8
_CELL_GAP = 1.2
_SAME_ROW = 0.5
_FAR = 1e9


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and the box around it; x grows to the right, y downwards, in any unit."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """Height of the box."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that belong together, in reading order, the cells of a row from left to right."""

    rows: tuple[tuple[str, ...], ...]

    @property
    def table(self) -> bool:
        """Whether the rows are cells: three or more rows of equally many, at least two, cells."""
        widths = {len(row) for row in self.rows}
        return len(self.rows) >= _FEWEST_ROWS and len(widths) == 1 and widths.pop() > 1


Row = list[Line]
Span = tuple[float, float]


def blocks(lines: Iterable[Line]) -> list[Block]:
    """Put lines into reading order: each column from top to bottom, columns from left to right."""
    found = [line for line in lines if line.text.strip()]
    if not found:
        return []
    unit = median(line.height for line in found)
    return [block for run in _columns(_rows(found), unit) for block in _cells(run, unit)]


def has_columns(lines: Iterable[Line]) -> bool:
    """Whether some lines stand beside others as columns of running text."""
    found = [line for line in lines if line.text.strip()]
    return bool(found) and len(_columns(_rows(found), median(line.height for line in found))) > 1


def _rows(lines: Sequence[Line]) -> list[Row]:
    """Gather lines whose heights overlap by half or more; rows from top to bottom, lines from left to right."""
    rows: list[Row] = []
    for line in sorted(lines, key=lambda each: (each.top + each.bottom, each.left)):
        if rows and _overlap(rows[-1], line) >= _SAME_ROW:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda each: each.left) for row in rows]


def _overlap(row: Row, line: Line) -> float:
    """Share of the lower of two heights that they have in common."""
    first = row[0]
    common = min(first.bottom, line.bottom) - max(first.top, line.top)
    return common / max(min(first.height, line.height), 1e-6)


def _columns(rows: list[Row], unit: float) -> list[list[Row]]:
    """Cut rows into runs that are read one after the other; a run of columns becomes one run a column."""
    runs: list[list[Row]] = []
    plain: list[Row] = []
    start = 0
    while start < len(rows):
        end, gutter = _sharing(rows, start, unit)
        if gutter is None:
            plain.extend(rows[start:end])
            start = end
            continue
        if plain:
            runs.append(plain)
            plain = []
        middle = (gutter[0] + gutter[1]) / 2
        lines = [line for row in rows[start:end] for line in row]
        for side in ([line for line in lines if line.left < middle], [line for line in lines if line.left >= middle]):
            runs.extend(_columns(_rows(side), unit))
        start = end
    return [*runs, plain] if plain else runs


def _sharing(rows: list[Row], start: int, unit: float) -> tuple[int, Span | None]:
    """The longest run of rows from `start` that share a gutter between columns of text: its end, and the gutter.

    Without a gutter: rows that are read line by line.
    """
    spans = _gaps(rows[start], unit)
    end, gutters = start + 1, [span for span in spans if _is_inner(span)]
    for number in range(start + 1, len(rows)):
        spans = [cut for span in spans for cut in _left_free(span, rows[number]) if cut[1] - cut[0] >= _GUTTER * unit]
        if inner := [span for span in spans if _is_inner(span)]:
            end, gutters = number + 1, inner
        elif gutters or not spans:
            break
    for gutter in gutters:
        reached = _reach(rows[start:end], gutter, unit)
        if reached:
            return start + reached, gutter
    return start + (len(next(_groups(rows[start:end], unit))) if gutters else 1), None


def _reach(rows: list[Row], gutter: Span, unit: float) -> int:
    """How many of the rows are two columns of running text, up to the first group that is a table; 0 for none."""
    reached = 0
    columns = False
    for group in _groups(rows, unit):
        kind = _divides(group, gutter)
        if kind is False:
            break
        columns = columns or kind is True
        reached += len(group)
    return reached if columns else 0


def _groups(rows: list[Row], unit: float) -> Iterator[list[Row]]:
    """Cut rows where more than a line is left free."""
    group = [rows[0]]
    for before, row in pairwise(rows):
        if min(line.top for line in row) - max(line.bottom for line in before) > unit * 1.2:
            yield group
            group = []
        group.append(row)
    yield group


def _is_inner(span: Span) -> bool:
    """Whether there is text to both sides of it."""
    return span[0] > -_FAR and span[1] < _FAR


def _gaps(row: Row, unit: float) -> list[Span]:
    """White between the lines of a row, and to either side of it: a column may begin lower than the other."""
    between = ((one.right, two.left) for one, two in pairwise(row))
    edges = [(-_FAR, row[0].left), *between, (row[-1].right, _FAR)]
    return [(left, right) for left, right in edges if right - left >= _GUTTER * unit]


def _left_free(span: Span, row: Row) -> list[Span]:
    """What of a gap stays white beside a further row."""
    free = [span]
    for line in row:
        free = [
            piece
            for left, right in free
            for piece in ((left, min(right, line.left)), (max(left, line.right), right))
            if piece[1] > piece[0]
        ]
    return free


def _divides(rows: list[Row], gutter: Span) -> bool | None:
    """Whether running text stands on both sides of a gutter; None where there is too little to tell."""
    middle = (gutter[0] + gutter[1]) / 2
    sides: tuple[Row, Row] = ([], [])
    for row in rows:
        for line in row:
            sides[line.left >= middle].append(line)
    if min(map(len, sides)) < _FEWEST_ROWS:
        return None
    return all(_is_running(side) for side in sides)


def _is_running(side: Row) -> bool:
    return median(line.right - line.left for line in side) >= _LONG * median(line.height for line in side)


def _cells(run: list[Row], unit: float) -> list[Block]:
    """Rows of cells, and the text around them, as blocks of their own."""
    rows = [_joined(row, unit) for row in run]
    found: list[Block] = []
    start = 0
    for number in range(1, len(rows) + 1):
        if number == len(rows) or len(rows[number]) != len(rows[start]):
            found.append(Block(tuple(rows[start:number])))
            start = number
    return _merged(found)


def _joined(row: Row, unit: float) -> tuple[str, ...]:
    """Texts of a row; those that stand close are one cell."""
    cells = [row[0].text.strip()]
    for before, line in pairwise(row):
        if line.left - before.right < _CELL_GAP * unit:
            cells[-1] += " " + line.text.strip()
        else:
            cells.append(line.text.strip())
    return tuple(cells)


def _merged(found: list[Block]) -> list[Block]:
    """Blocks that are no tables run on."""
    merged: list[Block] = []
    for block in found:
        if merged and not block.table and not merged[-1].table:
            merged[-1] = Block(merged[-1].rows + block.rows)
        else:
            merged.append(block)
    return merged
