"""Goals 2 to 4: the whole command, its figure and its start-up, against equivalent scripts."""

from __future__ import annotations

import io
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image as pillow  # noqa: N813 - as in the package

from benchmarks.aspects import largest
from benchmarks.core import OURS, show
from benchmarks.pictures import CAT, MATRIX, mixed_photos, photo
from benchmarks.programs import (
    floor,
    poolcli_program,
    pooling,
    python,
    pyvips_shrink,
    scikit_image,
    stopwatch,
    vips_shrink,
)
from benchmarks.report import Goal, Section, Table, duration, megabytes, ratio, seconds
from benchmarks.scale import Scale
from benchmarks.timing import Key, Times, interleave

FLOOR, FLOOR_OPENCV = "plain floor", "floor, OpenCV decodes"
SKIMAGE, VIPS, PYVIPS = "scikit-image script", "vips shrink", "pyvips shrink"
ONE_CORE = "poolcli -j 1"

# The size of each photo as a multiple of the scale's.
PHOTOS = {"jpg": 1.0, "png": 15 / 16, "webp": 18 / 16}

FIGURE_BATCH = 12

COMMAND_NOTE = (
    "poolcli uses all cores without -j 1; the floor and the scikit-image script use one,"
    " libvips chooses the number. Both `shrink` average, and write one picture instead of three:"
    " vips is the command of the system, if it has one, and pyvips a script with the libvips that"
    " comes with that package. The goals judge poolcli as it is called by default, beside the floor"
    " that decodes with Pillow, as poolcli must."
)

# The bytes of files, and of the same pixels in files that Pillow writes.
Weight = tuple[int, int]

MATPLOTLIB = "from matplotlib.figure import Figure; import matplotlib.backends.backend_agg"


def commands(scale: Scale, work: Path) -> Section:
    """Measure the time of the whole command without figure, and the size of its files."""
    photos = [*_photos(scale, work), CAT]
    results = {path: _time_command(path, scale, work) for path in photos}
    weights = {path: _weigh(path, work) for path in photos}
    charts = {path: _weigh_chart(path, work) for path in (CAT, MATRIX)}
    return Section(
        "The whole command: max -k 2 -n 3 --no-figure",
        [
            _command_table(results),
            _weight_table("Size of the three PNG files", weights),
            _weight_table("Size of the figure", charts),
        ],
        [
            *_command_goals(results),
            _weight_goal("size of PNG files, to Pillow's default: worst", weights, 1.1),
            _weight_goal("size of figures in PNG, to Pillow's default: worst", charts, 1.3),
        ],
    )


def figures(scale: Scale, work: Path) -> Section:
    """Measure the cost of the figure for one image, and for each image of a batch."""
    rows, costs = [], {}
    for path in (CAT, *_photos(scale, work)[:2]):
        folder = _clean(work / "figure")
        programs = {
            "without": pooling(path, folder, "--no-figure"),
            "with": pooling(path, folder),
            "matplotlib": python("-c", MATPLOTLIB),
            "python": python("-c", ""),
        }
        times = _times(f"figure of {_name(path)}", scale, programs)
        costs[_name(path)] = times["with"].median - times["without"].median
        imports = times["matplotlib"].median - times["python"].median
        rows.append(
            [
                _name(path),
                duration(times["without"]),
                duration(times["with"]),
                seconds(costs[_name(path)]),
                seconds(imports),
            ]
        )
    worst, where = largest(costs)
    batch_row, batch_cost = _figure_batch(scale, work)
    goals = [
        Goal(3, "the figure of one image, seconds: worst", worst, 0.6, where=where),
        Goal(3, "the figure in a batch, seconds per image", batch_cost, 0.3, where=batch_row[0]),
    ]
    header = ["image", "without", "with figure", "difference", "importing matplotlib only"]
    return Section("The figure", [Table("Cost of the figure", header, [*rows, batch_row])], goals)


def startup(scale: Scale) -> Section:
    """Compare the start-up of commands that load no image to the import of click."""
    shapes = ("shape", "446,550", "-k", 2, "-n", 3)
    programs = {
        "import click": python("-c", "import click"),
        "--help": poolcli_program("--help"),
        "max --help": poolcli_program("max", "--help"),
        "shape 446,550 -k 2 -n 3": poolcli_program(*shapes),
    }
    times = _times("start-up", scale, programs)
    base = times["import click"].median
    shares = {name: spent.median / base for name, spent in times.items()}
    rows = [[name, duration(spent), ratio(shares[name])] for name, spent in times.items()]
    goals = [
        Goal(4, f"{name}, to python -c 'import click'", share, 1.8)
        for name, share in shares.items()
        if name != "import click"
    ]
    return Section("Start-up", [Table("Start-up", ["command", "time", "ratio"], rows)], goals)


def _photos(scale: Scale, work: Path) -> list[Path]:
    """Create the photos that commands are run on."""
    return [photo(work, int(scale.photo * PHOTOS[suffix]), suffix) for suffix in scale.formats]


