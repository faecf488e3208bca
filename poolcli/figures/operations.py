"""The figure of several operations: a row for each, and the difference of two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from poolcli.figures.bars import Bar
from poolcli.figures.differences import Legend, difference_colours, difference_panel
from poolcli.figures.layout import Layout, without_channel
from poolcli.figures.page import Tier
from poolcli.figures.panels import Panel
from poolcli.figures.sheet import Part, Sheet, Stack
from poolcli.geometry import Step

Array = NDArray[Any]

MINUS = "\N{MINUS SIGN}"


def operation_tiers(names: Sequence[str]) -> list[Tier]:
    """Return a tier per operation, and for two of them one for their difference.

    Parameters
    ----------
    names : sequence of str
        The operations, in the order of their rows.
    """
    tiers = [Tier(label=name) for name in names]
    if len(names) == 2:
        tiers.append(Tier(titled=True, label=f"{names[1]} {MINUS} {names[0]}"))
    return tiers


def input_stack(
    layout: Layout, pixels: Array, caption: Sequence[str], step: Step | None = None
) -> Stack:
    """Return an image that goes into every operation, once per row.

    Parameters
    ----------
    layout, caption
        As in `results_stack`.
    pixels : ndarray, (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), any real dtype
        Four channels are RGBA. The array is not kept.
    step : Step or None
        The iteration that the image goes into, whose unused pixels and padding are marked.
    """
    panel = layout.panel(pixels, step)
    parts: list[Part | None] = [None if tier.titled else panel for tier in layout.tiers]
    return layout.stack(caption, parts, without_channel(pixels))


def results_stack(
    layout: Layout, images: Sequence[Array], caption: Sequence[str], step: Step | None = None
) -> Stack:
    """Return the results of one iteration, and the difference of two.

    Parameters
    ----------
    layout : Layout
        Its tiers are those of `operation_tiers`.
    images : sequence of ndarray, (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), any real dtype
        One per operation, of one shape. The arrays are not kept.
    caption : sequence of str
        Lines above the results, the title first.
    step : Step or None
        The iteration that they go into, whose unused pixels and padding are marked.
    """
    images = [without_channel(image) for image in images]
    parts: list[Part | None] = [layout.panel(image, step) for image in images]
    if len(images) == 2:
        parts.append(difference_panel(images[0], images[1], layout.box))
    return layout.stack(caption, parts, images[0])


def operations(
    heading: str,
    names: Sequence[str],
    stacks: Sequence[Stack],
    layout: Layout,
    *,
    shorter: str = "",
    footer: Sequence[str] = (),
) -> Sheet:
    """Return the figure of several operations.

    Parameters
    ----------
    heading : str
        The line on top.
    names : sequence of str
        The operations, in the order of their rows.
    stacks : sequence of Stack
        Made by `input_stack`, then by `results_stack`.
    layout : Layout
    shorter : str
        A heading to use where the other is too long, before names are cut.
    footer : sequence of str
        The words of the command that makes the figure.
    """
    rows = len(names)
    values = layout.colouring(part for stack in stacks for part in stack.parts[:rows])
    sheet = Sheet(
        layout.heading(heading),
        layout.box,
        layout.tiers,
        stacks,
        [values] * rows,
        layout.bars(stacks, rows - 1),
        footer,
        layout.heading(shorter),
    )
    return _with_differences(sheet, names, layout) if rows == 2 else sheet


def _with_differences(sheet: Sheet, names: Sequence[str], layout: Layout) -> Sheet:
    """Return a sheet with the colours of its differences and their legend."""
    first, second = names
    panels = [part for stack in sheet.stacks for part in stack.parts[2:] if isinstance(part, Panel)]
    colours, extended = difference_colours(panels)
    sheet = replace(sheet, colours=[*sheet.colours, colours])
    more, less = f"red: {second} is larger", f"blue: {first} is larger"
    if layout.animated:
        # A legend below the input would be visible in its frame alone.
        return replace(sheet, bars=[*sheet.bars, Bar(2, 2, extended, more, less)])
    start, *others = sheet.stacks
    start = replace(start, parts=[*start.parts[:-1], Legend(more, less, extended)])
    return replace(sheet, stacks=[start, *others])
