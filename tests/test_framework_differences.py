"""Each point on which PyTorch, Keras and TensorFlow differ from each other or from poolcli.

Their results are read from vectors/vectors.json; those of onnxruntime are computed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers.framework_vectors import find, gray, values
from helpers.onnx_peer import run

from poolcli import adaptive_pool2d, pool2d
from poolcli.errors import PoolcliError

NAN, INF = np.nan, np.inf

COUNTING = gray("counting")


# Padding and sizes


def test_pytorch_counts_padding_by_default_and_onnx_does_not() -> None:
    counted = [[0.25, 1.25, 1], [3.5, 8.5, 5], [3.25, 7.25, 4]]
    assert values(find("avg_pool2d", "counting", kernel_size=2, padding=1)) == counted
    by_onnx = run("AveragePool", COUNTING, kernel_shape=[2, 2], strides=[2, 2], pads=[1] * 4)
    not_counted = [[1, 2.5, 4], [7, 8.5, 10], [13, 14.5, 16]]
    assert by_onnx.tolist() == not_counted
    assert pool2d(COUNTING, "avg", padding=1).tolist() == not_counted
    assert pool2d(COUNTING, "avg", padding=1, count_include_pad=True).tolist() == counted


def test_keras_same_pads_by_size_while_pytorch_pads_by_number() -> None:
    by_size = find("MaxPooling2D", "counting", pool_size=3, strides=2, padding="same")
    by_number = find("max_pool2d", "counting", kernel_size=3, stride=2, padding=1)
    assert values(by_size) == pool2d(COUNTING, "max", 3, 2, "same").tolist()
    assert values(by_size) == [[11, 12], [15, 16]]
    assert values(by_number) == pool2d(COUNTING, "max", 3, 2, 1).tolist() == [[6, 8], [14, 16]]


def test_keras_never_counts_the_padding_of_same_in_an_average() -> None:
    vector = find("AveragePooling2D", "counting", pool_size=3, strides=2, padding="same")
    assert values(vector) == [[6, 7.5], [12, 13.5]]
    counted = pool2d(COUNTING, "avg", 3, 2, "same", count_include_pad=True)
    assert counted.tolist() == [[6, 5], [8, 6]]


def test_keras_leaves_the_windows_of_same_where_they_are_when_the_stride_skips_pixels() -> None:
    # onnxruntime pads by less than zero there, which shifts them: see test_onnxruntime.py.
    vector = find("MaxPooling2D", "counting", pool_size=1, strides=3, padding="same")
    assert values(vector) == pool2d(COUNTING, "max", 1, 3, "same").tolist() == [[1, 4], [13, 16]]


@pytest.mark.parametrize(
    ("call", "operator", "operation"),
    [("max_pool2d", "MaxPool", "max"), ("avg_pool2d", "AveragePool", "avg")],
)
def test_pytorch_stops_padding_at_half_of_the_kernel_and_onnx_only_at_the_kernel(
    call: str, operator: str, operation: str
) -> None:
    vector = find(call, "counting", kernel_size=3, stride=1, padding=2)
    assert "pad should be at most half of effective kernel size" in vector.refusal
    by_onnx = run(operator, COUNTING, kernel_shape=[3, 3], pads=[2] * 4)
    result = pool2d(COUNTING, operation, 3, 1, 2)
    assert result.shape == (6, 6)
    np.testing.assert_allclose(result, by_onnx, rtol=2.0**-20)


@pytest.mark.parametrize(
    ("settings", "starts"),
    [
        # The formula alone would give ⌈(9 + 4 - 4) / 4⌉ + 1 = 4 windows.
        ({"kernel_size": [1, 4], "padding": [0, 2], "ceil_mode": True}, [[2, 6, 9]]),
        ({"kernel_size": [1, 10], "ceil_mode": True}, [[9]]),
    ],
)
def test_the_ceil_mode_of_pytorch_starts_no_window_in_the_padding_on_the_right(
    settings: dict[str, Any], starts: list[list[int]]
) -> None:
    vector = find("max_pool2d", "row", **settings)
    assert values(vector) == vector.pool(gray("row"), "max").tolist() == starts


@pytest.mark.parametrize("call", ["MaxPooling2D", "AveragePooling2D"])
def test_keras_gives_an_empty_result_where_no_window_fits_and_pytorch_refuses(call: str) -> None:
    vector = find(call, "row", pool_size=[1, 10])
    assert vector.expected.size == 0
    refused = find("avg_pool2d", "row", kernel_size=[1, 10])
    assert "Output size is too small" in refused.refusal
    with pytest.raises(PoolcliError, match="does not fit"):
        pool2d(gray("row"), "max", (1, 10))


def test_pytorch_pools_to_no_size_at_all_where_poolcli_refuses() -> None:
    assert find("adaptive_max_pool2d", "counting", output_size=0).expected.size == 0
    with pytest.raises(PoolcliError, match="output size must be at least 1"):
        adaptive_pool2d(COUNTING, "max", 0)


# NaN and infinity


def test_pytorch_keeps_a_nan_that_tensorflow_drops_from_a_maximum() -> None:
    holes = gray("holes")
    kept = find("max_pool2d", "holes", kernel_size=[1, 3]).expected[:, :, 0]
    dropped = find("MaxPooling2D", "holes", pool_size=[1, 3])
    assert np.isnan(kept).any()
    assert not np.isnan(dropped.expected).any()
    numbers = np.where(np.isnan(holes), -INF, holes)
    np.testing.assert_array_equal(pool2d(holes, "max", (1, 3)), kept)
    np.testing.assert_array_equal(pool2d(numbers, "max", (1, 3)), dropped.expected[:, :, 0])


def test_an_average_of_tensorflow_keeps_its_nan() -> None:
    vector = find("AveragePooling2D", "holes", pool_size=[1, 3])
    assert np.isnan(vector.expected).any()


def test_tensorflow_finds_the_lowest_finite_float_among_minus_infinities() -> None:
    assert values(find("MaxPooling2D", "lowest", pool_size=2)) == [[np.finfo(np.float32).min]]
    assert values(find("AveragePooling2D", "lowest", pool_size=2)) == [[-INF]]
    assert values(find("max_pool2d", "lowest", kernel_size=2)) == [[-INF]]
    assert pool2d(gray("lowest"), "max").tolist() == [[-INF]]


# Powers


def test_the_lp_pool_of_pytorch_keeps_the_sum_and_that_of_poolcli_takes_the_mean() -> None:
    vector = find("lp_pool2d", "mixed row", norm_type=2, kernel_size=[1, 2])
    np.testing.assert_allclose(values(vector), [[5**0.5, 10**0.5]], rtol=2.0**-22)
    result = pool2d(gray("mixed row"), "lp", (1, 2))
    np.testing.assert_allclose(result, [[2.5**0.5, 5**0.5]], rtol=2.0**-22)


@pytest.mark.parametrize(
    ("norm", "of_pytorch", "of_poolcli"),
    [
        (1, [[1, -2]], [[1.5, 2]]),
        (1.5, [[NAN, NAN]], [[((1 + 2**1.5) / 2) ** (2 / 3), ((1 + 3**1.5) / 2) ** (2 / 3)]]),
        (3, [[7 ** (1 / 3), NAN]], [[4.5 ** (1 / 3), 14 ** (1 / 3)]]),
    ],
)
def test_the_lp_pool_of_pytorch_raises_negative_values_with_their_sign(
    norm: float, of_pytorch: list[list[float]], of_poolcli: list[list[float]]
) -> None:
    vector = find("lp_pool2d", "mixed row", norm_type=norm, kernel_size=[1, 2])
    np.testing.assert_allclose(values(vector), of_pytorch, rtol=2.0**-22)
    result = pool2d(gray("mixed row"), "lp", (1, 2), norm=norm)
    np.testing.assert_allclose(result, of_poolcli, rtol=2.0**-22)


def test_the_lp_pool_of_pytorch_counts_a_partial_window_as_a_whole_one_and_onnx_does_not() -> None:
    row = gray("row")
    vector = find("lp_pool2d", "row", norm_type=1, kernel_size=[1, 2], ceil_mode=True)
    assert values(vector) == [[3, 7, 11, 15, 18]]
    by_onnx = run("LpPool", row, kernel_shape=[1, 2], strides=[1, 2], ceil_mode=1, p=1)
    assert by_onnx.tolist() == [[3, 7, 11, 15, 9]]
    # As means they are one: 18 of two, 9 of one.
    assert pool2d(row, "lp", (1, 2), ceil_mode=True, norm=1).tolist() == [[1.5, 3.5, 5.5, 7.5, 9]]


def test_the_infinite_norm_of_pytorch_is_the_maximum_which_poolcli_has_a_name_for() -> None:
    vector = find("lp_pool2d", "counting", norm_type=INF, kernel_size=2)
    assert values(vector) == pool2d(COUNTING, "max").tolist()
    with pytest.raises(PoolcliError, match="norm must lie between 1 and 32"):
        pool2d(COUNTING, "lp", norm=INF)


# Types


def test_pytorch_cuts_the_average_of_64_bit_integers() -> None:
    vector = find("avg_pool2d", "counting", "int64", kernel_size=2)
    assert vector.expected.dtype == np.int64
    assert values(vector) == [[3, 5], [11, 13]]
    assert pool2d(gray("counting", "int64"), "avg").tolist() == [[3.5, 5.5], [11.5, 13.5]]


def test_the_lp_pool_of_pytorch_cuts_the_mean_square_of_integers() -> None:
    vector = find("lp_pool2d", "counting", "int64", norm_type=2, kernel_size=2)
    # 1 + 4 + 25 + 36 = 66 is four times 16.5, which it takes for 16.
    assert vector.expected[0, 0, 0] == 64**0.5
    assert pool2d(gray("counting", "int64"), "lp")[0, 0] == 16.5**0.5


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "int32"])
def test_pytorch_averages_no_small_integers(dtype: str) -> None:
    assert "not implemented" in find("avg_pool2d", "counting", dtype, kernel_size=2).refusal
    assert pool2d(gray("counting", dtype), "avg").tolist() == [[3.5, 5.5], [11.5, 13.5]]


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32"])
def test_tensorflow_averages_no_integers(dtype: str) -> None:
    vector = find("AveragePooling2D", "counting", dtype, pool_size=2)
    assert "not in the list of allowed values" in vector.refusal
    assert pool2d(gray("counting", dtype), "avg").tolist() == [[3.5, 5.5], [11.5, 13.5]]


def test_pytorch_has_the_maximum_of_bytes_but_not_the_adaptive_one() -> None:
    pixels = gray("counting", "uint8")
    assert values(find("max_pool2d", "counting", "uint8", kernel_size=2)) == [[6, 8], [14, 16]]
    vector = find("adaptive_max_pool2d", "counting", "uint8", output_size=3)
    assert "not implemented" in vector.refusal
    result = adaptive_pool2d(pixels, "max", 3)
    assert result.tolist() == [[6, 7, 8], [10, 11, 12], [14, 15, 16]]


def test_pytorch_pools_no_truth_values() -> None:
    assert "not implemented" in find("max_pool2d", "counting", "bool", kernel_size=2).refusal
    assert pool2d(gray("counting", "bool"), "max").all()


def test_the_average_of_float16_is_float16_in_pytorch_and_keras_and_float32_in_poolcli() -> None:
    by_keras = find("AveragePooling2D", "counting", "float16", pool_size=2)
    by_pytorch = find("avg_pool2d", "counting", "float16", kernel_size=2)
    assert by_keras.expected.dtype == by_pytorch.expected.dtype == np.float16
    assert pool2d(gray("counting", "float16"), "avg").dtype == np.float32


# Dilation


def test_tensorflow_refuses_dilation_with_same_and_with_strides() -> None:
    pool: dict[str, Any] = {"window_shape": [2, 2], "pooling_type": "MAX", "dilations": [2, 2]}
    same = find("pool", "counting", **pool, strides=[1, 1], padding="SAME")
    assert "is not implemented for `dilation_rate` > 1" in same.refusal
    assert same.pool(COUNTING, "max").shape == (4, 4)
    strides = find("pool", "counting", **pool, strides=[2, 2], padding="VALID")
    assert "not supported in conjunction with `dilation_rate > 1`" in strides.refusal
    assert strides.pool(COUNTING, "max").tolist() == [[11]]


def test_pytorch_stops_at_half_of_the_kernel_before_a_window_can_lack_every_pixel() -> None:
    vector = find("max_pool2d", "pixel", kernel_size=2, stride=1, padding=2, dilation=3)
    assert "smaller than or equal to half of kernel size" in vector.refusal
    with pytest.raises(PoolcliError, match="padding must be smaller than the kernel"):
        vector.pool(gray("pixel"), "max")
