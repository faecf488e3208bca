"""Pooling with alpha: by hand, and against a loop that looks at one window at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers.alpha_oracle import pool_alpha_slowly
from helpers.core import NAMES, Name, pool, pool_alpha
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from poolcli.errors import PoolcliError
from poolcli.geometry import AdaptiveWindow, AnyWindow, Window

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
    operation=st.sampled_from(NAMES),
    window=windows,
    count_include_pad=st.booleans(),
)
def test_alpha_and_colour_are_those_of_a_loop_over_windows(
    seed: int,
    dtype: str,
    channels: int,
    operation: Name,
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
    wanted = pool_alpha_slowly(image, full, operation, window, counted, 3.0)
    assert got.dtype == pool(image, operation, window).dtype
    if operation == "lp":
        np.testing.assert_allclose(got, wanted, rtol=2**-23)
    else:
        # Rounded once.
        np.testing.assert_array_equal(got, wanted.astype(got.dtype))


@pytest.mark.parametrize("size", [(3, 3), (70, 70)])
def test_weighed_averages_are_exact_quotients_also_of_large_windows(size: tuple[int, int]) -> None:
    numbers = np.random.default_rng(3)
    image = numbers.integers(65000, 65535, (*size, 2), np.uint16, endpoint=True)
    window = Window.of(size, padding=1)
    for counted in (False, True):
        wanted = pool_alpha_slowly(image, 65535, "avg", window, counted, 2.0)
        got = pool_alpha(image, 65535, "avg", window, counted, result=np.dtype(np.float64))
        assert got.dtype == np.float64
        # The middle between two float32 is avoided by 2^-52.
        np.testing.assert_allclose(got, wanted, rtol=2**-52)
        got = pool_alpha(image, 65535, "avg", window, counted)
        np.testing.assert_array_equal(got, wanted.astype(np.float32))


def test_a_weighed_mean_in_the_middle_of_two_integers_is_exactly_there() -> None:
    # (3·65533 + 3·65534) / 6, whose parts are no float64 when divided one by one.
    image = np.array([[[65533, 3], [65534, 3], [0, 0]]], np.uint16)
    got = pool_alpha(image, 65535, "avg", Window.of((1, 3)), result=np.dtype(np.float64))
    np.testing.assert_array_equal(got, [[[65533.5, 2]]])


@pytest.mark.parametrize("value", [1e-30, 1e-11, 4.0, 65535.0, 3e38])
@pytest.mark.parametrize("norm", [1, 3, 32])
def test_a_weighed_power_mean_of_a_constant_is_the_constant(value: float, norm: float) -> None:
    image = np.full((2, 2, 2), value, np.float32)
    image[:, :, 1] = np.array([[1, 255], [7, 0.5]])
    got = pool_alpha(image, 255, "lp", Window.of(2), norm=norm)
    assert got[0, 0, 0] == np.float32(value)


@pytest.mark.parametrize("operation", NAMES)
@pytest.mark.parametrize("window", [Window.of(3, 2, 1), Window.of(2), AdaptiveWindow.of((3, 4))])
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_opaque_rgba_pools_as_its_rgb(operation: Name, window: AnyWindow, dtype: str) -> None:
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
    for operation in NAMES:
        got = pool_alpha(image, 255, operation, Window.of(2))
        assert not got.any()


def test_the_median_passes_over_hidden_pixels() -> None:
    image = np.array([[[10, 200], [0, 0], [30, 100]]], np.uint8)
    got = pool_alpha(image, 255, "median", Window.of((1, 3)))
    np.testing.assert_array_equal(got, np.array([[[20, 100]]], np.float32))
