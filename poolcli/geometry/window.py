"""The parameters of a window, checked once, and its layout over an image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from poolcli.errors import PoolcliError
from poolcli.geometry.axis import AdaptiveAxis, AnyAxis, Axis
from poolcli.geometry.lattice import ceil_divide
from poolcli.geometry.parameters import Pair, flag, pair, quote, two
from poolcli.spelling import spell_numbers, spell_shape

Padding = tuple[Pair, Pair] | Literal["same"]
PaddingLike = int | Sequence[int] | Sequence[Sequence[int]] | str


@dataclass(frozen=True)
class Window:
    """A pooling window and its movement; `Window.of` accepts looser types.

    Attributes
    ----------
    kernel, stride, dilation : (rows, columns)
        Each at least 1.
    padding : ((top, bottom), (left, right)) or "same"
        Each at least 0 and smaller than the kernel.
    ceil_mode : bool
        Keep partial windows at the bottom and right.
    """

    kernel: Pair = (2, 2)
    stride: Pair = (2, 2)
    padding: Padding = ((0, 0), (0, 0))
    dilation: Pair = (1, 1)
    ceil_mode: bool = False

    @classmethod
    def of(
        cls,
        kernel: int | Sequence[int] = 2,
        stride: int | Sequence[int] | None = None,
        padding: PaddingLike = 0,
        dilation: int | Sequence[int] = 1,
        ceil_mode: bool = False,
    ) -> Window:
        """Create a window from what a caller passed.

        Raises
        ------
        PoolcliError
            If a value is no whole number from its minimum to 2**31 − 1, `ceil_mode` is no truth
            value, or `padding` is not smaller than `kernel` or is "same" together with `ceil_mode`.
        """
        ceil_mode = flag(ceil_mode, "ceil_mode")
        kernel = pair(kernel, "kernel", minimum=1)
        stride = kernel if stride is None else pair(stride, "stride", minimum=1)
        sides = _sides(padding)
        return cls(kernel, stride, sides, pair(dilation, "dilation", minimum=1), ceil_mode)

    def __post_init__(self) -> None:
        """Raise PoolcliError for padding that no image could satisfy."""
        if self.padding == "same":
            if self.ceil_mode:
                raise PoolcliError('padding "same" keeps every pixel already; leave out ceil mode')
            return
        for along, taps, side in zip(("rows", "columns"), self.kernel, self.padding, strict=True):
            if max(side) >= taps:
                raise PoolcliError(
                    f"padding must be smaller than the kernel, got {max(side)}"
                    f" for a kernel of {taps} {along}"
                )

    def axes(self, shape: Sequence[int]) -> tuple[Axis, Axis]:
        """Lay the window over an image of `shape` (rows, columns).

        Raises
        ------
        PoolcliError
            If no window fits, or if one would hold no real pixel.
        """
        rows, columns = self._axis(0, shape[0]), self._axis(1, shape[1])
        if rows.output < 1 or columns.output < 1:
            raise PoolcliError(f"{self._name()} does not fit the {spell_shape(shape)} image")
        if not rows.sees_everywhere() or not columns.sees_everywhere():
            raise PoolcliError(
                f"{self._name()} has windows without a pixel of the {spell_shape(shape)} image"
            )
        return rows, columns

    def _axis(self, index: int, size: int) -> Axis:
        kernel, stride = self.kernel[index], self.stride[index]
        # One tap has no distance to another.
        dilation = self.dilation[index] if kernel > 1 else 1
        if self.padding == "same":
            return Axis.same(size, kernel, stride, dilation)
        extent = dilation * (kernel - 1) + 1
        before, after = self.padding[index]
        room = size + before + after - extent
        if self.ceil_mode:
            output = ceil_divide(room, stride) + 1
            # The rule of PyTorch: no window starts in the padding on the right.
            if (output - 1) * stride >= size + before:
                output -= 1
        else:
            output = room // stride + 1
        return Axis(size, output, kernel, stride, dilation, before, after)

    def _name(self) -> str:
        dilated = (
            "" if self.dilation == (1, 1) else f" with dilation {spell_numbers(self.dilation)}"
        )
        rows, columns = self.kernel
        square = f"{rows}x{columns}" if rows == columns else spell_numbers(self.kernel)
        return f"kernel {square}{dilated}"


@dataclass(frozen=True)
class AdaptiveWindow:
    """Windows that make an output of `output_size` (rows, columns)."""

    output_size: Pair

    @classmethod
    def of(cls, output_size: int | Sequence[int]) -> AdaptiveWindow:
        """Create windows from what a caller passed; raise PoolcliError if it is no size."""
        return cls(pair(output_size, "output size", minimum=1))

    def axes(self, shape: Sequence[int]) -> tuple[AnyAxis, AnyAxis]:
        """Lay the windows over an image of `shape` (rows, columns)."""
        return self._axis(0, shape[0]), self._axis(1, shape[1])

    def _axis(self, index: int, size: int) -> AnyAxis:
        output = self.output_size[index]
        if size % output:
            return AdaptiveAxis(size, output)
        # Equal windows side by side are those of an ordinary kernel.
        return Axis(size, output, kernel=size // output, stride=size // output)


AnyWindow = Window | AdaptiveWindow


def _sides(padding: PaddingLike) -> Padding:
    if isinstance(padding, str):
        if padding == "same":
            return "same"
        if padding == "valid":
            return (0, 0), (0, 0)
        raise PoolcliError(f'padding must be numbers, "same" or "valid", got {quote(padding)}')
    sides = two(padding)
    if sides is None:
        raise PoolcliError(
            "padding must be one or two numbers or ((top, bottom), (left, right)), got"
            f" {quote(padding)}"
        )
    rows, columns = sides
    return pair(rows, "padding", minimum=0), pair(columns, "padding", minimum=0)
