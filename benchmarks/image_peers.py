"""Peers of OpenCV and Pillow, whose filters and reductions give the same results as pooling."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import Onnxruntime, Peer, ScikitImage, Torch
from benchmarks.rows import Cell
from benchmarks.timing import Call
from poolcli.opencv import cv2

Array = NDArray[Any]

# The result belongs to the first pixel of the window.
FIRST = (0, 0)
PILLOW_MODES = {1: "L", 3: "RGB", 4: "CMYK"}


class Morphology(Peer):
    """OpenCV's dilate and erode at stride 1; larger strides copy the kept pixels afterwards."""

    name = "OpenCV"
    modules = ("cv2",)

    def takes(self, cell: Cell) -> str | None:
        """Return the dtype of the image for a supported cell."""
        return cell.dtype if cell.operation in ("max", "min") and not cell.to else None

    def bind(self, cell: Cell, image: Array) -> Call:
        """Return a call that filters and keeps the whole windows."""
        function = cv2.dilate if cell.operation == "max" else cv2.erode
        window = np.ones((cell.kernel, cell.kernel), np.uint8)
        return lambda: _keep(cell, function(image, window, anchor=FIRST))


class BoxFilter(Peer):
    """OpenCV's boxFilter with a float32 result, a running sum for any kernel."""

    name = "OpenCV boxFilter"
    modules = ("cv2",)

    def takes(self, cell: Cell) -> str | None:
        """Return the dtype of the image for a supported cell."""
        return cell.dtype if cell.operation == "avg" and not cell.to else None

    def bind(self, cell: Cell, image: Array) -> Call:
        """Return a call that filters and keeps the whole windows."""
        size = (cell.kernel, cell.kernel)
        return lambda: _keep(cell, cv2.boxFilter(image, cv2.CV_32F, size, anchor=FIRST))


class Area(Peer):
    """OpenCV's resize by INTER_AREA of float32; an image of integers must be converted first.

    The time includes the conversion, since without it the result is rounded.
    """

    name = "OpenCV INTER_AREA"
    modules = ("cv2",)

    def takes(self, cell: Cell) -> str | None:
        """Return the dtype of the image for a supported cell."""
        return cell.dtype if _is_tiled_average(cell) else None

    def bind(self, cell: Cell, image: Array) -> Call:
        """Return a call that resizes to the size of the result."""
        whole, size = _whole_and_size(cell, image)
        if image.dtype == np.float32:
            return lambda: cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
        return lambda: cv2.resize(whole.astype(np.float32), size, interpolation=cv2.INTER_AREA)


class PillowFloats(Peer):
    """Pillow's reduce of a float image with one channel."""

    name = "Pillow reduce"
    modules = ("PIL",)

    def takes(self, cell: Cell) -> str | None:
        """Return the dtype for gray floats."""
        fits = _is_tiled_average(cell) and cell.channels == 1 and cell.dtype == "float32"
        return cell.dtype if fits else None

    def bind(self, cell: Cell, image: Array) -> Call:
        """Return a call that reduces whole blocks."""
        return _pillow_reduce(cell, image, "F")


class RoundedArea(Peer):
    """OpenCV's resize by INTER_AREA of integers."""

    name = "INTER_AREA, rounded"
    modules = ("cv2",)
    rounds = True

    def takes(self, cell: Cell) -> str | None:
        """Return the dtype of an image of integers."""
        return cell.dtype if _is_tiled_average(cell) and cell.dtype != "float32" else None

    def bind(self, cell: Cell, image: Array) -> Call:
        """Return a call that resizes to the size of the result."""
        whole, size = _whole_and_size(cell, image)
        return lambda: cv2.resize(whole, size, interpolation=cv2.INTER_AREA)


class Blur(Peer):
    """OpenCV's blur of integers."""

    name = "blur, rounded"
    modules = ("cv2",)
    rounds = True

    def takes(self, cell: Cell) -> str | None:
        """Return the dtype of an image of integers."""
        fits = cell.operation == "avg" and not cell.to and cell.dtype != "float32"
        return cell.dtype if fits else None

    def bind(self, cell: Cell, image: Array) -> Call:
        """Return a call that filters and keeps the whole windows."""
        size = (cell.kernel, cell.kernel)
        return lambda: _keep(cell, cv2.blur(image, size, anchor=FIRST))


class PillowBytes(Peer):
    """Pillow's reduce of bytes."""

    name = "Pillow reduce, rounded"
    modules = ("PIL",)
    rounds = True

    def takes(self, cell: Cell) -> str | None:
        """Return the dtype for 8-bit images."""
        return cell.dtype if _is_tiled_average(cell) and cell.dtype == "uint8" else None

    def bind(self, cell: Cell, image: Array) -> Call:
        """Return a call that reduces whole blocks; four channels are declared as CMYK."""
        return _pillow_reduce(cell, image, PILLOW_MODES[cell.channels])


class MedianBlur(Peer):
    """OpenCV's medianBlur, for odd kernels, since its windows are centred."""

    name = "OpenCV medianBlur"
    modules = ("cv2",)

    def takes(self, cell: Cell) -> str | None:
        """Return the dtype for the kernels that it supports for every type."""
        return cell.dtype if cell.operation == "median" and cell.kernel in (3, 5) else None

    def bind(self, cell: Cell, image: Array) -> Call:
        """Return a call that filters and keeps the whole windows."""
        half = cell.kernel // 2
        return lambda: _keep(cell, cv2.medianBlur(image, cell.kernel), half)


PEERS: tuple[type[Peer], ...] = (
    Torch,
    Onnxruntime,
    Morphology,
    BoxFilter,
    Area,
    ScikitImage,
    PillowFloats,
    MedianBlur,
    RoundedArea,
    Blur,
    PillowBytes,
)


def installed_peers() -> list[Peer]:
    """Return the peers that are installed."""
    return [peer() for peer in PEERS if peer.installed()]


def _keep(cell: Cell, filtered: Array, before: int = 0) -> Array:
    """Return the whole windows: a view at stride 1, otherwise a contiguous copy as from poolcli."""
    rows, columns = (
        slice(before, before + size - cell.kernel + 1, cell.stride) for size in filtered.shape[:2]
    )
    kept = filtered[rows, columns]
    return kept if cell.stride == 1 else np.ascontiguousarray(kept)


def _is_tiled_average(cell: Cell) -> bool:
    return cell.operation == "avg" and cell.kernel == cell.stride and not cell.to


def _whole_and_size(cell: Cell, image: Array) -> tuple[Array, tuple[int, int]]:
    rows, columns = (size // cell.kernel for size in image.shape[:2])
    return image[: rows * cell.kernel, : columns * cell.kernel], (columns, rows)


def _pillow_reduce(cell: Cell, image: Array, mode: str) -> Call:
    from PIL import Image as pillow  # noqa: N813 - as in the package

    rows, columns = (size - size % cell.kernel for size in image.shape[:2])
    size = (image.shape[1], image.shape[0])
    made = pillow.frombuffer(mode, size, np.ascontiguousarray(image).tobytes())
    return lambda: made.reduce(cell.kernel, box=(0, 0, columns, rows))
