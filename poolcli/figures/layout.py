"""The properties that all panels of a figure share, chosen before the first panel exists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcli.captions import name_unused
from poolcli.figures import marks, page, text
from poolcli.figures.bars import Bar
from poolcli.figures.colours import Colouring, Range
from poolcli.figures.files import ANIMATED, check_suffix
from poolcli.figures.page import Box, Tier
from poolcli.figures.panels import Panel, visible_padding
from poolcli.figures.sheet import Part, Stack, fits_caption, fitted_caption
from poolcli.figures.style import house_style
from poolcli.geometry import Pair, Step
from poolcli.geometry.region import Region

Array = NDArray[Any]


@dataclass(frozen=True)
class Layout:
    """The size, range and colours of the panels of a figure.

    Attributes
    ----------
    box : Box
        The size of every panel.
    tiers : sequence of Tier
        The rows of parts that each stack has.
    white : float or None
        The value of white, and the range of values is 0 to that. None is a matrix: the range is
        that of the finite values of all panels, and a colour bar shows it.
    colormap : str
        The colours of one channel.
    stretched : bool
        Whether panels have other proportions than the first image.
    animated : bool
        Whether each stack is a frame of its own.
    """

    box: Box
    tiers: Sequence[Tier]
    white: float | None
    colormap: str
    stretched: bool = False
    animated: bool = False

    @classmethod
    def of(
        cls,
        stacks: int,
        shape: Pair,
        tiers: Sequence[Tier],
        *,
        white: float | None,
        colormap: str | None = None,
        step: Step | None = None,
        suffix: str = ".png",
    ) -> Layout:
        """Choose the layout of a figure.

        Parameters
        ----------
        stacks : int
            The number of stacks that will be added.
        shape : (rows, columns)
            Of the first image, which determines the proportions of all panels.
        tiers : sequence of Tier
            The rows of parts that each stack has.
        white : float or None
            The value of white; None for a matrix.
        colormap : str or None
            The colours of one channel; None is gray for images and viridis for matrices.
        step : Step or None
            The first iteration, whose padding gets room where it is wide enough to see.
        suffix : str
            Of the file. In a `.gif` or `.webp` each stack is a frame, as large as a page with one.

        Raises
        ------
        PoolcliError
            If figures cannot be written to files with this suffix.
        """
        check_suffix(suffix)
        animated = suffix in ANIMATED
        together = 1 if animated else stacks
        box = Box.of(together, shape, tiers)
        if step:
            (top, bottom), (left, right) = visible_padding(box, step)
            padded = top + shape[0] + bottom, left + shape[1] + right
            box = Box.of(together, padded, tiers)
        if colormap is None:
            colormap = "viridis" if white is None else "gray"
        stretched = not page.ASPECTS[0] <= shape[1] / shape[0] <= page.ASPECTS[1]
        return cls(box, tiers, white, colormap, stretched, animated)

    def panel(self, pixels: Array, step: Step | None = None, region: Region | None = None) -> Panel:
        """Return the panel of an image that goes into `step`, with the outline of a region.

        Parameters
        ----------
        pixels : ndarray, (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), any real dtype
            Four channels are RGBA. The array is not kept.
        step : Step or None
            The iteration whose unused pixels and padding are marked.
        region : Region or None
            The region that a zoom shows.
        """
        return Panel.of(without_channel(pixels), self.box, self.white, step, region)

    def stack(self, caption: Sequence[str], parts: Sequence[Part | None], pixels: Array) -> Stack:
        """Return parts under a caption, which names the share of `pixels` that is NaN."""
        lines = list(caption)
        missing = np.isnan(pixels).mean() if pixels.dtype.kind == "f" else 0.0
        if missing:
            lines.append(f"{text.percent(missing)} NaN, in rose")
        with house_style():
            return Stack(fitted_caption(lines, self.box), parts)

    def heading(self, words: str) -> str:
        """Return a heading that names the change of proportions, if there is one."""
        return f"{words} (stretched)" if words and self.stretched else words

    def colouring(self, parts: Iterable[Part | None]) -> Colouring:
        """Return the colours of the values of all panels among some parts."""
        if self.white is not None:
            return Colouring(0.0, self.white, self.colormap)
        ranges = (part.range for part in parts if isinstance(part, Panel))
        return Colouring(*Range.union(ranges).limits(), self.colormap)

    def bars(self, stacks: Sequence[Stack], last: int) -> list[Bar]:
        """Return the bar beside the tiers up to `last`: of a matrix that shows one channel."""
        first = [stack.parts[0] for stack in stacks]
        flat = all(isinstance(part, Panel) and part.is_flat for part in first)
        return [Bar(0, last)] if self.white is None and flat else []

    def name_unused(self, number: int, step: Step) -> list[str]:
        """Return caption lines that name the unused pixels of iteration `number`."""
        padding = visible_padding(self.box, step)
        room = self.box.height, self.box.width
        unit = [
            self.box.to_points(dots) / (sum(sides) + size)
            for dots, sides, size in zip(room, padding, step.input_shape, strict=True)
        ]
        dropped, skipped = name_unused(step.dropped, (0, 0)), name_unused((0, 0), step.skipped)
        notes = marks.hatch_notes(step, unit)
        lines = []
        for words, note in zip((dropped, skipped), notes, strict=True):
            if words:
                lines += self._noted(f"{words} by iteration {number}", note)
        return lines

    def _noted(self, words: str, note: str) -> list[str]:
        """Return words and a note in parentheses, on one line if it fits."""
        if not note:
            return [words]
        with house_style():
            together = f"{words} ({note})"
            return [together] if fits_caption(together, self.box) else [words, f"({note})"]


def without_channel(pixels: Array) -> Array:
    """Return an image of one channel (H, W, 1) as (H, W), any other as it is."""
    return pixels[:, :, 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels
