"""Windows and iterations in words."""

from __future__ import annotations

import pytest
from helpers.core import operation, pooling

from poolcli.captions import caption, name_pixels, name_pooling
from poolcli.geometry import AdaptiveWindow, AnyWindow, Window, chain
from poolcli.spelling import spell_sides


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (Window.of(2), "max, kernel 2×2, stride 2"),
        (Window.of((2, 3), (1, 2)), "max, kernel 2×3, stride 1×2"),
        (Window.of(3, 2, "same"), "max, kernel 3×3, stride 2, padding same"),
        (Window.of(3, 2, 1), "max, kernel 3×3, stride 2, padding 1"),
        (Window.of(3, 2, ((1, 0), (2, 1))), "max, kernel 3×3, stride 2, padding 1,0,2,1"),
        (
            Window.of(3, 2, 0, 2, ceil_mode=True),
            "max, kernel 3×3, stride 2, dilation 2, ceil mode",
        ),
        (AdaptiveWindow.of((7, 5)), "max, adaptive to 7×5"),
    ],
)
def test_a_heading_names_what_is_not_as_usual(window: AnyWindow, words: str) -> None:
    assert name_pooling(pooling("max", window)) == words


def test_a_heading_names_what_belongs_to_one_operation() -> None:
    window = Window.of(2, padding=1)
    assert name_pooling(pooling("avg", window, True)) == (
        "avg, kernel 2×2, stride 2, padding 1, padding counted"
    )
    assert (
        name_pooling(pooling("lp", Window.of(2), norm=3.5))
        == "lp with p = 3.5, kernel 2×2, stride 2"
    )


def test_an_operation_among_others_tells_only_what_is_its_own() -> None:
    assert operation("max").variant == "max"
    assert operation("avg", True).variant == "avg, padding counted"
    assert operation("lp", norm=3.5).variant == "lp, p = 3.5"


def test_a_caption_says_what_one_pixel_stands_for() -> None:
    steps = chain(Window.of(3, 2), (30, 45), 3)
    assert caption(3, steps[2], (30, 45)) == [
        "iteration 3",
        "2×4 px, 0.593 % of the pixels",
        "sees 15×15 px, step 8",
    ]


def test_an_adaptive_caption_has_no_step_where_it_varies() -> None:
    (step,) = chain(AdaptiveWindow.of((7, 5)), (30, 45))
    assert caption(1, step, (30, 45))[2] == "sees up to 6×9 px"
    (even,) = chain(AdaptiveWindow.of((10, 5)), (30, 45))
    assert caption(1, even, (30, 45))[2] == "sees 3×9 px, step 3×9"


def test_sizes_are_rows_by_columns() -> None:
    assert name_pixels((300, 451, 3)) == "300×451 px"


def test_a_tiny_share_is_not_written_with_an_exponent() -> None:
    (step,) = chain(AdaptiveWindow.of(1), (3000, 4000))
    assert caption(1, step, (3000, 4000))[1] == "1×1 px, under 0.01 % of the pixels"


def test_sides_are_named_so_that_none_is_taken_for_the_other() -> None:
    assert spell_sides((300, 451, 3)) == "300 rows × 451 columns"
    assert spell_sides((1, 1)) == "1 row × 1 column"


def test_a_share_above_one_hundred_percent_has_no_exponent() -> None:
    (step,) = chain(AdaptiveWindow.of(40), (4, 4))
    assert caption(1, step, (4, 4))[1] == "40×40 px, 10000 % of the pixels"


def test_a_share_is_written_down_to_a_hundredth_of_a_percent() -> None:
    for size, words in ((100, "0.01 %"), (101, "under 0.01 %")):
        (step,) = chain(AdaptiveWindow.of(1), (size, 100))
        assert caption(1, step, (size, 100))[1] == f"1×1 px, {words} of the pixels"
