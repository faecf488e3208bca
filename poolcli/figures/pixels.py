"""Pixels drawn as dots of a page."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.image import AxesImage
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

Array = NDArray[Any]


class Pixels(AxesImage):
    """Colours of 8 bits, enlarged to dots that each show one pixel as it is.

    Matplotlib's own way to the same dots leads through floats and takes ten times as long.

    Parameters
    ----------
    colours : ndarray, (H, W, 3) or (H, W, 4), uint8
    extent : (left, right, bottom, top)
        Where they stand on the axes.
    """

    def __init__(
        self,
        axes: Axes,
        colours: NDArray[np.uint8],
        extent: tuple[float, float, float, float],
    ) -> None:
        super().__init__(axes, extent=extent, interpolation="nearest")
        self.set_data(colours)

    def make_image(
        self, renderer: RendererBase, magnification: float = 1.0, unsampled: bool = False
    ) -> tuple[NDArray[Any], float, float, Affine2D]:
        """Give the dots (H, W, 4) within the axes, and where their lower left corner stands."""
        del renderer, unsampled  # they make no difference to dots
        colours = np.asarray(self.get_array())
        if colours.shape[2] == 3:
            colours = np.dstack([colours, np.full(colours.shape[:2], 255, np.uint8)])
        left, right, bottom, top = self.get_extent()
        corners = self.get_transform().transform([(left, bottom), (right, top)]) * magnification
        view = self.axes.bbox.get_points() * magnification
        rows, first_row = _shown(corners[:, 1], view[:, 1], len(colours))
        columns, first_column = _shown(corners[:, 0], view[:, 0], colours.shape[1])
        # Dots count upwards, pixels downwards.
        dots = colours.view(np.uint32)[:, :, 0][::-1][rows][:, columns]
        place = first_column / magnification, first_row / magnification
        return dots[:, :, None].view(np.uint8), *place, Affine2D()


def _shown(edges: Array, view: Array, pixels: int) -> tuple[NDArray[np.intp], int]:
    """Tell which pixel each dot in view shows, of those between two edges, and the first dot."""
    first, stop = round(max(edges[0], view[0])), round(min(edges[1], view[1]))
    middles = np.arange(first, stop) + 0.5
    shown = (middles - edges[0]) * (pixels / (edges[1] - edges[0]))
    return shown.astype(np.intp).clip(0, pixels - 1), first
