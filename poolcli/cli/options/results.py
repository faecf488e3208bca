"""Options of the files that are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from poolcli.cli.choices import Choice
from poolcli.cli.completion import COLORMAPS, complete_file, complete_folder, complete_from
from poolcli.cli.options.declaring import Bundle, option, single
from poolcli.cli.types import Position, Text
from poolcli.formats import (
    ANIMATED_FIGURES,
    BY_NAME,
    OUTPUTS,
    PICTURE_OUTPUTS,
    STILL_FIGURES,
    join_words,
)

if TYPE_CHECKING:
    from poolcli.cli.settings import Look, Results

# "same" is the format of the input.
FORMATS = (*OUTPUTS, "same")
OTHER_SPELLINGS = {
    suffix: name for name in PICTURE_OUTPUTS for suffix in BY_NAME[name].suffixes if suffix != name
}
_STILL = join_words([f".{name}" for name in STILL_FIGURES], "or")
_ANIMATED = join_words([f".{name}" for name in ANIMATED_FIGURES], "or")

_OUTDIR = option(
    "Output",
    "-d",
    "--outdir",
    type=Text(),
    metavar="DIR",
    shell_complete=complete_folder,
    envvar="POOLCLI_OUTDIR",
    otherwise="pooled",
    help="Folder for the results, or its URL; made if missing. $POOLCLI_OUTDIR sets it.",
)
_NAME = option(
    "Output",
    "--name",
    type=Text(),
    metavar="TEMPLATE",
    otherwise="{stem}_{op}_{settings}_{i}",
    help="Names of the results without suffix, from {stem} {suffix} {parent} (the input's"
    " folder) {op} {settings} {i}.",
)
_CMAP = option(
    "Output",
    "--cmap",
    type=Text(),
    metavar="NAME",
    shell_complete=complete_from(COLORMAPS),
    otherwise="gray, and viridis for a matrix",
    help="The figure's colours for one channel, a name of matplotlib.",
)


def _make_results(
    *,
    outdir: str | None,
    output: str | None,
    name: str | None,
    format_: str | None,
    scale: bool,
    last: bool,
    figure: str | None,
    no_figure: bool,
    zoom: tuple[int, ...] | str | None,
    histogram: bool,
    cmap: str | None,
) -> Results:
    from poolcli.cli.settings import Results
    from poolcli.plan import Naming

    naming = Naming(
        folder=_folder(outdir, output),
        template=name,
        output=output,
        format=format_,
        last=last,
        figure=figure,
        draw=not no_figure,
    )
    return Results(naming, scale, _make_look(cmap, zoom, histogram))


def _make_picture(
    *, outdir: str | None, output: str | None, name: str | None, cmap: str | None
) -> Results:
    from poolcli.cli.settings import Results
    from poolcli.plan import Naming

    naming = Naming(_folder(outdir, output), name, output, results=False)
    return Results(naming, look=_make_look(cmap=cmap))


def _make_look(
    cmap: str | None, zoom: tuple[int, ...] | str | None = None, histogram: bool = False
) -> Look:
    from poolcli.cli.settings import Look
    from poolcli.geometry.region import Zoom

    if zoom == "none":
        return Look(cmap, None, histogram)
    if zoom is None:
        return Look(cmap, Zoom(), histogram)
    row, column, *size = map(int, zoom)
    return Look(cmap, Zoom((row, column), *size), histogram)


def _folder(outdir: str | None, output: str | None) -> str | None:
    """Return the folder of -d, but none from the environment where -o names the file itself."""
    source = click.get_current_context().get_parameter_source("outdir")
    is_ignored = output is not None and source == ParameterSource.ENVIRONMENT
    return None if is_ignored else outdir


RESULTS = Bundle(
    "results",
    _make_results,
    [
        _OUTDIR,
        option(
            "Output",
            "-o",
            "--output",
            type=Text(),
            metavar="FILE",
            shell_complete=complete_file,
            help="Write just the last iteration, to this file ('-': standard output); its suffix"
            " decides the format. No figure without --figure.",
        ),
        _NAME,
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
            shell_complete=complete_file,
            otherwise="beside the results",
            help=f"Where the comparison figure goes: {_STILL}, or {_ANIMATED} to show the"
            " iterations in turn.",
        ),
        option("Output", "--no-figure", is_flag=True, help="Draw no figure; saves time."),
        option(
            "Output",
            "--zoom",
            type=Position(),
            otherwise="where there is most to see",
            help="Part that the figure enlarges: SIZE pixels around a pixel of the prepared input;"
            " or none.",
        ),
        option(
            "Output",
            "--histogram",
            is_flag=True,
            help="Show in the figure how often each intensity occurs, mean and spread.",
        ),
        _CMAP,
    ],
)
# For commands that write one picture per input.
PICTURE = Bundle(
    "results",
    _make_picture,
    [
        _OUTDIR,
        option(
            "Output",
            "-o",
            "--output",
            type=Text(),
            metavar="FILE",
            shell_complete=complete_file,
            help="Write the picture to this file ('-': standard output, as png); its suffix decides"
            f" the format: {_STILL}, or {_ANIMATED} to show the iterations in turn.",
        ),
        _NAME,
        _CMAP,
    ],
)
EXPLANATION = single(
    option(
        "Output",
        "--figure",
        type=Text(),
        metavar="PATH",
        shell_complete=complete_file,
        help=f"Draw the explanation too, to a {_STILL} file.",
    )
)
