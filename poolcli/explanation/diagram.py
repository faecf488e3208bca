"""Windows around numbers, drawn with the characters of a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

PADDING = "·"
GAP = 4
UP, RIGHT, DOWN, LEFT = 1, 2, 4, 8
LINES = " ╵╶└╷│┌├╴┘─┴┐┤┬┼"  # by the sum of the directions in which lines leave


class Diagram:
    """A grid of words, with boxes around some of them, in characters.

    Parameters
    ----------
    rows, columns : range
        The positions to draw, numbered on top and to the left.
    words : dict
        The word at each (row, column); a missing position is left empty.
    """

    def __init__(self, rows: range, columns: range, words: dict[tuple[int, int], str]) -> None:
        self.rows, self.columns, self.words = rows, columns, words
        self._leaving: dict[tuple[int, int], int] = {}  # from the corner before (row, column)

    def box(self, rows: range, columns: range) -> None:
        """Draw a line around the positions between the first and the last.

        A side that lies outside the diagram is left out.
        """
        top, bottom = rows[0], rows[-1] + 1
        left, right = columns[0], columns[-1] + 1
        for column in _common(range(left, right), self.columns):
            for row in _among((top, bottom), self.rows):
                self._add((row, column), RIGHT)
                self._add((row, column + 1), LEFT)
        for row in _common(range(top, bottom), self.rows):
            for column in _among((left, right), self.columns):
                self._add((row, column), DOWN)
                self._add((row + 1, column), UP)

    def lines(self) -> list[str]:
        """Return the lines of the diagram; between rows, only those with an edge of a box."""
        labels = list(map(str, self.columns))
        width = max(map(len, [*self.words.values(), *labels]))
        margin = max(len(str(row)) for row in self.rows) + 1
        gutters = [self._has(LEFT | UP | DOWN | RIGHT, column) for column in self._corners()]
        heading = self._row(
            [label.center(width) for label in labels], gutters, [" "] * len(gutters)
        )
        drawn = [" " * margin + heading]
        for row in range(self.rows.start, self.rows.stop + 1):
            if any(self._at(row, column) & (LEFT | RIGHT) for column in self._corners()):
                drawn.append(" " * margin + self._edge(row, width, gutters))
            if row in self.rows:
                cells = [self.words.get((row, c), "").rjust(width) for c in self.columns]
                bars = ["│" if self._at(row, c) & DOWN else " " for c in self._corners()]
                drawn.append(f"{row}:".rjust(margin) + self._row(cells, gutters, bars))
        return [line.rstrip() for line in drawn]

    def _add(self, corner: tuple[int, int], direction: int) -> None:
        self._leaving[corner] = self._at(*corner) | direction

    def _at(self, row: int, column: int) -> int:
        return self._leaving.get((row, column), 0)

    def _corners(self) -> range:
        return range(self.columns.start, self.columns.stop + 1)

    def _has(self, directions: int, column: int) -> bool:
        """Return whether a vertical line runs somewhere before a column."""
        rows = range(self.rows.start, self.rows.stop + 1)
        return any(self._at(row, column) & directions & (UP | DOWN) for row in rows)

    def _row(self, cells: Sequence[str], gutters: Sequence[bool], bars: Sequence[str]) -> str:
        parts = []
        for cell, gutter, bar in zip([*cells, ""], gutters, bars, strict=True):
            parts += [f" {bar} " if gutter else " ", cell]
        return "".join(parts)

    def _edge(self, row: int, width: int, gutters: Sequence[bool]) -> str:
        parts = []
        for column, gutter in zip(self._corners(), gutters, strict=True):
            leaving = self._at(row, column)
            before, after = ("─" if leaving & side else " " for side in (LEFT, RIGHT))
            parts.append(f"{before}{LINES[leaving]}{after}" if gutter else LINES[leaving])
            parts.append(after * width if column in self.columns else "")
        return "".join(parts)


def _common(positions: range, drawn: range) -> range:
    return range(max(positions.start, drawn.start), min(positions.stop, drawn.stop))


def _among(edges: Sequence[int], drawn: range) -> list[int]:
    """Return the edges that lie in the diagram."""
    return [edge for edge in edges if drawn.start <= edge <= drawn.stop]


def draw_image(words: Sequence[Sequence[str]], first: tuple[int, int] = (0, 0)) -> Diagram:
    """Return the diagram of an image whose first pixel has this row and column."""
    rows = range(first[0], first[0] + len(words))
    columns = range(first[1], first[1] + len(words[0]))
    positions = product(rows, columns)
    flat = (word for line in words for word in line)
    return Diagram(rows, columns, dict(zip(positions, flat, strict=True)))


def beside(blocks: Iterable[Sequence[str]], width: int) -> list[str]:
    """Return blocks of lines side by side, wrapped at `width` characters."""
    rows: list[list[Sequence[str]]] = []
    used = 0
    for block in blocks:
        wide = _width(block)
        if not rows or used + GAP + wide > width:
            rows.append([])
            used = -GAP
        rows[-1].append(block)
        used += GAP + wide
    drawn: list[str] = []
    for row in rows:
        if drawn:
            drawn.append("")
        drawn += _joined(row)
    return drawn


def becomes(before: Sequence[str], after: Sequence[str], width: int) -> list[str]:
    """Return the output to the right of the input, or below it if `width` is too small."""
    if _width(before) + _width(after) + 2 * GAP + 1 > width:
        return [*before, "", *after]
    height = max(len(before), len(after))
    return _joined([_centred(block, height) for block in (before, ["→"], after)])


def _centred(block: Sequence[str], height: int) -> list[str]:
    return [*[""] * ((height - len(block)) // 2), *block]


def _joined(blocks: Sequence[Sequence[str]]) -> list[str]:
    """Join blocks line by line, each as wide as its longest line."""
    columns = [[line.ljust(_width(block)) for line in block] for block in blocks]
    blanks = (" " * _width(block) for block in blocks)
    height = max(map(len, blocks))
    filled = [
        column + [blank] * (height - len(column))
        for column, blank in zip(columns, blanks, strict=True)
    ]
    return [(" " * GAP).join(parts).rstrip() for parts in zip(*filled, strict=True)]


def _width(block: Sequence[str]) -> int:
    return max(map(len, block))
