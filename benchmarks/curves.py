"""Plots of time against the size of the image, and against the size of the kernel."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from benchmarks.core import OURS, Result, measure
from benchmarks.core_goals import EXACT
from benchmarks.rows import MAX_AND_AVG, Cell, shape_of
from benchmarks.scale import Scale

KERNELS = (2, 3, 5, 9, 17, 33, 65, 129, 255)
SHARES = (1 / 4096, 1 / 512, 1 / 64, 1 / 8, 1.0)
SMALLEST = 4000
KERNEL_SHARE = 1 / 6


def draw_curves(scale: Scale) -> bytes:
    """Measure and draw both plots for max and avg, on logarithmic scales; return a PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # A curve needs fewer slow points than a table.
    scale = replace(scale, limit=scale.limit / 3)
    figure = Figure(figsize=(11, 8), layout="constrained")
    FigureCanvasAgg(figure)
    pixels = max(int(scale.pixels * KERNEL_SHARE), 4 * KERNELS[-1] ** 2)
    for row, operation in zip(figure.subplots(2, 2), MAX_AND_AVG, strict=True):
        title = f"{operation} -k 2, RGB uint8"
        sizes = [max(SMALLEST, int(scale.pixels * share)) for share in SHARES]
        cell = Cell(operation, 2, 2, 3)
        by_size = [measure([cell], shape_of(size), scale)[0] for size in sizes]
        _draw(row[0], title, "megapixels", [size / 1e6 for size in sizes], by_size)
        title = f"{operation}, stride 1, gray uint8, {pixels / 1e6:.1f} megapixels"
        cells = [Cell(operation, kernel, 1) for kernel in KERNELS]
        by_kernel = measure(cells, shape_of(pixels), scale)
        _draw(row[1], title, "kernel", KERNELS, by_kernel)
    stream = io.BytesIO()
    figure.savefig(stream, dpi=100, metadata={"Software": None})
    return stream.getvalue()


def _draw(
    axes: Any, title: str, label: str, positions: Sequence[float], results: Sequence[Result]
) -> None:
    """Draw a line for poolcli and for each peer; estimated times have hollow markers."""
    for name in (OURS, *EXACT):
        points = [
            (position, result.ours if name == OURS else result.peers[name])
            for position, result in zip(positions, results, strict=True)
            if name == OURS or name in result.peers
        ]
        if not points:
            continue
        where, times = zip(*points, strict=True)
        style = {"linewidth": 3, "color": "black"} if name == OURS else {}
        (line,) = axes.plot(where, [time.median for time in times], label=name, **style)
        for position, time in points:
            face = "white" if time.estimated else line.get_color()
            axes.plot(position, time.median, "o", color=line.get_color(), markerfacecolor=face)
    axes.set(title=title, xlabel=label, ylabel="seconds", xscale="log", yscale="log")
    axes.grid(visible=True, alpha=0.3)
    axes.legend(fontsize="small")
