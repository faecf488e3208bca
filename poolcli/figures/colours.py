"""Pixel values as colours."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

from poolcli.errors import PoolcliError

Array = NDArray[Any]

BOUND = 1e300  # differences between values within it are finite, and their inverse is not 0
NEGLIGIBLE = 1e-6  # rounding errors of a constant matrix are no contrast
NOT_A_NUMBER = (255, 158, 170)  # a rose that no common colour map has


@dataclass(frozen=True)
class Colouring:
    """A mapping of the values from `low` to `high` to colours.

    One channel has the colours of a colour map; RGB stays RGB.
    """

    low: float
    high: float
    colormap: str

    def __call__(self, pixels: Array) -> NDArray[np.uint8]:
        """Return the colours (H, W, 3) of one channel or of RGB, or (H, W, 4) of RGBA.

        Values beyond the range get the colour of its end, NaN a colour of its own.
        """
        values: Array = pixels.astype(np.float32 if pixels.dtype.itemsize <= 2 else np.float64)
        missing = np.isnan(values)
        unit = np.clip((values - self.low) / (self.high - self.low), 0, 1)
        unit[missing] = 0
        if pixels.ndim == 2:
            colours: NDArray[np.uint8] = self._table()[
                np.minimum((unit * 256).astype(np.intp), 255)
            ]
        else:
            colours = np.rint(unit * 255).astype(np.uint8)
        if missing.any():
            colours[missing if pixels.ndim == 2 else missing.any(axis=2), :3] = NOT_A_NUMBER
        return colours

    def _table(self) -> NDArray[np.uint8]:
        colours = np.asarray(mpl.colormaps[self.colormap](np.arange(256) / 255))
        # Matplotlib rounds bytes down: gray 57 would be 56.
        table: NDArray[np.uint8] = np.rint(255 * colours[:, :3]).astype(np.uint8)
        return table


@dataclass(frozen=True)
class Range:
    """The smallest and the largest finite value of some pixels; without pixels it is empty."""

    low: float = math.inf
    high: float = -math.inf

    @classmethod
    def of(cls, pixels: Array) -> Range:
        """Return the range of the finite values of an array."""
        if not pixels.size:
            return cls()
        low, high = float(pixels.min()), float(pixels.max())
        if not np.isfinite((low, high)).all():
            finite = pixels[np.isfinite(pixels)]
            low, high = float(finite.min(initial=np.inf)), float(finite.max(initial=-np.inf))
        return cls(low, high)

    @classmethod
    def union(cls, ranges: Iterable[Range]) -> Range:
        """Return the range of all values of several ranges."""
        low, high = math.inf, -math.inf
        for one in ranges:
            low, high = min(low, one.low), max(high, one.high)
        return cls(low, high)

    def limits(self) -> tuple[float, float]:
        """Return limits for colours that differ, even for no value or a single one."""
        if self.low > self.high:
            return 0.0, 1.0
        low, high = max(-BOUND, min(self.low, BOUND)), max(-BOUND, min(self.high, BOUND))
        largest = max(abs(low), abs(high))
        if high - low <= max(NEGLIGIBLE * largest, 1 / BOUND):
            half = largest / 2 if largest > 1 / BOUND else 0.5
            return low - half, low + half
        return low, high


def check_colormap(name: str) -> None:
    """Check the name of a colour map.

    Parameters
    ----------
    name : str

    Raises
    ------
    PoolcliError
        If matplotlib has no colour map of this name; the message proposes similar ones.
    """
    if name in mpl.colormaps:
        return
    close = _closest(name, sorted(mpl.colormaps))
    raise PoolcliError(f"unknown colour map {name!r}; {close}")


def readable_on(colours: Array) -> NDArray[np.bool_]:
    """Return for each colour (..., 3) whether white text is easier to read on it than black."""
    linear = (colours / 255.0) ** 2.2
    luminance: Array = linear @ np.array([0.2126, 0.7152, 0.0722])
    return luminance < 0.18


def _closest(name: str, known: Sequence[str]) -> str:
    by_lowercase = {candidate.lower(): candidate for candidate in known}
    close = [by_lowercase[match] for match in get_close_matches(name.lower(), by_lowercase, n=3)]
    if close:
        return f"did you mean {', '.join(close)}?"
    return "well-known ones are gray, viridis, magma and cividis"
