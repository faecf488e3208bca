"""Options of inputs and of how they are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from poolcli.cli.completion import complete_file
from poolcli.cli.options.declaring import Bundle, option, single
from poolcli.cli.types import Text, WholeNumber
from poolcli.geometry import check_limit
from poolcli.vocabulary import LAYOUTS, MAX_PIXELS

if TYPE_CHECKING:
    from poolcli.images import Reading
    from poolcli.vocabulary import Layout

SUBJECT = single(click.Argument(["subject"], metavar="INPUT", shell_complete=complete_file))


def _make_reading(
    layout: Layout | None, array: str | None, tolerant: bool, max_pixels: int
) -> Reading:
    from poolcli.images import Reading

    return Reading(max_pixels, tolerant, layout, array)


_ARRAY: Sequence[click.Parameter] = (
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
)
_MAX_PIXELS = option(
    "Reading",
    "--max-pixels",
    type=WholeNumber(),
    default=MAX_PIXELS,
    otherwise=f"{MAX_PIXELS:,}",
    envvar="POOLCLI_MAX_PIXELS",
    metavar="N",
    help="Largest image accepted or made, in pixels. $POOLCLI_MAX_PIXELS sets it too.",
)

READING = Bundle("reading", _make_reading, [*_ARRAY, _MAX_PIXELS])
# For a command that may read no image: `Reading` loads NumPy.
READING_SINGLY = (*map(single, _ARRAY), Bundle("max_pixels", check_limit, [_MAX_PIXELS]))
