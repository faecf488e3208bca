"""Areas of a page: their coordinates, and labels where matplotlib would write them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from poolcli.figures.area import Area
from poolcli.figures.files import draw_dots
from poolcli.figures.page import HAIRLINE, TICK, Box
from poolcli.figures.panels import draw_frame
from poolcli.figures.style import FRAME, QUIET, house_style

BOX = Box(320, 200, 140.0, 1.0, 1)
WIDTH, HEIGHT = 400, 375
RECTANGLE = (50, 75, 320, 200)
BELOW = {0.0: "0", 10.0: "10", 20.0: "20", 30.0: "thirty"}
LEFT = {0.0: "0", 5.0: "5", 15.0: "15"}


def area_of(scale: float = 1.0, **spans: Any) -> Area:
    box = Box(320, 200, 140.0, scale, 1)
    return Area(Figure((WIDTH / 140, HEIGHT / 140), dpi=140), box, RECTANGLE, **spans)


def drawn(figure: Figure) -> NDArray[np.int64]:
    with house_style():
        return draw_dots(figure).astype(np.int64)


def test_a_position_has_the_same_dots_for_texts_and_for_marks() -> None:
    area = area_of(columns=(2, 34), rows=(0, 20))
    assert area.to_dots(2, 0) == (50, 275)
    assert area.to_dots(34, 20) == (370, 75)
    assert area.transform.transform((10, 5)) == pytest.approx(area.to_dots(10, 5))
    assert area.unit == pytest.approx((10 * 72 / 140, 10 * 72 / 140))


def test_rows_may_count_upwards() -> None:
    area = area_of(columns=(0, 255), rows=(0.5, 0))
    assert area.to_dots(0, 0.5) == (50, 275)
    assert area.transform.transform((255, 0)) == pytest.approx((370, 75))


def test_frame_and_labels_look_as_those_of_matplotlibs_axes() -> None:
    with house_style():
        area = area_of(columns=(-0.5, 31.5), rows=(-0.5, 19.5))
        draw_frame(area)
        area.label_below(BELOW.items())
        area.label_left(LEFT.items())
        figure = Figure((WIDTH / 140, HEIGHT / 140), dpi=140)
        left, bottom, width, height = RECTANGLE
        place = (left / WIDTH, bottom / HEIGHT, width / WIDTH, height / HEIGHT)
        axes = figure.add_axes(place)
        axes.set(xlim=(-0.5, 31.5), ylim=(19.5, -0.5))
        axes.set_xticks(list(BELOW), list(BELOW.values()))
        axes.set_yticks(list(LEFT), list(LEFT.values()))
        axes.spines[:].set(color=FRAME, linewidth=HAIRLINE)
        axes.tick_params(
            length=3, width=HAIRLINE, pad=2, labelsize=TICK, color=FRAME, labelcolor=QUIET
        )
    expected, dots = drawn(figure), drawn(area.figure)
    assert np.ptp(expected) > 100
    # A label may move by a dot.
    assert abs(expected.sum() - dots.sum()) < 0.001 * expected.sum()
    assert (np.abs(expected - dots).max(axis=2) > 60).mean() < 0.002


def test_what_is_clipped_ends_with_the_area() -> None:
    inked = []
    for clipped in (False, True):
        area = area_of(columns=(0, 10), rows=(0, 10))
        area.add(Rectangle((-2, -2), 14, 14, facecolor="black", linewidth=0), clipped=clipped)
        inked.append(np.argwhere(drawn(area.figure)[:, :, 0] < 128))
    assert inked[0].min(axis=0).tolist() == [60, 0]
    assert inked[1].min(axis=0).tolist() == [HEIGHT - 275, 50]
    assert inked[1].max(axis=0).tolist() == [HEIGHT - 76, 369]


def test_text_and_its_offset_shrink_with_the_page() -> None:
    for scale in (1.0, 0.5):
        area = area_of(scale)
        text = area.write("a", (0, 1), (7.2, 14.4), size=10)
        assert text.get_fontsize() == 10 * scale
        assert text.get_position() == pytest.approx((50 + 14 * scale, 275 + 28 * scale))


def test_positions_are_the_same_at_any_resolution() -> None:
    area = area_of(columns=(0, 1), rows=(1, 0))
    area.add(Line2D((0, 1), (0.5, 0.5), color="black", linewidth=4))
    area.figure.set_dpi(70)
    (rows,) = np.nonzero((drawn(area.figure)[:, :, 0] < 128).any(axis=1))
    assert rows.mean() == pytest.approx((HEIGHT - 175) / 2, abs=1)
