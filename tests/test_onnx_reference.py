"""Each point on which poolcli and the loops of onnx.reference differ.

Thousands of random settings are in test_conformance.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers.onnx_peer import Array, evaluate, run

from poolcli import pool2d
from poolcli.errors import PoolcliError

NAN = np.nan


def row(*values: float, dtype: str = "float32") -> Array:
    """Return an image of one row."""
    return np.array([values], dtype)


def test_onnx_reference_keeps_the_nan_of_a_maximum_only_where_it_comes_first() -> None:
    image = row(NAN, 1, 1, NAN)
    result = evaluate("MaxPool", image, kernel_shape=[1, 2], strides=[1, 2])
    np.testing.assert_array_equal(result, [[NAN, 1]])
    np.testing.assert_array_equal(pool2d(image, "max", (1, 2)), [[NAN, NAN]])


@pytest.mark.parametrize("operator", ["AveragePool", "LpPool"])
def test_onnx_reference_takes_nan_for_padding(operator: str) -> None:
    image = row(NAN, 3)
    assert np.isfinite(evaluate(operator, image, kernel_shape=[1, 2])).all()
    assert np.isnan(pool2d(image, "avg", (1, 2))).all()
    assert np.isnan(pool2d(image, "lp", (1, 2))).all()


def test_onnx_reference_cuts_the_average_of_integers() -> None:
    image = row(1, 2, dtype="uint8")
    average = evaluate("AveragePool", image, kernel_shape=[1, 2])
    assert average.dtype == np.uint8
    assert average == 1
    assert pool2d(image, "avg", (1, 2)) == 1.5


def test_onnx_reference_takes_padding_as_large_as_the_kernel() -> None:
    image = row(1, 2)
    attributes: dict[str, Any] = {"kernel_shape": [1, 2], "pads": [0, 2, 0, 0], "strides": [1, 2]}
    np.testing.assert_array_equal(evaluate("MaxPool", image, **attributes), [[0, 2]])
    with pytest.raises(PoolcliError, match="padding must be smaller than the kernel"):
        pool2d(image, "max", (1, 2), padding=((0, 0), (2, 0)))


def test_onnx_reference_makes_a_zero_of_a_window_without_a_pixel() -> None:
    attributes: dict[str, Any] = {"kernel_shape": [1, 2], "pads": [0, 1, 0, 1], "dilations": [1, 2]}
    assert evaluate("MaxPool", row(-3), **attributes) == 0
    with pytest.raises(PoolcliError, match="has windows without a pixel"):
        pool2d(row(-3), "max", (1, 2), 1, (0, 1), (1, 2))


def test_onnx_reference_shifts_the_windows_of_same_when_the_stride_skips_pixels() -> None:
    image = np.arange(10, dtype=np.float32).reshape(1, 10)
    attributes = {"kernel_shape": [1, 1], "strides": [1, 6], "auto_pad": "SAME_UPPER"}
    np.testing.assert_array_equal(evaluate("MaxPool", image, **attributes), [[2, 8]])
    with pytest.raises(ValueError, match="negative"):
        evaluate("AveragePool", image, **attributes)
    np.testing.assert_array_equal(pool2d(image, "max", 1, (1, 6), "same"), [[0, 6]])


@pytest.mark.parametrize(
    ("padding", "wrong", "right"),
    [("same", [2, 3, 3, 0], [2, 2, 3, 3]), ("valid", [2, 3, 0], [2, 3])],
)
def test_onnx_reference_forgets_dilation_in_the_sums_of_same_and_valid(
    padding: str, wrong: list[float], right: list[float]
) -> None:
    image = row(1, 2, 3, 4)
    auto_pad = {"same": "SAME_UPPER", "valid": "VALID"}[padding]
    attributes = {"kernel_shape": [1, 2], "dilations": [1, 2], "auto_pad": auto_pad}
    np.testing.assert_array_equal(evaluate("AveragePool", image, **attributes), [wrong])
    np.testing.assert_array_equal(pool2d(image, "avg", (1, 2), 1, padding, (1, 2)), [right])


def test_onnx_reference_shifts_the_sums_of_ceil_mode() -> None:
    # The last window lacks two taps. One of them is added before the first pixel.
    image = row(1, 2, 6, 8)
    attributes = {"kernel_shape": [1, 3], "strides": [1, 3], "ceil_mode": 1}
    np.testing.assert_array_equal(evaluate("AveragePool", image, **attributes), [[1.5, 6]])
    np.testing.assert_array_equal(pool2d(image, "avg", (1, 3), ceil_mode=True), [[3, 8]])


def test_onnx_reference_counts_a_partial_window_of_lp_as_a_whole_one() -> None:
    image = row(1, 2, 4)
    attributes: dict[str, Any] = {"kernel_shape": [1, 2], "strides": [1, 2], "ceil_mode": 1, "p": 1}
    np.testing.assert_array_equal(evaluate("LpPool", image, **attributes), [[3, 8]])
    np.testing.assert_array_equal(run("LpPool", image, **attributes), [[3, 4]])
    np.testing.assert_array_equal(
        pool2d(image, "lp", (1, 2), ceil_mode=True, norm=1), [[3 / 2, 4 / 1]]
    )


def test_onnx_reference_takes_left_padding_for_lower_padding_when_it_slides_by_one() -> None:
    image = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
    result = evaluate("MaxPool", image, kernel_shape=[2, 2], pads=[0, 1, 0, 0])
    np.testing.assert_array_equal(result, [[5, 6], [5, 6]])
    result = pool2d(image, "max", 2, 1, ((0, 0), (1, 0)))
    np.testing.assert_array_equal(result, [[4, 5, 6]])


def test_onnx_reference_counts_padding_twice_in_ceil_mode_when_it_slides_by_one() -> None:
    image = row(1, 2, 3)
    attributes = {"kernel_shape": [1, 2], "pads": [0, 0, 0, 1], "ceil_mode": 1}
    np.testing.assert_array_equal(evaluate("MaxPool", image, **attributes), [[2, 3, 3, 0]])
    result = pool2d(image, "max", (1, 2), 1, ((0, 0), (0, 1)), ceil_mode=True)
    np.testing.assert_array_equal(result, [[2, 3, 3]])


@pytest.mark.parametrize("dtype", ["int8", "int16", "int64"])
def test_onnx_reference_cannot_slide_over_signed_integers_by_one(dtype: str) -> None:
    image = row(1, 2, 3, dtype=dtype)
    with pytest.raises(ValueError, match="cannot convert float NaN to integer"):
        evaluate("MaxPool", image, kernel_shape=[1, 2])
    assert evaluate("MaxPool", image, kernel_shape=[1, 2], strides=[1, 2]) == 2
    np.testing.assert_array_equal(pool2d(image, "max", (1, 2), 1), [[2, 3]])
