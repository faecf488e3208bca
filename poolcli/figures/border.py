"""Axes with a border of their own: a frame, marks along it, and what these stand for.

Matplotlib's own has ten artists for each mark, which took most of the time of a figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.backend_bases import RendererBase
from matplotlib.lines import Line2D
from matplotlib.markers import TICKDOWN, TICKLEFT, MarkerStyle
from matplotlib.spines import Spine
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation, Transform

from poolcli.figures import page
from poolcli.figures.page import Box
from poolcli.figures.style import FRAME, QUIET
from poolcli.figures.text import ascent_of, width_of

Place = tuple[float, float]

AROUND: Sequence[Place] = (0, 0), (1, 0), (1, 1), (0, 1), (0, 0)
BELOW: Sequence[Place] = (0, 0), (1, 0)
LENGTH, PAD = 3.0, 2.0  # points, of a mark and from it to its words
IN_FRONT = 2.5  # as matplotlib orders what it draws, where images are at 0 and lines at 2


class PlainAxes(Axes):
    """Axes without the border that matplotlib makes, sets up and throws away for any others."""

    def _init_axis(self) -> None:
        self.xaxis, self.yaxis = _PlainX(self, clear=False), _PlainY(self, clear=False)

    def _gen_axes_spines(self) -> dict[str, Spine]:
        return {}

    def grid(self, *_arguments: Any, **_settings: Any) -> None:
        """Leave marks that are not there without lines."""

    def tick_params(self, *_arguments: Any, **_settings: Any) -> None:
        """Leave marks that are not there as they are."""


class _PlainX(XAxis):
    """An axis that shows nothing, along a row."""

    def get_children(self) -> list[Artist]:
        """List no marks, which would be made for that."""
        return []

    def set_clip_path(self, *_arguments: Any, **_settings: Any) -> None:
        """Clip no marks, which would be made for that."""

    def draw(self, *_arguments: Any, **_settings: Any) -> None:
        """Draw nothing."""


class _PlainY(YAxis):
    """An axis that shows nothing, along a column."""

    get_children = _PlainX.get_children
    set_clip_path = _PlainX.set_clip_path
    draw = _PlainX.draw


class Border(Artist):
    """The frame of plain axes, and marks with words along it.

    Parameters
    ----------
    below, left : mapping of float to str
        What to write below and to the left, at which values.
    frame : sequence of (x, y)
        The corners of a line, as shares of the axes; none for no line.
    """

    def __init__(
        self,
        axes: Axes,
        box: Box,
        below: Mapping[float, str],
        left: Mapping[float, str],
        frame: Sequence[Place] = AROUND,
    ) -> None:
        super().__init__()
        self.set_zorder(IN_FRONT)
        line = _line(frame, axes.transAxes)
        line.set(linewidth=page.HAIRLINE * box.scale, solid_capstyle="projecting")
        distance = (LENGTH + PAD) * box.scale / 72
        across = axes.get_xaxis_transform()
        down = axes.get_yaxis_transform()
        self._parts: list[Artist] = [
            line,
            _marks(box, [(value, 0.0) for value in below], across, TICKDOWN),
            _marks(box, [(0.0, value) for value in left], down, TICKLEFT),
        ]
        inches = axes.figure.dpi_scale_trans
        across += ScaledTranslation(0, -distance, inches)
        down += ScaledTranslation(-distance, 0, inches)
        style: dict[str, Any] = {"size": page.TICK * box.scale, "color": QUIET}
        self._parts += [
            Word(value, 0, words, ha="center", va="top", transform=across, **style)
            for value, words in below.items()
        ]
        self._parts += [
            Word(0, value, words, ha="right", va="center_baseline", transform=down, **style)
            for value, words in left.items()
        ]
        for part in self._parts:
            part.set_figure(axes.figure)

    def get_children(self) -> list[Artist]:
        """List the frame, the marks and the words."""
        return self._parts

    def draw(self, renderer: RendererBase) -> None:
        """Draw the frame, the marks and the words."""
        for part in self._parts:
            part.draw(renderer)


class Word(Text):
    """A word below a mark, or to its left.

    It stands where matplotlib's own would, which would measure each word on each page again.
    """

    def draw(self, renderer: RendererBase) -> None:
        """Write the word."""
        left, baseline = self.get_transform().transform(self.get_position())
        figure: Any = self.get_figure(root=True)
        size, dots = self.get_fontsize(), figure.dpi / 72
        width, ascent = width_of(self.get_text(), size) * dots, ascent_of(size) * dots
        if self.get_verticalalignment() == "top":
            left, baseline = left - width / 2, baseline - ascent
        else:
            left, baseline = left - width, baseline - ascent / 2
        if renderer.flipy():
            baseline = renderer.get_canvas_width_height()[1] - baseline
        context = renderer.new_gc()
        context.set_foreground(self.get_color())
        renderer.draw_text(context, left, baseline, self.get_text(), self.get_fontproperties(), 0.0)
        context.restore()


def _line(places: Sequence[Place], upon: Transform) -> Line2D:
    columns, rows = zip(*places, strict=True) if places else ((), ())
    return Line2D(columns, rows, color=FRAME, transform=upon)


def _marks(box: Box, places: Sequence[Place], upon: Transform, marker: int) -> Line2D:
    """Make marks that stand out of axes."""
    line = _line(places, upon)
    line.set(
        linestyle="",
        marker=MarkerStyle(marker),
        markersize=LENGTH * box.scale,
        markeredgewidth=page.HAIRLINE * box.scale,
    )
    return line
