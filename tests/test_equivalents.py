"""Calls of frameworks, read by stand-ins that keep the frameworks' rules and pool by the loop."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from helpers.onnx_peer import run
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from poolcli.equivalents import Equivalent, equivalents
from poolcli.errors import PoolcliError
from poolcli.geometry import AdaptiveWindow, AnyWindow, Window
from poolcli.reference import adaptive_pool_reference, pool_reference

Array = NDArray[Any]
Sides = tuple[tuple[int, int], tuple[int, int]]
Layer = Callable[[Any], Array]
NONE: Sides = ((0, 0), (0, 0))


class Tensor(np.ndarray[Any, Any]):
    """An image (H, W) with the one method that the calls use."""

    def abs(self) -> Tensor:
        """Give |x|."""
        return np.abs(self).view(Tensor)


def pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def torch_layer(operation: str, dilates: bool) -> Callable[..., Layer]:
    """Make what stands for nn.MaxPool2d or nn.AvgPool2d."""

    def layer(
        kernel_size: int, stride: int, padding: int = 0, ceil_mode: bool = False, **others: Any
    ) -> Layer:
        assert set(others) <= ({"dilation"} if dilates else {"count_include_pad"})
        kernel, sides = pair(kernel_size), pair(padding)
        assert all(2 * side <= taps for side, taps in zip(sides, kernel, strict=True))
        # PyTorch counts padding unless it is told not to.
        counted = not dilates and others.get("count_include_pad", True)
        dilation = pair(others.get("dilation", 1))
        around = (sides[0],) * 2, (sides[1],) * 2
        how = (kernel, pair(stride), around, dilation, ceil_mode, counted)
        return lambda x: pool_reference(np.asarray(x), operation, *how)

    return layer


def torch_power(norm: float, kernel_size: int, stride: int, ceil_mode: bool = False) -> Layer:
    """Stand for nn.LPPool2d: a mean scaled to a sum, and no absolute value."""
    kernel = pair(kernel_size)

    def layer(x: Array) -> Array:
        powers = np.asarray(x).astype(np.float64) ** norm
        mean = pool_reference(powers, "avg", kernel, pair(stride), NONE, (1, 1), ceil_mode)
        scaled: Array = (mean * kernel[0] * kernel[1]) ** (1 / norm)
        return scaled

    return layer


def adaptive(operation: str) -> Callable[[tuple[int, int]], Layer]:
    return lambda size: lambda x: adaptive_pool_reference(np.asarray(x), operation, size)


def keras_layer(operation: str) -> Callable[..., Layer]:
    def layer(pool_size: int, strides: int, padding: str = "valid") -> Layer:
        sides: Any = "same" if padding == "same" else NONE
        return lambda x: pool_reference(
            np.asarray(x), operation, pair(pool_size), pair(strides), sides
        )

    return layer


def onnx_operator(name: str) -> Callable[..., Array]:
    def operator(x: Any, **attributes: Any) -> Array:
        if name == "Neg":
            negative: Array = -np.asarray(x)
            return negative
        return run(name, np.asarray(x), **attributes)

    return operator


STANDINS = {
    "PyTorch": {
        "nn": SimpleNamespace(
            MaxPool2d=torch_layer("max", dilates=True),
            AvgPool2d=torch_layer("avg", dilates=False),
            LPPool2d=torch_power,
            AdaptiveMaxPool2d=adaptive("max"),
            AdaptiveAvgPool2d=adaptive("avg"),
        )
    },
    "Keras": {
        "keras": SimpleNamespace(
            layers=SimpleNamespace(
                MaxPooling2D=keras_layer("max"), AveragePooling2D=keras_layer("avg")
            )
        )
    },
    "ONNX": {
        "op": SimpleNamespace(
            **{name: onnx_operator(name) for name in ("MaxPool", "AveragePool", "LpPool", "Neg")}
        )
    },
}


def evaluate(equivalent: Equivalent, image: Array) -> Array:
    assert equivalent.call is not None
    names = {**STANDINS[equivalent.framework], "x": image.view(Tensor)}
    result: Array = np.asarray(eval(equivalent.call, names))  # noqa: S307 - what is shown is run
    return result


def wanted(
    image: Array, operation: str, window: AnyWindow, count_include_pad: bool, norm: float
) -> Array:
    if isinstance(window, AdaptiveWindow):
        return adaptive_pool_reference(image, operation, window.output_size, norm)
    return pool_reference(
        image,
        operation,
        window.kernel,
        window.stride,
        window.padding,
        window.dilation,
        window.ceil_mode,
        count_include_pad,
        norm,
    )


def calls(operation: str, window: AnyWindow, shape: tuple[int, int], **how: Any) -> dict[str, Any]:
    found = equivalents(operation, window, shape, **how)
    return {each.framework: each.call or each.reason for each in found}


SMALL = st.tuples(st.integers(1, 4), st.integers(1, 4))


@st.composite
def windows(draw: st.DrawFn) -> AnyWindow:
    if draw(st.integers(0, 5)) == 0:
        return AdaptiveWindow.of(draw(SMALL))
    kernel, stride = draw(SMALL), draw(SMALL)
    dilation = draw(st.sampled_from([(1, 1), (1, 1), (2, 1), (2, 3)]))
    ceil_mode = draw(st.booleans())
    kind = draw(st.sampled_from(["same", "alike", "any", "none"]))
    if kind == "same":
        return Window.of(kernel, stride, "same", dilation)
    if kind == "none":
        return Window.of(kernel, stride, 0, dilation, ceil_mode)
    sides = [draw(st.tuples(*[st.integers(0, taps - 1)] * 2)) for taps in kernel]
    if kind == "alike":
        sides = [(first, first) for first, _ in sides]
    return Window.of(kernel, stride, sides, dilation, ceil_mode)


@settings(max_examples=400)
@given(
    operation=st.sampled_from(["max", "avg", "min", "lp"]),
    window=windows(),
    shape=st.tuples(st.integers(1, 8), st.integers(1, 8)),
    count_include_pad=st.booleans(),
    norm=st.sampled_from([1.0, 2.0, 3.0, 2.5]),
    seed=st.integers(0, 2**16),
)
def test_every_call_computes_what_poolcli_computes(
    operation: str,
    window: AnyWindow,
    shape: tuple[int, int],
    count_include_pad: bool,
    norm: float,
    seed: int,
) -> None:
    try:
        window.axes(shape)
    except PoolcliError:
        return
    count_include_pad = count_include_pad and operation == "avg"
    image = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    expected = wanted(image, operation, window, count_include_pad, norm)
    for equivalent in equivalents(
        operation, window, shape, count_include_pad=count_include_pad, norm=norm
    ):
        assert (equivalent.call is None) == (equivalent.reason is not None)
        if equivalent.call is not None:
            found = evaluate(equivalent, image)
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_a_plain_window_is_spelled_as_tutorials_do() -> None:
    assert calls("max", Window.of(2), (224, 224)) == {
        "PyTorch": "nn.MaxPool2d(kernel_size=2, stride=2)(x)",
        "Keras": "keras.layers.MaxPooling2D(pool_size=2, strides=2)(x)",
        "ONNX": "op.MaxPool(x, kernel_shape=[2, 2], strides=[2, 2])",
    }


def test_what_poolcli_leaves_out_by_default_pytorch_must_be_told() -> None:
    found = calls("avg", Window.of(3, 2, 1), (9, 9))
    assert found["PyTorch"].endswith("padding=1, count_include_pad=False)(x)")
    counted = calls("avg", Window.of(3, 2, 1), (9, 9), count_include_pad=True)
    assert counted["PyTorch"].endswith("padding=1, count_include_pad=True)(x)")
    assert counted["ONNX"].endswith("pads=[1, 1, 1, 1], count_include_pad=1)")


def test_same_is_a_word_in_keras_and_numbers_elsewhere() -> None:
    found = calls("max", Window.of(3, 2, "same"), (224, 225))
    assert found["Keras"] == 'keras.layers.MaxPooling2D(pool_size=3, strides=2, padding="same")(x)'
    assert found["PyTorch"] == "pads both sides of an axis alike"
    assert found["ONNX"].endswith("pads=[0, 1, 1, 1])")


def test_numbers_that_are_what_same_chooses_are_same_in_keras() -> None:
    found = calls("avg", Window.of(3, 1, 1), (7, 7))
    assert found["Keras"].endswith('strides=1, padding="same")(x)')


def test_ceil_mode_that_changes_nothing_is_not_spelled() -> None:
    assert "ceil" not in calls("max", Window.of(2, ceil_mode=True), (8, 8))["PyTorch"]
    assert "ceil_mode=True" in calls("max", Window.of(2, ceil_mode=True), (8, 9))["PyTorch"]


def test_adaptive_windows_that_divide_are_ordinary_ones_elsewhere() -> None:
    found = calls("avg", AdaptiveWindow.of(1), (7, 9))
    assert found["PyTorch"] == "nn.AdaptiveAvgPool2d((1, 1))(x)"
    assert found["Keras"] == ("keras.layers.AveragePooling2D(pool_size=(7, 9), strides=(7, 9))(x)")


@pytest.mark.parametrize(
    ("operation", "window", "framework", "reason"),
    [
        ("median", Window.of(2), "PyTorch", "has no median pooling"),
        ("median", Window.of(2), "Keras", "has no median pooling"),
        ("median", Window.of(2), "ONNX", "has no median pooling"),
        ("max", Window.of(3, 3, 2), "PyTorch", "pads by at most half the kernel"),
        ("max", Window.of(5, 1, 3), "PyTorch", "pads by at most half the kernel"),
        ("max", Window.of(2, 1, "same", 4), "ONNX", "pads by less than the kernel"),
        ("lp", Window.of(3, 2, 1), "PyTorch", "pads no lp pooling"),
        ("avg", Window.of(2, dilation=2), "PyTorch", "dilates no avg pooling"),
        ("max", Window.of(3, 2, ((1, 0), (1, 0))), "Keras", 'pads as "same" asks or not at all'),
        ("max", Window.of(2, dilation=2), "Keras", "dilates no pooling"),
        ("max", Window.of(2, ceil_mode=True), "Keras", "has no ceil mode"),
        ("max", AdaptiveWindow.of(4), "Keras", "has no adaptive layer that works for every size"),
        ("max", AdaptiveWindow.of(4), "ONNX", "has no adaptive pooling but the global one"),
        (
            "lp",
            Window.of(3, 2, 1),
            "ONNX",
            "gives sums, which windows of different size would not divide alike",
        ),
    ],
)
def test_where_there_is_no_call_the_reason_is_given(
    operation: str, window: AnyWindow, framework: str, reason: str
) -> None:
    assert calls(operation, window, (9, 9))[framework] == reason


def test_keras_never_counts_padding_and_onnx_takes_whole_norms() -> None:
    counted = calls("avg", Window.of(3, 1, "same"), (9, 9), count_include_pad=True)
    assert counted["Keras"] == "never counts padding"
    assert calls("lp", Window.of(2), (8, 8), norm=2.5)["ONNX"] == "takes whole norms only"
