"""Figures: functions from data to a `Sheet`, and the only use of matplotlib in the project.

Importing this package imports matplotlib; import it where a figure is drawn.
"""

from poolcli.figures.loading import load_matplotlib

load_matplotlib()

# ruff: noqa: E402 - matplotlib is loaded first, without the settings of the environment
from poolcli.figures.colours import check_colormap
from poolcli.figures.comparison import comparison, comparison_tiers, result_stack
from poolcli.figures.explanation import Scene, explanation
from poolcli.figures.files import ANIMATED, FIGURE_SUFFIXES, render
from poolcli.figures.layout import Layout
from poolcli.figures.operations import input_stack, operation_tiers, operations, results_stack
from poolcli.figures.page import Tier
from poolcli.figures.sheet import Sheet, Stack
from poolcli.figures.zoom import choose_region, name_zoom

__all__ = [
    "ANIMATED",
    "FIGURE_SUFFIXES",
    "Layout",
    "Scene",
    "Sheet",
    "Stack",
    "Tier",
    "check_colormap",
    "choose_region",
    "comparison",
    "comparison_tiers",
    "explanation",
    "input_stack",
    "name_zoom",
    "operation_tiers",
    "operations",
    "render",
    "result_stack",
    "results_stack",
]
