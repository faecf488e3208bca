"""The windows of one pooling step along one axis."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Axis:
    """Equal windows at equal distances.

    Window `i` looks at the positions `i·stride − before + t·dilation`, `0 ≤ t < kernel`.
    Positions outside `[0, size)` are padding, or what ceil mode adds beyond it.
    """

    size: int
    output: int
    kernel: int
    stride: int
    dilation: int = 1
    before: int = 0
    after: int = 0

    @classmethod
    def same(cls, size: int, kernel: int, stride: int, dilation: int) -> Axis:
        """Lay windows as TensorFlow's "same" does: the odd pixel of padding goes to the far end."""
        output = ceil_divide(size, stride)
        total = max((output - 1) * stride + dilation * (kernel - 1) + 1 - size, 0)
        return cls(size, output, kernel, stride, dilation, total // 2, total - total // 2)

    @property
    def is_same(self) -> bool:
        """Tell whether the windows lie where "same" puts them, however they were asked for."""
        return self == Axis.same(self.size, self.kernel, self.stride, self.dilation)

    @property
    def extent(self) -> int:
        """Count the positions from a window's first tap to its last."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def reach(self) -> int:
        """Count the positions from the first window's start to the last window's end."""
        return (self.output - 1) * self.stride + self.extent

    @property
    def dropped(self) -> int:
        """Count the pixels at the far end that no window reaches."""
        return max(0, self.size - (self.reach - self.before))

    @property
    def distances(self) -> tuple[int, int]:
        """Return the least and the largest distance between the starts of two neighbours."""
        return self.stride, self.stride

    @property
    def extents(self) -> tuple[int, int]:
        """Return the least and the largest extent of a window."""
        return self.extent, self.extent

    @cached_property
    def skipped(self) -> int:
        """Count the pixels before the last window's end that no window sees."""
        if self.dilation == 1 and self.stride <= self.kernel:
            return 0
        return self._seen().count(0) - self.dropped

    def unused(self) -> Iterator[range]:
        """Yield the runs of pixels that no window sees, from the first to the last."""
        if not self.dropped + self.skipped:
            return
        seen = self._seen()
        start = seen.find(0)
        while start >= 0:
            stop = seen.find(1, start)
            run = range(start, stop if stop >= 0 else self.size)
            yield run
            start = seen.find(0, run.stop)

    def unused_end(self) -> range:
        """Return the run of unused pixels at the far end, which may be empty."""
        if not self.dropped + self.skipped:
            return range(self.size, self.size)
        return range(self._seen().rfind(1) + 1, self.size)

    def _seen(self) -> bytearray:
        """Return 1 for each pixel that a window sees, else 0."""
        seen = bytearray(self.size)
        for first, count, step in self._progressions():
            missing = max(0, ceil_divide(-first, step))
            begin = first + missing * step
            stop = min(first + (count - 1) * step + 1, self.size)
            if begin < stop:
                seen[begin:stop:step] = b"\1" * len(range(begin, stop, step))
        return seen

    def _progressions(self) -> Iterator[tuple[int, int, int]]:
        """Yield (first, count, step) of arithmetic progressions that hold all seen pixels.

        There are at most about as many as the square root of the size, whatever the kernel: only
        taps and windows that can meet a pixel are looked at, and those whose positions follow each
        other at one distance are one progression.
        """
        windows = range(
            max(0, ceil_divide(self.before - self.extent + 1, self.stride)),
            min(self.output, (self.size - 1 + self.before) // self.stride + 1),
        )
        if not windows:
            return
        first, last = (at * self.stride - self.before for at in (windows[0], windows[-1]))
        taps = range(
            max(0, ceil_divide(-last, self.dilation)),
            min(self.kernel, (self.size - 1 - first) // self.dilation + 1),
        )
        if not taps:
            return
        base = first + taps[0] * self.dilation
        by_window = (len(windows), self.stride), (len(taps), self.dilation)
        ways = [_grid(base, *by_window), _grid(base, *reversed(by_window))]
        yield from min(ways, key=lambda way: way.parts).progressions()

    def sees_everywhere(self) -> bool:
        """Return whether every window sees a pixel; one with gaps may have the image in a gap."""
        if self.dilation <= self.size:
            return True
        # Of the windows that start before the image, count those whose first tap behind the
        # image's start, at the remainder of a division, lies beyond the image's end.
        windows = min(self.output, ceil_divide(self.before, self.stride))
        step, start = self.stride % self.dilation, -self.before % self.dilation
        beyond = start + self.dilation - self.size
        return sum_floors(windows, self.dilation, step, beyond) == sum_floors(
            windows, self.dilation, step, start
        )

    def inside(self, index: int, *, padding: bool = False) -> range:
        """Return the positions of one window that are pixels (or, with `padding`, either)."""
        low, high = (-self.before, self.size + self.after) if padding else (0, self.size)
        start = index * self.stride - self.before
        first = max(0, ceil_divide(low - start, self.dilation))
        stop = max(first, min(self.kernel, ceil_divide(high - start, self.dilation)))
        return range(start + first * self.dilation, start + stop * self.dilation, self.dilation)

    def counts(self, *, padding: bool = False) -> list[int]:
        """List how many taps of each window are real pixels (or, with `padding`, either)."""
        low, high = (-self.before, self.size + self.after) if padding else (0, self.size)
        # Only windows at the ends can lack a tap; those between are full.
        full = min(self.output, ceil_divide(low + self.before, self.stride))
        full_end = (high - self.extent + self.before) // self.stride + 1
        full_end = max(full, min(self.output, full_end))
        return [
            *(len(self.inside(index, padding=padding)) for index in range(full)),
            *[self.kernel] * (full_end - full),
            *(len(self.inside(index, padding=padding)) for index in range(full_end, self.output)),
        ]

    def window(self, index: int) -> range:
        """List the positions of one window, those outside the image too."""
        start = index * self.stride - self.before
        return range(start, start + self.extent, self.dilation)

    def part(self, outputs: range) -> tuple[slice, Axis]:
        """Give the pixels that some of the windows see, and these windows laid over them alone."""
        start, stop = self.window(outputs[0])[0], self.window(outputs[-1])[-1] + 1
        seen = slice(max(0, start), min(stop, self.size))
        after = self.after if stop > self.size else 0
        size = seen.stop - seen.start
        part = Axis(
            size, len(outputs), self.kernel, self.stride, self.dilation, seen.start - start, after
        )
        return seen, part

    def taps(self) -> list[range]:
        """List the real positions that each window looks at."""
        return [self.inside(index) for index in range(self.output)]


@dataclass(frozen=True)
class AdaptiveAxis:
    """Windows for a wanted number of outputs: window `i` is `[⌊iN/o⌋, ⌈(i+1)N/o⌉)`."""

    size: int
    output: int
    dropped: int = 0
    skipped: int = 0
    before: int = 0
    after: int = 0

    @property
    def kernel(self) -> int:
        """Count the pixels of the longest window."""
        return self.extents[1]

    @property
    def extent(self) -> int:
        """Count the positions from the first to the last pixel of the longest window."""
        return self.kernel

    @cached_property
    def extents(self) -> tuple[int, int]:
        """Return the lengths of the shortest and of the longest window.

        With `size = whole·output + rest`, window `i` has `whole + ⌈(f + rest) / output⌉` pixels,
        where `f = i·rest mod output` is every multiple of their greatest common divisor.
        """
        whole, rest = divmod(self.size, self.output)
        shortest = whole + (rest > 0)
        return shortest, shortest + (rest > math.gcd(rest, self.output))

    @property
    def distances(self) -> tuple[int, int]:
        """Return the least and the largest distance between the starts of two neighbours.

        Of the `output` steps to the end of the image, `rest` are longer, and the last is one of
        these, which leads to no window.
        """
        whole, rest = divmod(self.size, self.output)
        return whole, whole + (rest > 1)

    def unused(self) -> Iterator[range]:
        """Yield no runs: every pixel is seen."""
        return iter(())

    def unused_end(self) -> range:
        """Return an empty run at the far end."""
        return range(self.size, self.size)

    def counts(self, *, padding: bool = False) -> list[int]:  # noqa: ARG002 - there is none
        """List how many pixels each window sees."""
        return [len(self.window(index)) for index in range(self.output)]

    def window(self, index: int) -> range:
        """List the positions of one window."""
        size, output = self.size, self.output
        return range(index * size // output, ceil_divide((index + 1) * size, output))

    def inside(self, index: int, *, padding: bool = False) -> range:  # noqa: ARG002 - there is none
        """Return the positions of one window, which are all pixels."""
        return self.window(index)

    def taps(self) -> list[range]:
        """List the positions that each window looks at."""
        return [self.window(index) for index in range(self.output)]


@dataclass(frozen=True)
class _Grid:
    """The positions `base + i·p + j·q` with `0 ≤ i < outer` and `0 ≤ j < inner`.

    Every `period`-th `i` begins `shift` steps of `q` later, so its positions follow those before
    without a gap if there are at least `shift` of them.
    """

    base: int
    outer: int
    p: int
    inner: int
    q: int
    period: int
    shift: int

    @property
    def joined(self) -> bool:
        return self.shift <= self.inner

    @property
    def parts(self) -> int:
        """Count the progressions."""
        return min(self.outer, self.period) if self.joined else self.outer

    def progressions(self) -> Iterator[tuple[int, int, int]]:
        """Yield (first, count, step) of each."""
        for i in range(self.parts):
            more = (self.outer - 1 - i) // self.period if self.joined else 0
            yield self.base + i * self.p, more * self.shift + self.inner, self.q


def _grid(base: int, outer: tuple[int, int], inner: tuple[int, int]) -> _Grid:
    common = math.gcd(outer[1], inner[1])
    return _Grid(base, *outer, *inner, inner[1] // common, outer[1] // common)


AnyAxis = Axis | AdaptiveAxis

AROUND = 8  # positions that a drawing has room for on each side of the smallest image


def around(size: int) -> int:
    """Return how many positions to draw at most on each side of an image."""
    return max(size, AROUND)


def near(window: range, size: int) -> range:
    """Keep the positions of a window that lie in an image or near enough to be drawn with it."""
    low, high = -around(size), size + around(size)
    return window[bisect_left(window, low) : bisect_left(window, high)]


def ceil_divide(a: int, b: int) -> int:
    """Divide and round up."""
    return -(-a // b)


def sum_floors(count: int, divisor: int, step: int, start: int) -> int:
    """Sum `⌊(step·i + start) / divisor⌋` over `0 ≤ i < count` in about `log(divisor)` turns.

    As in Euclid's algorithm: whole parts are summed at once, and what is left is the number of
    lattice points below a line, counted along the other axis.
    """
    total = 0
    while count:
        total += count * (count - 1) // 2 * (step // divisor) + count * (start // divisor)
        step, start = step % divisor, start % divisor
        highest = step * count + start
        if highest < divisor:
            break
        count, start = divmod(highest, divisor)
        divisor, step = step, divisor
    return total
