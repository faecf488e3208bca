"""The figure of one image: the words and regions of its panels, made as the results come."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING

from poolcli.arrays import Array
from poolcli.captions import (
    caption,
    name_file,
    name_pixels,
    name_pooling,
    name_window,
    spell_command,
)
from poolcli.geometry import Step
from poolcli.geometry.region import Region
from poolcli.images import Image
from poolcli.pipeline.jobs import Job, Settings, suffix_of

if TYPE_CHECKING:
    from poolcli.figures import Layout, Sheet, Stack, Tier

STANDARD_SUFFIX = "png"


class Drawing:
    """The figure of one image, to which the results of each iteration are added as they come.

    Of each result only what its page shows is kept.

    Parameters
    ----------
    steps : sequence of Step
        The iterations, in order.
    layout : Layout
        What all panels share.
    keep : callable
        Makes a stack of the results of an iteration: of their pixels, the caption, the iteration
        that they go into or None, and the region of the zoom or None.
    compose : callable
        Makes the sheet of all stacks.
    suffix : str
        Of the figure's file.
    region : Region or None
        The region of the first image that zooms show.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        layout: Layout,
        keep: Callable[[Sequence[Array], Sequence[str], Step | None, Region | None], Stack],
        compose: Callable[[Sequence[Stack]], Sheet],
        suffix: str,
        region: Region | None = None,
    ) -> None:
        self._steps = steps
        self._layout = layout
        self._keep = keep
        self._compose = compose
        self._suffix = suffix
        self._region = region
        self._done = 0
        self._stacks: list[Stack] = []

    def begin(self, inputs: Sequence[Image], captions: Sequence[Sequence[str]]) -> None:
        """Add the image that is pooled, after the one before its filter if there is one."""
        *before, last = inputs
        *captions_before, words = captions
        for image, lines in zip(before, captions_before, strict=True):
            self._stacks.append(self._keep([visible(image)], lines, None, self._region))
        self._append([last], words)

    def add(self, images: Sequence[Image]) -> None:
        """Add the results of the next iteration, one per operation."""
        step = self._steps[self._done]
        self._done += 1
        self._region = self._region.after(step) if self._region else None
        self._append(images, caption(self._done, step, self._steps[0].input_shape))

    def _append(self, images: Sequence[Image], words: Sequence[str]) -> None:
        """Add images, with the marks of the iteration that they go into."""
        following, lines = None, list(words)
        if self._done < len(self._steps):
            following = self._steps[self._done]
            lines += self._layout.name_unused(self._done + 1, following)
        pixels = [visible(image) for image in images]
        self._stacks.append(self._keep(pixels, lines, following, self._region))

    def sheet(self) -> Sheet:
        """Return the figure of all images that were added."""
        return self._compose(self._stacks)

    def render(self) -> bytes:
        """Return the content of the figure's file."""
        from poolcli.figures import render

        return render(self.sheet(), self._suffix)


def load_meanwhile() -> None:
    """Import matplotlib in a thread; an error is raised again where a figure is drawn."""

    def load() -> None:
        with suppress(Exception):
            import poolcli.figures  # noqa: F401 - loaded for later

    if "poolcli.figures" not in sys.modules:
        # Another thread's temporary filters would be mixed up with those of the decoder.
        warnings.filterwarnings("ignore", "Unable to import Axes3D")
        with suppress(RuntimeError):
            Thread(target=load).start()


def start_drawing(
    job: Job, settings: Settings, inputs: Sequence[Image], steps: Sequence[Step]
) -> Drawing:
    """Begin the figure of an image.

    Parameters
    ----------
    job : Job
    settings : Settings
    inputs : sequence of Image
        The image that is pooled, and before it the image before its filter, if it has one.
    steps : sequence of Step
        The iterations, in order; results are added for each.
    """
    start = _start_operations if settings.beside else _start_comparison
    drawing = start(job, settings, inputs, steps)
    drawing.begin(inputs, _input_captions(settings, inputs))
    return drawing


