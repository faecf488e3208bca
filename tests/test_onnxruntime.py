"""The core against onnxruntime: where both agree, and each point on which they do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray

from poolcli.errors import PoolcliError
from poolcli.geometry import Axis, PaddingLike, Window
from poolcli.pooling import adaptive_pool2d, pool2d

Array = NDArray[Any]
Pair = tuple[int, int]

OPSET = 22

onnxruntime.set_default_logger_severity(4)  # refusals are expected here and raise anyway


def run(operator: str, image: Array, **attributes: Any) -> Array:
    """Run one ONNX operator on an image (H, W) or (H, W, C)."""
    batch = np.ascontiguousarray(np.moveaxis(image.reshape(*image.shape[:2], -1), -1, 0))[None]
    element = onnx.helper.np_dtype_to_tensor_dtype(batch.dtype)
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node(operator, ["x"], ["y"], **attributes)],
        "pooling",
        [onnx.helper.make_tensor_value_info("x", element, batch.shape)],
        [onnx.helper.make_tensor_value_info("y", element, [None] * 4)],
    )
    opsets = [onnx.helper.make_opsetid("", OPSET)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    layers: Array = np.moveaxis(session.run(None, {"x": batch})[0][0], 0, -1)
    return layers if image.ndim == 3 else layers[:, :, 0]


@dataclass(frozen=True)
class Setting:
    """One pooling layer and the image it is tried on."""

    operation: str
    dtype: str
    shape: tuple[int, int, int]
    kernel: Pair
    stride: Pair
    dilation: Pair
    mode: str
    padding: tuple[Pair, Pair]
    count_include_pad: bool

    @property
    def window(self) -> Window:
        """Give the window as poolcli describes it."""
        padding: PaddingLike = "same" if self.mode == "same" else self.padding
        return Window.of(self.kernel, self.stride, padding, self.dilation, self.mode == "ceil")

    @property
    def attributes(self) -> dict[str, Any]:
        """Give the window as ONNX describes it."""
        attributes: dict[str, Any] = {
            "kernel_shape": self.kernel,
            "strides": self.stride,
            "dilations": self.dilation,
        }
        if self.mode == "same":
            attributes["auto_pad"] = "SAME_UPPER"
        else:
            (top, bottom), (left, right) = self.padding
            attributes |= {"pads": [top, left, bottom, right], "ceil_mode": self.mode == "ceil"}
        if self.operation == "avg":
            attributes["count_include_pad"] = self.count_include_pad
        return attributes

    def axes(self) -> tuple[Axis, Axis] | None:
        """Lay the window over the image, if it fits."""
        try:
            return self.window.axes(self.shape)
        except PoolcliError:
            return None


def draw_setting(random: np.random.Generator) -> Setting:
    """Draw a layer on which both sides are meant to agree."""

    def pair(low: int, high: int) -> Pair:
        return int(random.integers(low, high + 1)), int(random.integers(low, high + 1))

    mode = str(random.choice(["floor", "ceil", "same"], p=[0.4, 0.4, 0.2]))
    operation = str(random.choice(["max", "avg"]))
    dtype = str(random.choice(["float32", "uint8", "int8"])) if operation == "max" else "float32"
    kernel = pair(1, 5)
    stride = pair(1, 5)
    dilation = (1, 1)
    if mode == "same":
        # Beyond the kernel, and with dilation, onnxruntime pads by rules of its own: see below.
        stride = (min(stride[0], kernel[0]), min(stride[1], kernel[1]))
    elif random.random() < 0.3:
        dilation = pair(1, 3)
    rows, columns = (pair(0, taps - 1) for taps in kernel)
    padding = (rows, columns) if random.random() < 0.6 else ((0, 0), (0, 0))
    counted = operation == "avg" and random.random() < 0.5
    shape = (*pair(1, 14), int(random.integers(1, 4)))
    return Setting(operation, dtype, shape, kernel, stride, dilation, mode, padding, counted)


def draw_settings(count: int) -> list[Setting]:
    """Draw layers whose windows fit; about one in eight does not."""
    random = np.random.default_rng(2026)
    drawn = (draw_setting(random) for _ in range(count))
    return [setting for setting in drawn if setting.axes()]


def draw_image(dtype: str, shape: tuple[int, ...], seed: int) -> Array:
    random = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        return random.uniform(-1, 1, shape).astype(dtype)
    info = np.iinfo(dtype)
    return random.integers(info.min, info.max, shape, dtype, endpoint=True)


def close(result: Array, expected: Array, pixels: int) -> bool:
    """Compare averages of numbers up to 1: both sides round each of `pixels` sums."""
    assert result.shape == expected.shape
    assert result.dtype == expected.dtype == np.float32
    return bool((np.abs(result - expected) <= 2 * pixels * 2.0**-24).all())


SETTINGS = draw_settings(560)


@pytest.mark.parametrize("index", range(len(SETTINGS)))
def test_pool2d_agrees_with_onnxruntime(index: int) -> None:
    setting = SETTINGS[index]
    image = draw_image(setting.dtype, setting.shape, index)
    result = pool2d(
        image,
        "max" if setting.operation == "max" else "avg",
        setting.kernel,
        setting.stride,
        "same" if setting.mode == "same" else setting.padding,
        setting.dilation,
        setting.mode == "ceil",
        setting.count_include_pad,
    )
    if setting.operation == "max":
        expected = run("MaxPool", image, **setting.attributes)
        np.testing.assert_array_equal(result, expected, strict=True)
    else:
        expected = run("AveragePool", image, **setting.attributes)
        assert close(result, expected, setting.kernel[0] * setting.kernel[1])


def is_partial(setting: Setting) -> bool:
    """Tell whether ceil mode keeps a window that floor mode would not."""
    axes = setting.axes()
    assert axes
    return any(axis.reach > axis.size + axis.before + axis.after for axis in axes)


def ends_early(setting: Setting) -> bool:
    """Tell whether ceil mode drops a window that would start in the padding on the right."""
    axes = setting.axes()
    assert axes
    rounded_up = [-(-(a.size + a.before + a.after - a.extent) // a.stride) + 1 for a in axes]
    return setting.mode == "ceil" and rounded_up != [axis.output for axis in axes]


def has_an_odd_pixel(setting: Setting) -> bool:
    axes = setting.axes()
    assert axes
    return setting.mode == "same" and any(axis.before != axis.after for axis in axes)


def is_larger_than_the_image(setting: Setting) -> bool:
    rows, columns, _ = setting.shape
    return setting.kernel[0] > rows or setting.kernel[1] > columns


@pytest.mark.parametrize(
    ("name", "belongs", "least"),
    [
        ("any", lambda _: True, 450),
        ("max", lambda s: s.operation == "max", 200),
        ("avg", lambda s: s.operation == "avg", 200),
        ("uint8", lambda s: s.dtype == "uint8", 60),
        ("int8", lambda s: s.dtype == "int8", 60),
        ("floor", lambda s: s.mode == "floor", 120),
        ("ceil", lambda s: s.mode == "ceil", 160),
        ("same", lambda s: s.mode == "same", 100),
        ("partial windows", is_partial, 80),
        ("a last window that is not kept", ends_early, 60),
        ("asymmetric", lambda s: s.mode != "same" and any(a != b for a, b in s.padding), 150),
        ("an odd pixel of same", has_an_odd_pixel, 70),
        ("dilation", lambda s: s.dilation != (1, 1), 60),
        ("counted padding", lambda s: s.count_include_pad and s.mode != "same", 70),
        ("counted partial windows", lambda s: s.count_include_pad and is_partial(s), 15),
        ("a stride of its own", lambda s: s.stride != s.kernel, 350),
        ("a rectangle", lambda s: s.kernel[0] != s.kernel[1], 300),
        ("a kernel beyond the image", is_larger_than_the_image, 60),
    ],
)
def test_the_random_settings_cover_every_mode(
    name: str, belongs: Callable[[Setting], bool], least: int
) -> None:
    assert sum(map(belongs, SETTINGS)) >= least, name


@pytest.mark.parametrize("seed", range(20))
def test_global_pooling_agrees_with_onnxruntime(seed: int) -> None:
    random = np.random.default_rng(seed)
    shape = (int(random.integers(1, 30)), int(random.integers(1, 30)), int(random.integers(1, 4)))
    image = draw_image("float32", shape, seed)
    highest = run("GlobalMaxPool", image)
    np.testing.assert_array_equal(adaptive_pool2d(image, "max", 1), highest, strict=True)
    np.testing.assert_array_equal(pool2d(image, "max", shape[:2]), highest, strict=True)
    average = run("GlobalAveragePool", image)
    assert close(adaptive_pool2d(image, "avg", 1), average, shape[0] * shape[1])
    assert close(pool2d(image, "avg", shape[:2]), average, shape[0] * shape[1])


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
