"""The command that has everyone pool, and compares: verify."""

from __future__ import annotations

import json as json_
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from poolcli import __version__
from poolcli.captions import name_operation, name_pixels
from poolcli.cli import options
from poolcli.cli.commands import ENTRIES
from poolcli.cli.failures import about
from poolcli.cli.grouping import GroupedCommand
from poolcli.cli.messages import complain, name_input
from poolcli.cli.output import Output
from poolcli.cli.records import as_number, settings_as_dict
from poolcli.cli.settings import check_owners, settings_of

if TYPE_CHECKING:
    from poolcli.geometry.layouts import Axes
    from poolcli.pipeline import Settings
    from poolcli.pooling import Operation
    from poolcli.verification import Array, Comparison, Verification

SUMMARY = ENTRIES["verify"].summary

HELP = f"""{SUMMARY}

INPUT is an image, a matrix (csv, txt, npy, npz) or '-' for standard input. It is prepared and
pooled by poolcli, by a plain loop (the middle of a large image) and by onnxruntime, torch, keras
and scikit-image, where they are installed. Nothing is written. The exit status is 1 on a
mismatch.

\b
Examples:
  poolcli verify cat.jpg -k 3 -s 2 -p 1 --ceil
  poolcli verify cat.jpg -k 3 -s 2 -p same --ops avg -n 3
  poolcli verify matrix.csv -k 2 --ops max,avg,min,median,lp --json
"""

TITLES = ["who", "result", "values compared", "largest difference", "allowed", "time"]
LEGEND = """
reference is a plain, slow loop. max and min must be equal, and to the reference also averages and
medians of integers. Others may differ by n·2⁻²⁴·mean|x| over the n pixels x of a window, what
rounding to float32 can make of a sum, and float64 from the reference by less; "allowed" is that
where the difference is largest. Every iteration starts from poolcli's result of the one before. The
time has a framework's start and conversions in it, but not its import.
""".strip().splitlines()


@click.command("verify", cls=GroupedCommand, help=HELP, short_help=SUMMARY)
@options.subject
@options.window
@options.times
@options.operations
@options.preparation
@options.reading
@options.report
def verify(subject: str, operations: Sequence[Operation], json: bool, **values: Any) -> int:
    """Verify each operation, and print what came of it."""
    check_owners(operations, values)
    each = [settings_of(operation, values) for operation in operations]
    output = Output()
    found = []
    with about(subject):
        layers, axes, warnings = _load(subject, each[0])
        for warning in warnings:
            complain(f"{name_input(subject)}: warning: {warning}")
        if not json:
            batch = f"{axes.items} items of " if axes.items > 1 else ""
            count = layers.shape[2] // axes.items if layers.ndim == 3 else 1
            channels = f", {count} channels" if layers.ndim == 3 else ""
            size = name_pixels(layers.shape)
            output.print(f"{name_input(subject)}: {batch}{size}{channels}, {layers.dtype}")
        for settings in each:
            verification = _verify(layers, settings)
            found.append(verification)
            if json:
                record = _record(subject, layers, axes, warnings, settings, verification)
                output.print(json_.dumps(record))
            else:
                output.print("", *_block(settings, verification))
    if not json:
        output.print("", *LEGEND, "", _verdict(found))
    return int(_failed(found))


def _load(path: str, settings: Settings) -> tuple[Array, Axes, list[str]]:
    """Prepare an image; operations differ in nothing that matters here."""
    from poolcli.pipeline import load
    from poolcli.verification import plain_layers

    image, _ = load(path, settings)
    layers, remark = plain_layers(image)
    return layers, image.axes, [*image.warnings, *([remark] if remark else [])]


def _verify(layers: Array, settings: Settings) -> Verification:
    from poolcli.verification import verify

    how = (settings.iterations, settings.count_include_pad, settings.norm)
    return verify(layers, settings.operation, settings.window, *how)


