"""Pooled arrays: by hand, against the slow loop, and by what must hold for any image."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from helpers.core import LISTED, NAMES, Name, adaptive_pool_reference, pool, pool_reference
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from poolcli import adaptive_pool2d, pool2d
from poolcli.errors import PoolcliError
from poolcli.geometry import AdaptiveWindow, Window
from poolcli.operations import Median
from poolcli.pooling import Windows, bands, carry_type, median, row_passes
from poolcli.pooling.averages import average

Array = NDArray[Any]

TEXTBOOK = [[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]
COUNTING = np.arange(1, 17).reshape(4, 4)

CARRIES = {
    "bool": "float32",
    "int8": "float32",
    "uint8": "float32",
    "int16": "float32",
    "uint16": "float32",
    "float16": "float32",
    "float32": "float32",
    "int32": "float64",
    "uint32": "float64",
    "int64": "float64",
    "uint64": "float64",
    "float64": "float64",
    "longdouble": "longdouble",
    ">i2": "float32",
    ">u2": "float32",
    ">f2": "float32",
    ">i4": "float64",
    ">f4": "float32",
    ">f8": "float64",
    ">u8": "float64",
}
INTEGERS = [name for name in CARRIES if np.dtype(name).kind in "iu"]
FLOATS = [name for name in CARRIES if np.dtype(name).kind == "f"]


def native(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return dtype.newbyteorder("=")


def assert_equal(result: Array, expected: Any, dtype: Any) -> None:
    """Compare values, shape and dtype."""
    np.testing.assert_array_equal(result, np.array(expected, dtype), strict=True)


# By hand


@pytest.mark.parametrize(
    ("image", "operation", "options", "expected"),
    [
        (TEXTBOOK, "max", {}, [[6, 8], [3, 4]]),
        (TEXTBOOK, "min", {}, [[1, 2], [1, 0]]),
        (TEXTBOOK, "avg", {}, [[3.25, 5.25], [2, 2]]),
        (TEXTBOOK, "median", {}, [[3, 5.5], [2, 2]]),
        (TEXTBOOK, "lp", {"norm": 1}, [[3.25, 5.25], [2, 2]]),
        (TEXTBOOK, "max", {"stride": 1}, [[6, 7, 8], [6, 7, 8], [3, 3, 4]]),
        (COUNTING, "max", {}, [[6, 8], [14, 16]]),
        (COUNTING - 1, "max", {"kernel": 3, "stride": 2, "padding": "same"}, [[10, 11], [14, 15]]),
        (COUNTING - 1, "min", {"kernel": 3, "stride": 2, "padding": "same"}, [[0, 2], [8, 10]]),
        (
            COUNTING,
            "avg",
            {"kernel": 3, "stride": 2, "padding": 1, "ceil_mode": True},
            [[3.5, 5, 6], [9.5, 11, 12], [13.5, 15, 16]],
        ),
        (
            COUNTING,
            "avg",
            {"kernel": 3, "stride": 2, "padding": 1},
            [[3.5, 5], [9.5, 11]],
        ),
        (
            [[3, 0, 4], [0, 12, 5]],
            "lp",
            {"kernel": (1, 2), "stride": 1},
            [[4.5**0.5, 8**0.5], [72**0.5, 84.5**0.5]],
        ),
        ([[-2, 1], [1, 2]], "lp", {"norm": 3}, [[4.5 ** (1 / 3)]]),
        ([[0, 1, 2, 3, 4, 5]], "max", {"kernel": (1, 2), "dilation": (1, 3)}, [[3, 5]]),
        ([[9, 1, 2, 3, 4]], "max", {"kernel": (1, 2), "stride": 1, "dilation": (1, 3)}, [[9, 4]]),
        ([[1, 2, 3], [4, 5, 6]], "max", {"kernel": (1, 3)}, [[3], [6]]),
        ([[1, 2, 3], [4, 5, 6]], "avg", {"kernel": (2, 1)}, [[2.5, 3.5, 4.5]]),
        ([[1, 2, 3], [4, 5, 6]], "min", {"kernel": 2, "stride": (2, 1)}, [[1, 2]]),
        (
            [[1, 2, 3], [4, 5, 6]],
            "max",
            {"kernel": 2, "stride": 1, "padding": ((1, 0), (0, 1))},
            [[2, 3, 3], [5, 6, 6]],
        ),
        (
            [[-1, -2, -3], [-4, -5, -6]],
            "max",
            {"kernel": 2, "stride": 1, "padding": ((1, 0), (0, 1))},
            [[-1, -2, -3], [-1, -2, -3]],
        ),
        ([[1, 2, 3], [4, 5, 6]], "min", {"kernel": 2, "padding": 1}, [[1, 2], [4, 5]]),
        ([[1, 2, 3], [4, 5, 6]], "avg", {"kernel": 2, "padding": 1}, [[1, 2.5], [4, 5.5]]),
        ([[1, 2, 9], [4, 5, 6]], "median", {"kernel": 2, "padding": 1}, [[1, 5.5], [4, 5.5]]),
        ([[1, 2, 4], [4, 5, 6]], "avg", {"ceil_mode": True}, [[3, 5]]),
        ([[1, 2], [3, 4]], "avg", {"kernel": 3, "ceil_mode": True}, [[2.5]]),
        ([[5, 1, 9, 2, 8]], "median", {"kernel": (1, 5)}, [[5]]),
        ([[5, 1, 9, 2, 8]], "median", {"kernel": (1, 3), "stride": 1}, [[5, 2, 8]]),
        ([[7]], "max", {"kernel": 1}, [[7]]),
        ([[1, 2, 3, 4, 5]], "avg", {"kernel": 1, "stride": (1, 2)}, [[1, 3, 5]]),
    ],
)
def test_a_small_image_pools_as_by_hand(
    image: Any, operation: Name, options: dict[str, Any], expected: Any
) -> None:
    dtype = "int64" if operation in {"max", "min"} else "float64"
    assert_equal(pool2d(image, operation, **options), expected, dtype)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            {"kernel": 3, "stride": 2, "padding": 1, "ceil_mode": True},
            [[14 / 9, 30 / 9, 12 / 6], [57 / 9, 99 / 9, 36 / 6], [27 / 6, 45 / 6, 16 / 4]],
        ),
        (
            {"kernel": 2, "padding": 1},
            [[1 / 4, 5 / 4, 4 / 4], [14 / 4, 34 / 4, 20 / 4], [13 / 4, 29 / 4, 16 / 4]],
        ),
        ({"kernel": 3, "stride": 2, "padding": "same"}, [[54 / 9, 45 / 9], [72 / 9, 54 / 9]]),
        ({"kernel": 3, "ceil_mode": True}, [[54 / 9, 24 / 3], [42 / 3, 16 / 1]]),
        ({"kernel": 2, "padding": ((1, 0), (0, 1))}, [[3 / 4, 7 / 4], [30 / 4, 38 / 4]]),
    ],
)
def test_counted_padding_divides_by_the_taps_inside_the_padded_image(
    options: dict[str, Any], expected: Any
) -> None:
    result = pool2d(COUNTING.astype(np.float64), "avg", count_include_pad=True, **options)
    assert_equal(result, expected, "float64")
    integer = pool2d(COUNTING.astype(np.uint8), "avg", count_include_pad=True, **options)
    assert_equal(integer, expected, "float32")


def test_the_average_of_one_to_sixteen_with_counted_padding_is_that_of_pytorch() -> None:
    result = pool2d(COUNTING, "avg", 3, 2, 1, 1, ceil_mode=True, count_include_pad=True)
    expected = [[1.5556, 3.3333, 2], [6.3333, 11, 6], [4.5, 7.5, 4]]
    np.testing.assert_array_equal(result.round(4), expected)


@pytest.mark.parametrize(
    ("shape", "kernel", "stride", "outputs"),
    [((4, 4), 2, 1, 9), ((4, 4), 2, 2, 4), ((224, 224), 2, None, 12_544)],
)
def test_an_image_has_as_many_windows_as_the_textbooks_say(
    shape: tuple[int, int], kernel: int, stride: int | None, outputs: int
) -> None:
    assert pool2d(np.zeros(shape, np.uint8), "max", kernel, stride).size == outputs


@pytest.mark.parametrize(
    ("operation", "output_size", "expected"),
    [
        ("max", (2, 2), [[8, 10], [13, 15]]),
        ("min", (2, 2), [[1, 3], [6, 8]]),
        ("avg", (2, 2), [[4.5, 6.5], [9.5, 11.5]]),
        ("median", (2, 2), [[4.5, 6.5], [9.5, 11.5]]),
        ("max", (1, 1), [[15]]),
        ("avg", 1, [[8]]),
        ("median", 1, [[8]]),
        ("min", (1, 5), [[1, 2, 3, 4, 5]]),
        ("max", (3, 2), [[3, 5], [8, 10], [13, 15]]),
        ("avg", (1, 7), [[6, 6.5, 7.5, 8, 8.5, 9.5, 10]]),
        ("max", (6, 1), [[5], [5], [10], [10], [15], [15]]),
        ("avg", (2, 1), [[5.5], [10.5]]),
        ("lp", (1, 2), [[(597 / 9) ** 0.5, (885 / 9) ** 0.5]]),
        ("lp", (3, 1), [[11**0.5], [66**0.5], [171**0.5]]),
    ],
)
def test_a_small_image_pools_to_a_wanted_size_as_by_hand(
    operation: Name, output_size: Any, expected: Any
) -> None:
    image = np.arange(1, 16).reshape(3, 5)
    dtype = "int64" if operation in {"max", "min"} else "float64"
    assert_equal(adaptive_pool2d(image, operation, output_size), expected, dtype)


def test_the_norm_reaches_both_functions() -> None:
    assert_equal(pool2d([[1, 2]], "lp", (1, 2), norm=3), [[4.5 ** (1 / 3)]], "float64")
    assert_equal(adaptive_pool2d([[1, 2]], "lp", 1, norm=3), [[4.5 ** (1 / 3)]], "float64")
    overlapping = adaptive_pool2d([[1, 2, 4]], "lp", (1, 2), norm=3)
    np.testing.assert_allclose(overlapping, np.cbrt([[4.5, 36]]), rtol=2**-52)


def test_channels_are_pooled_independently() -> None:
    image = np.stack([COUNTING, -COUNTING, COUNTING % 5], axis=-1)
    result = pool2d(image, "max", 2)
    assert_equal(result, [[[6, -1, 2], [8, -3, 4]], [[14, -9, 4], [16, -11, 2]]], "int64")
    one = pool2d(image[:, :, :1], "max", 2)
    assert_equal(one, [[[6], [8]], [[14], [16]]], "int64")


def test_an_opaque_rgba_image_pools_as_its_rgb() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (9, 10, 3), np.uint8)
    rgba = np.dstack([rgb, np.full((9, 10), 255, np.uint8)])
    for operation in NAMES:
        pooled = pool2d(rgba, operation, 3, 2, 1)
        np.testing.assert_array_equal(pooled[:, :, :3], pool2d(rgb, operation, 3, 2, 1))
        np.testing.assert_array_equal(pooled[:, :, 3].round(4), 255)


# Types


@pytest.mark.parametrize("dtype", CARRIES)
def test_max_and_min_keep_the_dtype_and_the_others_give_the_carry_type(dtype: str) -> None:
    image = np.array([[0, 1, 1, 1], [1, 0, 1, 1]]).astype(dtype)
    kept = native(image.dtype)
    assert_equal(pool2d(image, "max"), [[1, 1]], kept)
    assert_equal(pool2d(image, "min"), [[0, 1]], kept)
    assert_equal(adaptive_pool2d(image, "max", (2, 3)), [[1, 1, 1], [1, 1, 1]], kept)
    assert_equal(adaptive_pool2d(image, "min", (2, 3)), [[0, 1, 1], [0, 0, 1]], kept)
    assert_equal(pool2d(image, "avg"), [[0.5, 1]], CARRIES[dtype])
    assert_equal(pool2d(image, "median"), [[0.5, 1]], CARRIES[dtype])
    assert_equal(pool2d(image, "lp", (1, 4), norm=1), [[0.75], [0.75]], CARRIES[dtype])
    assert_equal(adaptive_pool2d(image, "avg", (1, 3)), [[0.5, 0.75, 1]], CARRIES[dtype])
    assert_equal(adaptive_pool2d(image, "median", (1, 3)), [[0.5, 1, 1]], CARRIES[dtype])
    assert carry_type(image.dtype) == np.dtype(CARRIES[dtype])


@pytest.mark.parametrize("dtype", INTEGERS)
def test_padding_never_wins_at_the_ends_of_an_integer_range(dtype: str) -> None:
    info = np.iinfo(dtype)
    for end in (info.min, info.max):
        image = np.full((2, 3), end, dtype)
        for operation in ("max", "min"):
            result = pool2d(image, operation, 3, 1, 2)
            assert_equal(result, np.full((4, 5), end), native(image.dtype))


def test_a_boolean_image_pools_to_any_and_all() -> None:
    image = np.array([[False, True, True], [False, False, True]])
    assert_equal(pool2d(image, "max", 2, 1, 1), [[0, 1, 1, 1]] * 2 + [[0, 0, 1, 1]], "bool")
    assert_equal(pool2d(image, "min", 2, 1, 1), [[0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 0, 1]], "bool")


def reversed_copy(image: Array) -> Array:
    return image[::-1, ::-1].copy()[::-1, ::-1]


def transposed_copy(image: Array) -> Array:
    return image.swapaxes(0, 1).copy().swapaxes(0, 1)


def cut_from_a_larger_image(image: Array) -> Array:
    larger = np.ones((2 * image.shape[0] + 1, 3 * image.shape[1], *image.shape[2:]), image.dtype)
    cut = larger[1::2, 2::3]
    cut[...] = image
    return cut


def channels_first_copy(image: Array) -> Array:
    return np.moveaxis(np.moveaxis(image, -1, 0).copy(), 0, -1)


LAYOUTS: list[Callable[[Array], Array]] = [
    np.copy,
    np.asfortranarray,
    reversed_copy,
    transposed_copy,
    cut_from_a_larger_image,
    channels_first_copy,
]


@pytest.mark.parametrize("operation", NAMES)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", [(7, 9), (7, 9, 3)])
def test_the_layout_in_memory_changes_nothing_and_the_input_is_not_touched(
    shape: tuple[int, ...], layout: Callable[[Array], Array], operation: Name
) -> None:
    image = np.random.default_rng(2).integers(0, 256, shape, np.uint8)
    view = layout(image)
    for result, expected in (
        (pool2d(view, operation, 3, 2, 1), pool2d(image, operation, 3, 2, 1)),
        (pool2d(view, operation, 1), pool2d(image, operation, 1)),
        (adaptive_pool2d(view, operation, (2, 4)), adaptive_pool2d(image, operation, (2, 4))),
    ):
        np.testing.assert_array_equal(result, expected, strict=True)
        assert result.flags.c_contiguous
        assert result.flags.writeable
        assert not np.shares_memory(result, view)
    np.testing.assert_array_equal(view, image, strict=True)


def test_a_read_only_image_can_be_pooled() -> None:
    image = np.arange(12.0).reshape(3, 4)
    image.setflags(write=False)
    for operation in NAMES:
        assert pool2d(image, operation).shape == (1, 2)
        assert adaptive_pool2d(image, operation, (2, 3)).shape == (2, 3)


# Exactness


def is_nearest(value: Any, exact: Fraction) -> bool:
    """Tell whether no neighbour of a float lies closer to the exact number."""
    error = abs(Fraction(float(value)) - exact)
    neighbours = np.nextafter(value, [-np.inf, np.inf], dtype=value.dtype)
    return all(error <= abs(Fraction(float(other)) - exact) for other in neighbours)


def exact_average(image: Array) -> Fraction:
    return Fraction(sum(map(int, image.flat)), image.size)


@pytest.mark.parametrize(("missing", "average"), [(0, 65535.0), (4, 65534.984375)])
@pytest.mark.parametrize("way", ["window", "global", "spans"])
def test_an_average_whose_sum_passes_2_to_the_24_is_correctly_rounded(
    way: str, missing: int, average: float
) -> None:
    # The sums, 18939615 and 18939611, are no float32: dividing them as such gives 65535.004
    # and 65534.9883.
    image = np.full((17, 17), 65535, np.uint16)
    image[8, 8] -= missing
    if way == "window":
        result = pool2d(image, "avg", 17)
    elif way == "global":
        result = adaptive_pool2d(image, "avg", 1)
    else:
        result = adaptive_pool2d(np.hstack([image, image[:, ::-1]])[:, :33], "avg", (1, 2))[:, :1]
    assert_equal(result, [[average]], "float32")


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(["bool", "int8", "uint8", "int16", "uint16", ">u2", "int32", "uint32"]),
    st.tuples(*[st.integers(1, 40)] * 2),
    st.integers(0, 2**32 - 1),
)
def test_an_average_of_integers_is_the_nearest_float_to_the_exact_one(
    dtype: str, shape: tuple[int, int], seed: int
) -> None:
    image = integers(np.random.default_rng(seed), np.dtype(dtype), shape)
    half = image[:, : (shape[1] + 1) // 2]
    assert is_nearest(pool2d(image, "avg", shape)[0, 0], exact_average(image))
    assert is_nearest(adaptive_pool2d(image, "avg", (1, 2))[0, 0], exact_average(half))


@pytest.mark.parametrize(
    ("dtype", "kernel"),
    [
        # Around the area at which sums of the type's ends outgrow 16 or 32 bits.
        ("uint8", (1, 257)),
        ("uint8", (1, 258)),
        ("uint8", (2, 129)),
        ("int8", (1, 255)),
        ("int8", (1, 256)),
        ("int8", (1, 257)),
        ("uint8", (4096, 4113)),
        ("int16", (5, 13_107)),
        ("int16", (256, 256)),
        ("int16", (1, 65_537)),
        ("uint16", (1, 65_537)),
        ("uint16", (2, 32_769)),
        ("int32", (1, 2)),
        ("uint32", (1, 2)),
        ("uint32", (3, 3)),
    ],
)
def test_no_sum_of_integers_overflows(dtype: str, kernel: tuple[int, int]) -> None:
    info = np.iinfo(dtype)
    for end in (info.min, info.max):
        image = np.full((kernel[0], kernel[1] + 1), end, dtype)
        result = pool2d(image, "avg", kernel, 1)
        assert_equal(result, [[end, end]], carry_type(image.dtype))
        assert_equal(adaptive_pool2d(image, "avg", 1), [[end]], carry_type(image.dtype))


def test_a_huge_kernel_over_wide_integers_is_accepted_in_ceil_mode() -> None:
    image = np.array([[1, 2], [3, 4]], np.int32)
    assert_equal(pool2d(image, "avg", 70_000, ceil_mode=True), [[2.5]], "float64")


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
def test_averages_of_64_bit_integers_do_not_wrap_around(dtype: str) -> None:
    info = np.iinfo(dtype)
    image = np.full((3, 4), info.max, dtype)
    assert_equal(pool2d(image, "avg", 2, 1), np.full((2, 3), float(info.max)), "float64")


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
def test_max_and_min_tell_neighbouring_64_bit_integers_apart(dtype: str) -> None:
    highest = np.iinfo(dtype).max
    image = np.array([[highest - 1, highest, highest - 2, highest - 3]], dtype)
    assert_equal(pool2d(image, "max", (1, 2)), [[highest, highest - 2]], dtype)
    assert_equal(pool2d(image, "min", (1, 2)), [[highest - 1, highest - 3]], dtype)


def test_max_min_and_median_of_long_doubles_keep_every_bit() -> None:
    fine = 1 + np.finfo(np.longdouble).eps
    image = np.array([[1, fine, 1]], np.longdouble)
    assert pool2d(image, "max", (1, 3)) == fine
    assert pool2d(-image, "min", (1, 3)) == -fine
    assert pool2d(image, "median", (1, 2), 1)[0, 0] == (1 + fine) / 2
    assert pool2d(np.full((1, 3), fine), "median", (1, 3)) == fine
    assert adaptive_pool2d(np.full((1, 2), fine), "avg", 1) == fine


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble"])
def test_the_median_of_the_largest_floats_is_the_largest_float(dtype: str) -> None:
    largest = np.finfo(dtype).max
    image = np.full((2, 2), largest, dtype)
    assert pool2d(image, "median")[0, 0] == largest


# NaN and infinities


NAN, INF = np.nan, np.inf


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("operation", NAMES)
def test_nan_reaches_the_windows_that_see_it_and_no_other(operation: Name, dtype: str) -> None:
    carry = native(np.dtype(dtype)) if operation in {"max", "min"} else CARRIES[dtype]
    for row, column in np.ndindex(7, 7):
        image = np.ones((7, 7), dtype)
        image[row, column] = NAN
        expected = np.ones((4, 4))
        for i, j in product({row // 2, (row + 1) // 2}, {column // 2, (column + 1) // 2}):
            expected[i, j] = NAN
        assert_equal(pool2d(image, operation, 3, 2, 1), expected, carry)
        expected = np.ones((7, 2))
        expected[row] = [NAN if column <= 3 else 1, NAN if column >= 3 else 1]
        assert_equal(adaptive_pool2d(image, operation, (7, 2)), expected, carry)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("max", [INF, INF, 2, -INF, NAN, INF]),
        ("min", [1, -INF, -INF, -INF, NAN, INF]),
        ("avg", [INF, NAN, -INF, -INF, NAN, INF]),
        ("median", [INF, NAN, -INF, -INF, NAN, INF]),
        ("lp", [INF, INF, INF, INF, NAN, INF]),
    ],
)
@pytest.mark.parametrize("dtype", FLOATS)
def test_infinities_count_as_numbers(dtype: str, operation: Name, expected: list[float]) -> None:
    pairs = np.array([[INF, 1], [INF, -INF], [2, -INF], [-INF, -INF], [NAN, INF], [INF, INF]])
    image = pairs.reshape(1, 12).astype(dtype)
    # Beyond the border stands the identity, which must not be taken for a pixel.
    for padding in (0, ((0, 1), (0, 1))):
        result = pool2d(image, operation, 2, 2, padding, ceil_mode=True)[:, :6]
        np.testing.assert_array_equal(result[0], expected)
    for index, pair in enumerate(pairs.astype(dtype)):
        for spans in (pair[:, np.newaxis], pair[np.newaxis]):
            np.testing.assert_array_equal(adaptive_pool2d(spans, operation, 1), [[expected[index]]])
    odd = pairs.repeat([2, 1], axis=1).reshape(6, 3).astype(dtype)
    result = adaptive_pool2d(odd, operation, (6, 2))[:, 1]
    np.testing.assert_array_equal(result, expected)


def test_the_median_passes_over_the_places_that_border_windows_lack() -> None:
    image = np.array([[INF, -INF, 5, INF]])
    assert_equal(pool2d(image, "median", (1, 3), 1, (0, 1)), [[NAN, 5, 5, INF]], "float64")
    highest = np.array([[255, 255, 3, 0]], np.uint8)
    result = pool2d(highest, "median", (1, 3), 1, (0, 1))
    assert_equal(result, [[255, 255, 3, 1.5]], "float32")
    truth = np.array([[True, False, False]])
    assert_equal(pool2d(truth, "median", (1, 3), 1, (0, 1)), [[0.5, 0, 0]], "float32")


def test_a_median_may_leave_out_pixels() -> None:
    image = np.array([[NAN, 5], [1, NAN]])
    window = Window.of(2, 1, 1)
    visible = ~np.isnan(image)[:, :, np.newaxis]
    layers, windows = image[:, :, np.newaxis], Windows(*window.axes(image.shape))
    passed = Median().reduce_masked(layers, visible, windows)[:, :, 0]
    assert_equal(passed, [[NAN, 5, 5], [1, 3, 5], [1, 1, NAN]], "float64")
    kept = pool(image, "median", window)
    assert_equal(kept, [[NAN, NAN, 5], [NAN, NAN, NAN], [1, NAN, NAN]], "float64")


@pytest.mark.parametrize("operation", NAMES)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_overflow_gives_infinity_and_no_warning(dtype: str, operation: Name) -> None:
    # Warnings are errors in these tests.
    image = np.full((3, 3), np.finfo(dtype).max, dtype)
    image[1] *= -1
    result = pool2d(image, operation, 2, 1, norm=32)
    assert not np.isnan(result).any()
    assert not np.isnan(adaptive_pool2d(image, operation, 2, norm=32)).any()


# Bands


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16"])
@pytest.mark.parametrize("operation", ["max", "min", "avg"])
@pytest.mark.parametrize(
    ("kernel", "stride"),
    [
        *((2, 2), (3, 1), (3, 2), (7, 2), (8, 3), (1, 3), (5, 9), (100, 100)),
        *((9, 1), (31, 1), (64, 1), (63, 2), (130, 1), (300, 1), (31, 2)),
    ],
)
def test_a_large_image_is_pooled_as_numpy_would(
    kernel: int, stride: int, operation: Name, dtype: str
) -> None:
    limits = np.iinfo(dtype)
    image = np.random.default_rng(3).integers(limits.min, limits.max, (900, 500), dtype)
    # A corner where every sum is as large as it can be.
    image[500:, :400] = limits.max
    view = np.lib.stride_tricks.sliding_window_view(image, kernel, axis=0)[::stride]
    combine: Any = {"max": np.max, "min": np.min, "avg": np.sum}[operation]
    lines = combine(view, axis=-1)
    view = np.lib.stride_tricks.sliding_window_view(lines, kernel, axis=1)[:, ::stride]
    expected = combine(view, axis=-1)
    if operation == "avg":
        expected = (expected / kernel**2).astype(np.float32)
    np.testing.assert_array_equal(pool2d(image, operation, kernel, stride), expected, strict=True)


@pytest.mark.parametrize(
    ("dtype", "kernel", "stride"),
    [("uint16", (17, 15), 1), ("uint16", (255, 1), (17, 1)), ("uint8", (254, 259), 1)],
)
def test_halves_that_share_a_pixel_may_sum_up_to_more_than_the_window(
    dtype: str, kernel: tuple[int, int], stride: Any
) -> None:
    # The sum of the window stays below 2^24, that of both halves does not.
    image = np.full((300, 300), np.iinfo(dtype).max, dtype)
    image -= np.random.default_rng(9).integers(0, 2, image.shape).astype(dtype)
    view = np.lib.stride_tricks.sliding_window_view(image, kernel)[:: np.ravel(stride)[0]]
    expected = (view.sum(axis=(2, 3)) / np.prod(kernel)).astype(np.float32)
    np.testing.assert_array_equal(pool2d(image, "avg", kernel, stride), expected, strict=True)


def divided(sums: Array, count: int) -> Array:
    """Divide exact sums of 16-bit pixels as averages are."""
    how = average(np.dtype("uint16"), (1, count), count, np.dtype("float32"))
    output = np.empty(sums.shape, np.float32)
    how.finish(sums.astype(how.working), np.full((1, 1), count, how.divide), output)
    return output


@settings(deadline=None)
@given(st.integers(129, 2**20), st.integers(0, 2**32 - 1), st.integers(9, 24))
def test_a_large_sum_is_divided_and_rounded_once(count: int, seed: int, digits: int) -> None:
    random = np.random.default_rng(seed)
    # Quotients as near to the middle of two float32 as sums can make them, of every size.
    middles = 2 * random.integers(2**23, 2**24, 300) + 1
    nearest = middles * count >> digits
    sums = np.unique(np.concatenate((nearest - 1, nearest, nearest + 1)))
    sums = sums[(sums >= 0) & (sums <= 65535 * count)]
    # Python divides integers with one rounding to 53 bits, 29 more than a float32 has.
    expected = np.array([int(total) / count for total in sums], np.float32)
    np.testing.assert_array_equal(divided(sums[np.newaxis], count)[0], expected)


@pytest.mark.parametrize("count", [512 * 49, 512 * 103, 1024 * 107])
def test_a_quotient_in_the_middle_of_two_floats_is_rounded_to_even(count: int) -> None:
    # m / 512 with 25 bits in m. 49 · (1 / 49) is not 1 in float64, nor is it with the others.
    middles = np.arange(2**24 + 1, 2**25, 2 * 997)
    expected = (middles / 512).astype(np.float32)
    assert (np.abs(expected.astype(float) * 512 - middles) == 1).all()
    np.testing.assert_array_equal(divided(middles[np.newaxis] * (count // 512), count)[0], expected)


def test_a_quotient_of_very_many_pixels_is_that_of_a_division() -> None:
    # With more than 2^27 pixels a product may round to another float32 than the quotient.
    total, count = 77_241_658_718_994, 1_787_748_777
    assert np.float32(total * (1 / count)) != np.float32(total / count)
    assert divided(np.array([[total]]), count) == np.float32(total / count)


def test_numpy_is_left_as_it_was() -> None:
    before = np.geterr(), np.getbufsize()
    for operation in NAMES:
        pool2d(np.eye(4), operation)
    assert (np.geterr(), np.getbufsize()) == before


@pytest.mark.parametrize("operation", NAMES)
@pytest.mark.parametrize("dtype", ["int16", "float64"])
def test_a_row_and_a_column_of_any_length_are_combined(dtype: str, operation: Name) -> None:
    # Sums are made from halves and thirds that fit, lack an item or share one.
    line = np.random.default_rng(8).integers(-(2**15), 2**15, (1, 120)).astype(dtype)
    for kernel in range(1, 70):
        expected = pool_reference(line, operation, (1, kernel), (1, 1), norm=3)
        for image, window, result in (
            (line, (1, kernel), expected),
            (line.T, (kernel, 1), expected.T),
        ):
            pooled = pool2d(image, operation, window, 1, norm=3)
            np.testing.assert_allclose(pooled, result, rtol=1e-12 if dtype != "int16" else 1e-6)


def memory_beside_the_result(
    shape: tuple[int, int], operation: Name, kernel: int | tuple[int, int] = 3
) -> int:
    """Measure the bytes that pooling an image of this shape takes for its work."""
    image = np.zeros(shape, np.uint8)
    tracemalloc.start()
    result = pool2d(image, operation, kernel, 2)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak - result.nbytes


@pytest.mark.parametrize("operation", ["max", "min", "avg", "lp"])
def test_memory_does_not_grow_with_the_height_of_the_image(operation: Name) -> None:
    # A tenth is for the lists of windows.
    short, tall = (memory_beside_the_result((rows, 300), operation) for rows in (16000, 64000))
    assert tall < 1.1 * short


def test_a_median_gathers_a_part_of_the_windows_at_a_time() -> None:
    # All windows together hold 5.4 million pixels.
    assert memory_beside_the_result((8000, 300), "median") < 2_500_000


def test_a_median_gathers_the_windows_of_a_long_row_in_groups(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(median, "GATHERED_BYTES", 100_000)
    # The windows of the row together hold 8 million pixels.
    assert memory_beside_the_result((1000, 2000), "median", (1000, 8)) < 2_000_000


@pytest.mark.parametrize("operation", ["max", "avg", "lp"])
@pytest.mark.parametrize("threads", [2, 3, 8])
def test_the_number_of_threads_changes_nothing(
    threads: int, operation: Name, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bands, "THREADED_BYTES", 0)
    # 263 rows, which no number divides.
    image = np.random.default_rng(5).normal(size=(527, 300, 1))
    image[100, 100] = NAN
    image[300, 299] = INF
    image[301, 299] = -INF
    window = Window.of((3, 2), 2, ((0, 1), (1, 0)))
    result = pool(image, operation, window, threads=threads)
    np.testing.assert_array_equal(result, pool(image, operation, window), strict=True)


@pytest.mark.parametrize("threads", [2, 3])
def test_a_running_sum_starts_anew_in_each_thread_and_strip(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = np.random.default_rng(6).integers(0, 256, (700, 1600, 1), np.uint8)
    expected = pool(image, "avg", Window.of(31, 1, 30))
    monkeypatch.setattr(bands, "THREADED_BYTES", 0)
    monkeypatch.setattr(bands, "THREADED_WORK_BYTES", 16_000)
    result = pool(image, "avg", Window.of(31, 1, 30), threads=threads)
    np.testing.assert_array_equal(result, expected, strict=True)


@pytest.mark.parametrize("padding", [0, ((30, 17), (0, 0))])
@pytest.mark.parametrize("size", [20_000, 80_000, 2**22])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_long_sums_of_floats_are_the_same_bits_in_all_bands(
    threads: int, size: int, padding: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = np.random.default_rng(11).normal(size=(701, 9, 1)).astype(np.float32)
    window = Window.of((31, 2), 1, padding)
    expected = pool(image, "avg", window)
    monkeypatch.setattr(bands, "THREADED_BYTES", 0)
    monkeypatch.setattr(bands, "WORK_BYTES", size)
    monkeypatch.setattr(bands, "THREADED_WORK_BYTES", size)
    result = pool(image, "avg", window, threads=threads)
    np.testing.assert_array_equal(result, expected, strict=True)


# Against the slow loop


def integers(random: np.random.Generator, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Array:
    """Draw integers of the whole range, of its ends only, or small ones with ties."""
    kind = native(dtype)
    if kind.kind == "b":
        return random.integers(0, 2, shape).astype(bool)
    info = np.iinfo(kind)
    flavour = random.integers(3)
    if flavour == 0:
        image: Array = random.integers(info.min, info.max, shape, kind, endpoint=True)
    elif flavour == 1:
        image = random.choice(np.array([info.min, info.max], kind), shape)
    else:
        image = random.integers(0, 4, shape, kind)
    return image.astype(dtype)


def floats(random: np.random.Generator, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Array:
    """Draw floats of some size, among them NaN and infinities in one image of three."""
    scale = float(random.choice([1, 30, 1000]))
    # Rounded, so that no power that lp takes is too small to be a float.
    values = (random.standard_normal(shape) * scale).round(3)
    if random.integers(3) == 0:
        odd = random.random(shape) < 0.1
        values[odd] = random.choice([NAN, INF, -INF], shape)[odd]
    return values.astype(dtype)


@st.composite
def images(draw: st.DrawFn) -> Array:
    """Draw an image of any dtype, size and layout."""
    dtype = np.dtype(draw(st.sampled_from(list(CARRIES))))
    channels = draw(st.sampled_from([(), (1,), (2,), (3,)]))
    shape = (draw(st.integers(1, 16)), draw(st.integers(1, 10)), *channels)
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    image = (floats if dtype.kind == "f" else integers)(random, dtype, shape)
    return draw(st.sampled_from(LAYOUTS))(image)


@st.composite
def windows(draw: st.DrawFn) -> dict[str, Any]:
    """Draw settings in the form that both pool2d and the reference take."""
    kernel = draw(st.tuples(st.integers(1, 7), st.integers(1, 6)))
    sides = st.tuples(*(st.tuples(*[st.integers(0, taps - 1)] * 2) for taps in kernel))
    padding: Any = draw(st.one_of(st.just(((0, 0), (0, 0))), st.just("same"), sides))
    return {
        "kernel": kernel,
        "stride": draw(st.tuples(st.integers(1, 5), st.integers(1, 5))),
        "padding": padding,
        "dilation": draw(st.one_of(st.just((1, 1)), st.tuples(*[st.integers(1, 3)] * 2))),
        "ceil_mode": padding != "same" and draw(st.booleans()),
    }


band_bytes = st.sampled_from([1, 40, 150, 600, 2400, 256 * 1024])
norms = st.one_of(st.sampled_from([1.0, 2.0, 3.0]), st.floats(1, 15))


def pool_in_bands(size: int, function: Callable[..., Array], *args: Any, **options: Any) -> Array:
    """Call `function` with buffers of `size` bytes: a small image crosses several of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bands, "WORK_BYTES", 4 * size)
        patch.setattr(bands, "THREADED_WORK_BYTES", 4 * size)
        patch.setattr(bands, "STRIP_WINDOWS", 1)
        patch.setattr(row_passes, "LONG_ROWS", 3)
        patch.setattr(median, "GATHERED_BYTES", size)
        patch.setattr(median, "NETWORK_BYTES", size)
        patch.setattr(median, "NETWORK_PIXELS", 12)
        return function(*args, **options)


