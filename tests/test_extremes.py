"""Numbers at the ends of their range: overflow, underflow, 64-bit integers, the sign of zero."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from helpers.core import Name, pool
from helpers.core import operation as make
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from poolcli import adaptive_pool2d, pool2d
from poolcli.geometry import AdaptiveWindow, AnyWindow, Window
from poolcli.pooling import carry_type

Array = NDArray[Any]

LARGEST_FLOAT = float(np.finfo(np.float32).max)
FLOATS = ["float16", "float32", "float64", "longdouble"]
# Bands, strips with padding, long windows (blocks that meet), spans of unequal length.
PATHS: list[tuple[str, AnyWindow]] = [
    ("bands", Window.of(2)),
    ("padded", Window.of(3, 2, 1)),
    ("dilated", Window.of(3, 1, 1, 2)),
    ("long", Window.of((9, 2), 1)),
    ("ceil", Window.of(7, 5, 2, ceil_mode=True)),
    ("spans", Window.of(30, 30, ceil_mode=True)),
    ("adaptive", AdaptiveWindow.of((5, 4))),
]
paths = pytest.mark.parametrize("window", [w for _, w in PATHS], ids=[name for name, _ in PATHS])


def window_pixels(image: Array, window: AnyWindow) -> list[list[list[Any]]]:
    """List the pixels of each window of an image (H, W)."""
    rows, columns = window.axes(image.shape)
    return [
        [[image[r, c] for r in down for c in across] for across in columns.taps()]
        for down in rows.taps()
    ]


def nearest(value: Fraction, dtype: Any) -> Any:
    """Round a fraction once, half to even."""
    start = np.dtype(dtype).type(float(value))
    near = [np.nextafter(start, start.dtype.type(-np.inf)), start]
    near.append(np.nextafter(start, start.dtype.type(np.inf)))
    bits = f"u{start.itemsize}"
    return min(near, key=lambda x: (abs(Fraction(float(x)) - value), int(x.view(bits)) % 2))


# Averages of floats


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (np.array([[3e38, -3e38], [3e38, -3e38]], np.float32), np.float32(0)),
        (np.full((2, 2), 3e38, np.float32), np.float32(3e38)),
        (np.full((2, 2), -LARGEST_FLOAT, np.float32), np.float32(-LARGEST_FLOAT)),
        (np.full((2, 2), 1.7e308), 1.7e308),
        (np.array([[1.7e308, 1.7e308], [-1.7e308, 1.7e308]]), 0.85e308),
        (np.full((2, 2), np.finfo(np.longdouble).max), np.finfo(np.longdouble).max),
        (np.full((2, 2), 65504, np.float16), np.float32(65504)),
    ],
)
def test_the_average_of_the_largest_floats_is_finite(image: Array, expected: Any) -> None:
    np.testing.assert_array_equal(pool2d(image, "avg"), [[expected]])
    np.testing.assert_array_equal(adaptive_pool2d(image, "avg", 1), [[expected]])


@paths
@pytest.mark.parametrize("dtype", ["float32", "float64", "longdouble"])
def test_averages_of_huge_floats_lie_in_the_range_of_their_windows(
    window: AnyWindow, dtype: str
) -> None:
    largest = np.finfo(dtype).max
    shares = np.random.default_rng(4).uniform(-1, 1, (23, 19)).astype(dtype)
    image = np.sign(shares) * (1 - np.abs(shares) / 4) * largest
    averages = pool(image, "avg", window)
    assert np.isfinite(averages).all()
    assert (averages >= pool(image, "min", window)).all()
    assert (averages <= pool(image, "max", window)).all()
    small = pool(image / np.dtype(dtype).type(2) ** 40, "avg", window)
    assert (np.abs(averages / 2.0**40 - small) <= largest / 2.0**60).all()


@paths
def test_only_windows_that_overflowed_change_and_infinities_stay(window: AnyWindow) -> None:
    image = np.random.default_rng(5).uniform(0, 1, (23, 19)).astype(np.float32)
    image[15:, 10:] = LARGEST_FLOAT
    image[0, 0], image[0, 18], image[22, 0] = np.nan, np.inf, -np.inf
    averages = pool(image, "avg", window)
    wide = pool(image.astype(np.float64), "avg", window)
    np.testing.assert_array_equal(np.isnan(averages), np.isnan(wide))
    np.testing.assert_array_equal(np.isinf(averages), np.isinf(wide))
    np.testing.assert_allclose(averages, wide, rtol=1e-5)


def test_padding_that_counts_takes_part_in_a_scaled_average() -> None:
    image = np.full((2, 2), LARGEST_FLOAT, np.float32)
    averages = pool(image, "avg", Window.of(3, 3, 1), count_include_pad=True)
    np.testing.assert_array_equal(averages, [[np.float32(LARGEST_FLOAT * 4 / 9)]])


# Averages of integers


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ([[2**62, -(2**62)], [1, 1]], 0.5),
        ([[2**53 + 1, 1], [1, 1]], 2251799813685249.0),
        ([[2**63 - 1, 2**63 - 1], [2**63 - 1, 2**63 - 1]], 2.0**63),
        ([[-(2**63), -(2**63)], [-(2**63), 2**63 - 1]], -(2.0**62) - 0.25),
    ],
)
def test_averages_of_64_bit_integers_are_exact_quotients(image: Any, expected: float) -> None:
    np.testing.assert_array_equal(pool2d(np.array(image, np.int64), "avg"), [[expected]])
    np.testing.assert_array_equal(adaptive_pool2d(np.array(image), "avg", 1), [[expected]])


@paths
@pytest.mark.parametrize("dtype", ["int64", "uint64"])
def test_an_average_of_64_bit_integers_is_rounded_once(window: AnyWindow, dtype: str) -> None:
    limits = np.iinfo(dtype)
    numbers = np.random.default_rng(6)
    image = numbers.integers(limits.min, limits.max, (23, 19), dtype, endpoint=True)
    image[:10] //= 2 ** numbers.integers(0, 60, (10, 19)).astype(dtype)
    expected = [
        [float(Fraction(sum(map(int, pixels)), len(pixels))) for pixels in line]
        for line in window_pixels(image, window)
    ]
    np.testing.assert_array_equal(pool(image, "avg", window), expected)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=12),
    st.integers(0, 2),
)
def test_counted_padding_divides_64_bit_integers_exactly(numbers: list[int], pad: int) -> None:
    kernel = max(len(numbers), pad + 1)
    window = Window.of((1, kernel), padding=((0, 0), (0, pad)), ceil_mode=True)
    image = np.array([numbers], np.int64)
    count = min(kernel, len(numbers) + pad)
    got = pool(image, "avg", window, count_include_pad=True)
    assert got.tolist() == [[float(Fraction(sum(numbers), count))]]


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "int64", "bool"])
def test_a_count_beyond_2_to_the_24_is_not_rounded(dtype: str) -> None:
    one = np.ones((1, 1), dtype)
    got = pool2d(one, "avg", 4097, 4097, 2048, count_include_pad=True)
    assert got[0, 0] == got.dtype.type(1 / 4097**2)


def test_a_count_beyond_float64_is_not_rounded() -> None:
    # The largest kernel: its square needs 62 bits.
    side = 2**31 - 1
    got = pool2d(np.full((1, 1), 255, np.uint8), "avg", side, 1, side // 2, count_include_pad=True)
    assert got[0, 0] == nearest(Fraction(255, side**2), np.float32)


def test_a_quotient_next_to_the_middle_of_two_floats_is_rounded_once() -> None:
    # Its float64 is the middle of two float32; the quotient itself is a little more.
    side, total = 46349, 65535 * 7 + 3
    image = np.array([[65535] * 7 + [3]], np.uint16)
    window = Window.of(side, 1, side // 2)
    expected = nearest(Fraction(total, side**2), np.float32)
    got = pool(image, "avg", window, count_include_pad=True)
    assert got[0, 0] == expected


# What is written


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32),
    size=st.sampled_from([(16, 16), (2, 257), (40, 40), (1, 2)]),
    dtype=st.sampled_from(["uint8", "uint16"]),
    ties=st.booleans(),
)
def test_the_written_average_is_the_exact_one_rounded_half_to_even(
    seed: int, size: tuple[int, int], dtype: str, ties: bool
) -> None:
    numbers = np.random.default_rng(seed)
    top = np.iinfo(dtype).max
    image = numbers.integers(top - 3, top, size, dtype, endpoint=True)
    if ties:
        # Half of the pixels one below the others, give or take one.
        flat = image.reshape(-1)
        flat[:] = top
        flat[: flat.size // 2 + numbers.integers(-1, 2)] = top - 1
    window = Window.of(size)
    wide = pool(image, "avg", window, result=make("avg").written_type(image.dtype, image.size))
    exact = Fraction(int(image.sum(dtype=np.int64)), image.size)
    assert int(np.rint(wide)[0, 0]) == round(exact)


def test_wide_results_are_only_asked_for_where_rounding_twice_could_show() -> None:
    assert make("avg").written_type(np.dtype("uint16"), 255) == np.float32
    assert make("avg").written_type(np.dtype("uint16"), 256) == np.float64
    assert make("avg").written_type(np.dtype("uint8"), 2**16 - 1) == np.float32
    assert make("avg").written_type(np.dtype("uint8"), 2**16) == np.float64
    assert make("lp").written_type(np.dtype("uint16"), 1) == np.float64
    assert make("median").written_type(np.dtype("uint16"), 4) == np.float32
    assert make("max").written_type(np.dtype("uint16"), 4) == np.uint16
    assert make("avg").written_type(np.dtype("float32"), 2**20) == np.float32


# Power means


@pytest.mark.parametrize("norm", [1, 1.5, 2, 3, 7.3, 32])
@pytest.mark.parametrize(
    "value",
    [
        *(np.float32(x) for x in (4, 1e-11, 1e-45, 3e-39, LARGEST_FLOAT)),
        *(np.float64(x) for x in (4, 4294967296, 1e308, 5e-324, 1e-300, 0.1)),
        *(np.longdouble(x) for x in (4, 4294967296, 1e-4000, 0.1) if x),
        *(np.int64(x) for x in (-4, 4294967296, -(2**63))),
        *(np.float16(x) for x in (6e-8, 65504)),
        np.uint16(65535),
    ],
)
def test_the_power_mean_of_a_constant_is_the_constant(norm: float, value: Any) -> None:
    image = np.full((4, 4), value)
    carry = carry_type(image.dtype)
    expected = np.full((2, 2), np.abs(np.asarray(value).astype(carry)))
    np.testing.assert_array_equal(pool2d(image, "lp", norm=norm), expected, strict=True)
    np.testing.assert_array_equal(adaptive_pool2d(image, "lp", 2, norm=norm), expected)


@paths
@pytest.mark.parametrize("norm", [1, 2.5, 32])
@pytest.mark.parametrize("dtype", FLOATS)
def test_power_means_of_any_magnitudes_lie_in_the_range_of_their_windows(
    window: AnyWindow, norm: float, dtype: str
) -> None:
    info = np.finfo(dtype)
    numbers = np.random.default_rng(8)
    exponents = numbers.integers(info.minexp - info.nmant, info.maxexp, (23, 19))
    # Neighbours of nearly the same magnitude as well as of any.
    exponents[:, :9] = np.sort(exponents[:, :9].ravel()).reshape(23, 9)
    mantissas = numbers.choice([-1, 1], (23, 19)) * numbers.uniform(1, 2, (23, 19))
    image = np.ldexp(mantissas.astype(dtype), exponents)
    image[2:4, 12:15] = 0
    means = pool(image, "lp", window, norm=norm)
    magnitudes = np.abs(image)
    assert np.isfinite(means).all()
    assert (means >= pool(magnitudes, "min", window)).all()
    assert (means <= pool(magnitudes, "max", window)).all()
    for row, line in enumerate(window_pixels(magnitudes.astype(np.longdouble), window)):
        for column, pixels in enumerate(line):
            largest = max(pixels)
            if not largest:
                assert means[row, column] == 0
                continue
            with np.errstate(under="ignore"):
                powers = (np.array(pixels) / largest) ** np.longdouble(norm)
                expected = np.mean(powers) ** (1 / np.longdouble(norm)) * largest
            got = means[row, column].astype(np.longdouble)
            smallest = np.finfo(means.dtype).smallest_subnormal.astype(np.longdouble)
            assert abs(got - expected) <= expected * 1e-6 + smallest


def test_a_power_mean_with_nan_or_infinity_says_so_beside_huge_and_tiny_windows() -> None:
    image = np.array([[1e300, np.nan, 1e-300, np.inf, 0, 7]])
    got = pool2d(image, "lp", (1, 1), norm=32)
    np.testing.assert_array_equal(got, image)


# The sign of zero


@paths
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("operation", ["max", "min"])
def test_the_maximum_of_zeros_is_positive_and_the_minimum_negative(
    window: AnyWindow, dtype: str, operation: Name
) -> None:
    numbers = np.random.default_rng(9)
    towards = -1 if operation == "max" else 1
    image = np.where(numbers.random((23, 19, 2)) < 0.9, -0.0 * towards, 0.0 * towards)
    image[numbers.random(image.shape) < 0.1] = towards
    image = image.astype(dtype)
    for pixels in (image, np.flip(image), image.astype(image.dtype.newbyteorder())):
        got = pool(pixels, operation, window)
        for channel in range(2):
            for row, line in enumerate(window_pixels(pixels[..., channel], window)):
                for column, seen in enumerate(line):
                    keys = [(float(x), -1.0 if np.signbit(x) else 1.0) for x in seen]
                    wanted = max(keys) if operation == "max" else min(keys)
                    value = got[row, column, channel]
                    assert (float(value), -1.0 if np.signbit(value) else 1.0) == wanted


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("size", [3, 4, 99])
def test_a_median_of_zero_is_positive_in_any_order(dtype: str, size: int) -> None:
    row = np.zeros((1, size), dtype)
    row[0, ::2] = -0.0
    for image in (row, row[:, ::-1], -np.zeros((1, size), dtype)):
        assert not np.signbit(pool2d(image, "median", (1, size)))[0, 0]
