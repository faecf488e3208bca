"""One image from start to end: read, check, prepare, pool, write, draw.

This is the page to read first. Everything that happens to an image happens in `run`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

import numpy as np

from poolcli import storage
from poolcli.alpha import pool_alpha
from poolcli.arrays import Array, quiet_arithmetic
from poolcli.errors import PoolcliError, name_bug, trace_bug
from poolcli.geometry import Pair, Step, chain, check_pixels, sizes
from poolcli.geometry.layouts import MOST_CHANNELS
from poolcli.geometry.region import Region
from poolcli.images import (
    Image,
    Kind,
    Reading,
    Source,
    check_format,
    check_head,
    check_size,
    keeps_profile,
    keeps_resolution,
    looks_black,
    open_source,
    quantise,
    warns_of_resolution,
)
from poolcli.memory import lacks_memory
from poolcli.pipeline.drawing import load_meanwhile, start_drawing, visible
from poolcli.pipeline.files import Files
from poolcli.pipeline.jobs import Iteration, Job, Record, Settings, suffix_of
from poolcli.pooling import carry_type, pool, written_type
from poolcli.pooling.windows import Windows
from poolcli.prepare import Preparation, prepare

__all__ = [
    "Iteration",
    "Job",
    "Record",
    "Settings",
    "fail",
    "foresee",
    "identify",
    "load",
    "measure",
    "run",
    "suffix_of",
]

THREADED_PIXELS = 2**20


def run(job: Job, settings: Settings) -> Record:
    """Make a job's files; an error that the user can mend is told in the record."""
    return _recorded(_run, job, settings)


def foresee(job: Job, settings: Settings) -> Record:
    """Read a job's header and tell what `run` would make of it, without writing."""
    return _recorded(_foresee, job, settings)


@quiet_arithmetic()
def load(place: str, settings: Settings) -> tuple[Image, tuple[Step, ...]]:
    """Read and prepare what is to be pooled, and lay out the chain, without writing."""
    image, steps = _read(Job(place, ()), settings)
    return _prepare(image, settings.preparation)[-1], steps


def measure(place: str, reading: Reading = Reading()) -> Pair:
    """Read the header of one image and give its (rows, columns)."""
    return identify(place, reading).shape


def fail(job: Job, error: Exception) -> Record:
    """Return the record of a job that a bug of ours has ended."""
    return Record(job, "failed", error=name_bug(error), trace=trace_bug(error))


def _recorded(task: Callable[[Job, Settings], Record], job: Job, settings: Settings) -> Record:
    """Run a task; whatever it raises fails this job alone."""
    start = time.perf_counter()
    record = None
    try:
        record = task(job, settings)
    except PoolcliError as error:
        record = Record(job, "failed", error=str(error))
    except Exception as error:  # noqa: BLE001 - a bug ends no batch
        if not lacks_memory(error):
            record = fail(job, error)
    record = record or Record(job, "failed", error=_too_large(job, settings))
    return replace(record, seconds=time.perf_counter() - start)


def _too_large(job: Job, settings: Settings) -> str:
    """Say that there is not enough memory, and for what size if that can still be told."""
    size = "this image"
    if job.source == storage.STANDARD or storage.is_regular(job.source):
        with suppress(PoolcliError, MemoryError):
            source, steps = _open(job, settings)
            sizes_ = (source.shape, *(step.input_shape for step in steps), steps[-1].shape)
            rows, columns = max(sizes_, key=math.prod)
            size = f"{rows}x{columns}"
    return f"there is not enough memory for {size}; fewer jobs (-j) leave more for each"


def _foresee(job: Job, settings: Settings) -> Record:
    _, steps = _open(job, settings)
    iterations = tuple(
        Iteration(output, step.shape, step.dropped, step.skipped, None)
        for step, output in zip(steps, job.outputs, strict=True)
    )
    return Record(job, "planned", steps[0].input_shape, iterations=iterations)


def _run(job: Job, settings: Settings) -> Record:
    source, steps = _open(job, settings)
    # Below this, threads cost more than they save: 10 of 200 ms for a small picture.
    threads = settings.threads if math.prod(source.shape) > THREADED_PIXELS else 1
    with Files(threads) as files:
        if job.figure and settings.threads > 1:
            load_meanwhile()
        with quiet_arithmetic():
            stages = _prepare(source.decode(), settings.preparation)
            kind = source.kind
            # Its file's bytes are let go.
            del source
            return _pool_all(job, settings, kind, stages, steps, files)


def _pool_all(
    job: Job,
    settings: Settings,
    kind: Kind,
    stages: list[Image],
    steps: Sequence[Step],
    files: Files,
) -> Record:
    """Pool the last of `stages` time after time; each result is let go once the next is there."""
    image = stages[-1]
    format_ = job.format or kind
    if any(job.outputs):
        check_format(image, format_, scale=settings.scale)
        if not settings.scale and looks_black(image, format_):
            black = (
                f"its values lie within 0..1, almost black in {format_}; --scale maps 1 to white"
            )
            image = replace(image, warnings=(*image.warnings, black))
        for step in steps:
            check_size(step.shape, format_)
    record = Record(job, "written", image.shape, str(image.pixels.dtype))
    figure = start_drawing(job, settings, stages, steps) if job.figure else None
    stages.clear()

    iterations = []
    states = [image] * len(settings.each)
    coexist = 0
    for step, output in zip(steps, job.outputs, strict=True):
        files.make_room(coexist)
        before = image.pixels.nbytes
        whole = output is not None and format_ not in ("npy", "csv")
        pooled = [
            state.resampled(_pool(state, one, settings.threads, whole=whole), step.scale)
            for state, one in zip(states, settings.each, strict=True)
        ]
        coexist = max(coexist, before + pooled[0].pixels.nbytes)
        clipped = 0.0
        if output is not None:
            clipped = files.add(output, quantise(pooled[0], format_, scale=settings.scale))
        states = [_carried(new, old) for new, old in zip(pooled, states, strict=True)]
        del pooled
        image = states[0]
        iterations.append(Iteration(output, image.shape, step.dropped, step.skipped, clipped))
        if figure:
            figure.add(states)
    # Drawn while files are encoded, and written after all of them.
    drawn = figure.render() if figure else b""
    files.finish()
    if job.figure:
        storage.write(job.figure, drawn)
    warnings = (*image.warnings, *_losses(job, image, format_, iterations))
    return replace(record, iterations=tuple(iterations), warnings=warnings)