def assert_agrees(
    result: Array, image: Array, operation: str, slow: Callable[[Array, str], Array], pixels: int
) -> None:
    """Hold a result against the slow loop, exactly wherever the contract is exact."""
    dtype = native(image.dtype)
    if operation in {"max", "min"}:
        assert_equal(result, slow(image, operation), dtype)
        return
    carry = np.dtype(CARRIES.get(dtype.name, "longdouble"))
    assert result.dtype == carry
    if operation == "median" or (operation == "avg" and dtype.kind != "f"):
        assert_equal(result, slow(image, operation), carry)
        return
    # The loop rounds to the carry type as well; on a float64 image it does so at 2^-53.
    expected = slow(image.astype(np.float64), operation).astype(np.longdouble)
    size = np.abs(image.astype(np.float64))
    unit = 2.0**-24 if carry == np.float32 else 2.0**-53
    if operation == "avg":
        # A sum of n numbers takes n - 1 roundings and its division one more, each of at most
        # `unit` of what is summed, n times the mean of |x|; the loop itself takes two.
        bound = (pixels * unit + 2 * 2.0**-53) * slow(size, "avg")
    else:
        # The result is rounded once to the carry type; powers, sum and root are float64's.
        bound = (unit + (pixels + 16) * 2.0**-53) * np.abs(expected)
    finite = np.isfinite(expected)
    assert result.shape == expected.shape
    np.testing.assert_array_equal(result[~finite], expected[~finite])
    error = np.abs(result.astype(np.longdouble)[finite] - expected[finite])
    assert (error <= bound[finite]).all()


