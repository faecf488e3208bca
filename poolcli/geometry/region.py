"""Rectangles of an image that are followed through iterations, exactly, in fractions of pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from poolcli.errors import PoolcliError
from poolcli.geometry.axis import AnyAxis, Axis
from poolcli.geometry.chain import Step
from poolcli.geometry.parameters import Pair, pair, whole
from poolcli.spelling import spell_shape

if TYPE_CHECKING:
    from fractions import Fraction

    Span = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Region:
    """A rectangle of an image.

    Attributes
    ----------
    rows, columns : (Fraction, Fraction)
        Where it starts and stops, in pixels: `(0, 3/2)` is the first pixel and half of the second.
    """

    rows: Span
    columns: Span

    @property
    def shape(self) -> tuple[Fraction, Fraction]:
        """Return the number of (rows, columns)."""
        return self.rows[1] - self.rows[0], self.columns[1] - self.columns[0]

    def after(self, step: Step) -> Region:
        """Return the rectangle of the same scene in the result of an iteration."""
        rows, columns = step.axes
        return Region(_after(self.rows, rows), _after(self.columns, columns))

    @classmethod
    def around(cls, centre: Pair, size: Pair, shape: Pair) -> Region:
        """Return a rectangle around a pixel, moved so that it lies within the image.

        Parameters
        ----------
        centre : (row, column)
        size : (rows, columns)
            Clipped to the size of the image.
        shape : (rows, columns)
            The size of the image.

        Raises
        ------
        PoolcliError
            If the image has no such pixel.
        """
        if centre[0] >= shape[0] or centre[1] >= shape[1]:
            raise PoolcliError(
                f"the {spell_shape(shape)} image has no pixel {centre[0]},{centre[1]} to zoom in"
                f" on; the last is {shape[0] - 1},{shape[1] - 1}"
            )
        return cls(*map(_around, centre, size, shape))


@dataclass(frozen=True)
class Zoom:
    """The settings of a zoom.

    Attributes
    ----------
    centre : (row, column) or None
        The pixel in the middle; None for the region with the most detail.
    size : int or None
        The number of pixels along its shorter side; None for a size that suits the chain.
    """

    centre: Pair | None = None
    size: int | None = None

    def __post_init__(self) -> None:
        """Raise PoolcliError for a pixel or a size that no image has."""
        if self.centre is not None:
            pair(self.centre, "zoom", minimum=0)
        if self.size is not None:
            whole(self.size, "zoom", minimum=1)


def _around(centre: int, size: int, limit: int) -> Span:
    """Return `size` pixels around one, moved to lie within `limit` pixels."""
    from fractions import Fraction

    size = min(size, limit)
    first = min(max(centre - (size - 1) // 2, 0), limit - size)
    return Fraction(first), Fraction(first + size)


def _after(span: Span, axis: AnyAxis) -> Span:
    """Return the output pixels whose windows are at a span of the input.

    The middle of output pixel `i` is the middle of its window, `i·stride − before + (extent−1)/2`.
    """
    from fractions import Fraction

    if isinstance(axis, Axis):
        distance, offset = Fraction(axis.stride), Fraction(axis.extent - axis.stride, 2)
        first, stop = (edge - offset + axis.before for edge in span)
    else:
        distance = Fraction(axis.size, axis.output)
        first, stop = span
    return first / distance, stop / distance
