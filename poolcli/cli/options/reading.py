"""Options of inputs and of how they are read."""

from __future__ import annotations

import click

from poolcli.cli.options.declaring import Decorated, all_of, option
from poolcli.cli.types import Text, WholeNumber

# Spelled out here, since the module that knows them takes time to load; a test holds both together.
MAX_PIXELS = 250_000_000
LAYOUTS = ("hwc", "chw", "nhwc", "nchw")


def inputs(command: Decorated) -> Decorated:
    """Take the inputs."""
    return click.argument("inputs", nargs=-1, metavar="INPUT...")(command)


def subject(command: Decorated) -> Decorated:
    """Take one input."""
    return click.argument("subject", metavar="INPUT")(command)


def reading(command: Decorated) -> Decorated:
    """Take how an input is read."""
    return all_of(
        command,
        option(
            "Reading",
            "--layout",
            type=click.Choice(LAYOUTS),
            metavar="NAME",
            help=f"Order of the axes of an array: {', '.join(LAYOUTS)} (n is the batch); by default"
            " rows, columns and at most 4 channels.",
        ),
        option(
            "Reading",
            "--array",
            type=Text(),
            metavar="NAME",
            help="Array to read from an npz archive that holds several.",
        ),
        option(
            "Reading",
            "--tolerant",
            is_flag=True,
            help="Read what can be read of a damaged image, with a warning; by default it fails.",
        ),
        option(
            "Reading",
            "--max-pixels",
            type=WholeNumber(1, 2**53),
            default=MAX_PIXELS,
            otherwise=f"{MAX_PIXELS:,}",
            envvar="POOLCLI_MAX_PIXELS",
            metavar="N",
            help="Largest image accepted or made, in pixels. $POOLCLI_MAX_PIXELS sets it too.",
        ),
    )
