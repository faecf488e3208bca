"""Pixels as dots: each dot shows one pixel as it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers.drawn import noise
from numpy.typing import NDArray

from poolcli.figures.pictures import CHECKERBOARD, enlarge

Array = NDArray[Any]
WHOLE = ((0.0, 20.0), (0.0, 32.0))
BEYOND = [243, 244, 246]


def dots_of(colours: Array, size: tuple[int, int], shown: Any = WHOLE, held: Any = WHOLE) -> Array:
    return enlarge(colours, held, shown, size, 7)


def test_a_whole_enlargement_repeats_every_pixel() -> None:
    colours = noise(20, 32, 3)
    expected = colours.repeat(10, axis=0).repeat(10, axis=1)
    np.testing.assert_array_equal(dots_of(colours, (200, 320)), expected)


def test_each_dot_shows_the_pixel_at_its_middle() -> None:
    shades = np.arange(7, dtype=np.uint8).repeat(3).reshape(1, 7, 3) * 30
    (row,) = dots_of(shades, (1, 320), ((0, 1), (0, 7)), ((0, 1), (0, 7)))
    assert row[:, 0].tolist() == [int((dot + 0.5) * 7 / 320) * 30 for dot in range(320)]


@pytest.mark.parametrize(("first", "last"), [(2, 12), (5, 6)])
def test_a_part_is_cut_out(first: int, last: int) -> None:
    colours = noise(20, 32, 3)
    dots = dots_of(colours, (40, 40), ((first, last), (first, last)))
    np.testing.assert_array_equal(dots[0, 0], colours[first, first])
    np.testing.assert_array_equal(dots[-1, -1], colours[last - 1, last - 1])


def test_what_lies_beyond_an_image_is_light_gray() -> None:
    black = np.zeros((20, 32, 3), np.uint8)
    dots = dots_of(black, (24, 32), ((-2, 22), (0, 32)))
    assert (dots[2:-2] == 0).all()
    assert (dots[:2] == BEYOND).all()
    assert (dots[-2:] == BEYOND).all()


def test_a_view_outside_of_an_image_shows_none_of_it() -> None:
    dots = dots_of(np.zeros((20, 32, 3), np.uint8), (4, 4), ((30, 40), (0, 10)))
    assert (dots == BEYOND).all()


def test_alpha_blends_with_a_checkerboard() -> None:
    colours = np.full((20, 32, 4), 100, np.uint8)
    for alpha in (0, 51, 255):
        colours[..., 3] = alpha
        shown = {tuple(colour) for colour in dots_of(colours, (200, 320)).reshape(-1, 3)}
        share = alpha / 255
        grays = {round(100 * share + ground * (1 - share)) for ground in CHECKERBOARD}
        assert shown == {(gray, gray, gray) for gray in grays}