def is_refused_by_the_loop(shape: tuple[int, ...], window: dict[str, Any]) -> bool:
    """Tell whether the loop finds no window, or one without a pixel (which has no maximum)."""
    try:
        return pool_reference(np.zeros(shape[:2], np.uint8), "max", **window).size == 0
    except ValueError:
        return True


@pytest.mark.parametrize("operation", NAMES)
@settings(deadline=None, max_examples=400)
@given(
    image=images(), window=windows(), count_include_pad=st.booleans(), norm=norms, size=band_bytes
)
def test_pool2d_is_the_slow_loop(
    operation: Name,
    image: Array,
    window: dict[str, Any],
    count_include_pad: bool,
    norm: float,
    size: int,
) -> None:
    counted = count_include_pad and operation == "avg"
    before = image.tobytes()
    try:
        result = pool_in_bands(
            size, pool2d, image, operation, **window, count_include_pad=counted, norm=norm
        )
    except PoolcliError:
        assert is_refused_by_the_loop(image.shape, window)
        return
    assert not is_refused_by_the_loop(image.shape, window)
    assert image.tobytes() == before

    def slow(pixels: Array, how: str) -> Array:
        return pool_reference(pixels, how, **window, count_include_pad=counted, norm=norm)

    assert_agrees(result, image, operation, slow, window["kernel"][0] * window["kernel"][1])


