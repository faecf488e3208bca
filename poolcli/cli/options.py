"""Every option of every command, declared once, in the groups that the help shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from poolcli.cli.grouping import GroupedOption
from poolcli.cli.types import OPERATIONS, Numbers, Operations, PictureSize, WholeNumber
from poolcli.geometry import MAX_PIXELS

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

# Spelled out here, since the modules that know them load NumPy; a test holds both together.
FILTERS = ("prewitt", "prewitt-v", "prewitt-h", "laplacian")
FORMATS = ("png", "tif", "jpg", "webp", "npy", "csv", "same")


def inputs(command: Decorated) -> Decorated:
    """Take the inputs."""
    return click.argument("inputs", nargs=-1, metavar="INPUT...")(command)


def subject(command: Decorated) -> Decorated:
    """Take one input."""
    return click.argument("subject", metavar="INPUT")(command)


def operations(command: Decorated) -> Decorated:
    """Take several operations, and what only some of them have."""
    return _all(
        count_pad(norm(command)),
        _option(
            "Operations",
            "--ops",
            "operations",
            type=Operations(),
            default="max,avg",
            show_default=True,
            metavar="LIST",
            help=f"Operations, separated by commas, of {', '.join(OPERATIONS)}.",
        ),
    )


def window(command: Decorated) -> Decorated:
    """Take what describes a window and its movement."""
    return _all(
        command,
        _option(
            "Window",
            "-k",
            "--kernel",
            type=Numbers(),
            otherwise="2",
            help="Size of the window in pixels: one number, or rows and columns.",
        ),
        _option(
            "Window",
            "-s",
            "--stride",
            type=Numbers(),
            otherwise="the kernel",
            help="Distance between windows in pixels.",
        ),
        _option(
            "Window",
            "-p",
            "--padding",
            type=Numbers(0, ("same", "valid"), sides=True),
            otherwise="0",
            help="Positions around the image, in pixels, smaller than the kernel; they are ignored,"
            " never a value. 'same' keeps ceil(size / stride) pixels, as TensorFlow does.",
        ),
        _option(
            "Window",
            "--dilation",
            type=Numbers(),
            otherwise="1",
            help="Distance between the pixels of a window, in pixels.",
        ),
        _option(
            "Window",
            "--ceil",
            "ceil_mode",
            is_flag=True,
            help="Keep partial windows at the bottom and right; by default they are dropped.",
        ),
        _option(
            "Window",
            "--exact",
            is_flag=True,
            help="Fail if a pixel would go unused; by default it is only counted (-v).",
        ),
    )


def count_pad(command: Decorated) -> Decorated:
    """Take the divisor of an average."""
    return _all(
        command,
        _option(
            "Window",
            "--count-pad",
            is_flag=True,
            help="Let padding count in the divisor, as PyTorch does by default; by default only"
            " real pixels count, as in TensorFlow and ONNX.",
        ),
    )


def norm(command: Decorated) -> Decorated:
    """Take the power of a power mean."""
    return _all(
        command,
        _option(
            "Window",
            "--norm",
            type=click.FloatRange(1, 32),
            otherwise="2",
            metavar="P",
            help="Power of the mean, 1 to 32: 1 is the average, large powers near the maximum.",
        ),
    )


def times(command: Decorated) -> Decorated:
    """Take how often, or to what size, an image is pooled."""
    return _all(
        command,
        _option(
            "Times",
            "-n",
            "--iterations",
            type=WholeNumber(1, 256),
            default=1,
            show_default=True,
            metavar="N",
            help="How often to pool, 1 to 256; each iteration pools the result of the last.",
        ),
        _option(
            "Times",
            "--to",
            "output_size",
            type=Numbers(),
            help="Adaptive pooling to this many pixels (rows, columns); 1 is global pooling. Takes"
            " the place of -k, -s, -p, --dilation, --ceil, --exact and -n.",
        ),
    )


def at(command: Decorated) -> Decorated:
    """Take one pixel of a result."""
    return _all(
        command,
        _option(
            "Times",
            "--at",
            type=Numbers(0),
            metavar="ROW,COL",
            otherwise="the middle, or all of a small matrix",
            help="The pixel of the last iteration to explain, counted from 0.",
        ),
    )


def preparation(command: Decorated) -> Decorated:
    """Take what is done before pooling."""
    heading = "Before pooling, in this order"
    return _all(
        command,
        _option(
            heading, "-g", "--gray", is_flag=True, help="Weigh the colours to one gray channel."
        ),
        _option(
            heading,
            "--resize",
            "size",
            type=PictureSize(),
            help="Resize to width x height pixels; a side left out keeps the proportions.",
        ),
        _option(
            heading,
            "--filter",
            type=click.Choice(FILTERS),
            metavar="NAME",
            help=f"Find edges, on gray: {', '.join(FILTERS)} (v finds vertical edges).",
        ),
        _option(
            heading,
            "--relu",
            is_flag=True,
            help="Keep max(x, 0); with a filter instead of its absolute value.",
        ),
    )


def output(command: Decorated) -> Decorated:
    """Take where results go and what they are."""
    return _all(
        command,
        _option(
            "Output",
            "-d",
            "--outdir",
            metavar="DIR",
            envvar="POOLCLI_OUTDIR",
            otherwise="pooled",
            help="Folder for the results, or its URL; made if missing. $POOLCLI_OUTDIR sets it.",
        ),
        _option(
            "Output",
            "-o",
            "--output",
            metavar="FILE",
            help="Write just the last iteration, to this file ('-': standard output); its suffix"
            " decides the format. No figure unless --figure asks for one.",
        ),
        _option(
            "Output",
            "--name",
            metavar="TEMPLATE",
            otherwise="{stem}_{op}_{settings}_{i}",
            help="Names of the results without suffix, from {stem} {suffix} {op} {settings} {i}.",
        ),
        _option(
            "Output",
            "-f",
            "--format",
            "format_",
            type=click.Choice(FORMATS),
            metavar="NAME",
            otherwise="png, and npy or csv for a matrix",
            help=f"Format of the results: {', '.join(FORMATS)} (the input's, if it is one of these,"
            " else png). npy and csv hold unrounded values.",
        ),
        _option("Output", "--last", is_flag=True, help="Write the last iteration only."),
        _option(
            "Output",
            "--figure",
            metavar="PATH",
            otherwise="beside the results",
            help="Where the comparison figure goes: .png, .svg or .pdf.",
        ),
        _option("Output", "--no-figure", is_flag=True, help="Draw no figure; saves time."),
        _option(
            "Output",
            "--cmap",
            metavar="NAME",
            otherwise="gray, and viridis for a matrix",
            help="The figure's colours for one channel, a name of matplotlib.",
        ),
        _option(
            "Output",
            "-u",
            "--update",
            is_flag=True,
            help="Skip an input whose results, figure included, all exist and are not older.",
        ),
    )


def run(command: Decorated) -> Decorated:
    """Take how a run behaves."""
    return _all(
        command,
        _option(
            "Run",
            "-r",
            "--recursive",
            is_flag=True,
            help="Look into the folders within a folder; results get the same folders under -d.",
        ),
        _option(
            "Run",
            "--files-from",
            metavar="FILE",
            help="Read further inputs from a file ('-': standard input), one a line, or each ended"
            " by NUL as find -print0 writes them.",
        ),
        _option(
            "Run",
            "-j",
            "--jobs",
            type=WholeNumber(1, 1024),
            otherwise="all cores",
            envvar="POOLCLI_JOBS",
            metavar="N",
            help="Number of cores to use. $POOLCLI_JOBS sets it too.",
        ),
        _option(
            "Run",
            "--scheduler",
            metavar="ADDRESS|local",
            help="Run on the workers of the Dask scheduler at this address; 'local' starts one with"
            " -j workers here.",
        ),
        _option(
            "Run",
            "--dry-run",
            is_flag=True,
            help="Print what would be read and written, with all sizes, and write nothing.",
        ),
        _json(),
        _option("Run", "-q", "--quiet", is_flag=True, help="Print errors only, no paths."),
        _option(
            "Run",
            "-v",
            "--verbose",
            is_flag=True,
            help="Print sizes, dropped and skipped pixels and times.",
        ),
        _max_pixels(),
    )


def report(command: Decorated) -> Decorated:
    """Take how a command that only tells something behaves."""
    return _all(command, _json(), _max_pixels())


def _json() -> Callable[[Decorated], Decorated]:
    return _option(
        "Run", "--json", is_flag=True, help="Print one JSON object an input instead of text."
    )


def _max_pixels() -> Callable[[Decorated], Decorated]:
    return _option(
        "Run",
        "--max-pixels",
        type=WholeNumber(1, 2**53),
        default=MAX_PIXELS,
        otherwise=f"{MAX_PIXELS:,}",
        envvar="POOLCLI_MAX_PIXELS",
        metavar="N",
        help="Largest image accepted or made, in pixels. $POOLCLI_MAX_PIXELS sets it too.",
    )


def _all(command: Decorated, *options: Callable[[Decorated], Decorated]) -> Decorated:
    """Apply decorators so that the help shows them in this order."""
    for option in reversed(options):
        command = option(command)
    return command


def _option(heading: str, *names: str, **settings: Any) -> Callable[[Decorated], Decorated]:
    return click.option(*names, cls=GroupedOption, heading=heading, **settings)
