"""Calls of frameworks, evaluated by stand-ins that follow their rules and pool by the loop."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
from helpers.onnx_peer import run
from helpers.spread import Spread
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from poolcli.errors import PoolcliError
from poolcli.frameworks.calls import Equivalent, equivalents
from poolcli.geometry import AdaptiveWindow, AnyWindow, Window
from poolcli.operations import Average, Lp, Max, Median, Min, Operation, Pooling
from poolcli.reference import adaptive_pool_reference, pool_reference

Array = NDArray[Any]
Sides = tuple[tuple[int, int], tuple[int, int]]
Layer = Callable[[Any], Array]
NONE: Sides = ((0, 0), (0, 0))


class Tensor(np.ndarray[Any, Any]):
    """An image (H, W) with the one method that the calls use."""

    def abs(self) -> Tensor:
        """Return |x|."""
        return np.abs(self).view(Tensor)


def pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def torch_layer(name: str) -> Callable[..., Layer]:
    """Return the stand-in for nn.MaxPool2d or nn.AvgPool2d."""
    dilates = name == "MaxPool2d"

    def layer(
        kernel_size: int, stride: int, padding: int = 0, ceil_mode: bool = False, **others: Any
    ) -> Layer:
        assert set(others) <= ({"dilation"} if dilates else {"count_include_pad"})
        kernel, sides = pair(kernel_size), pair(padding)
        assert all(2 * side <= taps for side, taps in zip(sides, kernel, strict=True))
        # PyTorch counts padding by default.
        operation = Max() if dilates else Average(others.get("count_include_pad", True))
        dilation = pair(others.get("dilation", 1))
        around = (sides[0],) * 2, (sides[1],) * 2
        window = (kernel, pair(stride), around, dilation, ceil_mode)
        return lambda x: pool_reference(np.asarray(x), operation, *window)

    return layer


def torch_power(norm: float, kernel_size: int, stride: int, ceil_mode: bool = False) -> Layer:
    """Return the stand-in for nn.LPPool2d: a mean scaled to a sum, without absolute values."""
    kernel = pair(kernel_size)

    def layer(x: Array) -> Array:
        powers = np.asarray(x).astype(np.float64) ** norm
        mean = pool_reference(powers, Average(), kernel, pair(stride), NONE, (1, 1), ceil_mode)
        scaled: Array = (mean * kernel[0] * kernel[1]) ** (1 / norm)
        return scaled

    return layer


def adaptive(operation: Operation) -> Callable[[tuple[int, int]], Layer]:
    return lambda size: lambda x: adaptive_pool_reference(np.asarray(x), operation, size)


def keras_layer(operation: Operation) -> Callable[..., Layer]:
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
            MaxPool2d=torch_layer("MaxPool2d"),
            AvgPool2d=torch_layer("AvgPool2d"),
            LPPool2d=torch_power,
            AdaptiveMaxPool2d=adaptive(Max()),
            AdaptiveAvgPool2d=adaptive(Average()),
        )
    },
    "Keras": {
        "keras": SimpleNamespace(
            layers=SimpleNamespace(
                MaxPooling2D=keras_layer(Max()), AveragePooling2D=keras_layer(Average())
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
    result: Array = np.asarray(eval(equivalent.call, names))  # noqa: S307 - the printed call is tested
    return result


def expect(image: Array, pooling: Pooling) -> Array:
    """Return the result of the loop."""
    operation, window = pooling.operation, pooling.window
    if isinstance(window, AdaptiveWindow):
        return adaptive_pool_reference(image, operation, window.output_size)
    return pool_reference(
        image,
        operation,
        window.kernel,
        window.stride,
        window.padding,
        window.dilation,
        window.ceil_mode,
    )


def calls(operation: Operation, window: AnyWindow, shape: tuple[int, int]) -> dict[str, Any]:
    found = equivalents(Pooling(operation, window), shape)
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


NORMS = [1.0, 2.0, 3.0, 2.5]
OPERATIONS = [Max(), Min(), Average(), Average(count_padding=True), *map(Lp, NORMS)]


@settings(max_examples=400)
@given(
    operation=st.sampled_from(OPERATIONS),
    window=windows(),
    shape=st.tuples(st.integers(1, 8), st.integers(1, 8)),
    seed=st.integers(0, 2**16),
)
def test_every_call_computes_the_values_of_poolcli(
    operation: Operation, window: AnyWindow, shape: tuple[int, int], seed: int
) -> None:
    try:
        window.axes(shape)
    except PoolcliError:
        return
    image = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    pooling = Pooling(operation, window)
    expected = expect(image, pooling)
    for equivalent in equivalents(pooling, shape):
        assert (equivalent.call is None) == (equivalent.reason is not None)
        if equivalent.call is not None:
            found = evaluate(equivalent, image)
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_a_plain_window_gives_the_call_of_tutorials() -> None:
    assert calls(Max(), Window.of(2), (224, 224)) == {
        "PyTorch": "nn.MaxPool2d(kernel_size=2, stride=2)(x)",
        "Keras": "keras.layers.MaxPooling2D(pool_size=2, strides=2)(x)",
        "ONNX": "op.MaxPool(x, kernel_shape=[2, 2], strides=[2, 2])",
    }


def test_calls_of_pytorch_say_whether_padding_counts() -> None:
    found = calls(Average(), Window.of(3, 2, 1), (9, 9))
    assert found["PyTorch"].endswith("padding=1, count_include_pad=False)(x)")
    counted = calls(Average(count_padding=True), Window.of(3, 2, 1), (9, 9))
    assert counted["PyTorch"].endswith("padding=1, count_include_pad=True)(x)")
    assert counted["ONNX"].endswith("pads=[1, 1, 1, 1], count_include_pad=1)")


def test_same_is_an_argument_in_keras_and_numbers_elsewhere() -> None:
    found = calls(Max(), Window.of(3, 2, "same"), (224, 225))
    assert found["Keras"] == 'keras.layers.MaxPooling2D(pool_size=3, strides=2, padding="same")(x)'
    assert found["PyTorch"] == "pads both sides of an axis alike"
    assert found["ONNX"].endswith("pads=[0, 1, 1, 1])")


def test_padding_with_the_amounts_of_same_is_same_in_keras() -> None:
    found = calls(Average(), Window.of(3, 1, 1), (7, 7))
    assert found["Keras"].endswith('strides=1, padding="same")(x)')


def test_ceil_mode_is_left_out_where_it_changes_nothing() -> None:
    assert "ceil" not in calls(Max(), Window.of(2, ceil_mode=True), (8, 8))["PyTorch"]
    assert "ceil_mode=True" in calls(Max(), Window.of(2, ceil_mode=True), (8, 9))["PyTorch"]


def test_adaptive_windows_that_divide_are_ordinary_ones_elsewhere() -> None:
    found = calls(Average(), AdaptiveWindow.of(1), (7, 9))
    assert found["PyTorch"] == "nn.AdaptiveAvgPool2d((1, 1))(x)"
    assert found["Keras"] == ("keras.layers.AveragePooling2D(pool_size=(7, 9), strides=(7, 9))(x)")


@pytest.mark.parametrize(
    ("operation", "window", "framework", "reason"),
    [
        (Median(), Window.of(2), "PyTorch", "has no median pooling"),
        (Median(), Window.of(2), "Keras", "has no median pooling"),
        (Median(), Window.of(2), "ONNX", "has no median pooling"),
        (Max(), Window.of(3, 3, 2), "PyTorch", "pads by at most half the kernel"),
        (Max(), Window.of(5, 1, 3), "PyTorch", "pads by at most half the kernel"),
        (
            Max(),
            Window.of(2, 1, "same", 4),
            "ONNX",
            'pads by less than the kernel; "same" needs more with this dilation',
        ),
        (Lp(), Window.of(3, 2, 1), "PyTorch", "pads no lp pooling"),
        (Average(), Window.of(2, dilation=2), "PyTorch", "dilates no avg pooling"),
        (Max(), Window.of(3, 2, ((1, 0), (1, 0))), "Keras", 'pads like "same" or not at all'),
        (Max(), Window.of(2, dilation=2), "Keras", "dilates no pooling"),
        (Max(), Window.of(2, ceil_mode=True), "Keras", "has no ceil mode"),
        (Max(), AdaptiveWindow.of(4), "Keras", "has no adaptive layer that works for every size"),
        (Max(), AdaptiveWindow.of(4), "ONNX", "has no adaptive pooling but the global one"),
        (
            Lp(),
            Window.of(3, 2, 1),
            "ONNX",
            "returns sums, which windows of different sizes would divide differently",
        ),
    ],
)
def test_a_missing_call_has_its_reason(
    operation: Operation, window: AnyWindow, framework: str, reason: str
) -> None:
    assert calls(operation, window, (9, 9))[framework] == reason


def test_keras_never_counts_padding_and_onnx_takes_whole_norms() -> None:
    counted = calls(Average(count_padding=True), Window.of(3, 1, "same"), (9, 9))
    assert counted["Keras"] == "never counts padding"
    assert calls(Lp(2.5), Window.of(2), (8, 8))["ONNX"] == "takes whole norms only"


# Operations that are not poolcli's


@pytest.mark.parametrize("window", [Window.of(2), Window.of(3, 1, 1), AdaptiveWindow.of(3)])
def test_an_operation_without_a_layer_has_no_call_in_any_framework(window: AnyWindow) -> None:
    found = equivalents(Pooling(Spread(), window), (9, 9))
    assert [each.call for each in found] == [None] * 3
    assert {each.reason for each in found} == {"has no spread pooling"}


class Fractional(Max):
    """Claim layers whose parameters are not those of a plain window."""

    layers: ClassVar[Mapping[str, str]] = {
        "PyTorch": "FractionalMaxPool2d",
        "Keras": "LPPooling2D",
        "ONNX": "LpPool",
    }


def test_a_layer_with_unknown_parameters_is_not_called() -> None:
    assert calls(Fractional(), Window.of(2), (8, 8)) == {
        framework: f"has {layer}, whose parameters poolcli cannot translate"
        for framework, layer in Fractional.layers.items()
    }


def test_a_minus_in_front_of_a_layer_negates_image_and_result() -> None:
    assert calls(Min(), Window.of(2), (8, 8)) == {
        "PyTorch": "-nn.MaxPool2d(kernel_size=2, stride=2)(-x)",
        "Keras": "-keras.layers.MaxPooling2D(pool_size=2, strides=2)(-x)",
        "ONNX": "op.Neg(op.MaxPool(op.Neg(x), kernel_shape=[2, 2], strides=[2, 2]))",
    }


# Costs


def test_calls_load_no_numpy() -> None:
    program = "import sys, poolcli.frameworks.calls; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