@pytest.mark.parametrize("operation", NAMES)
@settings(deadline=None, max_examples=60)
@given(image=images(), window=windows(), threads=st.integers(1, 4), size=band_bytes)
def test_neither_threads_nor_the_size_of_buffers_change_a_bit(
    operation: Name, image: Array, window: dict[str, Any], threads: int, size: int
) -> None:
    checked = Window.of(**window)
    try:
        expected = pool_in_bands(2**20, pool, image, operation, checked)
    except PoolcliError:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bands, "THREADED_BYTES", 0)
        result = pool_in_bands(size, pool, image, operation, checked, threads=threads)
    np.testing.assert_array_equal(result, expected, strict=True)


@pytest.mark.parametrize("operation", NAMES)
@settings(deadline=None, max_examples=200)
@given(
    image=images(),
    output_size=st.tuples(st.integers(1, 20), st.integers(1, 14)),
    norm=norms,
    size=band_bytes,
)
def test_adaptive_pool2d_is_the_slow_loop(
    operation: Name, image: Array, output_size: tuple[int, int], norm: float, size: int
) -> None:
    before = image.tobytes()
    result = pool_in_bands(size, adaptive_pool2d, image, operation, output_size, norm)
    assert image.tobytes() == before

    def slow(pixels: Array, how: str) -> Array:
        return adaptive_pool_reference(pixels, how, output_size, norm)

    longest = [size // output + 2 for size, output in zip(image.shape, output_size, strict=False)]
    assert_agrees(result, image, operation, slow, longest[0] * longest[1])


# What must hold for any image


@settings(deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([(2, 1), (2, 2), (2, 3), (2, 4), (3, 2), (3, 3), (4, 2)]),
    st.tuples(*[st.integers(0, 30)] * 2),
    st.booleans(),
)
def test_max_repeated_is_max_once_with_a_larger_window(
    seed: int, repeat: tuple[int, int], more: tuple[int, int], ceil_mode: bool
) -> None:
    kernel, times = repeat
    large = kernel**times
    # In floor mode a smaller image has no window at all.
    shape = tuple(1 + extra if ceil_mode else large + extra for extra in more)
    image = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    expected = pool2d(image, "max", large, ceil_mode=ceil_mode)
    for _ in range(times):
        image = pool2d(image, "max", kernel, ceil_mode=ceil_mode)
    np.testing.assert_array_equal(image, expected, strict=True)


@settings(deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([(2, 1), (2, 2), (2, 3), (3, 2), (4, 2)]),
    st.tuples(*[st.integers(0, 30)] * 2),
)
def test_avg_repeated_is_avg_once_with_a_larger_window_up_to_rounding(
    seed: int, repeat: tuple[int, int], more: tuple[int, int]
) -> None:
    kernel, times = repeat
    large = kernel**times
    shape = (large + more[0], large + more[1])
    image: Array = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    expected = pool2d(image, "avg", large)
    for _ in range(times):
        image = pool2d(image, "avg", kernel)
    assert image.dtype == expected.dtype == np.float32
    np.testing.assert_allclose(image, expected, rtol=large**2 * 2.0**-24)


@settings(deadline=None)
@given(images(), windows())
def test_the_minimum_is_the_maximum_of_the_complement(image: Array, window: dict[str, Any]) -> None:
    try:
        lowest = pool2d(image, "min", **window)
    except PoolcliError:
        return
    if image.dtype.kind == "f":
        np.testing.assert_array_equal(lowest, -pool2d(-image, "max", **window), strict=True)
    else:
        np.testing.assert_array_equal(lowest, ~pool2d(~image, "max", **window), strict=True)


@settings(deadline=None)
@given(windows(), st.integers(1, 255), st.tuples(*[st.integers(1, 20)] * 2), st.data())
def test_a_constant_image_stays_constant(
    window: dict[str, Any], value: int, shape: tuple[int, int], data: st.DataObject
) -> None:
    dtype = data.draw(st.sampled_from([name for name in CARRIES if name not in {"bool", "int8"}]))
    constant = np.dtype(dtype).type(value / 7 if np.dtype(dtype).kind == "f" else value)
    image = np.full(shape, constant, dtype)
    output_size = data.draw(st.tuples(*[st.integers(1, 25)] * 2))
    for operation in NAMES:
        results = [adaptive_pool2d(image, operation, output_size)]
        with suppress(PoolcliError):
            results.append(pool2d(image, operation, **window))
        for result in results:
            if operation in {"max", "min", "median"}:
                assert (result == constant).all()
            elif image.dtype.kind == "f":
                np.testing.assert_allclose(result, constant, rtol=image.size * 2.0**-24)
            else:
                assert (result.round() == constant).all()
                assert operation == "lp" or (result == constant).all()


@settings(deadline=None)
@given(windows(), st.integers(0, 2**32 - 1), st.tuples(*[st.integers(1, 16)] * 2))
def test_counted_padding_is_a_border_of_zeros(
    window: dict[str, Any], seed: int, shape: tuple[int, int]
) -> None:
    window["ceil_mode"] = False
    image = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    try:
        result = pool2d(image, "avg", **window, count_include_pad=True)
        axes = Window.of(**window).axes(shape)
    except PoolcliError:
        return
    bordered = np.pad(image, [(axis.before, axis.after) for axis in axes])
    window["padding"] = 0
    expected = pool2d(bordered, "avg", **window)
    np.testing.assert_array_equal(result, expected, strict=True)


@settings(deadline=None)
@given(images(), windows(), st.sampled_from(NAMES))
def test_each_channel_pools_as_an_image_of_its_own(
    image: Array, window: dict[str, Any], operation: Name
) -> None:
    image = image.reshape(*image.shape[:2], -1)
    try:
        together = pool2d(image, operation, **window)
    except PoolcliError:
        return
    for channel in range(image.shape[2]):
        alone = pool2d(image[:, :, channel], operation, **window)
        np.testing.assert_array_equal(together[:, :, channel], alone, strict=True)


def test_the_power_mean_grows_from_the_average_to_the_maximum() -> None:
    image = np.random.default_rng(4).integers(0, 256, (8, 8), np.uint8)
    means = [pool2d(image, "lp", 4, norm=norm) for norm in (1, 1.5, 2, 4, 8, 16, 32)]
    np.testing.assert_array_equal(means[0], pool2d(image, "avg", 4))
    for smaller, larger in zip(means, [*means[1:], pool2d(image, "max", 4)], strict=True):
        assert (smaller < larger).all()
    # The 32nd root of 16 pixels is 1.09.
    assert (means[-1] * 1.1 > pool2d(image, "max", 4)).all()


@pytest.mark.parametrize("operation", NAMES)
def test_a_window_of_one_pixel_changes_no_value(operation: Name) -> None:
    image = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    np.testing.assert_array_equal(pool2d(image, operation, 1), image)
    np.testing.assert_array_equal(adaptive_pool2d(image, operation, (2, 4)), image)


def test_pool_takes_a_window_that_is_already_checked() -> None:
    image = np.array(TEXTBOOK, np.uint8)
    assert_equal(pool(image, "max", Window.of(2)), [[6, 8], [3, 4]], "uint8")
    assert_equal(pool(image, "max", AdaptiveWindow.of((1, 3))), [[6, 7, 8]], "uint8")
    counted = pool(image, "avg", Window.of(2, padding=1), count_include_pad=True)
    assert_equal(counted[0], [0.25, 0.75, 1], "float32")
    assert_equal(pool(image, "lp", Window.of((1, 4)), norm=1)[:1], [[2]], "float32")
    assert_equal(pool(image, "lp", Window.of((1, 4)))[:1], [[5.5**0.5]], "float32")


# Refusals

NO_IMAGE_SHAPE = "; an image is (rows, columns) or (rows, columns, channels), a batch has 4 axes"


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros(5), f"the image has shape (5,){NO_IMAGE_SHAPE}"),
        (
            np.zeros((2, 2, 2, 2)),
            (
                "the image has shape (2, 2, 2, 2):"
                ' layout="nchw" reads 2 items of 2 channels of 2×2,'
                ' layout="nhwc" 2 items of 2 channels of 2×2'
            ),
        ),
        (7, f"the image has shape (){NO_IMAGE_SHAPE}"),
        (np.zeros((0, 4)), "the image is empty: its shape is (0, 4)"),
        (np.zeros((4, 0)), "the image is empty: its shape is (4, 0)"),
        (np.zeros((4, 4, 0)), "the image is empty: its shape is (4, 4, 0)"),
        (np.zeros((4, 4), complex), "an image holds real numbers, got dtype complex128"),
        (np.zeros((4, 4), object), "an image holds real numbers, got dtype object"),
        ([["a", "b"]], "an image holds real numbers, got dtype <U1"),
        (np.zeros((4, 4), "m8[s]"), "an image holds real numbers, got dtype timedelta64[s]"),
    ],
)
def test_an_array_that_is_no_image_is_refused(image: Any, message: str) -> None:
    calls: list[Callable[[], Array]] = [
        lambda: pool2d(image, "max"),
        lambda: adaptive_pool2d(image, "max", 1),
    ]
    for call in calls:
        with pytest.raises(PoolcliError) as caught:
            call()
        assert str(caught.value) == message
        assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    "image",
    [
        np.ma.masked_array([[1, 2], [3, 4]], [[True, False], [False, False]]),
        np.ma.masked_array([[1, 2], [3, 4]]),
        [np.ma.masked_array([1, 2], [True, False]), np.ma.masked_array([3, 4])],
        [[1, 2], (3, np.ma.masked)],
    ],
)
def test_a_mask_is_not_dropped(image: Any) -> None:
    calls: list[Callable[[], Array]] = [
        lambda: pool2d(image, "max"),
        lambda: adaptive_pool2d(image, "max", 1),
    ]
    for call in calls:
        with pytest.raises(PoolcliError) as caught:
            call()
        assert str(caught.value) == (
            "masks are not supported: masked pixels would count; give a value with .filled(value)"
        )
    filled = np.ma.masked_array([[1, 2], [3, 4]], [[True, False], [False, False]]).filled(9)
    assert pool2d(filled, "max").tolist() == [[9]]


