"""The beginning of a job: read the header, lay out the chain, decode, prepare."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from poolcli import storage
from poolcli.arrays import quiet_arithmetic
from poolcli.errors import PoolcliError
from poolcli.geometry import Pair, Step, chain, check_pixels, sizes
from poolcli.geometry.layouts import MOST_CHANNELS
from poolcli.geometry.region import Region
from poolcli.images import Image, Reading, Source, check_head, open_source
from poolcli.pipeline.jobs import Job, Settings, suffix_of
from poolcli.prepare import Preparation, prepare


def identify(path: str, reading: Reading) -> Source:
    """Read a file and the header of the image in it.

    Raises
    ------
    PoolcliError
        If the file cannot be read or holds no image; what is no image is not read to its end.
    """
    suffix = suffix_of(path)
    content = storage.read(path, partial(check_head, suffix=suffix), reading.most_bytes)
    return open_source(content, suffix, reading)


def measure(path: str, reading: Reading = Reading()) -> Pair:
    """Return the (rows, columns) of an image from its header; see `identify`."""
    return identify(path, reading).shape


@quiet_arithmetic()
def load(path: str, settings: Settings) -> tuple[Image, tuple[Step, ...]]:
    """Return the prepared image of a file and the chain of its iterations, without writing.

    Raises
    ------
    PoolcliError
        If the image cannot be read, or the chain does not fit it.
    """
    source, steps = open_job(Job(path, ()), settings)
    return prepare_image(source.decode(), settings.preparation)[-1], steps


def open_job(job: Job, settings: Settings) -> tuple[Source, tuple[Step, ...]]:
    """Read the header of an input and lay out the whole chain, before anything is decoded.

    Raises
    ------
    PoolcliError
        If the image cannot be read, an iteration does not fit, or an array would be too large.
    """
    source = identify(job.source, settings.reading)
    max_pixels = settings.reading.max_pixels
    prepared = settings.preparation.shape(source.shape)
    further = sizes(settings.window, prepared, settings.iterations)
    check_pixels(source.shape, max_pixels, further=further)
    steps = chain(
        settings.window,
        prepared,
        settings.iterations,
        exact=settings.exact,
        max_pixels=max_pixels,
    )
    _check_channels(source, steps, max_pixels)
    if job.figure and settings.zoom and settings.zoom.centre:
        Region.around(settings.zoom.centre, (1, 1), steps[0].input_shape)
    return source, steps


def prepare_image(image: Image, preparation: Preparation) -> list[Image]:
    """Return the prepared image last, and before it the image without its filter if it has one."""
    opaque = image.full if image.alpha else None
    stages = []
    # Gray and filters mix channels, which those of two items of a batch must not.
    items = image.items if preparation.gray or preparation.filter else [image.pixels]
    each = (prepare(item, preparation, opaque) for item in items)
    for parts in zip(*each, strict=True):
        pixels = parts[0] if len(parts) == 1 else np.dstack(parts)
        scale = (pixels.shape[0] / image.pixels.shape[0], pixels.shape[1] / image.pixels.shape[1])
        stage = image.resampled(pixels, scale)
        if pixels.shape[2:] != image.pixels.shape[2:]:
            # The profile describes another colour space.
            stage = replace(stage, profile=None)
        stages.append(stage)
    if preparation.has_idle_relu(image.pixels.dtype):
        warnings = (*image.warnings, "--relu changes nothing: no value here is negative")
        stages[-1] = replace(stages[-1], warnings=warnings)
    return stages


def _check_channels(source: Source, steps: Sequence[Step], max_pixels: int) -> None:
    """Raise PoolcliError if the channels of an array are too many for the sizes of its chain."""
    shapes = [source.shape, steps[0].input_shape, *(step.shape for step in steps)]
    rows, columns = max(shapes, key=math.prod)
    least = -(-rows * columns * source.layers // MOST_CHANNELS)
    if least > max_pixels:
        raise PoolcliError(
            f"has {source.layers} channels, of {rows}x{columns} pixels in this chain, more than"
            f" {MOST_CHANNELS} times {max_pixels:,} values; allow it with --max-pixels {least}"
        )
