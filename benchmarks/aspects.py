"""Measurements of the core's time by borders, size, kernel and threads."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.core import OURS, show
from benchmarks.pictures import picture
from benchmarks.report import Goal, Section, Table, duration, ratio
from benchmarks.rows import LAYOUTS, MAX_AND_AVG, Cell, shape_of
from benchmarks.scale import Scale
from benchmarks.timing import Call, Key, Times, interleave, stopwatch
from poolcli import pool2d
from poolcli.executors import count_cores
from poolcli.operations import make_operation

Array = NDArray[Any]

COPY_LIMITS = {1: 2.0, 3: 1.5}
BORDER_LIMITS: dict[str, float] = {"max": 1.1, "avg": 1.25}
BORDERS: dict[str, dict[str, Any]] = {
    "padding": {"padding": 1},
    "ceil": {"ceil_mode": True},
    "same": {"padding": "same"},
}
TILES = (4, 5)
LARGE_KERNEL, SMALL_KERNEL = 255, 3
KERNEL_LIMITS: dict[str, float] = {"max": 5.0, "avg": 6.0}


def copies(scale: Scale) -> Section:
    """Compare max with a 2×2 window to a copy of its input."""
    rows, goals = [], []
    for channels, limit in COPY_LIMITS.items():
        image = picture(shape_of(scale.pixels), channels, "uint8")
        cell = Cell("max", 2, 2, channels)
        times = _times(str(cell), scale, {"copy": image.copy, OURS: partial(cell.pool, image)})
        share = times[OURS].median / times["copy"].median
        rows.append([str(cell), duration(times["copy"]), duration(times[OURS]), ratio(share)])
        goals.append(Goal(1, f"max 2/2 {LAYOUTS[channels]} uint8, to a copy", share, limit))
    table = Table("Time against a copy of the input", ["row", "copy", OURS, "ratio"], rows)
    return Section("Against a copy", [table], goals)


def borders(scale: Scale) -> Section:
    """Measure the cost of padding, ceil mode and same."""
    rows, goals = [], []
    for operation, limit in BORDER_LIMITS.items():
        costs: dict[str, float] = {}
        for channels, (kernel, stride) in product((1, 3), ((3, 2), (7, 7), (3, 1))):
            label = str(Cell(operation, kernel, stride, channels))
            image = picture(shape_of(scale.pixels), channels, "uint8")
            plain = partial(pool2d, image, operation, kernel, stride)
            calls = {"valid": plain} | {
                name: partial(plain, **border) for name, border in BORDERS.items()
            }
            times = _times(label, scale, calls)
            shares = {name: times[name].median / times["valid"].median for name in BORDERS}
            rows.append([label, duration(times["valid"]), *map(ratio, shares.values())])
            costs |= {f"{label} {name}": share for name, share in shares.items()}
        worst, where = largest(costs)
        what = f"{operation} with padding, ceil or same, to without: worst"
        goals.append(Goal(1, what, worst, limit, where=where))
    header = ["row", "valid", *BORDERS]
    return Section("Borders", [Table("Time with and without padding", header, rows)], goals)


def sizes(scale: Scale) -> Section:
    """Compare a very large image to its tiles of ordinary size, with all results kept."""
    rows = []
    ratios = {}
    for channels, operation in product((1, 3), MAX_AND_AVG):
        cell = Cell(operation, 2, 2, channels)
        image = picture(shape_of(scale.large), channels, "uint8")
        tiles = _tiles(image)
        calls: dict[str, Call] = {
            "tiles": partial(_pool_all, cell, tiles),
            "whole": partial(cell.pool, image),
        }
        times = _times(str(cell), scale, calls)
        share = ratios[str(cell)] = times["whole"].median / times["tiles"].median
        rows.append([str(cell), *map(duration, times.values()), ratio(share)])
        count, ordinary = len(tiles), scale.large / len(tiles) / 1e6
    worst, where = largest(ratios)
    what = f"time per pixel at {scale.large / 1e6:g} megapixels, to {ordinary:g}: worst"
    goal = Goal(1, what, worst, 1.2, where=where)
    header = ["row", f"{count} × {ordinary:g} MP", f"{scale.large / 1e6:g} MP", "ratio"]
    return Section("Sizes", [Table("The same pixels in one image", header, rows)], [goal])


def _tiles(image: Array) -> list[Array]:
    """Split an image into a grid of images with nearly its proportions."""
    return [
        np.ascontiguousarray(part)
        for row in np.array_split(image, TILES[0])
        for part in np.array_split(row, TILES[1], axis=1)
    ]


def _pool_all(cell: Cell, images: list[Array]) -> list[Array]:
    return [cell.pool(image) for image in images]


def kernels(scale: Scale) -> Section:
    """Compare a very large kernel to a small one, at stride 1."""
    rows, goals = [], []
    shape = shape_of(max(scale.pixels, 4 * LARGE_KERNEL**2))
    for operation, limit in KERNEL_LIMITS.items():
        ratios = {}
        for channels in (1, 3):
            image = picture(shape, channels, "uint8")
            calls = {
                kernel: partial(pool2d, image, operation, kernel, 1)
                for kernel in (SMALL_KERNEL, LARGE_KERNEL)
            }
            label = f"{operation} {LAYOUTS[channels]} uint8, stride 1"
            times = _times(label, scale, calls)
            ratios[label] = times[LARGE_KERNEL].median / times[SMALL_KERNEL].median
            rows.append([label, *map(duration, times.values()), ratio(ratios[label])])
        worst, where = largest(ratios)
        what = f"{operation} at stride 1, k = {LARGE_KERNEL} to k = {SMALL_KERNEL}: worst"
        goals.append(Goal(1, what, worst, limit, where=where))
    header = ["row", f"k = {SMALL_KERNEL}", f"k = {LARGE_KERNEL}", "ratio"]
    return Section("Large kernels", [Table("A large kernel", header, rows)], goals)


def threads(scale: Scale) -> Section:
    """Compare two threads to one."""
    if count_cores() < 2:
        return Section("Threads: this machine has one core", [])
    rows = []
    gains: dict[int, dict[str, float]] = {1: {}, 3: {}}
    for operation, (channels, dtype), (kernel, stride) in product(
        MAX_AND_AVG,
        ((1, "uint8"), (3, "uint8"), (3, "float32")),
        ((2, 2), (3, 2), (3, 1), (63, 1)),
    ):
        cell = Cell(operation, kernel, stride, channels, dtype)
        image = picture(shape_of(scale.pixels), channels, dtype)
        made, axes = make_operation(operation), cell.window.axes(image.shape)
        calls = {count: partial(made.pool, image, axes, threads=count) for count in (1, 2)}
        times = _times(str(cell), scale, calls)
        gain = gains[channels][str(cell)] = times[1].median / times[2].median
        rows.append([str(cell), duration(times[1]), duration(times[2]), ratio(gain)])
    goals = []
    for channels, limit in ((3, 1.5), (1, 1.0)):
        where = min(gains[channels], key=lambda name: gains[channels][name])
        what = f"two threads, {LAYOUTS[channels]}: how many times as fast as one, worst"
        goals.append(Goal(1, what, gains[channels][where], limit, where=where, at_least=True))
    header = ["row", "1 thread", "2 threads", "times as fast"]
    return Section("Threads", [Table("Two threads", header, rows)], goals)


def largest(values: Mapping[str, float]) -> tuple[float, str]:
    """Return the largest value and its name."""
    name = max(values, key=lambda key: values[key])
    return values[name], name


def _times(label: str, scale: Scale, calls: Mapping[Key, Call]) -> dict[Key, Times]:
    show(label)
    return interleave(calls, scale.rounds, stopwatch)
