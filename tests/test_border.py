"""The border of plain axes, and pixels as dots: what matplotlib's own would be, but sooner."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers.drawn import comparison, draw, noise
from matplotlib.axes import Axes
from matplotlib.axis import Tick
from matplotlib.figure import Figure
from matplotlib.spines import Spine
from numpy.typing import NDArray

from poolcli.figures.border import BELOW, Border, PlainAxes
from poolcli.figures.files import draw_dots
from poolcli.figures.page import HAIRLINE, TICK, Box
from poolcli.figures.pixels import Pixels
from poolcli.figures.style import FRAME, QUIET, house_style

Array = NDArray[Any]

BOX = Box(320, 200, 140.0, 1.0, 1)
VIEW = (-0.5, 31.5, 19.5, -0.5)
PLACE = (0.125, 0.2, 0.8, 0.8 * 2 / 3)
BELOW_MARKS = {0.0: "0", 10.0: "10", 20.0: "20", 30.0: "thirty"}
LEFT_MARKS = {0.0: "0", 5.0: "5", 15.0: "15"}


def axes_of(kind: type[Axes]) -> Axes:
    axes: Axes = Figure((400 / 140, 375 / 140), dpi=140).add_axes(PLACE, axes_class=kind)
    axes.set(xlim=VIEW[:2], ylim=VIEW[2:])
    return axes


def drawn(axes: Axes) -> NDArray[np.int64]:
    return draw_dots(axes.figure).astype(np.int64)  # type: ignore[arg-type]


def test_the_border_looks_as_matplotlibs_own() -> None:
    with house_style():
        own = axes_of(Axes)
        own.set_xticks(list(BELOW_MARKS), list(BELOW_MARKS.values()))
        own.set_yticks(list(LEFT_MARKS), list(LEFT_MARKS.values()))
        own.spines[:].set(color=FRAME, linewidth=HAIRLINE)
        own.tick_params(
            length=3, width=HAIRLINE, pad=2, labelsize=TICK, color=FRAME, labelcolor=QUIET
        )
        plain = axes_of(PlainAxes)
        plain.add_artist(Border(plain, BOX, BELOW_MARKS, LEFT_MARKS))
        expected, dots = drawn(own), drawn(plain)
    assert np.ptp(expected) > 100
    assert np.abs(dots - expected).max() < 20


def test_a_border_may_have_no_frame_or_only_a_part() -> None:
    with house_style():
        inked = []
        for frame in ((), BELOW):
            axes = axes_of(PlainAxes)
            axes.add_artist(Border(axes, BOX, {}, {}, frame))
            rows = np.nonzero((drawn(axes) < 255).any(axis=(1, 2)))[0]
            inked.append(rows.tolist())
    none, below = inked
    assert not none
    assert 300 in below
    assert set(below) <= {299, 300, 301}


def test_no_panel_makes_ticks_that_take_their_time() -> None:
    figure = comparison(noise(30, 45), noise(15, 22), zoomed=False, histogram=True).figure()
    draw(figure)
    assert not figure.findobj(Tick)
    assert not figure.findobj(Spine)


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("extent", [VIEW, (2.5, 12.5, 9.5, 1.5), (-7.5, 40.5, 30.5, -8.5)])
def test_whole_enlargements_have_the_dots_of_matplotlib(
    channels: int, extent: tuple[float, float, float, float]
) -> None:
    colours = noise(round(extent[2] - extent[3]), round(extent[1] - extent[0]), channels)
    if channels == 4:
        colours[:, :, 3] = colours[:, :, 3] // 128 * 255
    own, plain = axes_of(Axes), axes_of(PlainAxes)
    own.set_axis_off()
    own.imshow(colours, extent=extent, aspect="auto", interpolation="nearest")
    own.set(xlim=VIEW[:2], ylim=VIEW[2:])
    plain.set_axis_off()
    plain.add_image(Pixels(plain, colours, extent))
    np.testing.assert_array_equal(drawn(plain), drawn(own))


def test_each_dot_shows_the_pixel_at_its_middle() -> None:
    axes = axes_of(PlainAxes)
    shades = np.arange(7, dtype=np.uint8).repeat(3).reshape(1, 7, 3) * 30
    axes.add_image(Pixels(axes, shades, VIEW))
    dots = drawn(axes)[150, 50:370, 0]
    assert dots.tolist() == [int((dot + 0.5) * 7 / 320) * 30 for dot in range(320)]
