"""Colour bars: their colours, ends and labels."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.drawn import colour_of
from matplotlib.figure import Figure
from numpy.typing import NDArray

from poolcli.figures.area import Area
from poolcli.figures.bars import Bar, draw_bar, round_marks
from poolcli.figures.colours import Colouring
from poolcli.figures.files import draw_dots
from poolcli.figures.page import Box
from poolcli.figures.style import house_style

VALUES = Colouring(-1.0, 1.0, "RdBu_r")
LOW, HIGH = colour_of("RdBu_r", 0.0), colour_of("RdBu_r", 1.0)


def bar_of(*, extended: bool, horizontal: bool) -> tuple[NDArray[np.uint8], list[str]]:
    """Return the dots of a bar of 220 by 20 dots or the other way, and its labels."""
    size = (220, 20) if horizontal else (20, 220)
    with house_style():
        figure = Figure((300 / 72, 300 / 72), dpi=72)
        area = Area(figure, Box(100, 100, 72.0, 1.0, 1), (40, 40, *size))
        draw_bar(area, VALUES, extended=extended, horizontal=horizontal)
        dots = draw_dots(figure)[300 - 40 - size[1] : 260, 40 : 40 + size[0]]
    return dots, [text.get_text() for text in figure.texts]


def test_values_grow_to_the_right_or_upwards() -> None:
    right, _ = bar_of(extended=False, horizontal=True)
    up, _ = bar_of(extended=False, horizontal=False)
    for line in (right[10], up[::-1, 10]):
        assert np.abs(line[3].astype(int) - LOW).max() < 20
        assert np.abs(line[110].astype(int) - colour_of("RdBu_r", 0.5)).max() < 20
        assert np.abs(line[-4].astype(int) - HIGH).max() < 20


@pytest.mark.parametrize("horizontal", [True, False])
def test_tips_have_the_colours_of_the_ends_and_narrow(*, horizontal: bool) -> None:
    dots, labels = bar_of(extended=True, horizontal=horizontal)
    along = dots if horizontal else dots[::-1].transpose(1, 0, 2)
    assert tuple(along[10, 7]) == LOW
    assert tuple(along[10, -7]) == HIGH
    for corner in (along[2, 2], along[-3, -3], along[2, -3], along[-3, 2]):
        assert tuple(corner) == (255, 255, 255)
    assert {"−1", "0", "1"} <= set(labels)


def test_a_short_bar_has_three_labels() -> None:
    figure = Figure((300 / 72, 300 / 72), dpi=72)
    area = Area(figure, Box(100, 100, 72.0, 1.0, 1), (40, 40, 60, 10))
    with house_style():
        draw_bar(area, Colouring(0, 1000000, "gray"), extended=False, horizontal=True)
    assert len(figure.texts) == 3
    assert len(round_marks(0, 1000000)) > 3


def test_the_meaning_of_the_ends_is_written_above_and_below() -> None:
    figure = Figure((300 / 72, 300 / 72), dpi=72)
    area = Area(figure, Box(100, 100, 72.0, 1.0, 1), (40, 40, 10, 200))
    with house_style():
        Bar(0, 0, above="more", below="less").draw(area, VALUES)
    heights = {text.get_text(): text.get_position()[1] for text in figure.texts}
    assert heights["more"] > 240
    assert heights["less"] < 40