def _time_command(path: Path, scale: Scale, work: Path) -> dict[str, Times]:
    folder = _clean(work / "command")
    programs: dict[str, Sequence[str] | None] = {
        OURS: pooling(path, folder, "--no-figure"),
        FLOOR: floor(folder, path),
        ONE_CORE: pooling(path, folder, "--no-figure", "-j", 1),
        FLOOR_OPENCV: floor(folder, path, decoder="opencv"),
        VIPS: vips_shrink(path, folder),
        PYVIPS: pyvips_shrink(path, folder),
        SKIMAGE: scikit_image(path, folder),
    }
    able = {name: program for name, program in programs.items() if program is not None}
    return _times(f"command on {_name(path)}", scale, able)


def _command_table(results: Mapping[Path, Mapping[str, Times]]) -> Table:
    names = list(dict.fromkeys(name for times in results.values() for name in times))
    rows = [
        [
            _name(path),
            *(duration(times[name]) for name in names),
            *(ratio(times[OURS].median / times[name].median) for name in names[1:]),
        ]
        for path, times in results.items()
    ]
    header = ["photo", *names, *(f"to {name}" for name in names[1:])]
    return Table("Time", header, rows, [COMMAND_NOTE])


def _command_goals(results: Mapping[Path, Mapping[str, Times]]) -> list[Goal]:
    photos = [path for path in results if path != CAT]
    jpegs = [path for path in photos if path.suffix == ".jpg"]
    goals = []
    for what, paths, ours, peer, limit, wish in (
        ("photos, to the plain floor: worst", photos, OURS, FLOOR, 1.0, 0.73),
        ("photos in JPEG on one core, to the plain floor", jpegs, ONE_CORE, FLOOR, 0.5, None),
        ("the cat, to the plain floor", [CAT], OURS, FLOOR, 1.1, None),
        ("photos, to a scikit-image script: worst", photos, OURS, SKIMAGE, 1 / 3, None),
        ("photos, to vips shrink: worst", photos, OURS, VIPS, 1.0, None),
        ("photos, to pyvips shrink: worst", photos, OURS, PYVIPS, 1.0, None),
    ):
        shares = {
            _name(path): results[path][ours].median / results[path][peer].median
            for path in paths
            if peer in results.get(path, {})
        }
        if shares:
            worst, where = largest(shares)
            goals.append(Goal(2, what, worst, limit, wish, where))
    return goals


def _weigh(path: Path, work: Path) -> Weight:
    """Return the bytes of the three results of an image."""
    folder = _clean(work / "weight")
    stopwatch(pooling(path, folder, "--no-figure"))
    return _weigh_files(folder)


def _weigh_chart(path: Path, work: Path) -> Weight:
    """Return the bytes of the figure of an image, which is a chart."""
    folder = _clean(work / "chart")
    figure = ("--figure", folder / "chart.png")
    stopwatch(poolcli_program("max", path, "-q", "-o", work / "chart.npy", *figure))
    return _weigh_files(folder)


def _weigh_files(folder: Path) -> Weight:
    """Return the bytes of all PNG files, and of the same pixels written by Pillow."""
    ours = theirs = 0
    for file in sorted(folder.iterdir()):
        ours += file.stat().st_size
        stream = io.BytesIO()
        with pillow.open(file) as made:
            made.load()
            made.info.clear()
            made.save(stream, "PNG")
        theirs += len(stream.getvalue())
    return ours, theirs


def _weight_table(title: str, weights: Mapping[Path, Weight]) -> Table:
    rows = [
        [_name(path), megabytes(ours), megabytes(theirs), ratio(ours / theirs)]
        for path, (ours, theirs) in weights.items()
    ]
    return Table(title, ["image", OURS, "Pillow's default", "ratio"], rows)


def _weight_goal(what: str, weights: Mapping[Path, Weight], limit: float) -> Goal:
    worst, where = largest({_name(path): ours / theirs for path, (ours, theirs) in weights.items()})
    return Goal(2, what, worst, limit, where=where)


def _figure_batch(scale: Scale, work: Path) -> tuple[list[str], float]:
    """Measure the cost of a figure in a batch, on one core so that nothing overlaps it."""
    photos = _clean(work / "figures-of")
    mixed_photos(photos, FIGURE_BATCH, scale.photo // 16)
    folder = _clean(work / "figures")
    programs = {
        "without": pooling(photos, folder, "-j", 1, "--no-figure"),
        "with": pooling(photos, folder, "-j", 1),
    }
    times = _times("figures of a batch", scale, programs)
    cost = (times["with"].median - times["without"].median) / FIGURE_BATCH
    label = f"each of {FIGURE_BATCH} photos up to {scale.photo / 16e6:g} MP, -j 1"
    return [label, *map(duration, times.values()), seconds(cost), ""], cost


def _name(path: Path) -> str:
    if path in (CAT, MATRIX):
        return {CAT: "451×300 cat, jpg", MATRIX: "4×4 matrix"}[path]
    with pillow.open(path) as picture:
        return f"{picture.width * picture.height / 1e6:.1f} MP {path.suffix.removeprefix('.')}"


def _clean(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _times(label: str, scale: Scale, programs: Mapping[Key, Sequence[str]]) -> dict[Key, Times]:
    show(label)
    return interleave(programs, scale.commands, stopwatch)
