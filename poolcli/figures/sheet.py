"""A page of cells, drawn: heading, captions, parts, colour bars and footer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from poolcli.figures import page, text
from poolcli.figures.bars import Bar, draw_bar_beside, round_marks
from poolcli.figures.border import PlainAxes
from poolcli.figures.colours import Colouring
from poolcli.figures.command import wrapped
from poolcli.figures.page import Box, Margins, Page, Tier
from poolcli.figures.style import INK, QUIET


class Part(Protocol):
    """What fills one pair of axes."""

    @property
    def title(self) -> str:
        """Give the line above it, where its tier is titled."""

    @property
    def labels(self) -> tuple[str, str]:
        """Give the longest labels at its left and below it."""

    def draw(self, axes: Axes, box: Box, colours: Colouring) -> None:
        """Fill the axes."""


@dataclass(frozen=True)
class Cell:
    """A stack of parts under a caption.

    Attributes
    ----------
    caption : sequence of str
        Lines to stand above, the title first.
    parts : sequence of Part or None
        One for each tier of the sheet; None leaves its place empty.
    """

    caption: Sequence[str]
    parts: Sequence[Part | None]


@dataclass(frozen=True)
class Sheet:
    """All that a page shows.

    Attributes
    ----------
    colours : sequence of Colouring
        One for each tier.
    bars : sequence of Bar
        Colour bars beside some tiers.
    footer : sequence of str
        The words of a command.
    shorter : str
        A heading to take where the other is too long, if there is one.
    """

    heading: str
    box: Box
    tiers: Sequence[Tier]
    cells: Sequence[Cell]
    colours: Sequence[Colouring]
    bars: Sequence[Bar] = ()
    footer: Sequence[str] = ()
    shorter: str = ""

    def draw(self) -> Figure:
        """Draw all cells on one page."""
        return self._draw(self.cells)

    def frames(self) -> Iterator[Figure]:
        """Draw each cell on a page of its own; all pages are alike."""
        for cell in self.cells:
            yield self._draw([cell])

    def _draw(self, cells: Sequence[Cell]) -> Figure:
        box, margins = self.box, self._margins()
        layout = Page.of(box, len(cells), self.tiers, margins)
        room = layout.text_width * 72 / box.dots
        footer = wrapped(self.footer, room, page.FOOTER * box.scale)
        if footer:
            margins = replace(margins, footer_lines=len(footer))
            layout = Page.of(box, len(cells), self.tiers, margins)
        figure = Figure((layout.width / box.dots, layout.height / box.dots), dpi=box.dots)
        self._write_heading(figure, layout, room)
        for index, cell in enumerate(cells):
            self._draw_cell(figure, layout, index, cell, margins.caption_lines)
        for bar in self.bars:
            axes = figure.add_axes(layout.bar(bar.first, bar.last))
            draw_bar_beside(axes, box, self.colours[bar.first], bar)
        self._write_footer(figure, layout, footer)
        return figure

    def _margins(self) -> Margins:
        parts = [part for cell in self.cells for part in cell.parts if part is not None]
        captions = [text.width_of(cell.caption[0], page.TITLE, "bold") for cell in self.cells]
        lines = [line for cell in self.cells for line in cell.caption[1:]]
        lines += [part.title for part in parts if part.title]
        beside = [width for bar in self.bars for width in self._beside(bar)]
        return Margins(
            caption_lines=max(len(cell.caption) for cell in self.cells),
            caption=max([*captions, *(text.width_of(line, page.CAPTION) for line in lines)]),
            row_labels=_widest(part.labels[0] for part in parts),
            column_labels=_widest(part.labels[1] for part in parts),
            bar_labels=max(beside, default=None),
        )

    def _beside(self, bar: Bar) -> Iterator[float]:
        """Measure how far numbers and words reach beyond a colour bar, in points."""
        colours = self.colours[bar.first]
        yield _widest(round_marks(colours.low, colours.high).values())
        yield _widest(bar.words) - page.BAR - 6

    def _draw_cell(
        self, figure: Figure, layout: Page, index: int, cell: Cell, caption_lines: int
    ) -> None:
        scale = self.box.scale
        for number, (tier, part) in enumerate(zip(self.tiers, cell.parts, strict=True)):
            if part is None:
                continue
            axes = figure.add_axes(layout.place(index, number), axes_class=PlainAxes)
            part.draw(axes, self.box, self.colours[number])
            if number == 0:
                _write_caption(axes, scale, cell.caption, caption_lines)
            elif tier.titled:
                _write_above(axes, scale, part.title, 5)
            if tier.label and index % self.box.columns == 0:
                _write_label(figure, layout, axes, scale, tier.label)

    def _write_heading(self, figure: Figure, layout: Page, room: float) -> None:
        """Write the heading: smaller, or at last shortened, if it is longer than the page."""
        largest, smallest = page.HEADING * self.box.scale, page.TITLE * self.box.scale
        heading = text.printable(self.heading)
        if self.shorter and text.fitted(heading, room, smallest, "bold") != heading:
            heading = text.printable(self.shorter)
        fitting = largest * room / (text.width_of(heading, largest, "bold") or room)
        size = max(smallest, min(largest, fitting))
        figure.text(
            layout.left / layout.width,
            1 - self.box.to_dots(page.EDGE + page.HEADING * 0.8) / layout.height,
            text.fitted(heading, room, size, "bold"),
            size=size,
            weight="bold",
            color=INK,
        )

    def _write_footer(self, figure: Figure, layout: Page, lines: Sequence[str]) -> None:
        for index, line in enumerate(reversed(lines)):
            height = page.EDGE * 0.6 + page.LEADING * page.FOOTER * (index + 0.2)
            figure.text(
                layout.left / layout.width,
                self.box.to_dots(height) / layout.height,
                line,
                size=page.FOOTER * self.box.scale,
                family=text.fonts(mono=True),
                color=QUIET,
            )


def fitted_caption(caption: Sequence[str], box: Box) -> list[str]:
    """Make the lines of a caption printable, and none longer than there is room."""
    room = _caption_room(box)
    title, *others = map(text.printable, caption)
    title = text.fitted(title, room, page.TITLE, "bold")
    return [title, *(text.fitted(line, room, page.CAPTION) for line in others)]


def fits_caption(line: str, box: Box) -> bool:
    """Tell whether a line of a caption needs no shortening."""
    return text.fitted(line, _caption_room(box), page.CAPTION) == line


def _caption_room(box: Box) -> float:
    return max(box.to_points(box.width), page.CAPTION_WIDTH[1])


def _widest(labels: Iterable[str]) -> float:
    """Measure the longest of the labels at an axis, in points."""
    return max((text.width_of(label, page.TICK) for label in set(labels)), default=0.0)


def _write_caption(axes: Axes, scale: float, caption: Sequence[str], lines: int) -> None:
    """Write a caption that begins `lines` lines above, so that titles stand on one line."""
    title, *others = caption
    first, *heights = page.baselines(lines)
    axes.set_title(
        title, loc="left", y=1, pad=first * scale, size=page.TITLE * scale, weight="bold", color=INK
    )
    for line, height in zip(others, heights, strict=False):
        _write_above(axes, scale, line, height)


def _write_above(axes: Axes, scale: float, line: str, height: float) -> None:
    axes.annotate(
        line,
        (0, 1),
        (0, height * scale),
        xycoords="axes fraction",
        textcoords="offset points",
        size=page.CAPTION * scale,
        color=QUIET,
    )


def _write_label(figure: Figure, layout: Page, axes: Axes, scale: float, label: str) -> None:
    figure.text(
        layout.box.to_dots(page.EDGE) / layout.width,
        axes.get_position().y0 + axes.get_position().height / 2,
        label,
        size=page.TITLE * scale,
        weight="bold",
        color=INK,
        rotation=90,
        va="center",
        ha="left",
    )
