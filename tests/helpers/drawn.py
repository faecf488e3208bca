"""Views of figures: their parts, texts as rendered, and dots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import cv2
import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from helpers.core import pool
from poolcli import pool2d
from poolcli.figures import (
    Layout,
    Sheet,
    Stack,
    choose_region,
    comparison_tiers,
    name_zoom,
    render,
    result_stack,
)
from poolcli.figures import comparison as comparison_sheet
from poolcli.figures.area import Area
from poolcli.figures.bars import Bar
from poolcli.figures.colours import Colouring
from poolcli.figures.differences import Legend
from poolcli.figures.explanation import ScenePanel
from poolcli.figures.histogram import HEADROOM, Histogram
from poolcli.figures.panels import Panel
from poolcli.figures.style import FRAME, house_style
from poolcli.geometry import Step, Window, chain
from poolcli.geometry.region import Region, Zoom

Array = NDArray[Any]

HEADING = "cat.jpg: max, kernel 2×2, stride 2"
TEXTBOOK = np.array([[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]])


@dataclass(frozen=True)
class Drawn:
    """A part of a sheet in a figure."""

    part: Any
    area: Area
    colouring: Colouring
    caption: Sequence[str]
    title: str = ""  # of its stack, if it is the first part

    @property
    def bbox(self) -> Bbox:
        """The rectangle, in dots from the lower left corner."""
        return Bbox.from_bounds(*self.area.rectangle)

    @property
    def columns(self) -> tuple[float, float]:
        """The values at the left and the right edge."""
        return self.area.columns

    @property
    def rows(self) -> tuple[float, float]:
        """The values at the upper and the lower edge."""
        return self.area.rows

    @property
    def patches(self) -> list[Patch]:
        """The marks, without the frame."""
        return [patch for patch in self.of_kind(Patch) if not self._is_frame(patch)]

    @property
    def lines(self) -> list[LineCollection]:
        """The lines between pixels."""
        return self.of_kind(LineCollection)

    def of_kind(self, kind: type[Any]) -> list[Any]:
        """Return the artists of a kind that are placed in the coordinates of the part."""
        own = self.area.transform.get_matrix()
        found = (artist for artist in self.area.figure.artists if isinstance(artist, kind))
        return [artist for artist in found if np.allclose(matrix_of(artist), own)]

    @property
    def is_framed(self) -> bool:
        """Whether a thin line runs around the part."""
        return any(self._is_frame(patch) for patch in self.of_kind(Patch))

    def _is_frame(self, patch: Patch) -> bool:
        if not isinstance(patch, Rectangle) or patch.get_edgecolor() != rgba(FRAME):
            return False
        (left, right), (top, bottom) = self.columns, self.rows
        return np.allclose(patch.get_bbox().get_points(), [[left, bottom], [right, top]])

    def position(self, text: Text) -> tuple[float, float]:
        """Return the (column, row) of a text."""
        x, y = text.get_position()
        left, bottom, width, height = self.area.rectangle
        column = self.columns[0] + (x - left) / width * (self.columns[1] - self.columns[0])
        row = self.rows[1] + (y - bottom) / height * (self.rows[0] - self.rows[1])
        return round(column, 6), round(row, 6)

    @property
    def texts(self) -> list[Text]:
        """The texts whose position lies within the part."""
        return [text for text in self.area.figure.texts if self.bbox.contains(*text.get_position())]


@dataclass(frozen=True)
class View:
    """A sheet, and the figure of all or one of its stacks."""

    sheet: Sheet
    figure: Figure
    stacks: Sequence[Stack]

    @property
    def parts(self) -> list[Drawn]:
        """The parts, stack by stack."""
        page = self.sheet.page(len(self.stacks))
        found = []
        for index, stack in enumerate(self.stacks):
            for tier, part in enumerate(stack.parts):
                if part is None:
                    continue
                colours = self.sheet.colours[tier]
                rectangle = page.rectangle(index, tier)
                columns, rows = spans_of(part, colours)
                area = Area(self.figure, self.sheet.box, rectangle, columns, rows)
                caption = stack.caption if tier == 0 else [part.title] if part.title else []
                title = "" if tier else stack.caption[0]
                found.append(Drawn(part, area, colours, caption, title))
        return found

    @property
    def bars(self) -> list[Drawn]:
        """The colour bars beside the panels."""
        page = self.sheet.page(len(self.stacks))
        found = []
        for bar in self.sheet.bars:
            colours = self.sheet.colours[bar.first]
            rectangle = page.bar_rectangle(bar.first, bar.last)
            area = Area(self.figure, self.sheet.box, rectangle, rows=(colours.high, colours.low))
            found.append(Drawn(bar, area, colours, ()))
        return found

    @property
    def heading(self) -> str:
        """The line on top."""
        return self.figure.texts[0].get_text()


def spans_of(part: Any, colours: Colouring) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the (columns, rows) that a part shows."""
    if isinstance(part, ScenePanel):
        part = part.panel
    if isinstance(part, Panel):
        return part.shown[1], part.shown[0]
    if isinstance(part, Histogram):
        return (colours.low, colours.high), (part.ceiling * HEADROOM, 0.0)
    return (0.0, 1.0), (0.0, 1.0)


