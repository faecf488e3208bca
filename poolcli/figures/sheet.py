"""A page: heading, captions, parts, colour bars and footer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from matplotlib.figure import Figure

from poolcli.figures import page, text
from poolcli.figures.area import Area, page_transform
from poolcli.figures.bars import Bar, round_marks
from poolcli.figures.colours import Colouring
from poolcli.figures.command import wrapped
from poolcli.figures.page import Box, Margins, Page, Tier
from poolcli.figures.style import INK, QUIET, house_style


class Part(Protocol):
    """The content of one rectangle of a page."""

    @property
    def title(self) -> str:
        """Return the line above, where the tier is titled."""

    @property
    def labels(self) -> tuple[str, str]:
        """Return the longest labels to the left and below."""

    def draw(self, area: Area, colours: Colouring) -> None:
        """Draw the part in an area."""


@dataclass(frozen=True)
class Stack:
    """Parts below each other, under a caption.

    Attributes
    ----------
    caption : sequence of str
        Lines above, the title first.
    parts : sequence of Part or None
        One per tier of the sheet; the rectangle of None is left empty.
    """

    caption: Sequence[str]
    parts: Sequence[Part | None]


@dataclass(frozen=True)
class Sheet:
    """The content of a page.

    Attributes
    ----------
    heading : str
        The line on top.
    box : Box
        The size of the panels.
    tiers : sequence of Tier
        The rows of parts that each stack has.
    stacks : sequence of Stack
    colours : sequence of Colouring
        One per tier.
    bars : sequence of Bar
        Colour bars beside some tiers.
    footer : sequence of str
        The words of a command.
    shorter : str
        A heading to use where the other is too long; empty for none.
    """

    heading: str
    box: Box
    tiers: Sequence[Tier]
    stacks: Sequence[Stack]
    colours: Sequence[Colouring]
    bars: Sequence[Bar] = ()
    footer: Sequence[str] = ()
    shorter: str = ""

    def draw(self) -> Figure:
        """Return a figure of all stacks on one page."""
        with house_style():
            return self._draw(self.stacks)

    def frames(self) -> Iterator[Figure]:
        """Yield a figure per stack; all have the same layout."""
        for stack in self.stacks:
            with house_style():
                figure = self._draw([stack])
            yield figure

    def page(self, stacks: int) -> Page:
        """Return the layout of a page of some of the stacks."""
        margins = self._margins()
        layout = Page.of(self.box, stacks, self.tiers, margins)
        lines = len(self._footer_lines(layout))
        if lines:
            margins = replace(margins, footer_lines=lines)
            return Page.of(self.box, stacks, self.tiers, margins)
        return layout

    def _draw(self, stacks: Sequence[Stack]) -> Figure:
        box, layout = self.box, self.page(len(stacks))
        figure = Figure((layout.width / box.dots, layout.height / box.dots), dpi=box.dots)
        self._write_heading(figure, layout)
        lines = max(len(stack.caption) for stack in self.stacks)
        for index, stack in enumerate(stacks):
            self._draw_stack(figure, layout, index, stack, lines)
        for bar in self.bars:
            area = Area(figure, box, layout.bar_rectangle(bar.first, bar.last))
            bar.draw(area, self.colours[bar.first])
        self._write_footer(figure, layout)
        return figure

    def _margins(self) -> Margins:
        parts = [part for stack in self.stacks for part in stack.parts if part is not None]
        titles = [text.width_of(stack.caption[0], page.TITLE, "bold") for stack in self.stacks]
        lines = [line for stack in self.stacks for line in stack.caption[1:]]
        lines += [part.title for part in parts if part.title]
        beside_bars = [width for bar in self.bars for width in self._beside(bar)]
        return Margins(
            caption_lines=max(len(stack.caption) for stack in self.stacks),
            caption=max([*titles, *(text.width_of(line, page.CAPTION) for line in lines)]),
            row_labels=_widest(part.labels[0] for part in parts),
            column_labels=_widest(part.labels[1] for part in parts),
            bar_labels=max(beside_bars, default=None),
        )

    def _beside(self, bar: Bar) -> Iterator[float]:
        """Yield how far labels and texts reach beyond a colour bar, in points."""
        colours = self.colours[bar.first]
        yield _widest(round_marks(colours.low, colours.high).values())
        yield _widest(bar.words) - page.BAR - 6

    def _draw_stack(
        self, figure: Figure, layout: Page, index: int, stack: Stack, caption_lines: int
    ) -> None:
        for number, (tier, part) in enumerate(zip(self.tiers, stack.parts, strict=True)):
            if part is None:
                continue
            area = Area(figure, self.box, layout.rectangle(index, number))
            part.draw(area, self.colours[number])
            if number == 0:
                _write_caption(area, stack.caption, caption_lines)
            elif tier.titled:
                _write_above(area, part.title, 5)
            if tier.label and index % self.box.columns == 0:
                _write_label(area, tier.label)

    def _write_heading(self, figure: Figure, layout: Page) -> None:
        """Write the heading; if it is longer than the page, smaller, and at last shortened."""
        room = self._text_width(layout)
        largest, smallest = page.HEADING * self.box.scale, page.TITLE * self.box.scale
        heading = text.printable(self.heading)
        if self.shorter and text.fitted(heading, room, smallest, "bold") != heading:
            heading = text.printable(self.shorter)
        fitting = largest * room / (text.width_of(heading, largest, "bold") or room)
        size = max(smallest, min(largest, fitting))
        fitted = text.fitted(heading, room, size, "bold")
        top = layout.height - self.box.to_dots(page.EDGE + page.HEADING * 0.8)
        self._write(figure, layout.left, top, fitted, size=size, weight="bold", color=INK)

    def _write_footer(self, figure: Figure, layout: Page) -> None:
        for index, line in enumerate(reversed(self._footer_lines(layout))):
            height = page.EDGE * 0.6 + page.LEADING * page.FOOTER * (index + 0.2)
            style: dict[str, Any] = {
                "size": page.FOOTER * self.box.scale,
                "family": text.fonts(mono=True),
                "color": QUIET,
            }
            self._write(figure, layout.left, self.box.to_dots(height), line, **style)

    def _write(self, figure: Figure, left: int, bottom: int, line: str, **style: Any) -> None:
        figure.text(left, bottom, line, transform=page_transform(figure, self.box), **style)

    def _footer_lines(self, layout: Page) -> list[str]:
        return wrapped(self.footer, self._text_width(layout), page.FOOTER * self.box.scale)

    def _text_width(self, layout: Page) -> float:
        """Return the largest width of heading and footer, in points."""
        return layout.text_width * 72 / self.box.dots


def fitted_caption(caption: Sequence[str], box: Box) -> list[str]:
    """Return the lines of a caption, printable and no longer than there is room."""
    room = _caption_room(box)
    title, *others = map(text.printable, caption)
    title = text.fitted(title, room, page.TITLE, "bold")
    return [title, *(text.fitted(line, room, page.CAPTION) for line in others)]


def fits_caption(line: str, box: Box) -> bool:
    """Return whether a line of a caption fits without shortening."""
    return text.fitted(line, _caption_room(box), page.CAPTION) == line


def _caption_room(box: Box) -> float:
    return max(box.to_points(box.width), page.CAPTION_WIDTH[1])


def _widest(labels: Iterable[str]) -> float:
    """Return the width of the longest label of an axis, in points."""
    return max((text.width_of(label, page.TICK) for label in set(labels)), default=0.0)


def _write_caption(area: Area, caption: Sequence[str], lines: int) -> None:
    """Write a caption that begins `lines` lines above, so that titles share one baseline."""
    title, *others = caption
    first, *heights = page.baselines(lines)
    area.write(title, (0, 1), (0, first), size=page.TITLE, weight="bold", color=INK)
    for line, height in zip(others, heights, strict=False):
        _write_above(area, line, height)


def _write_above(area: Area, line: str, height: float) -> None:
    area.write(line, (0, 1), (0, height), size=page.CAPTION, color=QUIET)


def _write_label(area: Area, label: str) -> None:
    """Write a tier's label at the left edge of the page, upwards."""
    left, bottom, _, height = area.rectangle
    edge = replace(area, rectangle=(area.box.to_dots(page.EDGE), bottom, left, height))
    style: dict[str, Any] = {"size": page.TITLE, "weight": "bold", "color": INK}
    edge.write(label, (0, 0.5), rotation=90, va="center", ha="left", **style)
