"""The harness of the benchmarks: what it checks, counts and writes. No time is judged here."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in the package

from benchmarks.__main__ import main
from benchmarks.batches import Load
from benchmarks.core import DisagreementError, Result, compare, measure
from benchmarks.core_goals import EXACT, core_goals
from benchmarks.core_tables import tables
from benchmarks.image_peers import PEERS, Blur, Morphology, installed_peers
from benchmarks.peers import Peer
from benchmarks.pictures import mixed_photos, photo, picture
from benchmarks.programs import floor, launch, python
from benchmarks.report import Goal, Section, Table, duration, render, seconds
from benchmarks.rows import DTYPES, WINDOWS, Cell, core_cells, other_cells, shape_of
from benchmarks.scale import SCALES
from benchmarks.timing import Rounds, Times, geometric_mean, interleave, repeated, stopwatch
from poolcli.executors import count_cores

Array = NDArray[Any]

TINY = SCALES["tiny"]
NOT_FOR_TESTS = {"torch", "scikit-image"}


class Wrong(Peer):
    """A peer that is off by one, or gives another shape."""

    name = "wrong"
    modules = ("numpy",)

    def __init__(self, change: Callable[[Array], Array]) -> None:
        self.change = change
        self.runs = 0

    def takes(self, cell: Cell) -> str | None:
        return cell.dtype

    def bind(self, cell: Cell, image: Array) -> Callable[[], Array]:
        self.runs += 1
        return lambda: self.change(cell.pool(image))


def result(cell: Cell, ours: float, **peers: float) -> Result:
    names = {"opencv": "OpenCV", "box": "OpenCV boxFilter", "area": "OpenCV INTER_AREA"}
    times = {names.get(name, name): Times((spent,)) for name, spent in peers.items()}
    return Result(cell, Times((ours,)), times)


def test_every_installed_peer_computes_what_poolcli_does_in_every_row() -> None:
    peers = installed_peers()
    assert {peer.name for peer in peers} >= {peer.name for peer in PEERS} - NOT_FOR_TESTS
    cells = [cell for cell in core_cells(SCALES["full"]) if cell.kernel <= 7]
    for cell in [*cells, *other_cells()]:
        for peer in peers:
            dtype = peer.takes(cell)
            if dtype:
                image = picture((45, 64), cell.channels, cell.dtype)
                found = peer.unpack(peer.bind(cell, image.astype(dtype))())
                compare(cell, cell.pool(image), found, image.shape, rounds=peer.rounds)


@pytest.mark.parametrize(
    "change", [lambda pooled: pooled + 1, lambda pooled: pooled[1:], lambda pooled: -pooled]
)
def test_a_peer_that_computes_something_else_is_refused_before_it_is_timed(
    change: Callable[[Array], Array],
) -> None:
    wrong = Wrong(change)
    with pytest.raises(DisagreementError, match=r"max 2/2 gray float32: (values|shapes) differ"):
        measure([Cell("max", 2, 2, dtype="float32")], (40, 60), TINY, [wrong])
    assert wrong.runs == 1


def test_an_average_may_be_off_by_float_rounding_and_a_rounded_one_by_less_than_one() -> None:
    cell, shape = Cell("avg", 2, 2), (4, 4)
    ours = np.full((2, 2), 100, np.float32)
    near = ours.astype(np.float64) * (1 + 3 * 2.0**-24)
    compare(cell, ours, near, shape, rounds=False)
    with pytest.raises(DisagreementError):
        compare(cell, ours, ours.astype(np.float64) * (1 + 5 * 2.0**-24), shape, rounds=False)
    with pytest.raises(DisagreementError):
        compare(Cell("max", 2, 2), ours, near, shape, rounds=False)
    compare(cell, ours, ours + 0.75, shape, rounds=True)
    for wrong in (ours + 1, ours * np.nan):
        with pytest.raises(DisagreementError):
            compare(cell, ours, wrong, shape, rounds=True)


def test_contenders_run_in_turns_at_least_so_often_and_then_while_there_is_time() -> None:
    order: list[str] = []

    def clock(name: str) -> float:
        order.append(name)
        return {"slow": 2.0, "fast": 0.4}[name]

    times = interleave({"a": "slow", "b": "fast"}, Rounds(2, 5, 1.0), clock)
    assert order == ["slow", "fast", "slow", "fast", "fast"]
    assert times == {"a": Times((2.0, 2.0)), "b": Times((0.4, 0.4, 0.4))}


def test_medians_spread_and_geometric_means() -> None:
    times = Times((4.0, 1.0, 2.0))
    assert (times.median, times.spread) == (2.0, 0.75)
    assert geometric_mean([0.5, 2.0]) == pytest.approx(1.0)
    assert geometric_mean([1.0, 1.0, 8.0]) == pytest.approx(2.0)
    calls: list[int] = []
    assert stopwatch(lambda: calls.append(1)) > 0
    assert repeated(3)(lambda: calls.append(1)) > 0
    assert len(calls) == 4


def test_ratios_are_to_the_fastest_peer_and_rounding_peers_do_not_count() -> None:
    cell = Cell("avg", 2, 2)
    found = result(cell, 3.0, area=2.0, box=4.0, **{"blur, rounded": 1.0})
    assert found.fastest(EXACT) == "OpenCV INTER_AREA"
    assert found.ratio(EXACT) == 1.5
    assert found.ratio(["OpenCV boxFilter"]) == 0.75
    assert found.ratio(["torch"]) is None


def test_goals_take_the_worst_cell_and_the_geometric_mean_of_their_group() -> None:
    goals = core_goals(
        [
            result(Cell("max", 2, 2), 1.0, opencv=4.0, torch=8.0),
            result(Cell("min", 3, 2), 2.0, opencv=1.0),
            result(Cell("max", 31, 1), 9.0, opencv=10.0, torch=1.0),
            result(Cell("avg", 2, 2, dtype="float32"), 3.0, area=1.0, torch=4.0),
            result(Cell("avg", 63, 2), 3.0, box=1.0),
        ]
    )
    values = {goal.what: (goal.value, goal.limit, goal.reached) for goal in goals}
    assert values == {
        "max and min, stride > 1, to the fastest peer: worst": (2.0, 1.0, False),
        "max and min, stride > 1, to the fastest peer: geometric mean": (
            pytest.approx(math.sqrt(0.5)),
            0.6,
            False,
        ),
        "max and min, stride 1, k ≤ 31, to OpenCV: worst": (0.9, 1.8, True),
        "avg, k = s, float32, to INTER_AREA: worst": (3.0, 2.3, False),
        "avg, stride > 1, k ≤ 7, float32, to the fastest but INTER_AREA: worst": (0.75, 1.0, True),
        "avg, k > 7, to boxFilter: worst": (3.0, 3.5, True),
    }
    assert goals[0].where == "min 3/2 gray uint8; ahead in 1 of 2"


def test_every_core_cell_of_the_issue_is_a_row_and_is_judged() -> None:
    cells = core_cells(SCALES["full"])
    assert len(set(cells)) == len(cells)
    expected = {
        f"{operation} {kernel}/{stride} {layout} {dtype}"
        for operation in ("max", "avg")
        for kernel, stride in WINDOWS
        for layout in ("gray", "RGB", "RGBA")
        for dtype in DTYPES
    }
    assert len(expected) == 180
    assert {str(cell) for cell in cells if cell.operation != "min"} == expected
    names = {"opencv": 1.0, "box": 1.0, "area": 1.0, "torch": 1.0}
    assert all(core_goals([result(cell, 1.0, **names)]) for cell in cells)


def test_a_slow_peer_is_estimated_and_not_run() -> None:
    impatient = replace(TINY, limit=0.0)
    [found] = measure([Cell("max", 2, 2)], (400, 600), impatient, [Morphology()])
    assert found.peers["OpenCV"].estimated
    assert duration(found.peers["OpenCV"]).startswith("≈ ")
    assert not found.ours.estimated


def test_peers_that_want_other_pixels_are_timed_once_for_all_types() -> None:
    cells = [Cell("avg", 3, 1, dtype=dtype) for dtype in DTYPES]
    results = measure(cells, (40, 60), TINY)
    assert [found.cell for found in results] == cells
    assert results[0].peers["onnxruntime"] is results[2].peers["onnxruntime"]
    assert results[0].peers["OpenCV boxFilter"] is not results[1].peers["OpenCV boxFilter"]
    assert Blur.name in results[0].peers
    assert Blur.name not in results[2].peers


def test_a_table_has_a_row_for_each_cell_and_rounding_peers_on_the_right() -> None:
    [table] = tables(
        [
            result(Cell("avg", 3, 1), 0.5, box=0.25),
            result(Cell("avg", 2, 2), 0.002, area=0.001, **{"blur, rounded": 0.0001}),
        ]
    )
    assert table.header == [
        *("avg", "poolcli", "OpenCV boxFilter", "OpenCV INTER_AREA"),
        *("ratio", "fastest peer", "blur, rounded"),
    ]
    assert table.rows == [
        [
            "2/2 gray uint8",
            "2.00 ms ±0%",
            "–",
            "1.00 ms ±0%",
            "2.00",
            "OpenCV INTER_AREA",
            "100 µs ±0%",
        ],
        ["3/1 gray uint8", "500 ms ±0%", "250 ms ±0%", "–", "2.00", "OpenCV boxFilter", "–"],
    ]
    assert table.notes[-1] == "Geometric means of the ratio: 2/2: 2.00, 3/1: 2.00."


def test_the_page_has_goals_first_and_says_what_was_missed() -> None:
    table = Table("T", ["a", "b"], [["1", "2"]], ["A note."])
    goals = [
        Goal(2, "two", 1.0, 1.5, wish=0.5, where="here"),
        Goal(1, "one", 1.4, 1.5, at_least=True),
    ]
    page = render(["About."], [Section("S", [table], goals)])
    assert page == (
        "# Results\n\nAbout.\n\n## Goals\n\n1 of 2 reached.\n\n"
        "| goal | what | measured | limit | wish | row |  |\n|---|---|---|---|---|---|---|\n"
        "| 1 | one | 1.40 | ≥ 1.5 |  |  | **missed** |\n"
        "| 2 | two | 1.00 | ≤ 1.5 | ≤ 0.5 | here | reached |\n\n"
        "## S\n\n### T\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nA note.\n"
    )


@pytest.mark.parametrize(
    ("value", "text"), [(12.34, "12.3 s"), (0.00234, "2.34 ms"), (0.000_123, "123 µs")]
)
def test_times_are_written_in_the_unit_that_suits_them(value: float, text: str) -> None:
    assert seconds(value) == text


def test_pictures_have_the_asked_shape_and_like_values_in_every_type() -> None:
    shape = shape_of(2_500_000)
    assert shape == (1290, 1937)
    small, deep, real = (picture((50, 70), 3, dtype) for dtype in DTYPES)
    assert small.shape == deep.shape == real.shape == (50, 70, 3)
    np.testing.assert_array_equal(small, deep >> 8)
    np.testing.assert_allclose(real, deep / 65535, rtol=1e-6)
    assert picture(shape, 4, "uint8").shape == (*shape, 4)
    assert picture((50, 70), 1, "uint8").shape == (50, 70)


def test_photos_are_made_once_in_three_formats(tmp_path: Path) -> None:
    photos = mixed_photos(tmp_path, 5, 6000)
    assert [path.suffix for path in photos] == [".jpg", ".jpg", ".png", ".jpg", ".webp"]
    with pillow.open(photos[-1]) as picture_:
        assert picture_.size == (95, 63)
    before = photos[-1].stat().st_mtime_ns
    assert photo(tmp_path, 6000, "webp").stat().st_mtime_ns == before


def test_a_program_is_timed_and_weighed_and_must_succeed(tmp_path: Path) -> None:
    idle, heavy = (launch(python("-c", f"print(len(bytearray({size})))")) for size in (1, 10**8))
    assert idle.seconds > 0
    assert 0.95e8 < heavy.peak - idle.peak < 1.2e8
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        launch(python("-c", "1 / 0"))
    source = photo(tmp_path, 6000, "png")
    for decoder in ("pillow", "opencv"):
        launch(floor(tmp_path, source, decoder=decoder))
        with pillow.open(source) as whole, pillow.open(tmp_path / "photo-6000_1.png") as halved:
            np.testing.assert_array_equal(
                np.asarray(halved), np.asarray(whole)[:62:2, :94:2], err_msg=decoder
            )


def test_arrays_that_coexist_are_a_stage_and_its_result() -> None:
    shape = (100, 100)
    assert Load(Cell("max", 2, 2), 3).arrays(shape) == 3 * (10_000 + 2_500)
    assert Load(Cell("avg", 2, 2), 3).arrays(shape) == 3 * (10_000 + 4 * 2_500)
    assert Load(Cell("avg", 1, 1), 2).arrays(shape) == 3 * (4 + 4) * 10_000


def test_a_tiny_run_prints_and_writes_its_page(tmp_path: Path) -> None:
    parts = ("core", "copies", "borders", "threads", "memory", "small", "curves")
    chosen = [word for part in parts for word in ("--only", part)]
    places = ["--cache", str(tmp_path / "cache"), "--write", str(tmp_path)]
    ended = CliRunner().invoke(main, ["--scale", "tiny", *chosen, *places], catch_exceptions=False)
    assert ended.exit_code == 0
    page = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert page.startswith("# Results\n")
    assert re.search(r"^\d+ of \d+ reached\.$", page, re.MULTILINE)
    assert "| 3/1 RGB uint8 |" in page
    assert str(tmp_path) not in page
    with pillow.open(tmp_path / "curves.png") as curves:
        assert curves.size == (1100, 800)


def test_rows_can_be_chosen_by_the_words_of_their_names(tmp_path: Path) -> None:
    chosen = ["--scale", "tiny", "--only", "core", "--rows", "max 2/2 RGB"]
    places = ["--cache", str(tmp_path)]
    ended = CliRunner().invoke(main, [*chosen, *places], catch_exceptions=False)
    rows = re.findall(r"^\| (\d/\d .*?) \|", ended.stdout, re.MULTILINE)
    assert rows == ["2/2 RGB uint8", "2/2 RGB float32"]


def test_whole_commands_are_measured(tmp_path: Path) -> None:
    chosen = ["--scale", "tiny", "--only", "startup", "--only", "batch"]
    places = ["--cache", str(tmp_path)]
    ended = CliRunner().invoke(main, [*chosen, *places], catch_exceptions=False)
    assert "| --help |" in ended.stdout
    assert "plain floor, one process" in ended.stdout or count_cores() == 1
