"""The figure of one image: what its panels show and what stands around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from poolcli.captions import caption, name_file, name_operation, name_pixels, spell_command
from poolcli.geometry import Step
from poolcli.images import Image
from poolcli.pipeline.jobs import Job, Settings, suffix_of

Array = NDArray[Any]


class Drawing:
    """The figure of one image, which grows with every iteration.

    Parameters
    ----------
    inputs : sequence of Image
        What is pooled, and before it the image before its filter, if it has one.
    steps : sequence of Step
        The iterations, in order; a result is added for each.
    """

    def __init__(
        self, job: Job, settings: Settings, inputs: Sequence[Image], steps: Sequence[Step]
    ) -> None:
        from poolcli.figures import ANIMATED, Comparison, choose_region

        image = inputs[-1]
        self._steps = steps
        self._done = 0
        suffix = f".{suffix_of(job.figure or '')}"
        zoom = settings.zoom
        # Frames are small: what is not asked for would only shrink the rest.
        if zoom and zoom.centre is None and suffix in ANIMATED:
            zoom = None
        self._region = choose_region(zoom, visible(image), steps, image.full) if zoom else None
        self._figure = Comparison(
            f"{_name(job)}: {_operation(settings)}",
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
        for stage, words in zip(inputs, _input_captions(settings, inputs), strict=True):
            step = steps[0] if stage is image else None
            self._figure.add(visible(stage), words, step, self._region)

    def add(self, image: Image) -> None:
        """Add the result of the next iteration."""
        step = self._steps[self._done]
        self._done += 1
        following = self._steps[self._done] if self._done < len(self._steps) else None
        self._region = self._region.after(step) if self._region else None
        words = caption(self._done, step, self._steps[0].input_shape)
        self._figure.add(visible(image), words, following, self._region)

    def render(self) -> bytes:
        """Draw the figure as its file's suffix says."""
        return self._figure.render()


def visible(image: Image) -> Array:
    """Give pixels that a figure can show: gray, RGB or RGBA."""
    channels = image.pixels.shape[2] if image.pixels.ndim == 3 else 1
    if image.alpha:
        return image.pixels[:, :, [0, 0, 0, 1]] if channels == 2 else image.pixels
    return image.pixels if channels in (1, 3) else image.pixels[:, :, 0]


def _name(job: Job) -> str:
    return name_file(job.source)


def _operation(settings: Settings) -> str:
    return name_operation(
        settings.operation, settings.window, settings.count_include_pad, settings.norm
    )


def _input_captions(settings: Settings, inputs: Sequence[Image]) -> list[list[str]]:
    """Say what an input is, and under the first one how it was prepared."""
    filtered = settings.preparation.filter
    relu = " and ReLU" if settings.preparation.relu else ""
    titles = [f"before {filtered}", f"after {filtered}{relu}"] if filtered else ["input"]
    captions = [
        [title, name_pixels(image.pixels.shape)]
        for title, image in zip(titles, inputs, strict=True)
    ]
    done = str(settings.preparation)
    if done:
        captions[0].append(done)
    return captions
