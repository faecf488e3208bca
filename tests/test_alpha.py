"""Pooling with alpha: by hand, and against a loop that looks at one window at a time."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from poolcli.alpha import pool_alpha
from poolcli.errors import PoolcliError
from poolcli.geometry import AdaptiveWindow, AnyWindow, Axis, Window
from poolcli.pooling import OPERATIONS, Operation, pool

Array = NDArray[Any]

windows = st.builds(
    lambda kernel, stride, pads, dilation, ceil_mode: Window.of(
        kernel, stride, min(pads, kernel[0] - 1, kernel[1] - 1), dilation, ceil_mode
    ),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.integers(1, 4),
    st.integers(0, 3),
    st.integers(1, 2),
    st.booleans(),
) | st.builds(AdaptiveWindow.of, st.integers(1, 5))


def slow(
    image: Array,
    full: int,
    operation: str,
    window: AnyWindow,
    count_include_pad: bool,
    norm: float,
) -> Array:
    """Pool by looking at each window's colours and α."""
    rows, columns = window.axes(image.shape)
    output = np.zeros((rows.output, columns.output, image.shape[2]))
    row_taps, column_taps = rows.taps(), columns.taps()
    for i, j in itertools.product(range(rows.output), range(columns.output)):
        pixels = [image[r, c] for r in row_taps[i] for c in column_taps[j]]
        padding = 0
        if count_include_pad and isinstance(rows, Axis) and isinstance(columns, Axis):
            padding = rows.counts(padding=True)[i] * columns.counts(padding=True)[j] - len(pixels)
        alphas = [float(pixel[-1]) for pixel in pixels] + [float(full)] * padding
        output[i, j, -1] = _mean(alphas, [1.0] * len(alphas), operation, norm)
        if output[i, j, -1] == 0:
            continue
        for channel in range(image.shape[2] - 1):
            values = [float(pixel[channel]) for pixel in pixels] + [0.0] * padding
            seen = [v for v, a in zip(values, alphas, strict=True) if a > 0]
            weights = [a for a in alphas if a > 0]
            output[i, j, channel] = _mean(seen, weights, operation, norm)
    return output


def _mean(values: list[float], weights: list[float], operation: str, norm: float) -> float:
    if operation == "max":
        return max(values)
    if operation == "min":
        return min(values)
    if operation == "median":
        return float(np.median(values))
    power = norm if operation == "lp" else 1.0
    total = math.fsum(w * abs(v) ** power for v, w in zip(values, weights, strict=True))
    return float((total / math.fsum(weights)) ** (1 / power))


def random_image(seed: int, dtype: str, channels: int) -> Array:
    numbers = np.random.default_rng(seed)
    full = np.iinfo(dtype).max
    shape = (*numbers.integers(1, 9, 2), channels)
    image = numbers.integers(0, full, shape, dtype, endpoint=True)
    image[..., -1] = numbers.choice([0, 0, 1, full // 2, full], shape[:2])
    image[image[..., -1] == 0] = 0
    return image


@settings(deadline=None, max_examples=300)
@given(
    seed=st.integers(0, 2**32),
    dtype=st.sampled_from(["u1", "u2"]),
    channels=st.sampled_from([2, 4]),
    operation=st.sampled_from(OPERATIONS),
    window=windows,
    count_include_pad=st.booleans(),
)
def test_alpha_and_colour_are_those_of_a_loop_over_windows(
    seed: int,
    dtype: str,
    channels: int,
    operation: Operation,
    window: AnyWindow,
    count_include_pad: bool,
) -> None:
    image = random_image(seed, dtype, channels)
    full = int(np.iinfo(dtype).max)
    counted = count_include_pad and operation == "avg"
    try:
        got = pool_alpha(image, full, operation, window, counted, 3.0)
    except PoolcliError:
        with pytest.raises(PoolcliError):
            window.axes(image.shape)
        return
    wanted = slow(image, full, operation, window, counted, 3.0)
    assert got.dtype == pool(image, operation, window).dtype
    np.testing.assert_allclose(got, wanted, rtol=3e-7, atol=full * 1e-9)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("window", [Window.of(3, 2, 1), Window.of(2), AdaptiveWindow.of((3, 4))])
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_opaque_rgba_pools_as_its_rgb(operation: Operation, window: AnyWindow, dtype: str) -> None:
    full = int(np.iinfo(dtype).max)
    colour = np.random.default_rng(1).integers(0, full, (11, 10, 3), dtype, endpoint=True)
    image = np.dstack((colour, np.full((11, 10), full, dtype)))
    counted = operation == "avg"
    got = pool_alpha(image, full, operation, window, counted)
    np.testing.assert_array_equal(got[..., :3], pool(colour, operation, window, counted))
    assert (got[..., 3] == full).all()


def test_an_average_weighs_colour_by_alpha() -> None:
    image = np.array([[[100, 255], [200, 51]], [[0, 0], [0, 0]]], np.uint8)
    got = pool_alpha(image, 255, "avg", Window.of(2))
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, [[[(100 * 255 + 200 * 51) / 306, 306 / 4]]], rtol=1e-7)


def test_padding_that_counts_is_opaque_black() -> None:
    image = np.array([[[100, 51]]], np.uint8)
    got = pool_alpha(image, 255, "avg", Window.of(2, 2, 1), count_include_pad=True)
    np.testing.assert_allclose(got, [[[100 * 51 / (51 + 3 * 255), (51 + 3 * 255) / 4]]], rtol=1e-6)


def test_the_largest_colour_is_taken_of_visible_pixels_only() -> None:
    image = np.array([[[-5.0, 255], [0.0, 0.0]]], np.float32)
    np.testing.assert_array_equal(pool_alpha(image, 255, "max", Window.of((1, 2))), [[[-5, 255]]])


def test_where_everything_is_hidden_the_result_is_zero() -> None:
    image = np.zeros((2, 2, 4), np.uint8)
    for operation in OPERATIONS:
        got = pool_alpha(image, 255, operation, Window.of(2))
        assert not got.any()


def test_the_median_passes_over_hidden_pixels() -> None:
    image = np.array([[[10, 200], [0, 0], [30, 100]]], np.uint8)
    got = pool_alpha(image, 255, "median", Window.of((1, 3)))
    np.testing.assert_array_equal(got, np.array([[[20, 100]]], np.float32))
