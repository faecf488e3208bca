"""The figure of an explanation: one value, and its windows back to the input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from matplotlib.axes import Axes
from numpy.typing import NDArray

from poolcli.figures import marks
from poolcli.figures.bars import Bar
from poolcli.figures.cells import MOST_NUMBERS, print_numbers
from poolcli.figures.colours import Colouring, FiniteRange
from poolcli.figures.files import render
from poolcli.figures.page import Box, Tier
from poolcli.figures.panels import Panel, visible_padding
from poolcli.figures.sheet import Cell, Sheet, fitted_caption
from poolcli.figures.style import house_style
from poolcli.geometry import Pair, Step, near
from poolcli.geometry.region import Region

Array = NDArray[Any]

CHOSEN = ("#0b6bcb",)  # of one channel; where there are several, each has its own
CHANNELS = ("#d1242f", "#1a7f37", "#0b6bcb", "#6e7781")
INSET = 0.09  # pixels
CONTEXT = 2  # pixels around a window
MOST_OUTLINED = 1024  # positions of a dilated window


@dataclass(frozen=True)
class Scene:
    """An image of the chain, and what is pointed out in it.

    Attributes
    ----------
    pixels : ndarray, (H, W), (H, W, 3) or (H, W, 4)
    step : Step or None
        The iteration that it goes into, whose padding and unused pixels are marked.
    window : (rows, columns)
        Positions to outline, in the padding too.
    chosen : sequence of ((row, column) or None)
        The pixel that each channel took its value from, where there is one.
    whole : bool
        Show all of a large image too, and not just what lies around the window.
    first, shape : (row, column) and (rows, columns), or None
        Of the image that `pixels` are a part of, and where that begins; None if they are all of it.
    """

    pixels: Array
    step: Step | None
    window: tuple[range, range]
    chosen: Sequence[Pair | None] = ()
    whole: bool = False
    first: Pair = (0, 0)
    shape: Pair | None = None

    @property
    def size(self) -> Pair:
        """Return the (rows, columns) of the whole image."""
        return self.shape or (self.pixels.shape[0], self.pixels.shape[1])

    @property
    def drawn(self) -> tuple[range, range]:
        """Return the positions of the window that lie near enough to the image to be drawn."""
        rows, columns = map(near, self.window, self.size)
        return rows, columns


@dataclass(frozen=True)
class _Exhibit:
    """A scene as it will be printed: whole, or the part around its window."""

    panel: Panel
    scene: Scene
    first: Pair
    title: str = ""

    @property
    def labels(self) -> tuple[str, str]:
        """Give the longest labels at its left and below it."""
        return self.panel.labels

    def draw(self, axes: Axes, box: Box, colours: Colouring) -> None:
        """Fill the axes, and outline what is pointed out."""
        panel, scene = self.panel, self.scene
        panel.draw(axes, box, colours)
        if panel.gridded and panel.pixels.ndim == 2 and max(panel.pixels.shape) <= MOST_NUMBERS:
            shown = colours(panel.pixels)
            print_numbers(axes, box, panel.pixels, shown, scene.step, self.first)
        for rows, columns in _outlined(*scene.drawn):
            marks.outline(axes, rows, columns, box.scale)
        channels = CHOSEN if len(scene.chosen) == 1 else CHANNELS
        for index, (place, colour) in enumerate(zip(scene.chosen, channels, strict=False)):
            if place:
                # Within the window's outline, and within that of another channel.
                row, column, inset = *place, INSET * (index + 1)
                spans = (row + inset, row + 1 - inset), (column + inset, column + 1 - inset)
                marks.outline(axes, *spans, box.scale, colour)


def _outlined(rows: range, columns: range) -> list[tuple[Pair, Pair]]:
    """Return the spans of a window, or of each position of a dilated one if they are few."""
    if rows.step == columns.step == 1 or len(rows) * len(columns) > MOST_OUTLINED:
        return [((rows[0], rows[-1] + 1), (columns[0], columns[-1] + 1))]
    return [((row, row + 1), (column, column + 1)) for row in rows for column in columns]


def draw_explanation(
    heading: str,
    titles: Sequence[Sequence[str]],
    scenes: Mapping[str, Sequence[Scene]],
    *,
    full: float | None,
    footer: Sequence[str] = (),
    suffix: str = ".png",
) -> bytes:
    """Draw a row of scenes for each operation, from the input to the last result.

    Parameters
    ----------
    titles : sequence of (sequence of str)
        The caption of each column.
    scenes : mapping of str to sequence of Scene
        By operation; all of one length.
    full : float or None
        The value of white; None is a matrix, whose finite values make the range.
    footer : sequence of str
        The words of a command.
    suffix : str
        `.png`, `.svg` or `.pdf`.
    """
    several = len(scenes) > 1
    tiers = [Tier(label=name if several else "") for name in scenes]
    first = next(iter(scenes.values()))[0]
    box = _box(len(titles), first, tiers)
    values = FiniteRange()
    with house_style():
        cells = []
        for caption, column in zip(titles, zip(*scenes.values(), strict=True), strict=True):
            for scene in column:
                values.include(scene.pixels)
            parts = [_exhibit(scene, box, full) for scene in column]
            cells.append(Cell(fitted_caption(caption, box), parts))
        low, high = values.limits() if full is None else (0.0, full)
        colours = Colouring(low, high, "viridis" if full is None else "gray")
        gray = all(scene.pixels.ndim == 2 for row in scenes.values() for scene in row)
        bars = [Bar(0, len(tiers) - 1)] * (full is None and gray)
        sheet = Sheet(heading, box, tiers, cells, [colours] * len(tiers), bars, footer)
        return render(sheet.draw(), suffix)


def _box(columns: int, scene: Scene, tiers: Sequence[Tier]) -> Box:
    """Choose the place of every panel, with room for the first one's padding."""
    shape = scene.pixels.shape[:2]
    box = Box.of(columns, shape, tiers)
    (top, bottom), (left, right) = visible_padding(box, scene.step)
    return Box.of(columns, (top + shape[0] + bottom, left + shape[1] + right), tiers)


