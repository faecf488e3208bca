"""Sheets: a figure is a function from data to one, whatever its parts draw."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from helpers.drawn import check_text, noise, opened, view_of
from numpy.typing import NDArray

from poolcli.figures import FIGURE_SUFFIXES, Layout, Sheet, Stack, Tier, render
from poolcli.figures.area import Area
from poolcli.figures.colours import Colouring

GRAY = Colouring(0.0, 255.0, "gray")


@dataclass(frozen=True)
class Profile:
    """The mean of each row of an image, as a part that poolcli does not have."""

    means: NDArray[np.float64]

    title = "mean of each row"
    labels = ("255", "")

    def draw(self, area: Area, colours: Colouring) -> None:
        """Draw the means as gray stripes, with labels to the left."""
        area = replace(area, rows=(0.0, float(len(self.means))))
        stripes = colours(self.means[:, np.newaxis])
        width, height = area.rectangle[2:]
        rows = np.arange(height) * len(self.means) // height
        area.show(stripes[rows].repeat(width, axis=1))
        area.label_left([(0.5, "0")])


def profiles(images: list[NDArray[np.uint8]]) -> Sheet:
    """Return a figure of images and their profiles."""
    tiers = [Tier(), Tier(titled=True)]
    layout = Layout.of(len(images), (30, 45), tiers, white=255.0)
    stacks = [
        layout.stack(["image"], [layout.panel(image), Profile(image.mean(axis=1))], image)
        for image in images
    ]
    return Sheet("profiles", layout.box, tiers, stacks, [GRAY, GRAY], footer=["poolcli", "profile"])


def test_a_new_figure_is_a_function_to_a_sheet() -> None:
    sheet = profiles([noise(30, 45), np.full((30, 45), 80, np.uint8)])
    view = view_of(sheet)
    check_text(view)
    profile = view.parts[3]
    assert isinstance(profile.part, Profile)
    page = opened(render(sheet, ".png"))
    left, bottom, right, top = map(int, profile.bbox.extents)
    # A tick may touch the edge.
    assert (page[len(page) - top : len(page) - bottom, left + 2 : right] == 80).all()


@pytest.mark.parametrize("suffix", FIGURE_SUFFIXES)
def test_it_is_written_in_every_format(suffix: str) -> None:
    assert render(profiles([noise(30, 45)]), suffix)


def test_stacks_stand_beside_each_other_and_parts_below() -> None:
    first, below, second, _ = (drawn.bbox for drawn in view_of(profiles([noise(30, 45)] * 2)).parts)
    assert first.x1 < second.x0
    assert first.y0 == second.y0
    assert (below.x0, below.width) == (first.x0, first.width)
    assert below.y1 < first.y0


def test_an_empty_part_leaves_its_rectangle_empty() -> None:
    sheet = profiles([noise(30, 45)])
    stacks = [Stack(["image"], [None, sheet.stacks[0].parts[1]])]
    view = view_of(replace(sheet, stacks=stacks))
    assert [drawn.part for drawn in view.parts] == [stacks[0].parts[1]]


def test_a_long_heading_is_smaller_before_it_is_cut() -> None:
    sheet = profiles([noise(30, 45)])
    short, long, longest = (
        view_of(replace(sheet, heading="n" * letters)).figure.texts[0] for letters in (5, 37, 300)
    )
    assert float(short.get_fontsize()) > float(long.get_fontsize())
    assert float(long.get_fontsize()) >= float(longest.get_fontsize())
    assert "…" not in long.get_text()
    assert "…" in longest.get_text()