def _failed(found: Sequence[Verification]) -> bool:
    """Tell whether someone came to another result, or nobody to any."""
    return any(verification.mismatch or not verification.compared for verification in found)


def _block(settings: Settings, verification: Verification) -> Iterator[str]:
    """Write a table of one operation, with remarks below the rows."""
    how = (settings.window, settings.count_include_pad, settings.norm)
    sizes = " → ".join(map(name_pixels, verification.shapes))
    yield f"{name_operation(settings.operation, *how)}: {sizes}"
    values = sum(map(math.prod, verification.shapes))
    ours = [f"poolcli {__version__}", "", f"{values:,}", "", "", _time(verification.seconds)]
    rows = [TITLES, ours, *map(_row, verification.comparisons)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        yield "  " + "  ".join(map(str.ljust, row, widths)).rstrip()
        if number > 1:
            yield from _remarks(verification.comparisons[number - 2])


def _row(comparison: Comparison) -> list[str]:
    worst = comparison.worst
    compared = f"{comparison.compared:,}"
    if comparison.compared < comparison.values:
        compared += f" of {comparison.values:,}"
    return [
        f"{comparison.name} {comparison.version}".rstrip(),
        "MISMATCH" if comparison.status == "mismatch" else comparison.status,
        compared if comparison.compared else "",
        f"{worst.difference:.2g}" if worst else "",
        f"{worst.tolerance:.2g}" if worst else "",
        _time(comparison.seconds) if comparison.seconds is not None else "",
    ]


def _remarks(comparison: Comparison) -> Iterator[str]:
    """Write sentences that begin with the name of who is meant."""
    worst = comparison.worst
    if worst and comparison.status == "mismatch":
        yield (
            f"    iteration {worst.iteration}, row {worst.row}, column {worst.column}, channel"
            f" {worst.channel}: poolcli {worst.ours!r}, {comparison.name} {worst.theirs!r}"
        )
    yield from (f"    {comparison.name} {remark}" for remark in comparison.remarks)


def _verdict(found: Sequence[Verification]) -> str:
    """Sum up in one line."""
    wrong = [
        f"{comparison.name} in {verification.operation}"
        for verification in found
        for comparison in verification.comparisons
        if comparison.status == "mismatch"
    ]
    if wrong:
        return f"MISMATCH: {', '.join(wrong)}."
    statuses = Counter(peer.status for verification in found for peer in verification.comparisons)
    counts = ", ".join(f"{number} {status}" for status, number in statuses.items())
    empty = [verification.operation for verification in found if not verification.compared]
    if empty:
        return f"Nobody could be compared in {', '.join(empty)}: {counts}."
    return f"No mismatch: {counts}."


def _time(seconds: float) -> str:
    return f"{seconds:.3f} s"


def _record(
    path: str,
    layers: Array,
    axes: Axes,
    warnings: list[str],
    settings: Settings,
    found: Verification,
) -> dict[str, Any]:
    """Give what JSON holds."""
    return {
        "input": path,
        "shape": list(axes.shape(layers.shape)),
        "dtype": str(layers.dtype),
        "warnings": warnings,
        "operation": settings.operation,
        "settings": settings_as_dict(settings),
        "mismatch": found.mismatch,
        "shapes": [list(axes.shape(shape)) for shape in found.shapes],
        "seconds": round(found.seconds, 6),
        "comparisons": list(map(_comparison, found.comparisons)),
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    seconds, worst = comparison.seconds, comparison.worst
    return {
        "name": comparison.name,
        "version": comparison.version or None,
        "status": comparison.status,
        "compared": comparison.compared,
        "values": comparison.values,
        "worst": {name: as_number(value) for name, value in asdict(worst).items()}
        if worst
        else None,
        "remarks": list(comparison.remarks),
        "seconds": round(seconds, 6) if seconds is not None else None,
    }


def command(_name: str) -> click.Command:
    """Give the command."""
    return verify