def _exhibit(scene: Scene, box: Box, full: float | None) -> _Exhibit:
    """Show a scene whole if its pixels can be told apart, else around its window."""
    if scene.whole or max(scene.size) <= MOST_NUMBERS:
        panel = Panel.of(scene.pixels, box, full, scene.step)
        spans = [
            (min(shown[0], float(window[0])), max(shown[1], float(window[-1] + 1)))
            for shown, window in zip(panel.shown, scene.drawn, strict=True)
        ]
        # Where ceil mode reaches beyond the edge, there is something to see too.
        return _Exhibit(replace(panel, shown=(spans[0], spans[1])), scene, (0, 0))
    sides = zip(scene.drawn, _sides(box, scene), strict=True)
    down, right = (_around(window, side) for window, side in sides)
    region = Region(_span(down), _span(right))
    part = scene.first, scene.size
    panel = Panel.zoomed(scene.pixels, region, box, full, scene.step, part)
    (top, _), (left, _) = panel.held
    return _Exhibit(panel, scene, (round(top), round(left)))


def _sides(box: Box, scene: Scene) -> Pair:
    """Give how many rows and columns to show so that pixels are about square."""
    aspect = box.width / box.height
    need = [len(window) * window.step + 2 * CONTEXT for window in scene.drawn]
    rows = max(need[0], round(need[1] / aspect))
    return rows, max(need[1], round(rows * aspect))


def _around(window: range, side: int) -> range:
    """Lay so many positions around a window."""
    first = window[0] - (side - (window[-1] + 1 - window[0])) // 2
    return range(first, first + side)


def _span(positions: range) -> tuple[Fraction, Fraction]:
    return Fraction(positions[0]), Fraction(positions[-1] + 1)
