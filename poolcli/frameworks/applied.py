"""A pooling laid over an image: the question that is put to a framework."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from poolcli.geometry import AdaptiveWindow, AnyAxis, AnyWindow, Axis, Pair, Window
from poolcli.operations import Operation, Pooling


@dataclass(frozen=True)
class AppliedPooling:
    """One iteration: a pooling, laid over an image of a certain size.

    Attributes
    ----------
    pooling : Pooling
    rows, columns : Axis or AdaptiveAxis
        The windows along each axis of the image.
    """

    pooling: Pooling
    rows: AnyAxis
    columns: AnyAxis

    @classmethod
    def of(cls, pooling: Pooling, shape: Sequence[int]) -> AppliedPooling:
        """Lay the window over an image of `shape`; raise PoolcliError if it does not fit."""
        rows, columns = pooling.axes(shape)
        return cls(pooling, rows, columns)

    @property
    def operation(self) -> Operation:
        """Return the operation."""
        return self.pooling.operation

    @property
    def window(self) -> AnyWindow:
        """Return the window, before it was laid over the image."""
        return self.pooling.window

    @property
    def output_size(self) -> Pair | None:
        """Return the size that an adaptive window aims at, None for other windows."""
        return self.window.output_size if isinstance(self.window, AdaptiveWindow) else None

    @property
    def ceil_mode(self) -> bool:
        """Return whether partial windows are to be kept."""
        return isinstance(self.window, Window) and self.window.ceil_mode

    @property
    def requests_same(self) -> bool:
        """Return whether padding is given as "same"."""
        return isinstance(self.window, Window) and self.window.padding == "same"

    @property
    def regular_axes(self) -> list[Axis]:
        """Return the axes whose windows have one size and one distance."""
        return [axis for axis in (self.rows, self.columns) if isinstance(axis, Axis)]

    @property
    def irregular(self) -> bool:
        """Return whether windows differ in size or distance along an axis."""
        return len(self.regular_axes) < 2

    @property
    def padded(self) -> bool:
        """Return whether any side has padding."""
        return any(axis.before or axis.after for axis in self.regular_axes)

    @property
    def asymmetric(self) -> bool:
        """Return whether the two sides of an axis differ in padding."""
        return any(axis.before != axis.after for axis in self.regular_axes)

    @property
    def equals_same(self) -> bool:
        """Return whether padding has the amounts that "same" chooses."""
        return all(axis.is_same for axis in self.regular_axes)

    @property
    def dilated(self) -> bool:
        """Return whether the positions of a window have gaps between them."""
        return any(axis.dilation > 1 for axis in self.regular_axes)

    @property
    def partial(self) -> bool:
        """Return whether a window reaches beyond image and padding, as in ceil mode."""
        return any(axis.reach > axis.before + axis.size + axis.after for axis in self.regular_axes)

    @property
    def area(self) -> int:
        """Return the number of positions of a window."""
        return self.rows.kernel * self.columns.kernel

    def each(self, name: str) -> list[Any]:
        """Return an attribute of both axes: `each("kernel")`."""
        return [getattr(axis, name) for axis in (self.rows, self.columns)]