def matrix_of(artist: Artist) -> Array:
    """Return the matrix from an artist's coordinates to the display."""
    transform: Any = artist.get_transform() if isinstance(artist, LineCollection) else None
    if isinstance(artist, Patch):
        transform = artist.get_data_transform()
    return np.asarray(transform.get_matrix() if transform is not None else np.zeros((3, 3)))


def rgba(colour: str) -> Any:
    return mpl.colors.to_rgba(colour)


@dataclass(frozen=True)
class Made:
    """A sheet to be written with a suffix."""

    sheet: Sheet
    suffix: str = ".png"

    def view(self) -> View:
        return view_of(self.sheet)

    def frames(self) -> list[View]:
        pairs = zip(self.sheet.frames(), self.sheet.stacks, strict=True)
        return [View(self.sheet, figure, [stack]) for figure, stack in pairs]

    def render(self) -> bytes:
        return render(self.sheet, self.suffix)


def view_of(sheet: Sheet) -> View:
    return View(sheet, sheet.draw(), sheet.stacks)


def comparison(
    *images: Array,
    heading: str = HEADING,
    white: float | None = 255.0,
    histogram: bool = False,
    footer: Sequence[str] = (),
    suffix: str = ".png",
    **options: Any,
) -> Made:
    """Compare images under captions of the length that they have in real life."""
    tiers = comparison_tiers(histogram=histogram)
    shape = images[0].shape[0], images[0].shape[1]
    layout = Layout.of(len(images), shape, tiers, white=white, suffix=suffix, **options)
    stacks = [
        result_stack(layout, image, caption(index, image)) for index, image in enumerate(images)
    ]
    return Made(comparison_sheet(heading, stacks, layout, footer=footer), suffix)


def zoomed(image: Array, region: Region, white: float | None = None) -> Made:
    """Show an image and a region of it."""
    shape = image.shape[0], image.shape[1]
    layout = Layout.of(1, shape, comparison_tiers(zoomed=True), white=white)
    stack = result_stack(layout, image, ["input"], region=region)
    return Made(comparison_sheet("a", [stack], layout))


def caption(index: int, image: Array) -> Sequence[str]:
    rows, columns = image.shape[:2]
    if not index:
        return ["input", f"{rows}×{columns} px"]
    step = 2**index
    share = f"{rows}×{columns} px, {100 / step**2:.3g} % of the pixels"
    return [f"iteration {index}", share, f"sees {step}×{step} px, step {step}"]


def pooled(image: Array, iterations: int) -> list[Array]:
    """Return the image and its iterations, in ceil mode, which pools one pixel again and again."""
    images = [image]
    for _ in range(iterations):
        images.append(pool2d(images[-1], "max", 2, ceil_mode=True))
    return images


def noise(*shape: int) -> Array:
    return np.random.default_rng(3).integers(0, 256, shape, np.uint8)


def panels_of(view: View) -> list[Drawn]:
    return [drawn for drawn in view.parts if isinstance(drawn.part, (Panel, ScenePanel))]


def colour_of(colormap: str, share: float) -> tuple[int, ...]:
    """Return the colour (red, green, blue) of a value at a share of the range."""
    return tuple(round(255 * float(part)) for part in mpl.colormaps[colormap](share)[:3])


def colours_of(drawn: Drawn) -> Array:
    """Return the colours of the pixels that a panel holds."""
    part = drawn.part.panel if isinstance(drawn.part, ScenePanel) else drawn.part
    return drawn.colouring(part.pixels)


def lines_above(drawn: Drawn) -> list[str]:
    """Return the lines above a part, as they are drawn."""
    lines = {text.get_text() for text in drawn.area.figure.texts}
    assert lines.issuperset(drawn.caption)
    return list(drawn.caption)


def numbers_in(drawn: Drawn) -> list[Text]:
    """Return the numbers in the cells of a panel."""
    style = ("center", "center_baseline")
    return [
        text
        for text in drawn.texts
        if (text.get_horizontalalignment(), text.get_verticalalignment()) == style
    ]


