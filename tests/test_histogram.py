"""The histogram row: how often each intensity occurs, mean, spread and zeros."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers.drawn import Drawn, View, chained, check_text, comparison, lines_above, noise
from matplotlib.patches import StepPatch
from numpy.typing import NDArray

from poolcli.figures import counts
from poolcli.figures.counts import BINS, Counts
from poolcli.figures.histogram import Histogram, common_ceiling
from poolcli.figures.text import mean_and_spread, percent
from poolcli.geometry import Window

Array = NDArray[Any]


def histograms(view: View) -> list[Drawn]:
    return [drawn for drawn in view.parts if isinstance(drawn.part, Histogram)]


def shares(drawn: Drawn, index: int = 0) -> Array:
    values, *_ = drawn.of_kind(StepPatch)[index].get_data()
    return np.asarray(values)


def titles(*images: Array, white: float | None = 255.0) -> list[str]:
    view = comparison(*images, white=white, histogram=True).view()
    return [line for drawn in histograms(view) for line in lines_above(drawn)]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.int64])
def test_shares_are_those_of_numpys_histogram(dtype: type[np.generic]) -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (90, 70)).astype(dtype)
    wanted = np.histogram(pixels, bins=BINS, range=(0, 256))[0] / pixels.size
    np.testing.assert_allclose(Histogram.of(pixels).counts.shares(0.0, 256.0), [wanted])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shares_of_floats_are_nearly_those_of_numpys_histogram(dtype: type[np.generic]) -> None:
    pixels = np.random.default_rng(2).uniform(-7, 300, (90, 70)).astype(dtype)
    wanted = np.histogram(pixels, bins=BINS, range=(-10, 310))[0] / pixels.size
    found = Histogram.of(pixels).counts.shares(-10.0, 310.0)
    np.testing.assert_allclose(found, [wanted], atol=0.002)


def test_each_channel_is_counted_by_itself() -> None:
    image = np.zeros((10, 10, 3), np.uint8)
    image[..., 1], image[..., 2] = 128, 255
    figure = comparison(image, histogram=True).view()
    (axes,) = histograms(figure)
    together, *channels = (np.nan_to_num(shares(axes, index)) for index in range(4))
    assert [int(np.argmax(channel)) for channel in channels] == [0, 32, 63]
    assert all(channel.max() == 1 for channel in channels)
    assert together[[0, 32, 63]] == pytest.approx(1 / 3)


def test_what_alpha_hides_does_not_count() -> None:
    image = np.full((4, 4, 4), 200, np.uint8)
    image[:2] = 0
    assert titles(image) == ["mean 200 ± 0, no zeros"]


def test_titles_name_mean_spread_and_zeros() -> None:
    one = np.array([[0, 0, 0, 100]], np.uint8)
    assert (
        titles(one, one.astype(np.float32), one.astype(np.int64))
        == ["mean 25.0 ± 43.3, 75 % zeros"] * 3
    )
    assert titles(np.array([[-1.5, 2.5]]), white=None) == ["mean 0.50 ± 2.00, no zeros"]


def test_nan_and_infinity_do_not_count() -> None:
    image = np.array([[1.0, 3.0, np.nan, np.inf]])
    assert titles(image, white=None) == ["mean 2.00 ± 1.00, no zeros"]
    assert titles(np.full((2, 2), np.nan), white=None) == ["no finite value"]


def test_axes_are_shared() -> None:
    figure = chained(noise(60, 80), Window.of(2), 2, histogram=True).view()
    axes = histograms(figure)
    assert len(axes) == 3
    assert {(one.columns, one.rows) for one in axes} == {((0.0, 255.0), axes[0].rows)}


def test_a_matrix_is_counted_over_the_range_of_all_panels() -> None:
    figure = comparison(np.array([[-5, 0]]), np.array([[7, 9]]), white=None, histogram=True).view()
    assert [axes.columns for axes in histograms(figure)] == [(-5.0, 9.0)] * 2
    assert shares(histograms(figure)[0])[0] == 0.5
    assert shares(histograms(figure)[1])[-1] == 0.5


def test_values_beyond_white_are_in_the_last_bin() -> None:
    edges = np.array([[10.0, 20.0, 300.0, 2000.0]], np.float32)
    (axes,) = histograms(comparison(edges, histogram=True).view())
    assert shares(axes)[-1] == 0.5


def test_a_bar_of_zeros_is_cut_with_a_note_and_does_not_flatten_the_rest() -> None:
    image = np.zeros((10, 20), np.uint8)
    image[0] = np.arange(20) * 10 + 20
    (axes,) = histograms(comparison(image, histogram=True).view())
    assert shares(axes)[0] == 0.9
    assert axes.rows[0] < 0.02
    assert "↑ 90 %" in [text.get_text() for text in axes.texts]


@pytest.mark.parametrize("pixels", [np.zeros((3, 3)), np.full((3, 3), np.nan), np.eye(3) * 1e308])
def test_no_values_are_too_odd_to_count(pixels: Array) -> None:
    for white in (255.0, None):
        check_text(comparison(pixels, white=white, histogram=True).view())


def test_counting_in_bands_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(4).normal(size=(1000, 3))
    whole = Counts.of(values).counts
    monkeypatch.setattr(counts, "BAND_VALUES", 100)
    np.testing.assert_array_equal(Counts.of(values).counts, whole)


def test_the_ceiling_is_that_of_the_highest_usual_bar() -> None:
    flat, peaked = Histogram.of(noise(100, 100)), Histogram.of(np.full((5, 5), 99, np.uint8))
    assert common_ceiling([flat, peaked], 0.0, 255.0) == 1.0
    assert common_ceiling([flat], 0.0, 255.0) < 0.03


@pytest.mark.parametrize(
    ("mean", "deviation", "written"),
    [
        (118.66, 52.31, "118.7 ± 52.3"),
        (-0.12345, 0.0456, "−0.1235 ± 0.0456"),
        (28644.2, 6695.4, "28644 ± 6695"),
        (5.0, 0.0, "5 ± 0"),
        (1e30, 3e29, "1e30 ± 3e29"),
    ],
)
def test_mean_and_spread_have_the_same_decimals(
    mean: float, deviation: float, written: str
) -> None:
    assert mean_and_spread(mean, deviation) == written


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.75432, "75.4 %"),
        (0.0123, "1.23 %"),
        (0.0099, "1 %"),
        (0.000263, "0.03 %"),
        (0.0001, "0.01 %"),
        (0.0000999, "under 0.01 %"),
        (0.00001, "under 0.01 %"),
    ],
)
def test_a_share_is_written_in_percent(share: float, written: str) -> None:
    assert percent(share) == written


def test_a_value_has_the_same_bar_in_every_panel() -> None:
    whole = np.array([[0, 4, 8]])
    figure = comparison(
        whole, np.array([[1.25, 4.0, 5.5]]), whole * 0.5, white=None, histogram=True
    ).view()
    first, second, third = histograms(figure)
    bar = BINS * 4 // 8
    assert [shares(axes)[bar] > 0 for axes in (first, second, third)] == [True] * 3
    assert not any(shares(axes)[bar - 1] for axes in (first, second, third))


def test_whole_numbers_of_a_large_float_image_are_counted_one_by_one() -> None:
    edges = np.random.default_rng(5).integers(0, 765, (300, 300))
    for scale in (1, 2):
        as_floats = Counts.of((edges * scale).astype(np.float32).reshape(-1, 1))
        as_integers = Counts.of((edges * scale).reshape(-1, 1))
        np.testing.assert_array_equal(as_floats.shares(0, 255), as_integers.shares(0, 255))
    assert not Counts.of(edges.reshape(-1, 1) / 3).exact


def test_the_line_of_a_channel_begins_and_ends_on_the_axis() -> None:
    figure = comparison(noise(3, 5, 3), histogram=True).view()
    (axes,) = histograms(figure)
    lines = axes.of_kind(StepPatch)[1:]
    assert len(lines) == 3
    for line in lines:
        *_, baseline = line.get_data()
        assert baseline == 0
    check_text(figure)


def test_the_note_of_a_cut_bar_stands_above_all_others() -> None:
    image = np.zeros((10, 20), np.uint8)
    image[0] = np.arange(20) * 10 + 20
    figure = comparison(image, histogram=True).view()
    (axes,) = histograms(figure)
    mark = next(text for text in axes.texts if "90 %" in text.get_text())
    highest = max(shares(axes)[1:])
    assert mark.get_window_extent().y0 > axes.area.to_dots(0, highest)[1]


@pytest.mark.parametrize("shape", [(40, 60, 3), (40, 60), (500, 20, 3), (1, 500)])
def test_axes_and_lines_are_named(shape: tuple[int, ...]) -> None:
    figure = comparison(noise(*shape), histogram=True).view()
    names = {text.get_text(): text for text in figure.figure.texts}
    assert "value" in names
    assert names.keys() & {"share of pixels", "share"}
    colours = {"red": "#d1242f", "green": "#1a7f37", "blue": "#0969da"}
    assert {name: names[name].get_color() for name in colours if name in names} == (
        colours if len(shape) == 3 else {}
    )
    assert ("all" in names) == (len(shape) == 3)
    check_text(figure)


@pytest.mark.parametrize(
    "dtype", ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
)
@pytest.mark.parametrize("narrow", [False, True])
def test_integers_at_the_ends_of_their_range_are_counted(dtype: str, narrow: bool) -> None:
    ends = (False, True) if dtype == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    first = ends[1] - 1 if narrow and dtype != "bool" else ends[0]
    pixels = np.array([[first, ends[1], ends[1], ends[1]]], dtype)
    histogram = Histogram.of(pixels)
    assert histogram.counts.counts.sum() == 4
    assert sorted(histogram.counts.counts[histogram.counts.counts > 0]) == [1, 3]
    low, high = float(ends[0]), float(ends[1])
    shares_ = histogram.counts.shares(low, high)
    assert shares_.sum() == pytest.approx(1)
    assert comparison(pixels, pixels, white=None, histogram=True).render()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble"])
def test_floats_at_the_ends_of_their_range_are_counted(dtype: str) -> None:
    info = np.finfo(dtype)
    values = [info.max, -info.max, info.smallest_subnormal, 0, np.nan, np.inf, -np.inf, -0.0]
    pixels = np.array([values], dtype)
    # What float64 does not hold is infinite in a histogram.
    finite = 3 if info.max > np.finfo(np.float64).max else 5
    assert Histogram.of(pixels).counts.counts.sum() == finite
    many = np.tile(pixels, (300, 300))
    assert Histogram.of(many).counts.counts.sum() == finite * 90000


@pytest.mark.parametrize(
    ("values", "title"),
    [
        ([1.7e308] * 4, "mean 1.7e308 ± 0, no zeros"),
        ([1.5e308, -1.5e308], "mean 0 ± 1.5e308, no zeros"),
        ([1e200, 3e200], "mean 2e200 ± 1e200, no zeros"),
        ([1e-200, 3e-200], "mean 2e−200 ± 1e−200, no zeros"),
    ],
)
def test_mean_and_deviation_of_extreme_values_stay_in_range(values: Any, title: str) -> None:
    assert Histogram.of(np.array([values])).title == title
