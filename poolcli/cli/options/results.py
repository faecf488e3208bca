"""Options of what is written."""

from __future__ import annotations

from collections.abc import Callable

from poolcli.cli.choices import Choice
from poolcli.cli.options.declaring import Decorated, all_of, option
from poolcli.cli.types import Place, Text
from poolcli.formats import (
    ANIMATED_FIGURES,
    BY_NAME,
    OUTPUTS,
    PICTURE_OUTPUTS,
    STILL_FIGURES,
    join_words,
)

FORMATS = (*OUTPUTS, "same")
OTHER_SPELLINGS = {
    suffix: name for name in PICTURE_OUTPUTS for suffix in BY_NAME[name].suffixes if suffix != name
}
_STILL = join_words([f".{name}" for name in STILL_FIGURES], "or")
_ANIMATED = join_words([f".{name}" for name in ANIMATED_FIGURES], "or")


def output(command: Decorated) -> Decorated:
    """Take where results go and what they are."""
    return all_of(
        command,
        _outdir(),
        option(
            "Output",
            "-o",
            "--output",
            type=Text(),
            metavar="FILE",
            help="Write just the last iteration, to this file ('-': standard output); its suffix"
            " decides the format. No figure unless --figure asks for one.",
        ),
        _name(),
        option(
            "Output",
            "-f",
            "--format",
            "format_",
            type=Choice(FORMATS, OTHER_SPELLINGS),
            metavar="NAME",
            otherwise="png, and npy or csv for a matrix",
            help=f"Format of the results: {', '.join(FORMATS)} (the input's, if it is one of these,"
            " else the default). npy and csv hold unrounded values.",
        ),
        option(
            "Output",
            "--scale",
            is_flag=True,
            help=f"Map 0..1 to the whole range of a {join_words(PICTURE_OUTPUTS, 'or')}: for"
            " matrices and float images, which would be almost black.",
        ),
        option("Output", "--last", is_flag=True, help="Write the last iteration only."),
        option(
            "Output",
            "--figure",
            type=Text(),
            metavar="PATH",
            otherwise="beside the results",
            help=f"Where the comparison figure goes: {_STILL}, or {_ANIMATED} to show the"
            " iterations in turn.",
        ),
        option("Output", "--no-figure", is_flag=True, help="Draw no figure; saves time."),
        option(
            "Output",
            "--zoom",
            type=Place(),
            otherwise="where there is most to see",
            help="What the figure shows enlarged: SIZE pixels around a pixel of the prepared input;"
            " or none.",
        ),
        option(
            "Output",
            "--histogram",
            is_flag=True,
            help="Show in the figure how often each intensity occurs, mean and spread.",
        ),
        _cmap(),
        _update(),
    )


def picture(command: Decorated) -> Decorated:
    """Take where a command's one picture an input goes and how it looks."""
    return all_of(
        command,
        _outdir(),
        option(
            "Output",
            "-o",
            "--output",
            type=Text(),
            metavar="FILE",
            help="Write the picture to this file ('-': standard output, as png); its suffix decides"
            f" the format: {_STILL}, or {_ANIMATED} to show the iterations in turn.",
        ),
        _name(),
        _cmap(),
        _update(),
    )


def explanation(command: Decorated) -> Decorated:
    """Take where an explanation is drawn."""
    return all_of(
        command,
        option(
            "Output",
            "--figure",
            type=Text(),
            metavar="PATH",
            help=f"Draw the explanation too, to a {_STILL} file.",
        ),
    )


def _outdir() -> Callable[[Decorated], Decorated]:
    return option(
        "Output",
        "-d",
        "--outdir",
        type=Text(),
        metavar="DIR",
        envvar="POOLCLI_OUTDIR",
        otherwise="pooled",
        help="Folder for the results, or its URL; made if missing. $POOLCLI_OUTDIR sets it.",
    )


def _name() -> Callable[[Decorated], Decorated]:
    return option(
        "Output",
        "--name",
        type=Text(),
        metavar="TEMPLATE",
        otherwise="{stem}_{op}_{settings}_{i}",
        help="Names of the results without suffix, from {stem} {suffix} {parent} (the input's"
        " folder) {op} {settings} {i}.",
    )


def _cmap() -> Callable[[Decorated], Decorated]:
    return option(
        "Output",
        "--cmap",
        type=Text(),
        metavar="NAME",
        otherwise="gray, and viridis for a matrix",
        help="The figure's colours for one channel, a name of matplotlib.",
    )


def _update() -> Callable[[Decorated], Decorated]:
    return option(
        "Output",
        "-u",
        "--update",
        is_flag=True,
        help="Skip an input whose results, figure included, all exist and are not older. Times"
        " alone are compared.",
    )
