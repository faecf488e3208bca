"""Parameters of the Python functions: a result or a PoolcliError, before memory is allocated."""

from __future__ import annotations

import math
import resource
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poolcli import PoolcliError, adaptive_pool2d, pool2d

SMALL = np.arange(16).reshape(4, 4)
LARGEST = 2**31 - 1


class Hostile:
    """An object whose every conversion fails with an error of its own."""

    def __repr__(self) -> str:
        raise RuntimeError("no repr")

    def __index__(self) -> int:
        raise RuntimeError("no index")

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise RuntimeError("no array")


NUMBERS = st.one_of(
    st.integers(-3, 9),
    st.integers(),
    st.sampled_from([LARGEST, LARGEST + 1, 10**12]),
    st.sampled_from([5000, 400]).map(lambda digits: 10**digits),
    st.floats(),
    st.complex_numbers(),
    st.fractions(),
    st.decimals(),
)
SCALARS = st.sampled_from(
    [
        *(np.dtype(name).type(2) for name in ("i1", "u8", "f2", "f4", "f8", "g", "c8", "?")),
        np.str_("max"),
        np.bytes_(b"ab"),
        np.datetime64("2020-01-01"),
        np.array(2),
        np.array([2, 3]),
        np.array([[1, 1], [1, 1]]),
        np.array([None, "x"]),
        np.array(math.nan),
    ]
)
ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    NUMBERS,
    SCALARS,
    st.text(max_size=5),
    st.binary(max_size=5),
    st.sampled_from(["same", "valid", "max", "avg", "2", b"ab", bytearray(b"ab"), range(10**12)]),
    st.builds(Hostile),
    st.just(memoryview(b"ab")),
    st.just(datetime(2020, 1, 1, tzinfo=UTC)),
)
ANYTHING = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.sets(st.integers(), max_size=2),
        st.dictionaries(st.text(max_size=2), inner, max_size=2),
    ),
    max_leaves=6,
)
IMAGES = st.one_of(
    st.sampled_from(
        [
            np.zeros((0, 3)),
            np.zeros((3, 0)),
            np.zeros(3),
            np.zeros(()),
            np.zeros((2, 2, 2, 2)),
            np.zeros((2, 2), "M8[D]"),
            np.zeros((2, 2), "m8[D]"),
            np.zeros((2, 2), "U3"),
            np.zeros((2, 2), [("a", "i4")]),
            np.zeros((2, 2), "c16"),
            np.full((2, 2), None),
            *(np.ones((3, 3), name) for name in ("?", "i1", ">u2", "f2", "g", "u8")),
            [[1, 2], [3]],
            [[1, 2], [3, 10**30]],
            [[1, None]],
            [range(10**12)],
            "4x4",
        ]
    ),
    ANYTHING,
)


