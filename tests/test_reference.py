"""The slow loop, compared with values computed by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from poolcli.operations import Average, Lp, Max, Median, Min, Operation
from poolcli.reference import adaptive_pool_reference, pool_reference

Array = NDArray[Any]

NAN, INF = np.nan, np.inf
NONE = ((0, 0), (0, 0))
ONE = ((1, 1), (1, 1))
TEXTBOOK = np.array([[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]], np.uint8)
COUNTING = np.arange(1, 17, dtype=np.int64).reshape(4, 4)


def assert_equal(result: Array, expected: Any, dtype: str) -> None:
    """Compare values, shape and dtype."""
    np.testing.assert_array_equal(result, np.array(expected, dtype), strict=True)


@pytest.mark.parametrize(
    ("operation", "expected", "dtype"),
    [
        (Max(), [[6, 8], [3, 4]], "uint8"),
        (Min(), [[1, 2], [1, 0]], "uint8"),
        (Average(), [[3.25, 5.25], [2, 2]], "float32"),
        (Median(), [[3, 5.5], [2, 2]], "float32"),
        (Lp(), [[15.75**0.5, 33.25**0.5], [4.5**0.5, 6.5**0.5]], "float32"),
    ],
)
def test_the_textbook_matrix_pools_as_by_hand(
    operation: Operation, expected: Any, dtype: str
) -> None:
    assert_equal(pool_reference(TEXTBOOK, operation, (2, 2), (2, 2)), expected, dtype)


@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "dilation", "ceil_mode", "expected"),
    [
        ((2, 2), (1, 1), NONE, (1, 1), False, [[6, 7, 8], [10, 11, 12], [14, 15, 16]]),
        ((1, 3), (2, 1), NONE, (1, 1), False, [[3, 4], [11, 12]]),
        ((3, 3), (2, 2), NONE, (1, 1), False, [[11]]),
        ((3, 3), (2, 2), NONE, (1, 1), True, [[11, 12], [15, 16]]),
        ((3, 3), (2, 2), ONE, (1, 1), False, [[6, 8], [14, 16]]),
        ((3, 3), (2, 2), ONE, (1, 1), True, [[6, 8, 8], [14, 16, 16], [14, 16, 16]]),
        ((3, 3), (2, 2), ((0, 1), (1, 0)), (1, 1), False, [[10, 12], [14, 16]]),
        ((3, 3), (2, 2), "same", (1, 1), False, [[11, 12], [15, 16]]),
        ((3, 2), (3, 3), "same", (1, 1), False, [[6, 8], [14, 16]]),
        ((2, 2), (1, 1), NONE, (3, 2), False, [[15, 16]]),
        ((4, 1), (4, 1), ((2, 2), (0, 0)), (1, 1), True, [[5, 6, 7, 8], [13, 14, 15, 16]]),
        ((5, 5), (5, 5), NONE, (1, 1), True, [[16]]),
    ],
)
def test_windows_lie_where_the_settings_say(
    kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool, expected: Any
) -> None:
    result = pool_reference(COUNTING, Max(), kernel, stride, padding, dilation, ceil_mode)
    assert_equal(result, expected, "int64")


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "ceil_mode", "outputs"),
    [
        (9, 4, 4, ((2, 2), (0, 0)), True, 3),
        (32, 1, 2, NONE, True, 16),
        (5, 2, 2, ((1, 1), (0, 0)), False, 3),
        (5, 2, 2, ((1, 1), (0, 0)), True, 3),
        (5, 3, 3, ((1, 1), (0, 0)), True, 2),
        (13, 6, 5, "same", False, 3),
        (224, 7, 2, "same", False, 112),
        (2, 3, 1, NONE, False, 0),
        (2, 5, 2, NONE, True, 0),
    ],
)
def test_sizes_are_those_of_the_frameworks(
    size: int, kernel: int, stride: int, padding: Any, ceil_mode: bool, outputs: int
) -> None:
    image = np.zeros((size, 1), np.uint8)
    result = pool_reference(image, Max(), (kernel, 1), (stride, 1), padding, ceil_mode=ceil_mode)
    assert result.shape == (outputs, 1)


@pytest.mark.parametrize(
    ("count_padding", "expected"),
    [
        (False, [[3.5, 5, 6], [9.5, 11, 12], [13.5, 15, 16]]),
        (True, [[14 / 9, 30 / 9, 12 / 6], [57 / 9, 11, 36 / 6], [27 / 6, 45 / 6, 16 / 4]]),
    ],
)
def test_padding_counts_only_if_the_average_says_so(count_padding: bool, expected: Any) -> None:
    average = Average(count_padding)
    result = pool_reference(COUNTING, average, (3, 3), (2, 2), ONE, (1, 1), ceil_mode=True)
    assert_equal(result, expected, "float64")


def test_same_padding_puts_the_odd_pixel_at_the_end() -> None:
    # 13 by a kernel of 6 at stride 5: one before, two behind.
    image = np.arange(13, dtype=np.int16).reshape(1, 13)
    assert_equal(pool_reference(image, Max(), (1, 6), (1, 5), "same"), [[4, 9, 12]], "int16")
    assert_equal(pool_reference(image, Min(), (1, 6), (1, 5), "same"), [[0, 4, 9]], "int16")
    counted = pool_reference(image, Average(count_padding=True), (1, 6), (1, 5), "same")
    assert_equal(counted, [[10 / 6, 39 / 6, 42 / 6]], "float32")


@pytest.mark.parametrize(
    ("output_size", "expected"),
    [
        ((1, 1), [[8]]),
        ((2, 2), [[4.5, 6.5], [9.5, 11.5]]),
        ((1, 7), [[6, 6.5, 7.5, 8, 8.5, 9.5, 10]]),
        ((3, 5), [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [11, 12, 13, 14, 15]]),
    ],
)
def test_adaptive_windows_overlap_or_repeat_pixels(
    output_size: tuple[int, int], expected: Any
) -> None:
    image = np.arange(1, 16, dtype=np.int64).reshape(3, 5)
    for operation in (Average(), Median()):
        assert_equal(adaptive_pool_reference(image, operation, output_size), expected, "float64")


def test_the_power_mean_takes_magnitudes_and_its_norm() -> None:
    image = np.array([[-2.0, 1], [1, 2]])
    assert_equal(pool_reference(image, Lp(), (2, 2), (2, 2)), [[2.5**0.5]], "float64")
    cubic = pool_reference(image, Lp(3), (2, 2), (2, 2))
    assert_equal(cubic, [[4.5 ** (1 / 3)]], "float64")
    assert_equal(adaptive_pool_reference(image, Lp(), (1, 1)), [[2.5**0.5]], "float64")
    assert_equal(adaptive_pool_reference(image, Lp(3), (1, 1)), [[4.5 ** (1 / 3)]], "float64")


def test_channels_are_kept_apart() -> None:
    image = np.stack([TEXTBOOK, 255 - TEXTBOOK], axis=-1)
    expected = [[[6, 254], [8, 253]], [[3, 254], [4, 255]]]
    assert_equal(pool_reference(image, Max(), (2, 2), (2, 2)), expected, "uint8")
    assert_equal(adaptive_pool_reference(image, Max(), (2, 2)), expected, "uint8")


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (Max(), [NAN, INF, INF, 2]),
        (Min(), [NAN, 1, -INF, -INF]),
        (Average(), [NAN, INF, NAN, -INF]),
        (Median(), [NAN, INF, NAN, -INF]),
        (Lp(), [NAN, INF, INF, INF]),
    ],
)
@pytest.mark.parametrize("dtype", ["float64", "longdouble"])
def test_nan_propagates_and_infinities_count_as_numbers(
    dtype: str, operation: Operation, expected: Any
) -> None:
    image = np.array([[1, NAN, INF, 1, INF, -INF, -INF, 2]], dtype)
    assert_equal(pool_reference(image, operation, (1, 2), (1, 2)), [expected], dtype)


def test_averages_are_rounded_once_whatever_is_summed() -> None:
    # 2^53 + 1 is no float, nor is the sum of 10^16 and 1.
    integers = np.array([[2**53 + 1, 1]])
    assert_equal(pool_reference(integers, Average(), (1, 2), (1, 2)), [[2.0**52 + 1]], "float64")
    floats = np.array([[1e16, 1, -1e16]])
    assert_equal(pool_reference(floats, Average(), (1, 3), (1, 3)), [[1 / 3]], "float64")


def test_without_further_settings_only_whole_windows_inside_the_image_count() -> None:
    assert_equal(pool_reference(COUNTING, Max(), (3, 3), (1, 1)), [[11, 12], [15, 16]], "int64")
    assert_equal(pool_reference(COUNTING, Max(), (3, 3), (3, 3)), [[11]], "int64")
    averages = pool_reference(COUNTING, Average(), (3, 3), (2, 2), ONE)
    assert_equal(averages, [[3.5, 5], [9.5, 11]], "float64")


@pytest.mark.parametrize(
    ("image", "operation", "expected"),
    [
        ([[1e308, 1e308]], Average(), 1e308),
        ([[1e308, 1e308]], Lp(32), 1e308),
        ([[1e-300, 1e-300]], Lp(32), 1e-300),
        ([[4.0, 4.0]], Lp(32), 4.0),
        ([[0.0, -0.0]], Lp(32), 0.0),
        ([[INF, 1.0]], Lp(32), INF),
        ([[1e308, 1.2e308]], Median(), 1.1e308),
        (np.full((1, 2), -3.4028235e38, np.float32), Average(), np.float32(-3.4028235e38)),
        (np.full((1, 2), 1e4000, np.longdouble), Average(), np.longdouble(1e4000)),
        ([[2**62, 1 - 2**62]], Average(), 0.5),
        ([[2**54 + 2, 2**54 + 4]], Median(), 2.0**54 + 4),
    ],
)
def test_no_mean_of_finite_numbers_overflows_or_is_rounded_twice(
    image: Any, operation: Operation, expected: Any
) -> None:
    pooled = pool_reference(np.array(image), operation, (1, 2), (1, 2))
    np.testing.assert_array_equal(pooled, [[expected]])


@pytest.mark.parametrize("zeros", [[[0.0, -0.0]], [[-0.0, 0.0]]])
def test_of_zeros_the_maximum_is_positive_and_the_minimum_negative(zeros: Any) -> None:
    for operation, negative in ((Max(), False), (Min(), True)):
        pooled = pool_reference(np.array(zeros), operation, (1, 2), (1, 2))
        assert pooled[0, 0] == 0
        assert np.signbit(pooled[0, 0]) == negative


@pytest.mark.parametrize("dilation", [1, 2**31 - 1])
def test_a_kernel_far_larger_than_the_image_takes_no_more_than_the_image(dilation: int) -> None:
    huge = 2**31 - 1
    pooled = pool_reference(COUNTING, Max(), (huge, huge), (1, 1), "same", (dilation, dilation))
    expected = COUNTING if dilation > 1 else np.full((4, 4), 16)
    assert_equal(pooled, expected, "int64")


def test_padding_counts_without_being_listed() -> None:
    huge = 2**31 - 1
    sides = ((huge - 1, 0), (0, 0))
    average = Average(count_padding=True)
    pooled = pool_reference(COUNTING[:1], average, (huge, 4), (huge, 4), sides)
    assert_equal(pooled, [[10 / (4 * huge)]], "float64")


@pytest.mark.parametrize(
    ("pixels", "norm", "root"),
    [
        ([1, 7, 5, 5], 2.0, 5),
        ([-1, 7, -5, 5], 2.0, 5),
        ([1, 2, 7, 8], 3.0, 6),
        ([4, 4, 4, 4], 32.0, 4),
        ([12, 16, 22, 4], 2.0, 15),
    ],
)
def test_a_power_mean_that_is_an_integer_is_exact(
    pixels: list[int], norm: float, root: int
) -> None:
    image = np.array([pixels])
    assert_equal(pool_reference(image, Lp(norm), (1, 4), (1, 4)), [[root]], "float64")
