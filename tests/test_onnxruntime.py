"""Each point on which poolcli and onnxruntime differ, and a few on which they agree.

Thousands of random settings are in test_conformance.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers import onnx_peer
from helpers.onnx_peer import Pair, draw_image, evaluate, run

from poolcli import adaptive_pool2d, pool2d
from poolcli.errors import PoolcliError


@pytest.mark.parametrize("norm", [1, 2, 3])
@pytest.mark.parametrize(
    ("kernel", "stride"), [((2, 2), (2, 2)), ((3, 2), (1, 2)), ((1, 4), (2, 3))]
)
def test_lp_is_the_lp_pool_of_onnx_divided_by_the_root_of_the_window_size(
    kernel: Pair, stride: Pair, norm: int
) -> None:
    image = draw_image("float32", (9, 11, 2), norm)
    summed = run("LpPool", image, kernel_shape=kernel, strides=stride, p=norm)
    size = (kernel[0] * kernel[1]) ** (1 / norm)
    result = pool2d(image, "lp", kernel, stride, norm=norm)
    np.testing.assert_allclose(result, summed / size, rtol=1e-6)


def test_counted_padding_in_ceil_mode_is_that_of_pytorch_on_both_sides() -> None:
    image = np.arange(1, 17, dtype=np.float32).reshape(4, 4)
    attributes = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1] * 4}
    expected = run("AveragePool", image, ceil_mode=1, count_include_pad=1, **attributes)
    result = pool2d(image, "avg", 3, 2, 1, 1, ceil_mode=True, count_include_pad=True)
    np.testing.assert_allclose(result, expected, rtol=2.0**-22)
    np.testing.assert_allclose(expected[:, 2], [2, 6, 4])


@pytest.mark.parametrize("opset", range(10, onnx_peer.OPSET + 1))
def test_the_ceil_mode_of_every_opset_starts_no_window_in_the_padding_on_the_right(
    opset: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_peer, "OPSET", opset)
    # The formula of the standard, ceil((5 + 2 - 2) / 3) + 1, alone would give three windows.
    image = np.arange(1, 6, dtype=np.float32).reshape(1, 5)
    attributes: dict[str, Any] = {"kernel_shape": [1, 2], "strides": [1, 3], "pads": [0, 1, 0, 1]}
    for peer in (run, evaluate):
        result = peer("MaxPool", image, ceil_mode=1, **attributes)
        np.testing.assert_array_equal(result, [[1, 4]])
    np.testing.assert_array_equal(pool2d(image, "max", (1, 2), 3, (0, 1), ceil_mode=True), [[1, 4]])


# Where they differ


NAN, INF = np.nan, np.inf


@pytest.mark.parametrize("operator", ["MaxPool", "GlobalMaxPool"])
def test_onnxruntime_drops_a_nan_that_pool2d_keeps(operator: str) -> None:
    image = np.array([[NAN, 1], [2, 3]], np.float32)
    attributes = {"kernel_shape": [2, 2]} if operator == "MaxPool" else {}
    assert run(operator, image, **attributes) == 3
    assert np.isnan(pool2d(image, "max", 2))
    assert np.isnan(adaptive_pool2d(image, "max", 1))


@pytest.mark.parametrize("operator", ["AveragePool", "GlobalAveragePool"])
def test_an_average_keeps_its_nan_on_both_sides(operator: str) -> None:
    image = np.array([[NAN, 1], [2, 3]], np.float32)
    attributes = {"kernel_shape": [2, 2]} if operator == "AveragePool" else {}
    assert np.isnan(run(operator, image, **attributes))
    assert np.isnan(pool2d(image, "avg", 2))


def test_onnxruntime_finds_the_lowest_finite_float_among_minus_infinities() -> None:
    image = np.full((2, 2), -INF, np.float32)
    assert run("MaxPool", image, kernel_shape=[2, 2]) == np.finfo(np.float32).min
    assert pool2d(image, "max", 2) == -INF


def test_onnxruntime_rounds_every_sum_of_an_average_to_float32() -> None:
    image = np.full((17, 17), 65535, np.uint16)
    average = run("AveragePool", image.astype(np.float32), kernel_shape=[17, 17])
    assert 0 < abs(average[0, 0] - 65535) <= 17**2 * 65535 * 2.0**-24
    assert pool2d(image, "avg", 17) == 65535


@pytest.mark.parametrize("operator", ["MaxPool", "AveragePool"])
def test_onnxruntime_lays_a_kernel_over_an_image_that_is_too_small_for_it(operator: str) -> None:
    # Its division rounds toward zero, so in floor mode (10 - 11) / 2 leaves one window. The
    # formula's floor, PyTorch and poolcli find none.
    image = np.arange(10, dtype=np.float32).reshape(1, 10)
    assert run(operator, image, kernel_shape=[1, 11], strides=[1, 2]).shape == (1, 1)
    with pytest.raises(PoolcliError, match="does not fit"):
        pool2d(image, "max", (1, 11), (1, 2))


@pytest.mark.parametrize("operator", ["MaxPool", "AveragePool"])
def test_onnxruntime_gives_an_empty_result_where_no_window_fits(operator: str) -> None:
    image = np.arange(10, dtype=np.float32).reshape(1, 10)
    assert run(operator, image, kernel_shape=[1, 11], strides=[1, 1]).shape == (1, 0)
    with pytest.raises(PoolcliError, match="does not fit"):
        pool2d(image, "max", (1, 11), 1)


@pytest.mark.parametrize(
    ("operator", "value"), [("MaxPool", np.finfo(np.float32).min), ("AveragePool", 0)]
)
def test_onnxruntime_makes_a_number_of_a_window_without_a_pixel(
    operator: str, value: float
) -> None:
    image = np.ones((2, 2), np.float32)
    attributes: dict[str, Any] = {"kernel_shape": [2, 2], "pads": [1] * 4, "dilations": [3, 3]}
    assert run(operator, image, **attributes) == value
    with pytest.raises(PoolcliError, match="has windows without a pixel"):
        pool2d(image, "max", 2, 1, 1, 3)


def test_onnxruntime_shifts_the_windows_of_same_when_the_stride_skips_pixels() -> None:
    # It pads by the negative (2 - 1) * 6 + 1 - 10 = -3. TensorFlow never pads by less than zero.
    image = np.arange(10, dtype=np.float32).reshape(1, 10)
    attributes = {"kernel_shape": [1, 1], "strides": [1, 6], "auto_pad": "SAME_UPPER"}
    np.testing.assert_array_equal(run("AveragePool", image, **attributes), [[1, 7]])
    np.testing.assert_array_equal(pool2d(image, "avg", 1, (1, 6), "same"), [[0, 6]])
    with pytest.raises(Exception, match="padding values must be non-negative"):
        run("MaxPool", image, **attributes)
    np.testing.assert_array_equal(pool2d(image, "max", 1, (1, 6), "same"), [[0, 6]])


@pytest.mark.parametrize("operator", ["MaxPool", "AveragePool"])
def test_onnxruntime_forgets_dilation_when_it_pads_to_the_same_size(operator: str) -> None:
    image = np.arange(16, dtype=np.float32).reshape(4, 4)
    attributes = {"kernel_shape": [2, 2], "dilations": [2, 2], "auto_pad": "SAME_UPPER"}
    assert run(operator, image, **attributes).shape == (3, 3)
    result = pool2d(image, "max", 2, 1, "same", 2)
    expected = [[5, 6, 7, 6], [9, 10, 11, 10], [13, 14, 15, 14], [9, 10, 11, 10]]
    np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize(
    ("operator", "dtype"),
    [
        ("MaxPool", "uint16"),
        ("MaxPool", "int32"),
        ("AveragePool", "uint8"),
        ("AveragePool", "float64"),
        ("GlobalMaxPool", "float64"),
    ],
)
def test_onnxruntime_refuses_dtypes_that_pool2d_takes(operator: str, dtype: str) -> None:
    image = np.ones((2, 2), dtype)
    attributes = {} if operator == "GlobalMaxPool" else {"kernel_shape": [2, 2]}
    with pytest.raises(Exception, match=r"invalid|NOT_IMPLEMENTED"):
        run(operator, image, **attributes)
    assert pool2d(image, "avg" if operator == "AveragePool" else "max") == 1


def test_both_refuse_padding_as_large_as_the_kernel() -> None:
    image = np.ones((4, 4), np.float32)
    with pytest.raises(Exception, match="ONNXRuntimeError"):
        run("MaxPool", image, kernel_shape=[2, 2], pads=[2, 0, 0, 0])
    with pytest.raises(PoolcliError, match="padding must be smaller than the kernel"):
        pool2d(image, "max", 2, padding=((2, 0), (0, 0)))
