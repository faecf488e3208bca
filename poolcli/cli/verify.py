"""The command that compares with a plain loop and with frameworks: verify."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import click

from poolcli import __version__
from poolcli.captions import name_pixels
from poolcli.cli import options
from poolcli.cli.commands import ENTRIES
from poolcli.cli.failures import about
from poolcli.cli.messages import complain, name_input
from poolcli.cli.output import Output
from poolcli.cli.records import as_number, settings_as_dict
from poolcli.cli.settings import Poolings, make_settings

if TYPE_CHECKING:
    from poolcli.arrays import Array
    from poolcli.geometry.layouts import Axes
    from poolcli.images import Reading
    from poolcli.pipeline import Settings
    from poolcli.prepare import Preparation
    from poolcli.verification import Comparison, Verification

HELP = f"""{ENTRIES["verify"].summary}

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


def verify(
    subject: str, poolings: Poolings, preparation: Preparation, reading: Reading, as_json: bool
) -> int:
    """Verify each operation, and print the results."""
    from poolcli import verification
    from poolcli.verification.report import LEGEND, has_failed, tabulate, verdict

    settings = make_settings(poolings, preparation, reading)
    output = Output()
    found: list[Verification] = []
    with about(subject):
        pixels, axes, warnings = _load(subject, settings)
        for warning in warnings:
            complain(f"{name_input(subject)}: warning: {warning}")
        image = {
            "input": subject,
            "shape": list(axes.shape(pixels.shape)),
            "dtype": str(pixels.dtype),
            "warnings": warnings,
        }
        if not as_json:
            output.print(_heading(subject, pixels, axes))
        for pooling in poolings.each:
            found.append(verification.verify(pixels, pooling, poolings.iterations))
            if as_json:
                output.print(json.dumps(image | _record(found[-1], settings, axes)))
            else:
                output.print("", *tabulate(found[-1], __version__))
    if not as_json:
        output.print("", *LEGEND, "", verdict(found))
    return int(has_failed(found))


def _load(path: str, settings: Settings) -> tuple[Array, Axes, list[str]]:
    """Return the prepared pixels that are compared, their axes and warnings."""
    from poolcli.pipeline import load
    from poolcli.verification import plain_layers

    image, _ = load(path, settings)
    pixels, warning = plain_layers(image)
    warnings = list(image.warnings)
    if warning is not None:
        warnings.append(warning)
    return pixels, image.axes, warnings


def _heading(path: str, pixels: Array, axes: Axes) -> str:
    """Return the input, its size, its channels and its type in one line."""
    size = name_pixels(pixels.shape)
    parts = [f"{axes.items} items of {size}" if axes.items > 1 else size]
    if pixels.ndim == 3:
        parts.append(f"{pixels.shape[2] // axes.items} channels")
    return f"{name_input(path)}: {', '.join(parts)}, {pixels.dtype}"


def _record(found: Verification, settings: Settings, axes: Axes) -> dict[str, Any]:
    """Return a verification for JSON."""
    return {
        "operation": found.pooling.operation.name,
        "settings": settings_as_dict(replace(settings, pooling=found.pooling, beside=())),
        "mismatch": found.mismatch,
        "shapes": [list(axes.shape(shape)) for shape in found.shapes],
        "seconds": round(found.seconds, 6),
        "comparisons": list(map(_comparison, found.comparisons)),
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    seconds, worst = comparison.seconds, None
    if comparison.worst is not None:
        worst = {name: as_number(value) for name, value in asdict(comparison.worst).items()}
    return {
        "name": comparison.name,
        "version": comparison.version or None,
        "status": comparison.status,
        "compared": comparison.compared,
        "values": comparison.values,
        "worst": worst,
        "remarks": list(comparison.remarks),
        "seconds": None if seconds is None else round(seconds, 6),
    }


def command() -> click.Command:
    """Return the command."""
    bundles = [
        options.SUBJECT,
        options.several_poolings(),
        options.PREPARATION,
        options.READING,
        options.REPORT,
    ]
    return options.make_command("verify", verify, bundles, HELP)