def _prepare(image: Image, preparation: Preparation) -> list[Image]:
    """Prepare an image; the last one returned is to be pooled, one before it is unfiltered."""
    opaque = image.full if image.alpha else None
    stages = []
    # Only gray mixes channels, and never those of two items.
    items = image.items if preparation.gray or preparation.filter else [image.pixels]
    each = (prepare(item, preparation, opaque) for item in items)
    for parts in zip(*each, strict=True):
        pixels = parts[0] if len(parts) == 1 else np.dstack(parts)
        # A profile describes the colour space that the file had.
        same = pixels.shape[2:] == image.pixels.shape[2:]
        scale = (pixels.shape[0] / image.pixels.shape[0], pixels.shape[1] / image.pixels.shape[1])
        stage = image.resampled(pixels, scale)
        stages.append(stage if same else replace(stage, profile=None))
    if preparation.has_idle_relu(image.pixels.dtype):
        warnings = (*image.warnings, "--relu changes nothing: no value here is negative")
        stages[-1] = replace(stages[-1], warnings=warnings)
    return stages


def _pool(image: Image, settings: Settings, threads: int, *, whole: bool) -> Array:
    """Pool an image; if it is to be written in `whole` numbers, so that it is rounded once."""
    how = (settings.operation, settings.window, settings.count_include_pad, settings.norm)
    full = image.full if image.alpha else None
    result = None
    if whole:
        windows = Windows.of(settings.window, image.pixels.shape, settings.count_include_pad)
        # With alpha the divisor is a sum of it.
        area = windows.largest_count * (full or 1)
        result = written_type(settings.operation, image.pixels.dtype, area)
    if full:
        return pool_alpha(image.pixels, full, *how, result=result)
    return pool(image.pixels, *how, threads=threads, result=result)


def _carried(pooled: Image, before: Image) -> Image:
    """Return a result in the type that the next iteration pools: the carry type at most."""
    carry = carry_type(before.pixels.dtype)
    if pooled.pixels.dtype.itemsize <= carry.itemsize:
        return pooled
    return replace(pooled, pixels=pooled.pixels.astype(carry))


def _losses(job: Job, image: Image, format_: str, iterations: Sequence[Iteration]) -> Iterator[str]:
    """Say what the files do not hold."""
    if job.figure and (part := image.name_part(visible(image))):
        yield f"the figure shows {part}"
    if any(job.outputs) and image.profile and not keeps_profile(image, format_):
        yield f"{format_} cannot hold the colour profile of this image"
    if any(job.outputs) and warns_of_resolution(format_) and not keeps_resolution(image, format_):
        yield f"{format_} cannot hold the resolution of this image"
    clipped = max(iteration.clipped or 0.0 for iteration in iterations)
    if clipped:
        yield f"{clipped:.2%} of the values lie outside the range of {format_} and were clipped"


def identify(place: str, reading: Reading) -> Source:
    """Read a file and the header of the image in it; what is no image is not read whole."""
    suffix = suffix_of(place)
    content = storage.read(place, partial(check_head, suffix=suffix), reading.most_bytes)
    return open_source(content, suffix, reading)


def _open(job: Job, settings: Settings) -> tuple[Source, tuple[Step, ...]]:
    """Lay out the whole chain from the header, before pixels are decoded or written."""
    source = identify(job.source, settings.reading)
    prepared = settings.preparation.shape(source.shape)
    further = sizes(settings.window, prepared, settings.iterations)
    check_pixels(source.shape, settings.reading.max_pixels, further=further)
    steps = chain(
        settings.window,
        prepared,
        settings.iterations,
        exact=settings.exact,
        max_pixels=settings.reading.max_pixels,
    )
    _check_layers(source, steps, settings.reading.max_pixels)
    if job.figure and settings.zoom and settings.zoom.centre:
        Region.around(settings.zoom.centre, (1, 1), steps[0].input_shape)
    return source, steps


def _check_layers(source: Source, steps: Sequence[Step], max_pixels: int) -> None:
    """Raise PoolcliError if the channels of an array are too many for the sizes of its chain."""
    shapes = [source.shape, steps[0].input_shape, *(step.shape for step in steps)]
    rows, columns = max(shapes, key=math.prod)
    least = -(-rows * columns * source.layers // MOST_CHANNELS)
    if least > max_pixels:
        raise PoolcliError(
            f"has {source.layers} channels, of {rows}x{columns} pixels in this chain, more than"
            f" {MOST_CHANNELS} times {max_pixels:,} values; allow it with --max-pixels {least}"
        )


def _read(job: Job, settings: Settings) -> tuple[Image, tuple[Step, ...]]:
    """Decode an image whose chain is checked; its file's bytes are let go with its source."""
    source, steps = _open(job, settings)
    if job.figure and settings.threads > 1:
        load_meanwhile()
    return source.decode(), steps
