"""Pixels drawn as dots of a page."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.image import AxesImage
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

from poolcli.opencv import cv2

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
        self._colours = colours

    def get_array(self) -> NDArray[np.uint8]:
        """Give the colours; matplotlib would copy and check them as they are set."""
        return self._colours

    def draw(self, renderer: RendererBase) -> None:
        """Draw the dots; opaque ones are put into a page of dots as they are."""
        if not isinstance(renderer, RendererAgg) or self._colours.shape[2] == 4:
            super().draw(renderer)
            return
        dots, left, bottom, _ = self.make_image(renderer)
        page = _whole(np.asarray(renderer.buffer_rgba()))  # type: ignore[no-untyped-call]
        top = len(page) - int(bottom) - len(dots)
        page[top : top + len(dots), int(left) : int(left) + dots.shape[1]] = _whole(dots)[::-1]

    def make_image(
        self, renderer: RendererBase, magnification: float = 1.0, unsampled: bool = False
    ) -> tuple[NDArray[np.uint8], float, float, Affine2D]:
        """Give the dots (H, W, 4) within the axes, and where their lower left corner stands."""
        del renderer, unsampled  # they make no difference to dots
        colours = self._colours
        if colours.shape[2] == 3:
            colours = np.asarray(cv2.cvtColor(colours, cv2.COLOR_RGB2RGBA), np.uint8)
        left, right, bottom, top = self.get_extent()
        corners = self.get_transform().transform([(left, bottom), (right, top)]) * magnification
        view = self.axes.bbox.get_points() * magnification
        rows, first_row = _shown(corners[:, 1], view[:, 1], len(colours))
        columns, first_column = _shown(corners[:, 0], view[:, 0], colours.shape[1])
        # Dots count upwards, pixels downwards. Rows come last, since whole ones are copied at once.
        dots = _whole(colours).take(columns, axis=1).take(len(colours) - 1 - rows, axis=0)
        place = first_column / magnification, first_row / magnification
        return dots[:, :, None].view(np.uint8), *place, Affine2D()


def _whole(colours: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """See each RGBA of (H, W, 4) as one number, which is moved as a whole."""
    numbers: NDArray[np.uint32] = colours.view(np.uint32)[:, :, 0]
    return numbers


def _shown(edges: Array, view: Array, pixels: int) -> tuple[NDArray[np.intp], int]:
    """Tell which pixel each dot in view shows, of those between two edges, and the first dot."""
    first, stop = round(max(edges[0], view[0])), round(min(edges[1], view[1]))
    middles = np.arange(first, stop) + 0.5
    shown = (middles - edges[0]) * (pixels / (edges[1] - edges[0]))
    return shown.astype(np.intp).clip(0, pixels - 1), first
