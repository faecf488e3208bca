"""One layer of pooling: an operation and the window that it looks through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from poolcli.geometry import AnyAxis, AnyWindow, Window
from poolcli.operations.operation import Operation

if TYPE_CHECKING:
    from poolcli.arrays import Array


@dataclass(frozen=True)
class Pooling:
    """An operation and a window: the value that travels from the command line to the result.

    Attributes
    ----------
    operation : Operation
        With its own parameters, such as `Lp.norm`.
    window : Window or AdaptiveWindow
        Checked already; laid over an image by `window.axes(shape)`.
    """

    operation: Operation
    window: AnyWindow = field(default_factory=Window)

    def axes(self, shape: Sequence[int]) -> tuple[AnyAxis, AnyAxis]:
        """Lay the window over an image of `shape` (rows, columns); see `Window.axes`."""
        return self.window.axes(shape)

    def __call__(self, image: Array, *, full: int | None = None, threads: int = 1) -> Array:
        """Pool an image (H, W) or (H, W, C) once; see `Operation.pool`."""
        return self.operation.pool(image, self.axes(image.shape), full=full, threads=threads)
