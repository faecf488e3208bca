"""The figure of an explanation: what is outlined, printed and captioned."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers.core import operation as make
from helpers.drawn import Drawn, View, lines_above, numbers_in, panels_of, rgba, view_of
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from poolcli.captions import name_window
from poolcli.explanation import Stage, draw, stages
from poolcli.explanation.picture import sheet
from poolcli.figures import Scene, explanation, marks, render
from poolcli.figures.explanation import CHANNELS, CHOSEN
from poolcli.geometry import Window, chain

Array = NDArray[Any]
MATRIX = np.array([[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]])


def drawn(
    image: Array,
    operations: str,
    window: Window,
    at: tuple[int, int],
    iterations: int = 1,
    full: float | None = None,
) -> View:
    """Return the figure of an explanation."""
    found = chains(image, operations, window, iterations)
    return view_of(sheet("a heading", found, at, window=name_window(window), full=full))


def chains(
    image: Array, operations: str, window: Window, iterations: int = 1
) -> dict[str, list[Stage]]:
    layers = image.reshape(*image.shape[:2], -1)
    steps = chain(window, image.shape, iterations)
    names: Any = operations.split(",")
    return {name: stages(layers, make(name), steps) for name in names}


def outlines(panel: Drawn, colour: str) -> list[tuple[float, float, float, float]]:
    """List the (top, bottom, left, right) edges of outlines, in pixels."""
    found = []
    for patch in panel.patches:
        if isinstance(patch, Rectangle) and patch.get_edgecolor() == rgba(colour):
            (left, top), width, height = patch.get_xy(), patch.get_width(), patch.get_height()
            found.append((top, top + height, left, left + width))
    return found


def taken(panel: Drawn, colour: str) -> list[tuple[int, int]]:
    """List the (row, column) of the pixels within which something is outlined."""
    found = outlines(panel, colour)
    assert all(bottom - top < 1 for top, bottom, _, _ in found)
    return [(int(top), int(left)) for top, _, left, _ in found]


def words(panel: Drawn) -> list[str]:
    return [text.get_text() for text in numbers_in(panel)]


def test_window_and_winner_are_outlined_and_all_numbers_printed() -> None:
    before, after = panels_of(drawn(MATRIX, "max", Window.of(2), (0, 1)))
    assert outlines(before, marks.ACCENT) == [(0, 2, 2, 4)]
    assert taken(before, CHOSEN[0]) == [(1, 3)]
    assert outlines(after, marks.ACCENT) == [(0, 1, 1, 2)]
    assert outlines(after, CHOSEN[0]) == []
    assert words(before) == [str(value) for value in MATRIX.ravel()]
    assert words(after) == ["6", "8", "3", "4"]


def test_a_window_reaches_into_the_dashed_padding() -> None:
    before, _ = panels_of(drawn(MATRIX, "max", Window.of(2, 2, 1), (0, 0)))
    assert outlines(before, marks.ACCENT) == [(-1, 1, -1, 1)]
    dashed = [patch for patch in before.patches if patch.get_linestyle() not in ("solid", "-")]
    assert len(dashed) == 1
    assert before.columns == (-1, 5)


def test_of_a_dilated_window_each_pixel_is_outlined() -> None:
    before, _ = panels_of(drawn(MATRIX, "max", Window.of(2, 1, 0, 2), (0, 1)))
    corners = [(r, r + 1, c, c + 1) for r in (0, 2) for c in (1, 3)]
    assert outlines(before, marks.ACCENT) == corners
    assert taken(before, CHOSEN[0]) == [(0, 3)]


def test_unused_pixels_are_hatched() -> None:
    before, after = panels_of(drawn(MATRIX, "max", Window.of(3, 2), (0, 0)))
    assert [patch.get_hatch() for patch in before.patches if patch.get_hatch()] == [marks.HATCH]
    assert not [patch for patch in after.patches if patch.get_hatch()]


def test_an_average_chooses_no_pixel() -> None:
    figure = drawn(MATRIX, "avg", Window.of(2), (1, 1))
    before, after = panels_of(figure)
    assert outlines(before, marks.ACCENT) == [(2, 4, 2, 4)]
    assert outlines(before, CHOSEN[0]) == []
    assert lines_above(before) == [
        "input",
        "4 rows × 4 columns",
        "kernel 2×2, stride 2",
        "orange: the window",
    ]
    assert lines_above(after) == [
        "out",
        "2 rows × 2 columns",
        "out[1,1] = (1 + 0 + 3 + 4) / 4 = 8 / 4 = 2",
    ]


def test_each_operation_has_its_row_and_its_name() -> None:
    figure = drawn(MATRIX, "max,min", Window.of(2), (0, 0))
    assert len(panels_of(figure)) == 4
    labels = [text.get_text() for text in figure.figure.texts]
    assert {"max", "min"} < set(labels)
    caption = lines_above(panels_of(figure)[0])
    assert "blue: its largest or smallest pixel" in caption


def test_of_a_large_image_the_part_around_the_window_is_shown_where_it_stands() -> None:
    image = np.arange(40 * 60, dtype=np.uint16).reshape(40, 60)
    whole, first, second, last = panels_of(drawn(image, "max", Window.of(2), (5, 7), 2, full=65535))
    assert outlines(whole, marks.ACCENT) == [(20, 24, 28, 32)]
    assert whole.columns == (0, 60)
    assert outlines(first, marks.ACCENT) == [(22, 24, 30, 32)]
    assert taken(first, CHOSEN[0]) == [(23, 31)]
    left, right = first.columns
    assert left < 30
    assert right > 32
    assert right - left < 20
    number = next(text for text in first.texts if text.get_text() == str(23 * 60 + 31))
    assert first.position(number) == (31.5, 23.5)
    assert outlines(second, marks.ACCENT) == [(10, 12, 14, 16)]
    assert outlines(last, marks.ACCENT) == [(5, 6, 7, 8)]


def test_each_colour_outlines_the_pixel_that_it_took() -> None:
    image = np.zeros((4, 4, 3), np.uint8)
    image[0, 0, 0] = image[0, 1, 1] = image[1, 0, 2] = 9
    before, _ = panels_of(drawn(image, "max", Window.of(2), (0, 0), full=255))
    places = [taken(before, colour) for colour in CHANNELS[:3]]
    assert places == [[(0, 0)], [(0, 1)], [(1, 0)]]
    assert "red, green, blue: its largest pixel" in lines_above(before)


@pytest.mark.parametrize(
    ("suffix", "start"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")]
)
def test_every_suffix_is_a_file_of_its_kind_and_the_same_each_time(
    suffix: str, start: bytes
) -> None:
    first, second = (
        draw("h", chains(MATRIX, "max", Window.of(2)), (0, 0), window="", full=None, suffix=suffix)
        for _ in range(2)
    )
    assert first.startswith(start)
    assert first == second


@pytest.mark.parametrize("channels", [2, 4])
def test_transparency_is_shown_and_not_taken_for_a_colour(channels: int) -> None:
    image = np.full((4, 4, channels), 128, np.uint8)
    steps = chain(Window.of(2), image.shape)
    found = stages(image, make("max"), steps, full=255)
    assert draw("h", {"max": found}, (0, 0), window="", full=255, alpha=True).startswith(b"\x89PNG")


def test_scenes_may_be_of_any_shape() -> None:
    scene = Scene(np.zeros((1, 30)), None, (range(1), range(3)))
    content = render(explanation("h", [["one"]], {"max": [scene]}, white=None), ".png")
    assert content.startswith(b"\x89PNG")


def test_what_ceil_mode_adds_is_shown_empty() -> None:
    before, _ = panels_of(drawn(MATRIX, "max", Window.of(3, 2, ceil_mode=True), (1, 1)))
    assert outlines(before, marks.ACCENT) == [(2, 5, 2, 5)]
    assert before.columns == (0, 5)
    assert before.rows == (0, 5)


def test_colours_that_took_one_pixel_are_outlined_within_each_other() -> None:
    image = np.zeros((4, 4, 3), np.uint8)
    image[1, 1] = 9
    before, _ = panels_of(drawn(image, "max", Window.of(2), (0, 0), full=255))
    widths = [
        outlines(before, colour)[0][1] - outlines(before, colour)[0][0] for colour in CHANNELS[:3]
    ]
    assert widths == sorted(widths, reverse=True)
    assert len(set(widths)) == 3


def test_what_was_done_before_is_captioned() -> None:
    found = chains(MATRIX, "avg", Window.of(2, 2, 1))
    counted = {"avg": stages(MATRIX[:, :, None], make("avg", True), [found["avg"][0].step])}
    window = name_window(Window.of(2, 2, 1))
    made = sheet("h", counted, (0, 0), window=window, full=None, prepared="gray, prewitt-v")
    before, after = (stack.caption for stack in made.stacks)
    assert before[0] == "prepared input"
    assert before[2:4] == [
        "gray, prewitt-v",
        "kernel 2×2, stride 2, padding 1, padding counted",
    ]
    assert after[-1] == "out[0,0] = 1 / 4 = 0.25"
