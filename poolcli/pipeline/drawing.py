"""The figure of one image: what its panels show and what stands around them."""

from __future__ import annotations

import sys
import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
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
from poolcli.images import Image
from poolcli.pipeline.jobs import Job, Settings, suffix_of

if TYPE_CHECKING:
    from poolcli.figures import Comparison, Growing, Operations

FIGURES = "poolcli.figures"
STANDARD_SUFFIX = "png"


class Drawing(ABC):
    """The figure of one image, which grows with every iteration."""

    _figure: Growing

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self._done = 0

    def add(self, images: Sequence[Image]) -> None:
        """Add the results of the next iteration, one for each operation."""
        step = self._steps[self._done]
        self._done += 1
        following = self._steps[self._done] if self._done < len(self._steps) else None
        words = [*caption(self._done, step, self._steps[0].input_shape), *self._tell_unused()]
        self._add([visible(image) for image in images], words, step, following)

    @abstractmethod
    def _add(
        self, images: Sequence[Array], words: Sequence[str], step: Step, following: Step | None
    ) -> None:
        """Add the results of `step`, which go into `following`."""

    def _tell_unused(self) -> list[str]:
        """Write what the next iteration leaves unused of the images that were added last."""
        if self._done == len(self._steps):
            return []
        return self._figure.tell_unused(self._done + 1, self._steps[self._done])

    def render(self) -> bytes:
        """Draw the figure as its file's suffix says."""
        return self._figure.render()


def load_meanwhile() -> None:
    """Import what draws in a thread, if one can be had; what goes wrong is told as it is needed."""

    def load() -> None:
        with suppress(Exception):
            import_module(FIGURES)

    if FIGURES not in sys.modules:
        # Filters of another thread's would come and go with those of the decoder.
        warnings.filterwarnings("ignore", "Unable to import Axes3D")
        with suppress(RuntimeError):
            Thread(target=load).start()


def start_drawing(
    job: Job, settings: Settings, inputs: Sequence[Image], steps: Sequence[Step]
) -> Drawing:
    """Begin the figure of an image.

    Parameters
    ----------
    inputs : sequence of Image
        What is pooled, and before it the image before its filter, if it has one.
    steps : sequence of Step
        The iterations, in order; results are added for each.
    """
    kind = OperationsDrawing if settings.beside else ComparisonDrawing
    return kind(job, settings, inputs, steps)


class ComparisonDrawing(Drawing):
    """The figure of one operation."""

    _figure: Comparison

    def __init__(
        self, job: Job, settings: Settings, inputs: Sequence[Image], steps: Sequence[Step]
    ) -> None:
        super().__init__(steps)
        from poolcli.figures import ANIMATED, Comparison, choose_region

        image = inputs[-1]
        suffix = _suffix(job)
        zoom = settings.zoom
        # Frames are small: what is not asked for would only shrink the rest.
        if zoom and zoom.centre is None and suffix in ANIMATED:
            zoom = None
        self._region = choose_region(zoom, visible(image), steps, image.full) if zoom else None
        self._figure = Comparison(
            f"{name_file(job.source)}: {name_pooling(settings.pooling)}",
            len(inputs) + len(steps),
            steps[0].input_shape,
            full=image.full,
            colormap=settings.colormap,
            step=steps[0],
            zoomed=self._region is not None,
            histogram=settings.histogram,
            footer=spell_command(settings.command, job.source),
            suffix=suffix,
        )
        captions = _input_captions(settings, inputs)
        captions[-1] += self._tell_unused()
        for stage, words in zip(inputs, captions, strict=True):
            step = steps[0] if stage is image else None
            self._figure.add(visible(stage), words, step, self._region)

    def _add(
        self, images: Sequence[Array], words: Sequence[str], step: Step, following: Step | None
    ) -> None:
        self._region = self._region.after(step) if self._region else None
        self._figure.add(images[0], words, following, self._region)


class OperationsDrawing(Drawing):
    """The figure of several operations."""

    _figure: Operations

    def __init__(
        self, job: Job, settings: Settings, inputs: Sequence[Image], steps: Sequence[Step]
    ) -> None:
        super().__init__(steps)
        from poolcli.figures import Operations

        image = inputs[-1]
        names = [operation.name for operation in settings.operations]
        together = f"{', '.join(names[:-1])} and {names[-1]}"
        file = name_file(job.source)
        self._figure = Operations(
            f"{file}: {together}, {name_window(settings.window)}",
            [operation.variant for operation in settings.operations],
            len(inputs) + len(steps),
            steps[0].input_shape,
            shorter=f"{file}: {together}",
            full=image.full,
            colormap=settings.colormap,
            step=steps[0],
            footer=spell_command(settings.command, job.source),
            suffix=_suffix(job),
        )
        captions = _input_captions(settings, inputs)
        captions[-1] += self._tell_unused()
        for stage, words in zip(inputs, captions, strict=True):
            step = steps[0] if stage is image else None
            self._figure.add_input(visible(stage), words, step)

    def _add(
        self, images: Sequence[Array], words: Sequence[str], _step: Step, following: Step | None
    ) -> None:
        self._figure.add(images, words, following)


def visible(image: Image) -> Array:
    """Return pixels that a figure can show, gray, RGB or RGBA, of the first item of a batch."""
    pixels = image.items[0]
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    if image.alpha:
        return pixels[:, :, [0, 0, 0, 1]] if channels == 2 else pixels
    return pixels if channels in (1, 3) else pixels[:, :, 0]


def _suffix(job: Job) -> str:
    return f".{suffix_of(job.figure or '') or STANDARD_SUFFIX}"


def _input_captions(settings: Settings, inputs: Sequence[Image]) -> list[list[str]]:
    """Return the captions of the inputs: what each is, what is shown of it, how it was prepared."""
    filtered = settings.preparation.filter
    relu = " and ReLU" if settings.preparation.relu else ""
    titles = [f"before {filtered}", f"after {filtered}{relu}"] if filtered else ["input"]
    captions = [
        [title, name_pixels(image.pixels.shape)]
        for title, image in zip(titles, inputs, strict=True)
    ]
    for caption_, image in zip(captions, inputs, strict=True):
        if part := image.name_part(visible(image)):
            caption_.append(part)
    done = str(settings.preparation)
    if done:
        captions[0].append(done)
    return captions
