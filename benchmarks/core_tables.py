"""The sections of the core: its rows for poolcli and all peers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from benchmarks.core import OURS, Result, measure
from benchmarks.core_goals import EXACT, ROUNDING, core_goals
from benchmarks.report import Section, Table, duration, ratio
from benchmarks.rows import DTYPES, WINDOWS, core_cells, other_cells, shape_of
from benchmarks.scale import Scale
from benchmarks.timing import geometric_mean

RATIO_NOTE = (
    "ratio: poolcli's time divided by that of the fastest peer with the same unrounded result;"
    " below 1 poolcli is faster. ≈ marks times that were estimated from few windows."
)
ROUNDED_NOTE = (
    "Peers that round compute only 8 or 16 bits of each average, and do not count in the ratio."
)


def core(scale: Scale, wanted: Sequence[str] = ()) -> Section:
    """Measure the rows of the core whose names contain all `wanted` words."""
    cells = [cell for cell in core_cells(scale) if set(wanted) <= set(str(cell).split())]
    results = measure(cells, shape_of(scale.pixels), scale)
    return Section(
        f"Core: {scale.pixels / 1e6:g} megapixels, one thread", tables(results), core_goals(results)
    )


def others(scale: Scale) -> Section:
    """Measure the median and adaptive pooling, which have no goals."""
    pixels = scale.pixels // 24
    title = f"Median and adaptive pooling: {pixels / 1e6:g} megapixels, one thread, no goal"
    return Section(title, tables(measure(other_cells(), shape_of(pixels), scale)))


def tables(results: Sequence[Result]) -> list[Table]:
    """Return one table per operation."""
    operations = {result.cell.operation: None for result in results}
    return [
        _table(operation, [result for result in results if result.cell.operation == operation])
        for operation in operations
    ]


def _table(operation: str, results: list[Result]) -> Table:
    results = sorted(results, key=_order)
    seen = {name for result in results for name in result.peers}
    exact = [name for name in EXACT if name in seen]
    rounding = [name for name in ROUNDING if name in seen]
    rows = [
        [
            str(result.cell).removeprefix(f"{operation} "),
            duration(result.ours),
            *(duration(result.peers.get(name)) for name in exact),
            ratio(result.ratio(exact)),
            result.fastest(exact) or "–",
            *(duration(result.peers.get(name)) for name in rounding),
        ]
        for result in results
    ]
    header = [operation, OURS, *exact, "ratio", "fastest peer", *rounding]
    notes = [RATIO_NOTE]
    if rounding:
        notes.append(ROUNDED_NOTE)
    notes += _means(results, exact)
    return Table(operation, header, rows, notes)


def _means(results: list[Result], names: list[str]) -> list[str]:
    """Return a note with the geometric mean of the ratios per window."""
    lines = []
    for title, group in groupby(results, key=lambda result: result.cell.windows):
        ratios = [value for result in group if (value := result.ratio(names)) is not None]
        if ratios:
            lines.append(f"{title}: {geometric_mean(ratios):.2f}")
    return [f"Geometric means of the ratio: {', '.join(lines)}."] if lines else []


def _order(result: Result) -> tuple[int, ...]:
    """Return the sort key of a row: window, then channels and dtype, as in the goals."""
    cell = result.cell
    pair = (cell.kernel, cell.stride)
    window = WINDOWS.index(pair) if pair in WINDOWS else len(WINDOWS)
    return (
        window,
        cell.kernel,
        cell.stride,
        *(cell.to or ()),
        cell.channels,
        DTYPES.index(cell.dtype),
    )
