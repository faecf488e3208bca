"""Columns of windows: every stride-th pixel is kept, whatever its type and channels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers.core import Name, reduction
from numpy.typing import NDArray

from poolcli.geometry import Window
from poolcli.pooling.column_pass import ColumnPass, keep_pixels
from poolcli.pooling.scratch import Scratch

Array = NDArray[Any]


def bytes_of(shape: tuple[int, ...], dtype: str) -> Array:
    """Return random bits as an array; as floats they are of any kind."""
    random = np.random.default_rng(1)
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    return np.frombuffer(random.bytes(size), dtype).reshape(shape)


@pytest.mark.parametrize("stride", [2, 3, 4, 8, 9])
@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("dtype", ["u1", "u2", "f2", "f4", "f8", "g"])
@pytest.mark.parametrize("missing", [0, 1])
def test_each_stride_keeps_its_first_pixel_bit_by_bit(
    stride: int, channels: int, dtype: str, missing: int
) -> None:
    # The last stride may be cut off by the end of the line.
    dense = bytes_of((3, (5 * stride - missing) * channels), dtype)
    kept = np.zeros((3, 5 * channels), dtype)
    keep_pixels(dense, stride, kept, channels)
    expected = dense.reshape(3, -1, channels)[:, ::stride].reshape(3, -1)
    assert kept.tobytes() == expected.tobytes()


@pytest.mark.parametrize("operation", ["max", "avg"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("kernel", "stride", "dilation"),
    [(1, 1, 1), (1, 3, 1), (2, 2, 1), (3, 1, 1), (3, 2, 1), (7, 3, 2), (4, 1, 3)],
)
def test_columns_of_each_channel_are_combined(
    operation: Name, channels: int, kernel: int, stride: int, dilation: int
) -> None:
    image = np.random.default_rng(2).integers(0, 256, (4, 24, channels)).astype(np.uint8)
    _, columns = Window.of((1, kernel), (1, stride), 0, (1, dilation)).axes((4, 24))
    how = reduction(operation, np.dtype(np.uint8), (1, kernel), 2.0)
    lines = image.reshape(4, -1).astype(how.working)
    band = np.empty((4, columns.output * channels), how.result)
    scratch = Scratch(lines.nbytes)
    combined = ColumnPass(columns, channels, how).combine(lines, band, scratch)
    # Maxima are in place; sums are still to be divided.
    assert (combined is band) == (operation == "max" and (kernel, stride) != (1, 1))
    expected = np.stack(
        [
            how.combine.reduce(image[:, list(columns.window(index))].astype(int), axis=1)
            for index in range(columns.output)
        ],
        axis=1,
    )
    np.testing.assert_array_equal(combined, expected.reshape(4, -1))
