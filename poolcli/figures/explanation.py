"""The figure of an explanation: one value, and its windows back to the input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from numpy.typing import NDArray

from poolcli.figures import marks
from poolcli.figures.area import Area
from poolcli.figures.bars import Bar
from poolcli.figures.colours import Colouring, Range
from poolcli.figures.numbers import MOST_NUMBERS
from poolcli.figures.page import Box, Tier
from poolcli.figures.panels import Panel, visible_padding
from poolcli.figures.sheet import Sheet, Stack, fitted_caption
from poolcli.figures.style import house_style
from poolcli.geometry import Pair, Step, near
from poolcli.geometry.region import Region

Array = NDArray[Any]

CHOSEN = ("#0b6bcb",)  # of one channel; several have a colour each
CHANNELS = ("#d1242f", "#1a7f37", "#0b6bcb", "#6e7781")
INSET = 0.09  # pixels
CONTEXT = 2  # pixels around a window
MOST_OUTLINED = 1024  # positions of a dilated window


@dataclass(frozen=True)
class Scene:
    """An image of the chain, with the window and the pixels to outline.

    Attributes
    ----------
    pixels : ndarray, (H, W), (H, W, 3) or (H, W, 4)
    step : Step or None
        The iteration that it goes into, whose padding and unused pixels are marked.
    window : (rows, columns)
        Positions to outline, also in the padding.
    chosen : sequence of ((row, column) or None)
        The pixel that each channel took its value from, if it took one.
    whole : bool
        Whether all of a large image is drawn, not only the part around the window.
    first : (row, column)
        The position of `pixels` in the image.
    shape : (rows, columns) or None
        Of the image, if `pixels` are a part of it.
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
        """Return the positions of the window that are near enough to the image to be drawn."""
        rows, columns = map(near, self.window, self.size)
        return rows, columns


@dataclass(frozen=True)
class ScenePanel:
    """The panel of a scene: whole, or the part around its window."""

    panel: Panel
    scene: Scene

    title = ""

    @property
    def labels(self) -> tuple[str, str]:
        """Return the longest labels to the left and below."""
        return self.panel.labels

    def draw(self, area: Area, colours: Colouring) -> None:
        """Draw the panel, and outline the window and the chosen pixels."""
        panel, scene = self.panel, self.scene
        panel.draw(area, colours)
        area = replace(area, rows=panel.shown[0], columns=panel.shown[1])
        if panel.gridded and panel.is_flat and max(panel.pixels.shape) <= MOST_NUMBERS:
            panel.print_numbers(area, colours)
        for rows, columns in _outlined(*scene.drawn):
            marks.outline(area, rows, columns)
        channels = CHOSEN if len(scene.chosen) == 1 else CHANNELS
        for index, (pixel, colour) in enumerate(zip(scene.chosen, channels, strict=False)):
            if pixel:
                # Within the outline of the window, and within those of other channels.
                row, column, inset = *pixel, INSET * (index + 1)
                spans = (row + inset, row + 1 - inset), (column + inset, column + 1 - inset)
                marks.outline(area, *spans, colour)


def _outlined(rows: range, columns: range) -> list[tuple[Pair, Pair]]:
    """Return the spans of a window, or of each position of a dilated one if they are few."""
    if rows.step == columns.step == 1 or len(rows) * len(columns) > MOST_OUTLINED:
        return [((rows[0], rows[-1] + 1), (columns[0], columns[-1] + 1))]
    return [((row, row + 1), (column, column + 1)) for row in rows for column in columns]


def explanation(
    heading: str,
    titles: Sequence[Sequence[str]],
    scenes: Mapping[str, Sequence[Scene]],
    *,
    white: float | None,
    footer: Sequence[str] = (),
) -> Sheet:
    """Return the figure of a row of scenes per operation, from the input to the last result.

    Parameters
    ----------
    heading : str
        The line on top.
    titles : sequence of (sequence of str)
        The caption of each column.
    scenes : mapping of str to sequence of Scene
        By operation; all of one length.
    white : float or None
        The value of white; None is a matrix, whose finite values make the range.
    footer : sequence of str
        The words of a command.
    """
    tiers = [Tier(label=name if len(scenes) > 1 else "") for name in scenes]
    rows = list(scenes.values())
    box = _box(len(titles), rows[0][0], tiers)
    columns = zip(*rows, strict=True)
    with house_style():
        stacks = [
            Stack(fitted_caption(title, box), [_scene_panel(scene, box, white) for scene in column])
            for title, column in zip(titles, columns, strict=True)
        ]
    images = [scene.pixels for row in rows for scene in row]
    if white is None:
        colours = Colouring(*Range.union(map(Range.of, images)).limits(), "viridis")
    else:
        colours = Colouring(0.0, white, "gray")
    flat = all(pixels.ndim == 2 for pixels in images)
    bars = [Bar(0, len(tiers) - 1)] if white is None and flat else []
    return Sheet(heading, box, tiers, stacks, [colours] * len(tiers), bars, footer)


def _box(columns: int, scene: Scene, tiers: Sequence[Tier]) -> Box:
    """Choose the size of every panel, with room for the padding of the first one."""
    shape = scene.pixels.shape[:2]
    box = Box.of(columns, shape, tiers)
    (top, bottom), (left, right) = visible_padding(box, scene.step)
    return Box.of(columns, (top + shape[0] + bottom, left + shape[1] + right), tiers)


def _scene_panel(scene: Scene, box: Box, white: float | None) -> ScenePanel:
    """Return the panel of a whole scene if its pixels are large enough, else around its window."""
    if scene.whole or max(scene.size) <= MOST_NUMBERS:
        panel = Panel.of(scene.pixels, box, white, scene.step)
        # In ceil mode, the window may reach beyond the edge.
        rows, columns = (
            (min(shown[0], float(window[0])), max(shown[1], float(window[-1] + 1)))
            for shown, window in zip(panel.shown, scene.drawn, strict=True)
        )
        return ScenePanel(replace(panel, shown=(rows, columns)), scene)
    sides = zip(scene.drawn, _sides(box, scene), strict=True)
    down, right = (_around(window, side) for window, side in sides)
    region = Region(_span(down), _span(right))
    part = scene.first, scene.size
    return ScenePanel(Panel.zoomed(scene.pixels, region, box, white, scene.step, part), scene)


def _sides(box: Box, scene: Scene) -> Pair:
    """Return the number of rows and columns to show so that pixels are about square."""
    aspect = box.width / box.height
    need = [len(window) * window.step + 2 * CONTEXT for window in scene.drawn]
    rows = max(need[0], round(need[1] / aspect))
    return rows, max(need[1], round(rows * aspect))


def _around(window: range, side: int) -> range:
    """Return `side` positions around a window."""
    first = window[0] - (side - (window[-1] + 1 - window[0])) // 2
    return range(first, first + side)


def _span(positions: range) -> tuple[Fraction, Fraction]:
    return Fraction(positions[0]), Fraction(positions[-1] + 1)