@pytest.fixture(autouse=True)
def _little_memory() -> Iterator[None]:
    """Make allocations before the checks fail."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 2 * 2**30, hard))
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def check(function: Any, *arguments: Any, **settings: Any) -> None:
    message = ""
    try:
        assert isinstance(function(*arguments, **settings), np.ndarray)
    except PoolcliError as error:
        message = str(error)
    assert "\n" not in message
    assert len(message) < 500


@pytest.mark.parametrize(
    "name",
    [
        "operation",
        "kernel",
        "stride",
        "padding",
        "dilation",
        "ceil_mode",
        "count_include_pad",
        "norm",
        "max_pixels",
    ],
)
@settings(deadline=None)
@given(value=ANYTHING)
def test_pool2d_returns_a_result_or_raises_a_poolcli_error_for_any_value(
    name: str, value: Any
) -> None:
    operation = {"count_include_pad": "avg", "norm": "lp"}.get(name, "max")
    check(pool2d, SMALL, **{"operation": operation, name: value})


@pytest.mark.parametrize("name", ["operation", "output_size", "norm", "max_pixels"])
@settings(deadline=None)
@given(value=ANYTHING)
def test_adaptive_pool2d_returns_a_result_or_raises_a_poolcli_error_for_any_value(
    name: str, value: Any
) -> None:
    check(adaptive_pool2d, SMALL, **{"operation": "lp", "output_size": 2, name: value})


@settings(deadline=None, max_examples=300)
@given(image=IMAGES, operation=st.sampled_from(["max", "avg", "median", "lp"]))
def test_any_image_gives_a_result_or_a_poolcli_error(image: Any, operation: Any) -> None:
    check(pool2d, image, operation)
    check(adaptive_pool2d, image, operation, 2)


@pytest.mark.parametrize(
    "norm",
    [
        *("2", None, np.array([2.0]), np.array(2.0), Fraction(2), Decimal(2), True, 2j, [2]),
        *(math.nan, math.inf, 0, 33, 10**400),
    ],
    ids=type,
)
def test_a_norm_is_a_number_from_1_to_32(norm: Any) -> None:
    with pytest.raises(PoolcliError, match="norm must"):
        pool2d(SMALL, "lp", norm=norm)
    with pytest.raises(PoolcliError, match="norm must"):
        pool2d(SMALL, "max", norm=norm)


@pytest.mark.parametrize("norm", [2, np.int64(2), np.float16(2), np.longdouble(2)])
def test_a_norm_may_be_a_scalar_of_numpy(norm: Any) -> None:
    np.testing.assert_array_equal(pool2d(SMALL, "lp", norm=norm), pool2d(SMALL, "lp"))


@pytest.mark.parametrize("name", ["kernel", "stride", "dilation"])
@pytest.mark.parametrize("value", [True, "2", b"ab", 2.0, 0, 2**31, (2, 2**31), [2, 2, 2], {2, 3}])
def test_windows_are_one_or_two_whole_numbers_in_the_range_of_the_command_line(
    name: str, value: Any
) -> None:
    settings: dict[str, Any] = {name: value}
    with pytest.raises(PoolcliError, match=name):
        pool2d(SMALL, "max", **settings)


@pytest.mark.parametrize("name", ["ceil_mode", "count_include_pad"])
@pytest.mark.parametrize("value", [1, 0, "", None, np.array([True, False]), "yes"])
def test_a_flag_is_true_or_false(name: str, value: Any) -> None:
    settings: dict[str, Any] = {name: value}
    with pytest.raises(PoolcliError, match=f"{name} must be True or False"):
        pool2d(SMALL, "avg", **settings)


@pytest.mark.parametrize("name", ["ceil_mode", "count_include_pad"])
def test_a_flag_may_be_a_scalar_of_numpy(name: str) -> None:
    theirs: dict[str, Any] = {name: np.True_}
    ours: dict[str, Any] = {name: True}
    np.testing.assert_array_equal(
        pool2d(SMALL, "avg", 3, 2, 1, **theirs), pool2d(SMALL, "avg", 3, 2, 1, **ours)
    )


def test_an_unhashable_operation_is_refused() -> None:
    operation: Any = ["max"]
    with pytest.raises(PoolcliError, match="operation must be one of"):
        pool2d(SMALL, operation)


def test_a_result_beyond_max_pixels_is_refused_before_it_is_allocated() -> None:
    with pytest.raises(PoolcliError, match="output size must be at most 2147483647"):
        adaptive_pool2d(SMALL, "avg", 10**12)
    with pytest.raises(PoolcliError, match=r"the result has 10,000,000,000 pixels .*max_pixels=1"):
        adaptive_pool2d(SMALL, "avg", 10**5)
    with pytest.raises(PoolcliError, match="padding must be at most 2147483647"):
        pool2d(SMALL, "max", LARGEST, 1, 10**12)
    with pytest.raises(PoolcliError, match="the result has"):
        pool2d(SMALL, "max", LARGEST, 1, LARGEST - 1)


def test_max_pixels_bounds_the_image_and_the_result_and_may_be_raised() -> None:
    with pytest.raises(PoolcliError, match=r"the image has 16 pixels .*max_pixels=16"):
        pool2d(SMALL, "max", max_pixels=15)
    with pytest.raises(PoolcliError, match=r"the result has 25 pixels .*max_pixels=25"):
        adaptive_pool2d(SMALL, "max", 5, max_pixels=24)
    assert pool2d(SMALL, "max", max_pixels=16).shape == (2, 2)
    assert adaptive_pool2d(SMALL, "max", 5, max_pixels=25).shape == (5, 5)


def test_many_channels_do_not_pass_the_limit() -> None:
    image = np.zeros((1, 1, 10**6), np.uint8)
    with pytest.raises(PoolcliError, match="the result has 100,000,000,000,000 values"):
        adaptive_pool2d(image, "max", 10**4, layout="hwc")
    assert adaptive_pool2d(image, "max", 2, layout="hwc").shape == (2, 2, 10**6)


def test_a_nested_list_is_measured_before_it_is_converted() -> None:
    with pytest.raises(PoolcliError, match="the image has 1,000,000,000,000 pixels"):
        pool2d([range(10**12)], "max")
    with pytest.raises(PoolcliError, match="an image is rows"):
        pool2d(range(10**12), "max")


def test_rows_may_be_arrays() -> None:
    rows = [np.array([1, 2]), np.array([3, 4])]
    assert pool2d(rows, "max").tolist() == [[4]]
    assert pool2d([np.array(rows)], "max", layout="chw").tolist() == [[[4]]]


def test_a_list_that_holds_itself_is_refused() -> None:
    image: list[Any] = []
    image.append(image)
    with pytest.raises(PoolcliError):
        pool2d(image, "max")


def test_a_result_that_no_array_can_hold_is_refused() -> None:
    size = 2**31 - 1
    with pytest.raises(PoolcliError, match="more than an array can hold"):
        adaptive_pool2d(np.zeros((2, 2)), "max", size, max_pixels=size**2)


def test_a_span_of_time_is_no_norm() -> None:
    with pytest.raises(PoolcliError, match="norm"):
        pool2d(np.zeros((2, 2)), "lp", norm=np.timedelta64(2))  # type: ignore[arg-type]


def test_a_mask_behind_an_array_interface_is_refused() -> None:
    class Wrapped:
        def __array__(self, dtype: object = None, copy: object = None) -> object:
            return np.ma.masked_equal([[1, 2], [3, 4]], 4)

    with pytest.raises(PoolcliError, match="masks are not supported"):
        pool2d(Wrapped(), "max")  # type: ignore[arg-type]
