"""The windows of one pooling step along one axis."""

from __future__ import annotations

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

    @cached_property
    def skipped(self) -> int:
        """Count the pixels before the last window's end that no window sees."""
        if self.dilation == 1 and self.stride <= self.kernel:
            return 0
        return self._seen().count(0) - self.dropped

    def unused(self) -> list[range]:
        """List the runs of pixels that no window sees, from the first to the last."""
        if not self.dropped + self.skipped:
            return []
        seen, runs = self._seen(), []
        start = seen.find(0)
        while start >= 0:
            stop = seen.find(1, start)
            runs.append(range(start, stop if stop >= 0 else self.size))
            start = seen.find(0, runs[-1].stop)
        return runs

    def _seen(self) -> bytearray:
        """Say of each pixel whether a window sees it, as 1 or 0."""
        seen = bytearray(self.size)
        last_start = (self.output - 1) * self.stride - self.before
        taps = range(
            max(0, ceil_divide(-last_start, self.dilation)),
            min(self.kernel, ceil_divide(self.size + self.before, self.dilation)),
        )
        for tap in taps:
            first = tap * self.dilation - self.before
            stop = min(first + (self.output - 1) * self.stride + 1, self.size)
            if first < 0:
                first %= self.stride
            if first < stop:
                seen[first : stop : self.stride] = b"\1" * len(range(first, stop, self.stride))
        return seen

    def counts(self, *, padding: bool = False) -> list[int]:
        """List how many taps of each window are real pixels (or, with `padding`, either)."""
        low, high = (-self.before, self.size + self.after) if padding else (0, self.size)

        def taps_inside(window: int) -> int:
            start = window * self.stride - self.before
            first = max(0, ceil_divide(low - start, self.dilation))
            stop = min(self.kernel, ceil_divide(high - start, self.dilation))
            return max(0, stop - first)

        # Only windows at the ends can lack a tap; those between are full.
        full = min(self.output, ceil_divide(low + self.before, self.stride))
        full_end = (high - self.extent + self.before) // self.stride + 1
        full_end = max(full, min(self.output, full_end))
        return [
            *map(taps_inside, range(full)),
            *[self.kernel] * (full_end - full),
            *map(taps_inside, range(full_end, self.output)),
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
        windows = []
        for start in range(-self.before, self.output * self.stride - self.before, self.stride):
            stop = min(start + self.extent, self.size)
            windows.append(
                range(start if start >= 0 else start % self.dilation, stop, self.dilation)
            )
        return windows


@dataclass(frozen=True)
class AdaptiveAxis:
    """Windows for a wanted number of outputs: window `i` is `[⌊iN/o⌋, ⌈(i+1)N/o⌉)`."""

    size: int
    output: int
    dropped: int = 0
    skipped: int = 0
    before: int = 0
    after: int = 0

    @cached_property
    def kernel(self) -> int:
        """Count the pixels of the longest window."""
        return max(self.counts())

    @property
    def extent(self) -> int:
        """Count the positions from the first to the last pixel of the longest window."""
        return self.kernel

    def unused(self) -> list[range]:
        """List no runs: every pixel is seen."""
        return []

    def counts(self, *, padding: bool = False) -> list[int]:  # noqa: ARG002 - there is none
        """List how many pixels each window sees."""
        return [len(taps) for taps in self.taps()]

    def window(self, index: int) -> range:
        """List the positions of one window."""
        size, output = self.size, self.output
        return range(index * size // output, ceil_divide((index + 1) * size, output))

    def taps(self) -> list[range]:
        """List the positions that each window looks at."""
        return [self.window(index) for index in range(self.output)]


AnyAxis = Axis | AdaptiveAxis


def ceil_divide(a: int, b: int) -> int:
    """Divide and round up."""
    return -(-a // b)
