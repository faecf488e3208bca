"""Peers of poolcli's core: one small class per library and function with the same result.

A peer gets the image in its preferred type and layout before the clock starts, and runs on one
thread.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from importlib.util import find_spec
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.rows import Cell
from benchmarks.timing import Call

Array = NDArray[Any]

OPSET = 22


class Peer(ABC):
    """A way to pool an image without poolcli.

    Attributes
    ----------
    name : str
        Its column in the tables.
    modules : tuple of str
        The modules that it needs.
    rounds : bool
        Whether its averages are rounded to the type of the image, unlike poolcli's.
    """

    name: ClassVar[str]
    modules: ClassVar[tuple[str, ...]]
    rounds: ClassVar[bool] = False

    @abstractmethod
    def takes(self, cell: Cell) -> str | None:
        """Return the dtype in which it takes the image of a cell; None if unsupported."""

    @abstractmethod
    def bind(self, cell: Cell, image: Array) -> Call:
        """Convert an image of that dtype to the preferred layout; return the call to measure."""

    def unpack(self, output: Any) -> Array:
        """Return the result of the call as an array (H, W) or (H, W, C)."""
        return np.asarray(output)

    @classmethod
    def installed(cls) -> bool:
        """Return whether its modules are installed."""
        return all(find_spec(module) for module in cls.modules)


class Torch(Peer):
    """PyTorch, on float32 in its own order of axes."""

    name = "torch"
    modules = ("torch",)

    def takes(self, cell: Cell) -> str | None:
        """Return float32 for max and avg; it has no averages of integers, and no faster maxima."""
        return "float32" if cell.operation in ("max", "avg") else None

    def bind(self, cell: Cell, image: Array) -> Call:
        """Return a call of the functional form of the layer."""
        import torch

        torch.set_num_threads(1)
        batch = torch.from_numpy(_planes(image))
        functions = torch.nn.functional
        if cell.to:
            adaptive = getattr(functions, f"adaptive_{cell.operation}_pool2d")
            return lambda: adaptive(batch, cell.to)
        function = getattr(functions, f"{cell.operation}_pool2d")
        return lambda: function(batch, cell.kernel, cell.stride)

    def unpack(self, output: Any) -> Array:
        """Return the image of a batch of one, channels last."""
        return _pixels(output.numpy())


class Onnxruntime(Peer):
    """A graph of one operator in onnxruntime, on float32, which is faster there than uint8."""

    name = "onnxruntime"
    modules = ("onnx", "onnxruntime")

    def takes(self, cell: Cell) -> str | None:
        """Return float32 for max and avg that are not adaptive."""
        return "float32" if cell.operation in ("max", "avg") and not cell.to else None

    def bind(self, cell: Cell, image: Array) -> Call:
        """Return a call that runs a session."""
        import onnxruntime
        from onnx import TensorProto, helper

        batch = _planes(image)
        operator = {"max": "MaxPool", "avg": "AveragePool"}[cell.operation]
        node = helper.make_node(
            operator, ["x"], ["y"], kernel_shape=[cell.kernel] * 2, strides=[cell.stride] * 2
        )
        graph = helper.make_graph(
            [node],
            "pooling",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, batch.shape)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None] * 4)],
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10
        )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        return lambda: session.run(None, {"x": batch})

    def unpack(self, output: Any) -> Array:
        """Return the image of a batch of one, channels last."""
        return _pixels(output[0])


class ScikitImage(Peer):
    """block_reduce, for windows without overlap."""

    name = "scikit-image"
    modules = ("skimage",)

    def takes(self, cell: Cell) -> str | None:
        """Return the dtype of the image for a supported cell."""
        return cell.dtype if cell.kernel == cell.stride and not cell.to else None

    def bind(self, cell: Cell, image: Array) -> Call:
        """Return a call without the partial blocks, which block_reduce fills with zeros."""
        from skimage.measure import block_reduce

        names = {"max": "max", "min": "min", "avg": "mean", "median": "median"}
        function = getattr(np, names[cell.operation])
        blocks = (cell.kernel, cell.kernel, 1)[: image.ndim]
        whole = _whole_blocks(cell, image)
        return lambda: block_reduce(whole, blocks, function)


def _planes(image: Array) -> Array:
    """Return an image as a batch of one, channels first."""
    layers = image[np.newaxis] if image.ndim == 2 else np.moveaxis(image, -1, 0)
    return np.ascontiguousarray(layers)[np.newaxis]


def _pixels(batch: Array) -> Array:
    """Return the image of a batch of one, channels last."""
    layers: Array = np.moveaxis(batch[0], 0, -1)
    return layers if layers.shape[2] > 1 else layers[:, :, 0]


def _whole_blocks(cell: Cell, image: Array) -> Array:
    rows, columns = (size - size % cell.kernel for size in image.shape[:2])
    return image[:rows, :columns]