def labels_of(drawn: Drawn, *, below: bool) -> dict[float, str]:
    """Return the labels below a part, or to its left, by column or row."""
    box, found = drawn.bbox, {}
    for text in drawn.area.figure.texts:
        x, y = text.get_position()
        align = text.get_horizontalalignment()
        under = align == "center" and box.x0 <= x <= box.x1 and 0 < box.y0 - y < 20
        before = align == "right" and box.y0 <= y <= box.y1 and 0 < box.x0 - x < 20
        if below and under:
            found[drawn.position(text)[0]] = text.get_text()
        elif not below and before and not text.get_rotation():
            found[drawn.position(text)[1]] = text.get_text()
    return found


def numbered(drawn: Drawn) -> tuple[list[float], list[float]]:
    """Return the columns and rows whose numbers are written along a panel."""
    marks = []
    for below in (True, False):
        labels = labels_of(drawn, below=below)
        assert all(label == f"{middle - 0.5:.0f}" for middle, label in labels.items())
        marks.append([middle - 0.5 for middle in labels])
    return marks[0], marks[1]


def written(drawn: Drawn) -> list[list[str]]:
    """Return the numbers in a panel's cells, row by row."""
    found = {drawn.position(text)[::-1]: text.get_text() for text in numbers_in(drawn)}
    rows, columns = colours_of(drawn).shape[:2]
    assert len(found) == rows * columns
    return [[found[row + 0.5, column + 0.5] for column in range(columns)] for row in range(rows)]


def opened(png: bytes) -> Array:
    bgr = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert bgr is not None
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)


def dots_inside(made: Made, index: int, frame: int = 2) -> Array:
    """Cut a panel without its frame out of the figure as rendered."""
    page, box = opened(made.render()), panels_of(made.view())[index].bbox
    left, bottom, right, top = (round(edge) for edge in box.extents)
    inside = page[len(page) - top : len(page) - bottom, left:right]
    return inside[frame:-frame, frame:-frame]


def boxes_of_texts(view: View) -> list[tuple[str, Bbox]]:
    """Return every visible text and its rectangle as rendered."""
    with house_style():
        FigureCanvasAgg(view.figure).draw()  # type: ignore[no-untyped-call]
        texts = [text for text in view.figure.texts if text.get_text() and text.get_visible()]
        return [(text.get_text(), text.get_window_extent()) for text in texts]


def overlap(one: Bbox, other: Bbox) -> bool:
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return bool(width > 0 and height > 0)


def check_text(view: View) -> None:
    """Assert that no text overlaps another, a part or the edge of the page."""
    boxes = boxes_of_texts(view)
    page = view.figure.bbox
    for text, box in boxes:
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= page.x1, text
        assert box.y1 <= page.y1, text
    for (one, place), (other, place_of_other) in combinations(boxes, 2):
        assert not overlap(place, place_of_other), f"{one!r} overlaps {other!r}"
    solid = [drawn for drawn in view.parts if not isinstance(drawn.part, Legend)]
    for text, box in boxes:
        covered = [drawn for drawn in (*solid, *view.bars) if overlap(drawn.bbox, box)]
        inside = any(text == word.get_text() for drawn in covered for word in words_in(drawn))
        assert inside or not covered, text


def words_in(drawn: Drawn) -> list[Text]:
    """Return the texts that belong within a part."""
    if isinstance(drawn.part, Bar):
        return []
    return drawn.texts if isinstance(drawn.part, Histogram) else numbers_in(drawn)


COMMAND = ("poolcli", "max", "photos/cat.jpg", "-k", "2", "-n", "3")


def chained(
    image: Array,
    window: Window,
    iterations: int = 1,
    *,
    white: float | None = 255.0,
    zoom: Zoom | None = None,
    histogram: bool = False,
    colormap: str | None = None,
) -> Made:
    """Compare an image with its iterations as the program does, marks and all."""
    steps = chain(window, image.shape[:2], iterations)
    first = choose_region(zoom, image, steps, white) if zoom else None
    layout = Layout.of(
        1 + iterations,
        steps[0].input_shape,
        comparison_tiers(zoomed=first is not None, histogram=histogram),
        white=white,
        colormap=colormap,
        step=steps[0],
    )
    stacks, region = [], first
    following: list[Step | None] = [*steps, None]
    for index, step in enumerate(following):
        words = caption(index, image)
        title = name_zoom(region, first) if region and first else ""
        stacks.append(result_stack(layout, image, words, step, region, title))
        if step:
            image = pool(image, "max", window)
            region = region.after(step) if region else None
    return Made(comparison_sheet(HEADING, stacks, layout, footer=COMMAND))
