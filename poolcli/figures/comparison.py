"""The comparison figure: an input and its iterations, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from poolcli.figures.histogram import Histogram, common_ceiling
from poolcli.figures.layout import Layout, without_channel
from poolcli.figures.page import Tier
from poolcli.figures.panels import Panel
from poolcli.figures.sheet import Part, Sheet, Stack
from poolcli.geometry import Step
from poolcli.geometry.region import Region

Array = NDArray[Any]

IMAGE, ZOOM = Tier(), Tier(titled=True)
HISTOGRAM = Tier(0.4, titled=True, named=True)


def comparison_tiers(*, zoomed: bool = False, histogram: bool = False) -> list[Tier]:
    """Return the tiers of a comparison: images, and below them their zooms and histograms.

    Parameters
    ----------
    zoomed, histogram : bool
        Whether there are zooms and histograms.
    """
    tiers = [IMAGE]
    if zoomed:
        tiers.append(ZOOM)
    if histogram:
        tiers.append(HISTOGRAM)
    return tiers


def result_stack(
    layout: Layout,
    pixels: Array,
    caption: Sequence[str],
    step: Step | None = None,
    region: Region | None = None,
    zoom_title: str = "",
) -> Stack:
    """Return the parts of one image of a comparison.

    Parameters
    ----------
    layout : Layout
        Its tiers are those of `comparison_tiers`.
    pixels : ndarray, (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), any real dtype
        Four channels are RGBA. The array is not kept.
    caption : sequence of str
        Lines above the panel, the title first.
    step : Step or None
        The iteration that the image goes into, whose unused pixels and padding are marked.
    region : Region or None
        The region that the zoom shows.
    zoom_title : str
        The line above the zoom.
    """
    pixels = without_channel(pixels)
    parts: list[Part] = [layout.panel(pixels, step, region)]
    if region:
        zoom = Panel.zoomed(pixels, region, layout.box, layout.white, step)
        parts.append(replace(zoom, title=zoom_title, legible=True))
    if HISTOGRAM in layout.tiers:
        parts.append(Histogram.of(pixels))
    return layout.stack(caption, parts, pixels)


def comparison(
    heading: str, stacks: Sequence[Stack], layout: Layout, *, footer: Sequence[str] = ()
) -> Sheet:
    """Return the figure of an input and its iterations.

    Parameters
    ----------
    heading : str
        The line on top, for example `cat.jpg: max, kernel 2×2, stride 2`.
    stacks : sequence of Stack
        Made by `result_stack`.
    layout : Layout
    footer : sequence of str
        The words of the command that makes the figure.
    """
    colours = layout.colouring(part for stack in stacks for part in stack.parts)
    if HISTOGRAM in layout.tiers:
        stacks = _level(stacks, colours.low, colours.high)
    images = [tier for tier in layout.tiers if tier != HISTOGRAM]
    return Sheet(
        layout.heading(heading),
        layout.box,
        layout.tiers,
        stacks,
        [colours] * len(layout.tiers),
        layout.bars(stacks, len(images) - 1),
        footer,
    )


def _level(stacks: Sequence[Stack], low: float, high: float) -> list[Stack]:
    """Return stacks whose histograms, their last parts, have one ceiling."""
    histograms = [part for stack in stacks for part in stack.parts if isinstance(part, Histogram)]
    ceiling = common_ceiling(histograms, low, high)
    return [
        replace(stack, parts=[*stack.parts[:-1], replace(histogram, ceiling=ceiling)])
        for stack, histogram in zip(stacks, histograms, strict=True)
    ]
