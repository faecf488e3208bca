"""Figures: the only matplotlib code of the project.

Importing this package costs what importing matplotlib costs; import it where a figure is due.
"""

from poolcli.figures.shield import load_matplotlib

load_matplotlib()

from poolcli.figures.colours import check_colormap  # noqa: E402 - matplotlib loads shielded first
from poolcli.figures.comparison import Comparison  # noqa: E402 - likewise
from poolcli.figures.explanation import Scene, draw_explanation  # noqa: E402 - likewise
from poolcli.figures.files import ANIMATED, FIGURE_SUFFIXES  # noqa: E402 - likewise
from poolcli.figures.growing import Growing  # noqa: E402 - likewise
from poolcli.figures.operations import Operations  # noqa: E402 - likewise
from poolcli.figures.zoom import choose_region  # noqa: E402 - likewise

__all__ = [
    "ANIMATED",
    "FIGURE_SUFFIXES",
    "Comparison",
    "Growing",
    "Operations",
    "Scene",
    "check_colormap",
    "choose_region",
    "draw_explanation",
]
