"""ONNX operators, run by onnxruntime and onnx.reference, and random layers to compare with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx.reference import ReferenceEvaluator

from poolcli.errors import PoolcliError
from poolcli.geometry import AdaptiveWindow, AnyWindow, Axis, PaddingLike, Window
from poolcli.operations import Average, Lp, Max, Min, Operation, Pooling

Array = NDArray[Any]
Pair = tuple[int, int]

OPSET = 22

onnxruntime.set_default_logger_severity(4)  # refusals are expected here and raise anyway


class Peer(Protocol):
    """A program that runs one ONNX operator on an image (H, W) or (H, W, C).

    ONNX has no minimum: `MinPool` is a MaxPool between two operators that reverse the order of
    values.
    """

    def __call__(self, operator: str, image: Array, **attributes: Any) -> Array:
        """Return the result; raise any exception if there is none."""


def run(operator: str, image: Array, **attributes: Any) -> Array:
    """Run one operator in onnxruntime."""
    batch = to_batch(image)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        build(operator, batch, attributes).SerializeToString(),
        options,
        providers=["CPUExecutionProvider"],
    )
    outputs: Any = session.run(None, {"x": batch})
    return from_batch(outputs[0], image.ndim)


def evaluate(operator: str, image: Array, **attributes: Any) -> Array:
    """Run one operator in onnx.reference, the loops that define the standard."""
    batch = to_batch(image)
    evaluator = ReferenceEvaluator(build(operator, batch, attributes))
    # It pads with NaN, even integers.
    with np.errstate(invalid="ignore"):
        outputs: Any = evaluator.run(None, {"x": batch})
    return from_batch(outputs[0], image.ndim)


def build(operator: str, batch: Array, attributes: dict[str, Any]) -> onnx.ModelProto:
    """Return a model of one operator."""
    element = onnx.helper.np_dtype_to_tensor_dtype(batch.dtype)
    node = onnx.helper.make_node
    if operator.endswith("MinPool"):
        reverse = "Neg" if batch.dtype.kind == "f" else "BitwiseNot"
        nodes = [
            node(reverse, ["x"], ["reversed"]),
            node(operator.replace("Min", "Max"), ["reversed"], ["pooled"], **attributes),
            node(reverse, ["pooled"], ["y"]),
        ]
    else:
        nodes = [node(operator, ["x"], ["y"], **attributes)]
    graph = onnx.helper.make_graph(
        nodes,
        "pooling",
        [onnx.helper.make_tensor_value_info("x", element, batch.shape)],
        [onnx.helper.make_tensor_value_info("y", element, [None] * 4)],
    )
    opsets = [onnx.helper.make_opsetid("", OPSET)]
    return onnx.helper.make_model(graph, opset_imports=opsets, ir_version=10)


def to_batch(image: Array) -> Array:
    """Rearrange (H, W) or (H, W, C) to (1, C, H, W)."""
    channels = np.moveaxis(image.reshape(*image.shape[:2], -1), -1, 0)
    return np.ascontiguousarray(channels)[np.newaxis]


def from_batch(batch: Array, dimensions: int) -> Array:
    """Rearrange (1, C, H, W) to (H, W, C), or to (H, W)."""
    image: Array = np.moveaxis(batch[0], 0, -1)
    return image if dimensions == 3 else image[:, :, 0]


@dataclass(frozen=True)
class Setting:
    """One pooling layer, with the shape and type of its image."""

    operation: Operation
    dtype: str
    shape: tuple[int, int, int]
    kernel: Pair
    stride: Pair
    dilation: Pair
    mode: str
    padding: tuple[Pair, Pair]

    @property
    def outputs(self) -> Pair:
        """Return the size of the output in the adaptive mode."""
        return self.shape[0] // self.kernel[0], self.shape[1] // self.kernel[1]

    @property
    def is_global(self) -> bool:
        """Return whether one window is the whole image, in a type that ONNX pools globally."""
        return self.mode == "adaptive" and self.outputs == (1, 1) and self.dtype == "float32"

    @property
    def padding_of_poolcli(self) -> PaddingLike:
        """Return the padding as poolcli takes it."""
        return self.mode if self.mode in ("same", "valid") else self.padding

    @property
    def window(self) -> Window:
        """Return the window as poolcli describes it."""
        return Window.of(
            self.kernel, self.stride, self.padding_of_poolcli, self.dilation, self.mode == "ceil"
        )

    @property
    def attributes(self) -> dict[str, Any]:
        """Return the window as ONNX describes it."""
        attributes: dict[str, Any] = {
            "kernel_shape": self.kernel,
            "strides": self.stride,
            "dilations": self.dilation,
        }
        if self.mode == "same":
            attributes["auto_pad"] = "SAME_UPPER"
        elif self.mode == "valid":
            attributes["auto_pad"] = "VALID"
        else:
            (top, bottom), (left, right) = self.padding
            attributes |= {"pads": [top, left, bottom, right], "ceil_mode": self.mode == "ceil"}
        if isinstance(self.operation, Average):
            attributes["count_include_pad"] = self.operation.count_padding
        return attributes

    @property
    def extents(self) -> Pair:
        """Return the number of positions that a window spans along each axis."""
        rows, columns = zip(self.kernel, self.dilation, strict=True)
        return (rows[0] - 1) * rows[1] + 1, (columns[0] - 1) * columns[1] + 1

    @property
    def rooms(self) -> list[int]:
        """Return the distance that the first window can move; if negative, it does not fit."""
        along = zip(self.shape, self.padding, self.extents, strict=False)
        return [size + sum(sides) - extent for size, sides, extent in along]

    def missing(self, spans: Pair) -> list[int]:
        """Return the positions that windows of "same" with these extents need beyond each axis."""
        along = zip(self.shape, self.stride, spans, strict=False)
        return [(-(-size // stride) - 1) * stride + span - size for size, stride, span in along]

    def axes(self) -> tuple[Axis, Axis] | None:
        """Lay the window over the image, if it fits."""
        try:
            return self.window.axes(self.shape)
        except PoolcliError:
            return None

    def pool(self, image: Array, operation: Operation) -> Array:
        """Pool an image by poolcli."""
        window: AnyWindow = self.window
        if self.mode == "adaptive":
            window = AdaptiveWindow.of(self.outputs)
        return Pooling(operation, window)(image)

    def pool_by(self, peer: Peer, image: Array) -> Array:
        """Pool an image by another program."""
        if isinstance(self.operation, Lp):
            # LpPool adds the powers; applied to ones, it counts them.
            norm = int(self.operation.norm)
            total = peer("LpPool", image, p=norm, **self.attributes)
            count = peer("LpPool", np.ones_like(image), p=1, **self.attributes)
            return total / count ** np.float32(1 / norm)
        operators: dict[type[Operation], str] = {
            Max: "MaxPool",
            Min: "MinPool",
            Average: "AveragePool",
        }
        operator = operators[type(self.operation)]
        if self.is_global:
            return peer(f"Global{operator}", image)
        return peer(operator, image, **self.attributes)


def draw_setting(random: np.random.Generator) -> Setting:
    """Draw a layer; some are refused by poolcli, by its peer or by both."""

    def pair(low: int, high: int) -> Pair:
        return int(random.integers(low, high + 1)), int(random.integers(low, high + 1))

    def chance(share: float) -> bool:
        return bool(random.random() < share)

    modes = ["floor", "ceil", "same", "valid", "adaptive"]
    mode = str(random.choice(modes, p=[0.3, 0.32, 0.22, 0.06, 0.1]))
    kinds: list[type[Operation]] = [Max, Average, Min, Lp]
    kind = kinds[random.choice(4, p=[0.35, 0.35, 0.15, 0.15])]
    dtypes = ["uint8", "int8", "float16", "float32", "float64"]
    dtype = str(random.choice(dtypes)) if kind.keeps_pixels else "float32"
    kernel = pair(1, 7) if mode == "adaptive" else pair(1, 4)
    stride = kernel if mode == "adaptive" or chance(0.2) else pair(1, 4)
    dilation = (1, 1)
    if mode != "adaptive" and chance(0.35):
        dilation = pair(1, 3)
    padding: tuple[Pair, Pair] = ((0, 0), (0, 0))
    if mode in ("floor", "ceil") and chance(0.7):
        most = [taps - 1 + chance(0.02) for taps in kernel]
        padding = (pair(0, most[0]), pair(0, most[1]))
    count_padding = kind is Average and chance(0.5)
    rows, columns = pair(1, 9)
    if mode == "adaptive":
        outputs = (1, 1) if chance(0.3) else pair(1, 3)
        rows, columns = outputs[0] * kernel[0], outputs[1] * kernel[1]
    shape = (rows, columns, int(random.integers(1, 3)))
    norm = int(random.integers(1, 5))
    operation = kind()
    if kind is Average:
        operation = Average(count_padding)
    elif kind is Lp:
        operation = Lp(norm)
    return Setting(operation, dtype, shape, kernel, stride, dilation, mode, padding)


def draw_image(dtype: str, shape: tuple[int, ...], seed: int) -> Array:
    """Draw floats in [-1, 1) or integers of the whole range."""
    random = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        return random.uniform(-1, 1, shape).astype(dtype)
    info = np.iinfo(dtype)
    return random.integers(info.min, info.max, shape, dtype, endpoint=True)