@pytest.mark.parametrize(
    ("operation", "options", "message"),
    [
        ("mean", {}, f"operation must be one of {LISTED}, got 'mean'"),
        ("MAX", {}, f"operation must be one of {LISTED}, got 'MAX'"),
        (None, {}, f"operation must be one of {LISTED}, got None"),
        *(
            (
                operation,
                {"count_include_pad": True},
                f"count_include_pad belongs to avg; {operation} has no divisor to change",
            )
            for operation in ("max", "min", "median", "lp")
        ),
        ("lp", {"norm": 0.5}, "norm must lie between 1 and 32, got 0.5"),
        ("lp", {"norm": 32.5}, "norm must lie between 1 and 32, got 32.5"),
        ("lp", {"norm": NAN}, "norm must lie between 1 and 32, got nan"),
        ("lp", {"norm": -INF}, "norm must lie between 1 and 32, got -inf"),
        ("max", {"kernel": 0}, "kernel must be at least 1, got 0"),
        ("max", {"stride": 0}, "stride must be at least 1, got 0"),
        ("max", {"dilation": 0}, "dilation must be at least 1, got 0"),
        (
            "max",
            {"padding": 2},
            "padding must be smaller than the kernel, got 2 for a kernel of 2 rows",
        ),
        (
            "max",
            {"padding": "same", "ceil_mode": True},
            'padding "same" keeps every pixel already; leave out ceil mode',
        ),
    ],
)
def test_a_setting_out_of_range_is_a_usage_error(
    operation: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(PoolcliError) as caught:
        pool2d(np.zeros((4, 4)), operation, **options)
    assert str(caught.value) == message


@pytest.mark.parametrize("norm", [1, 32])
def test_the_ends_of_the_norms_are_allowed(norm: int) -> None:
    assert pool2d(np.ones((2, 2)), "lp", norm=norm) == 1


def test_an_output_size_of_zero_is_a_usage_error() -> None:
    with pytest.raises(PoolcliError, match="output size must be at least 1, got 0"):
        adaptive_pool2d(np.zeros((4, 4)), "max", (2, 0))


@pytest.mark.parametrize("operation", NAMES)
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kernel": 3}, "kernel 3x3 does not fit the 2x2 image"),
        (
            {"kernel": 2, "stride": 1, "padding": 1, "dilation": 3},
            "kernel 2x2 with dilation 3,3 has windows without a pixel of the 2x2 image",
        ),
    ],
)
def test_a_window_that_does_not_fit_is_refused_and_gives_no_infinity(
    options: dict[str, Any], message: str, operation: Name
) -> None:
    with pytest.raises(PoolcliError) as caught:
        pool2d(np.zeros((2, 2)), operation, **options)
    assert str(caught.value) == message


def test_a_median_of_subnormal_numbers_is_rounded_once() -> None:
    result = pool2d([[5e-324, 1e-323]], "median", (1, 2))
    assert_equal(result, [[1e-323]], "float64")


def test_a_ragged_list_is_no_image() -> None:
    with pytest.raises(PoolcliError, match="an image has rows of one length"):
        pool2d([[1, 2], [3]], "max")
