"""Words and numbers as they stand in a figure."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from matplotlib import font_manager
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

# One of these is on most systems; names of files are written in any language.
_EAST_ASIAN = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "PingFang SC",
    "Hiragino Sans GB",
    "Hiragino Sans",
    "Apple SD Gothic Neo",
    "Microsoft YaHei",
    "Yu Gothic",
    "Malgun Gothic",
    "SimHei",
    "Arial Unicode MS",
    "Unifont",
)


@cache
def fonts() -> list[str]:
    """List the fonts to look a glyph up in: the one that matplotlib brings, then installed ones."""
    installed = set(font_manager.fontManager.get_font_names())
    return ["DejaVu Sans", *(name for name in _EAST_ASIAN if name in installed)]


def printable(text: str) -> str:
    """Replace what cannot be drawn on one line: control characters, bytes that are not UTF-8."""
    return "".join(
        " " if char.isspace() else char if char.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for char in text
    )


def width_of(text: str, size: float, weight: str = "normal") -> float:
    """Measure a line of text in points."""
    font = FontProperties(family=fonts(), size=size, weight=weight)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


def fitted(text: str, width: float, size: float, weight: str = "normal") -> str:
    """Shorten a line in the middle until it is at most `width` points wide."""
    if width_of(text, size, weight) <= width:
        return text
    shortest, longest = 0, len(text)
    while shortest < longest - 1:
        kept = (shortest + longest) // 2
        if width_of(_without_middle(text, kept), size, weight) <= width:
            shortest = kept
        else:
            longest = kept
    return _without_middle(text, shortest)


def number(value: Any, digits: int = 4) -> str:
    """Write integers in full, floats with at most `digits` significant digits."""
    if isinstance(value, (bool, int, np.bool_, np.integer)):
        written = str(int(value))
    else:
        mantissa, _, exponent = f"{value + 0.0:.{digits}g}".partition("e")
        written = f"{mantissa}e{int(exponent)}" if exponent else mantissa
    return written.replace("-", "\N{MINUS SIGN}")


def _without_middle(text: str, kept: int) -> str:
    head, tail = (kept + 1) // 2, kept // 2
    return f"{text[:head].rstrip()}…{text[len(text) - tail :].lstrip()}"