def _start_comparison(
    job: Job, settings: Settings, inputs: Sequence[Image], steps: Sequence[Step]
) -> Drawing:
    """Begin the figure of one operation."""
    from poolcli.figures import (
        ANIMATED,
        choose_region,
        comparison,
        comparison_tiers,
        name_zoom,
        result_stack,
    )

    image, suffix, zoom = inputs[-1], _suffix(job), settings.zoom
    if zoom and zoom.centre is None and suffix in ANIMATED:
        zoom = None  # frames are small
    first = choose_region(zoom, visible(image), steps, image.full) if zoom else None
    tiers = comparison_tiers(zoomed=first is not None, histogram=settings.histogram)
    layout = _layout(settings, inputs, steps, tiers, suffix)

    def keep(
        images: Sequence[Array], words: Sequence[str], step: Step | None, region: Region | None
    ) -> Stack:
        title = name_zoom(region, first) if region and first else ""
        return result_stack(layout, images[0], words, step, region, title)

    heading = f"{name_file(job.source)}: {name_pooling(settings.pooling)}"
    footer = spell_command(settings.command, job.source)
    compose = partial(comparison, heading, layout=layout, footer=footer)
    return Drawing(steps, layout, keep, compose, suffix, first)


def _start_operations(
    job: Job, settings: Settings, inputs: Sequence[Image], steps: Sequence[Step]
) -> Drawing:
    """Begin the figure of several operations."""
    from poolcli.figures import input_stack, operation_tiers, operations, results_stack

    suffix, names = _suffix(job), [operation.variant for operation in settings.operations]
    layout = _layout(settings, inputs, steps, operation_tiers(names), suffix)

    def keep(
        images: Sequence[Array], words: Sequence[str], step: Step | None, _region: Region | None
    ) -> Stack:
        if len(images) == 1:
            return input_stack(layout, images[0], words, step)
        return results_stack(layout, images, words, step)

    file, together = name_file(job.source), _together(settings)
    compose = partial(
        operations,
        f"{file}: {together}, {name_window(settings.window)}",
        names,
        layout=layout,
        shorter=f"{file}: {together}",
        footer=spell_command(settings.command, job.source),
    )
    return Drawing(steps, layout, keep, compose, suffix)


def _layout(
    settings: Settings,
    inputs: Sequence[Image],
    steps: Sequence[Step],
    tiers: Sequence[Tier],
    suffix: str,
) -> Layout:
    from poolcli.figures import Layout

    return Layout.of(
        len(inputs) + len(steps),
        steps[0].input_shape,
        tiers,
        white=inputs[-1].full,
        colormap=settings.colormap,
        step=steps[0],
        suffix=suffix,
    )


def visible(image: Image) -> Array:
    """Return pixels that a figure can show, gray, RGB or RGBA, of the first item of a batch."""
    pixels = image.items[0]
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    if image.alpha:
        return pixels[:, :, [0, 0, 0, 1]] if channels == 2 else pixels
    return pixels if channels in (1, 3) else pixels[:, :, 0]


def _suffix(job: Job) -> str:
    return f".{suffix_of(job.figure or '') or STANDARD_SUFFIX}"


def _together(settings: Settings) -> str:
    """Return the names of all operations: `max, min and avg`."""
    names = [operation.name for operation in settings.operations]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _input_captions(settings: Settings, inputs: Sequence[Image]) -> list[list[str]]:
    """Return the captions of the inputs: title, size, the channel shown, the preparation."""
    titles = ["input"]
    if filtered := settings.preparation.filter:
        relu = " and ReLU" if settings.preparation.relu else ""
        titles = [f"before {filtered}", f"after {filtered}{relu}"]
    captions = [
        [title, name_pixels(image.pixels.shape)]
        for title, image in zip(titles, inputs, strict=True)
    ]
    for lines, image in zip(captions, inputs, strict=True):
        if part := image.name_part(visible(image)):
            lines.append(part)
    if done := str(settings.preparation):
        captions[0].append(done)
    return captions
