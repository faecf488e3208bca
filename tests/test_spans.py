"""Windows larger than the image, and very many windows: correct, in little time and memory."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from helpers.core import Name
from hypothesis import given, settings
from hypothesis import strategies as st

from poolcli import PoolcliError, adaptive_pool2d, pool2d
from poolcli.geometry import AdaptiveAxis, Axis, Window
from poolcli.pooling.spans import count_taps, lay_spans, pieces

HUGE = 2**31 - 1
SIZES = (1, 2, 3, 4097, HUGE)
OPERATIONS: tuple[Name, ...] = get_args(Name)
GIBIBYTE = 2**30


@pytest.fixture
def _little() -> Iterator[None]:
    """Limit the memory to 2 GiB more than is used now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 2 * GIBIBYTE, hard))
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@given(
    st.one_of(
        st.builds(
            Axis,
            size=st.integers(1, 20),
            output=st.integers(1, 12),
            kernel=st.integers(1, 12),
            stride=st.integers(1, 9),
            dilation=st.integers(1, 9),
            before=st.integers(0, 12),
            after=st.integers(0, 12),
        ),
        st.builds(AdaptiveAxis, st.integers(1, 20), st.integers(1, 30)),
    ),
    st.booleans(),
)
def test_arrays_of_positions_equal_those_of_each_window(axis: Any, padding: bool) -> None:
    starts, counts, step = lay_spans(axis, range(axis.output), padding=padding)
    in_arrays = [
        list(range(start, start + count * step, step))
        for start, count in zip(starts.tolist(), counts.tolist(), strict=True)
    ]
    one_by_one = [list(axis.inside(index, padding=padding)) for index in range(axis.output)]
    assert in_arrays == one_by_one
    assert count_taps(axis, np.int64, padding=padding).tolist() == list(map(len, one_by_one))


def test_pieces_cover_a_range_in_order() -> None:
    assert list(pieces(7, 3)) == [range(3), range(3, 6), range(6, 7)]
    assert list(pieces(0, 3)) == []


@pytest.mark.usefixtures("_little")
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("shape", [(1, 1), (4, 4), (60, 50, 3)])
def test_no_kernel_stride_padding_or_dilation_takes_long(
    operation: Name, shape: tuple[int, ...]
) -> None:
    image = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    low, high = image.min(), image.max()
    for kernel in SIZES:
        for stride in (1, 3, HUGE):
            for dilation in (1, 2, HUGE):
                for padding in ("same", "valid", 0, kernel // 2, kernel - 1):
                    for ceil in (False, True):
                        counted = operation == "avg" and padding != "same"
                        arguments = (kernel, stride, padding, dilation, ceil, counted)
                        start = time.process_time()
                        try:
                            pooled = pool2d(image, operation, *arguments, max_pixels=10**6)
                        except PoolcliError:
                            pooled = image
                        assert time.process_time() - start < 10, arguments
                        assert counted or pooled.min() >= low - 1e-3
                        assert pooled.max() <= high + 1e-3


@pytest.mark.parametrize("dtype", ["u1", "i8", "f4"])
@pytest.mark.parametrize("operation", OPERATIONS)
@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_window_that_sees_all_has_the_value_of_all(
    operation: Name, dtype: str, data: st.DataObject
) -> None:
    rows, columns = data.draw(st.tuples(st.integers(1, 6), st.integers(1, 6)))
    values = st.lists(st.integers(0, 100), min_size=rows * columns, max_size=rows * columns)
    image = np.array(data.draw(values), dtype).reshape(rows, columns)
    pooled = pool2d(image, operation, HUGE, 1, "same")
    one = adaptive_pool2d(image, operation, 1)
    np.testing.assert_allclose(pooled, np.broadcast_to(one, image.shape), rtol=1e-6)


@pytest.mark.usefixtures("_little")
@pytest.mark.parametrize("operation", ["max", "avg", "lp", "median"])
@pytest.mark.parametrize("output", [(1, 20_000_000), (20_000_000, 1), (4_000_000, 3)])
def test_very_many_adaptive_windows_take_little_time(
    operation: Name, output: tuple[int, int]
) -> None:
    image = np.arange(16, dtype=np.uint8).reshape(4, 4)
    start = time.process_time()
    pooled = adaptive_pool2d(image, operation, output)
    assert time.process_time() - start < 30
    assert pooled.shape == output
    few = adaptive_pool2d(image, operation, tuple(min(side, 4) for side in output))
    steps = tuple(max(1, side // 4) for side in output)
    np.testing.assert_array_equal(pooled[:: steps[0], :: steps[1]][: few.shape[0]], few)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_many_short_windows_are_pooled_as_few_are(operation: Name) -> None:
    line = np.random.default_rng(1).integers(0, 256, (3, 3000)).astype(np.uint8)
    whole = adaptive_pool2d(line, operation, (2, 1100))
    axis = AdaptiveAxis(3000, 1100)
    for index in (0, 1, 500, 1098, 1099):
        seen = axis.window(index)
        alone = adaptive_pool2d(line[:, seen.start : seen.stop], operation, (2, 1))
        np.testing.assert_allclose(whole[:, index], alone[:, 0], rtol=1e-6)


def test_a_dilated_kernel_beyond_the_image_makes_no_lines_of_its_length() -> None:
    image = np.arange(16, dtype=np.float32).reshape(4, 4)
    pooled = pool2d(image, "max", 3, 1, "same", HUGE)
    np.testing.assert_array_equal(pooled, image)
    assert Window.of(3, 1, "same", HUGE).axes((4, 4))[0].extent > 4 * 10**9
