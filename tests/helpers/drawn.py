"""Looks at figures: their axes, texts as rendered, and dots."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import cv2
import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from helpers.core import pool
from poolcli import pool2d
from poolcli.figures import Comparison, choose_region
from poolcli.figures.border import Border
from poolcli.geometry import Window, chain
from poolcli.geometry.region import Zoom

Array = NDArray[Any]

HEADING = "cat.jpg: max, kernel 2×2, stride 2"
TEXTBOOK = np.array([[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]])


def comparison(
    *images: Array, heading: str = HEADING, full: float | None = 255.0, **options: Any
) -> Comparison:
    """Compare images under captions of the length that they have in real life."""
    made = Comparison(heading, len(images), images[0].shape[:2], full=full, **options)
    for index, image in enumerate(images):
        made.add(image, caption(index, image))
    return made


def caption(index: int, image: Array) -> Sequence[str]:
    rows, columns = image.shape[:2]
    if not index:
        return ["input", f"{rows}×{columns} px"]
    step = 2**index
    share = f"{rows}×{columns} px, {100 / step**2:.3g} % of the pixels"
    return [f"iteration {index}", share, f"sees {step}×{step} px, step {step}"]


def pooled(image: Array, iterations: int) -> list[Array]:
    """Give the image and its iterations; ceil mode pools one pixel as often as wanted."""
    images = [image]
    for _ in range(iterations):
        images.append(pool2d(images[-1], "max", 2, ceil_mode=True))
    return images


def noise(*shape: int) -> Array:
    return np.random.default_rng(3).integers(0, 256, shape, np.uint8)


def panels_of(figure: Figure) -> list[Axes]:
    return [axes for axes in figure.axes if axes.images]


def bars_of(figure: Figure) -> list[Axes]:
    return [axes for axes in figure.axes if not axes.images]


def colour_of(colormap: str, share: float) -> tuple[int, ...]:
    """Give the colour (red, green, blue) of a value at a share of the range."""
    return tuple(round(255 * float(part)) for part in mpl.colormaps[colormap](share)[:3])


def colours_of(axes: Axes) -> Array:
    return np.asarray(axes.images[-1].get_array())


def lines_above(axes: Axes) -> list[str]:
    numbers = {text.get_text() for text in numbers_in(axes)}
    others = [text.get_text() for text in axes.texts if text.get_text() not in numbers]
    return [axes.get_title(loc="left"), *others]


def numbers_in(axes: Axes) -> list[Text]:
    return [text for text in axes.texts if text.get_horizontalalignment() == "center"]


def border_of(axes: Axes) -> Border:
    (border,) = (artist for artist in axes.artists if isinstance(artist, Border))
    return border


def numbered(axes: Axes) -> tuple[list[float], list[float]]:
    """Give the columns and rows whose numbers stand at the border."""
    words = [part for part in border_of(axes).get_children() if isinstance(part, Text)]
    columns = [word.get_position()[0] for word in words if word.get_verticalalignment() == "top"]
    rows = [word.get_position()[1] for word in words if word.get_horizontalalignment() == "right"]
    assert [word.get_text() for word in words] == [f"{value:.0f}" for value in (*columns, *rows)]
    return columns, rows


def is_framed(axes: Axes) -> bool:
    lines = (part for part in border_of(axes).get_children() if isinstance(part, Line2D))
    return any(np.array_equal(line.get_xdata(), [0, 1, 1, 0, 0]) for line in lines)


def written(axes: Axes) -> list[list[str]]:
    """Read the numbers in a panel's cells, row by row."""
    found = {text.get_position()[::-1]: text.get_text() for text in numbers_in(axes)}
    rows, columns = colours_of(axes).shape[:2]
    assert len(found) == rows * columns
    return [[found[row, column] for column in range(columns)] for row in range(rows)]


def opened(png: bytes) -> Array:
    bgr = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert bgr is not None
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)


def dots_inside(made: Comparison, index: int, frame: int = 2) -> Array:
    """Cut a panel without its frame out of the figure as rendered."""
    page, box = opened(made.render()), panels_of(made.figure())[index].bbox
    left, bottom, right, top = (round(edge) for edge in box.extents)
    inside = page[len(page) - top : len(page) - bottom, left:right]
    return inside[frame:-frame, frame:-frame]


def draw(figure: Figure) -> None:
    FigureCanvasAgg(figure).draw()  # type: ignore[no-untyped-call]


def boxes_of_texts(figure: Figure) -> list[tuple[str, Bbox]]:
    """Give every text that shows and the place it takes as rendered."""
    draw(figure)
    texts = (text for text in figure.findobj(Text) if isinstance(text, Text))
    shown = [text for text in texts if text.get_text() and text.get_visible()]
    return [(text.get_text(), text.get_window_extent()) for text in shown]


def overlap(one: Bbox, other: Bbox) -> bool:
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return bool(width > 0 and height > 0)


def check_text(figure: Figure) -> None:
    boxes = boxes_of_texts(figure)
    page = figure.bbox
    for text, box in boxes:
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= page.x1, text
        assert box.y1 <= page.y1, text
    for (one, place), (other, place_of_other) in combinations(boxes, 2):
        assert not overlap(place, place_of_other), f"{one!r} overlaps {other!r}"
    for text, box in boxes:
        covered = [axes for axes in figure.axes if axes.axison and overlap(axes.bbox, box)]
        inside = any(
            text == word.get_text()
            for axes in covered
            for word in (numbers_in(axes) if axes.images else axes.texts)
        )
        assert inside or not covered, text


COMMAND = ("poolcli", "max", "photos/cat.jpg", "-k", "2", "-n", "3")


def chained(
    image: Array,
    window: Window,
    iterations: int = 1,
    *,
    full: float | None = 255.0,
    zoom: Zoom | None = None,
    **options: Any,
) -> Comparison:
    """Compare an image with its iterations as the program does, marks and all."""
    steps = chain(window, image.shape[:2], iterations)
    region = choose_region(zoom, image, steps, full) if zoom else None
    made = Comparison(
        HEADING,
        1 + iterations,
        steps[0].input_shape,
        full=full,
        step=steps[0],
        zoomed=region is not None,
        footer=COMMAND,
        **options,
    )
    for index in range(1 + iterations):
        words = caption(index, image)
        made.add(image, words, steps[index] if index < iterations else None, region)
        if index < iterations:
            image = pool(image, "max", window)
            region = region.after(steps[index]) if region else None
    return made
