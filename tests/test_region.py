"""Rectangles of an image that are followed through iterations."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolcli import pool2d
from poolcli.errors import PoolcliError
from poolcli.geometry import AdaptiveWindow, AnyWindow, Window, chain
from poolcli.geometry.region import Region


def region(rows: tuple[int, int], columns: tuple[int, int]) -> Region:
    return Region(
        (Fraction(rows[0]), Fraction(rows[1])), (Fraction(columns[0]), Fraction(columns[1]))
    )


@pytest.mark.parametrize(
    ("window", "shape", "rows", "after"),
    [
        (Window.of(2), (8, 8), (2, 6), (1, 3)),
        (Window.of(2, 1), (8, 8), (2, 6), (Fraction(3, 2), Fraction(11, 2))),
        (Window.of(3, 2, 1), (8, 8), (2, 6), (Fraction(5, 4), Fraction(13, 4))),
        (Window.of(3, 3), (9, 9), (3, 6), (1, 2)),
        (Window.of(2, 2, dilation=2), (9, 9), (4, 6), (Fraction(7, 4), Fraction(11, 4))),
        (AdaptiveWindow.of(2), (5, 5), (0, 5), (0, 2)),
    ],
)
def test_a_region_moves_with_stride_padding_and_extent(
    window: AnyWindow, shape: tuple[int, int], rows: tuple[int, int], after: tuple[object, object]
) -> None:
    (step,) = chain(window, shape)
    assert region(rows, rows).after(step).rows == after


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 3), st.integers(0, 30))
def test_the_middle_of_an_outputs_window_is_the_middle_of_the_output(
    kernel: int, stride: int, padding: int, output: int
) -> None:
    window = Window.of(kernel, stride, min(padding, kernel - 1))
    (step,) = chain(window, (200, 200))
    axis = step.axes[0]
    first = output * stride - axis.before
    seen = region((first, first + axis.extent), (0, 1))
    after = seen.after(step).rows
    assert (after[0] + after[1]) / 2 == output + Fraction(1, 2)


def test_the_pixels_of_a_followed_region_are_those_of_the_pooled_region() -> None:
    image = np.random.default_rng(1).integers(0, 99, (32, 32))
    steps = chain(Window.of(2), (32, 32), 2)
    first = region((8, 16), (4, 24))
    once = first.after(steps[0])
    twice = once.after(steps[1])
    assert (once, twice) == (region((4, 8), (2, 12)), region((2, 4), (1, 6)))
    pooled = pool2d(pool2d(image, "max"), "max")
    np.testing.assert_array_equal(pooled[2:4, 1:6], pool2d(pool2d(image[8:16, 4:24], "max"), "max"))


@pytest.mark.parametrize(
    ("centre", "size", "rows", "columns"),
    [
        ((5, 5), (3, 3), (4, 7), (4, 7)),
        ((5, 5), (4, 2), (4, 8), (5, 7)),
        ((0, 9), (3, 3), (0, 3), (7, 10)),
        ((9, 0), (99, 4), (0, 10), (0, 4)),
    ],
)
def test_a_region_around_a_pixel_stays_within_the_image(
    centre: tuple[int, int], size: tuple[int, int], rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    assert Region.around(centre, size, (10, 10)) == region(rows, columns)


@pytest.mark.parametrize("centre", [(10, 0), (0, 20)])
def test_a_pixel_beyond_the_image_is_refused(centre: tuple[int, int]) -> None:
    with pytest.raises(PoolcliError) as caught:
        Region.around(centre, (1, 1), (10, 20))
    assert str(caught.value) == (
        f"the 10-row, 20-column image has no pixel {centre[0]},{centre[1]} to zoom in on;"
        " the last is 9,19"
    )
