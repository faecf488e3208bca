"""The words of a figure: its captions name what its marks show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from helpers.core import settings as make_settings
from helpers.drawn import Made, View, check_text, colours_of, lines_above, noise, panels_of, view_of
from numpy.typing import NDArray

from poolcli.geometry import Window, chain
from poolcli.images import Image
from poolcli.operations import Average
from poolcli.pipeline import Job, Settings
from poolcli.pipeline.drawing import Drawing, start_drawing
from poolcli.prepare import Preparation

Array = NDArray[Any]


def finished(
    pixels: Array, settings: Settings, figure: str = "figure.png", before: Array | None = None
) -> Drawing:
    """Add an image and its iterations, as the pipeline does."""
    steps = chain(settings.window, pixels.shape[:2], settings.iterations)
    job = Job("cat.png", [None], None, figure)
    depth = np.dtype(np.uint8)
    inputs = [Image(stage, depth) for stage in (before, pixels) if stage is not None]
    made = start_drawing(job, settings, inputs, steps)
    states = [pixels for _ in settings.operations]
    for step in steps:
        states = [
            operation.pool(state, step.axes)
            for state, operation in zip(states, settings.operations, strict=True)
        ]
        made.add([Image(state, depth) for state in states])
    return made


def drawn(pixels: Array, settings: Settings) -> View:
    return view_of(finished(pixels, settings).sheet())


def unused(figure: View) -> list[list[str]]:
    """Return the lines about unused pixels above each panel that has a title."""
    words = ("dropped", "skipped", "hatch")
    return [
        [line for line in lines_above(axes) if any(word in line for word in words)]
        for axes in panels_of(figure)
        if axes.title
    ]


@pytest.mark.parametrize("beside", [(), (Average(),)])
def test_dropped_pixels_are_named_where_they_are_hatched(beside: Sequence[Average]) -> None:
    settings = make_settings("max", iterations=3, zoom=None, beside=tuple(beside))
    figure = drawn(noise(14, 15), settings)
    assert unused(figure) == [
        ["1 column dropped by iteration 1"],
        ["1 row and 1 column dropped by iteration 2"],
        ["1 row and 1 column dropped by iteration 3"],
        [],
    ]
    for axes in panels_of(figure):
        named = any("dropped" in line for line in lines_above(axes))
        hatched = any(patch.get_hatch() for patch in axes.patches)
        assert named == hatched or not axes.title


def test_every_frame_names_what_it_hatches() -> None:
    made = finished(noise(15, 16), make_settings("max", iterations=2, zoom=None), "figure.gif")
    frames = Made(made.sheet()).frames()
    assert [unused(frame)[0] for frame in frames] == [
        ["1 row dropped by iteration 1"],
        ["1 row dropped by iteration 2"],
        [],
    ]


def test_a_hatch_wider_than_what_it_marks_says_so() -> None:
    figure = drawn(noise(300, 451), make_settings("max", iterations=3, zoom=None))
    assert unused(figure) == [
        ["1 column dropped by iteration 1 (hatch widened)"],
        ["1 column dropped by iteration 2 (hatch widened)"],
        ["1 row dropped by iteration 3 (hatch widened)"],
        [],
    ]


def test_the_note_has_its_own_line_where_there_is_no_room() -> None:
    figure = drawn(noise(301, 201), make_settings("max", zoom=None))
    assert unused(figure)[0] == ["1 row and 1 column dropped by iteration 1", "(hatch widened)"]
    check_text(figure)


def test_skipped_pixels_have_a_line_of_their_own_and_say_if_they_are_not_hatched() -> None:
    few = drawn(noise(8, 8), make_settings("max", Window.of(1, 2), zoom=None))
    assert unused(few)[0] == [
        "1 row and 1 column dropped by iteration 1",
        "3 rows and 3 columns skipped by iteration 1",
    ]
    many = drawn(noise(801, 1201), make_settings("max", Window.of(1, 2), zoom=None))
    assert unused(many)[0] == [
        "400 rows and 600 columns skipped by iteration 1",
        "(too fine to hatch)",
    ]
    assert not any(patch.get_hatch() for axes in panels_of(many) for patch in axes.patches)


def test_a_picture_before_its_filter_stands_in_no_row_of_differences() -> None:
    beside = (Average(),)
    edges = Preparation(filter="prewitt")
    settings = make_settings("max", zoom=None, beside=beside, preparation=edges)
    photo = np.full((40, 60), 77, np.uint8)
    figure = view_of(finished(noise(40, 60), settings, before=photo).sheet())
    panels = panels_of(figure)
    titles = [axes.title for axes in panels if axes.title]
    assert titles == ["before prewitt", "after prewitt", "iteration 1"]
    lowest = min(axes.bbox.y0 for axes in panels)
    below = [axes for axes in panels if axes.bbox.y0 == lowest]
    assert len(below) == 1
    assert below[0].bbox.x0 == max(axes.bbox.x0 for axes in panels)
    photos = [axes for axes in panels if (colours_of(axes)[..., :3] == 77).all()]
    assert photos == panels[:2]
    check_text(figure)


@pytest.mark.parametrize("beside", [(), (Average(),)])
def test_the_figure_says_which_channel_it_shows(beside: Sequence[Average]) -> None:
    pixels = np.dstack([noise(8, 9)] * 6)
    figure = drawn(pixels, make_settings("max", zoom=None, beside=tuple(beside)))
    first, *_ = [axes for axes in panels_of(figure) if axes.title]
    assert "the first of 6 channels" in lines_above(first)
