"""Where pooling windows lie: sizes, padding, unused pixels and receptive fields.

Integers only; neither pixels nor NumPy. Every other module asks this one, so a size that
is printed, checked or computed is always the same size.
"""

from poolcli.geometry.axis import AdaptiveAxis, AnyAxis, Axis, around, near
from poolcli.geometry.chain import Step, chain, check_limit, check_pixels, sizes, views
from poolcli.geometry.parameters import Pair
from poolcli.geometry.window import (
    AdaptiveWindow,
    AnyWindow,
    Padding,
    PaddingLike,
    Window,
)
from poolcli.vocabulary import MAX_PIXELS

__all__ = [
    "MAX_PIXELS",
    "AdaptiveAxis",
    "AdaptiveWindow",
    "AnyAxis",
    "AnyWindow",
    "Axis",
    "Padding",
    "PaddingLike",
    "Pair",
    "Step",
    "Window",
    "around",
    "chain",
    "check_limit",
    "check_pixels",
    "near",
    "sizes",
    "views",
]
