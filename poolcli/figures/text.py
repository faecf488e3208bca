"""The text of figures: fonts, widths and the format of numbers."""

from __future__ import annotations

import math
from functools import cache, lru_cache
from typing import Any

import numpy as np
from matplotlib import font_manager
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

# Most systems have one of these; file names are written in any language.
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
def fonts(*, mono: bool = False) -> list[str]:
    """Return the fonts to search for a glyph: matplotlib's own, then installed ones."""
    installed = set(font_manager.fontManager.get_font_names())
    own = "DejaVu Sans Mono" if mono else "DejaVu Sans"
    return [own, *(name for name in _EAST_ASIAN if name in installed)]


def printable(text: str) -> str:
    """Replace characters that cannot be drawn: line breaks, controls, bytes that are not UTF-8."""
    return "".join(
        " " if char.isspace() else char if char.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for char in text
    )


@lru_cache(maxsize=4096)
def width_of(text: str, size: float, weight: str = "normal", *, mono: bool = False) -> float:
    """Return the width of a line of text in points."""
    font = FontProperties(family=fonts(mono=mono), size=size, weight=weight)
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


def short(value: float) -> str:
    """Write a number with three significant digits, or as a whole number while that is short."""
    whole = 1e3 <= abs(value) < 1e6
    return number(round(value)) if whole else number(value, 3)


def percent(share: float) -> str:
    """Write a share, 0 to 1, in percent."""
    if 0 < share < 0.0001:
        return "under 0.01 %"
    return f"{100 * share:.{3 if share >= 0.01 else 1}g} %"


def mean_and_spread(mean: float, deviation: float) -> str:
    """Write `mean ± σ`, both with the decimals that three digits of σ need."""
    largest = max(abs(mean), deviation)
    if not 1e-3 <= deviation <= largest < 1e6:
        return f"{number(mean)} ± {number(deviation, 3)}"
    decimals = max(0, 2 - math.floor(math.log10(deviation)))
    written = f"{mean:.{decimals}f} ± {deviation:.{decimals}f}"
    return written.replace("-", "\N{MINUS SIGN}")


def _without_middle(text: str, kept: int) -> str:
    head, tail = (kept + 1) // 2, kept // 2
    return f"{text[:head].rstrip()}…{text[len(text) - tail :].lstrip()}"
