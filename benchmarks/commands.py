"""Goals 2 to 4: the whole command, its figure and its start-up, against equivalent scripts."""

from __future__ import annotations

import io
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image as pillow  # noqa: N813 - as in the package

from benchmarks.aspects import largest
from benchmarks.core import OURS, show
from benchmarks.pictures import CAT, mixed_photos, photo
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

MATPLOTLIB = "from matplotlib.figure import Figure; import matplotlib.backends.backend_agg"


def commands(scale: Scale, work: Path) -> Section:
    """Measure the time of the whole command without figure, and the size of its files."""
    photos = [*_photos(scale, work), CAT]
    results = {path: _time_command(path, scale, work) for path in photos}
    weights = {path: _weigh(path, work) for path in photos}
    return Section(
        "The whole command: max -k 2 -n 3 --no-figure",
        [_command_table(results), _weight_table(weights)],
        [*_command_goals(results), *_weight_goals(weights)],
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
    def shares(peer: str, *, of_cat: bool) -> dict[str, float]:
        return {
            _name(path): times[OURS].median / times[peer].median
            for path, times in results.items()
            if peer in times and (path == CAT) == of_cat
        }

    goals = []
    for what, peer, of_cat, limit, wish in (
        ("photos, to the plain floor: worst", FLOOR, False, 1.0, 0.73),
        ("the cat, to the plain floor", FLOOR, True, 1.1, None),
        ("photos, to a scikit-image script: worst", SKIMAGE, False, 1 / 3, None),
        ("photos, to vips shrink: worst", VIPS, False, 1.0, None),
        ("photos, to pyvips shrink: worst", PYVIPS, False, 1.0, None),
    ):
        found = shares(peer, of_cat=of_cat)
        if found:
            worst, where = largest(found)
            goals.append(Goal(2, what, worst, limit, wish, where))
    return goals


def _weigh(path: Path, work: Path) -> tuple[int, int]:
    """Return the bytes of poolcli's three files, and of the same pixels written by Pillow."""
    folder = _clean(work / "weight")
    stopwatch(pooling(path, folder, "--no-figure"))
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


def _weight_table(weights: Mapping[Path, tuple[int, int]]) -> Table:
    rows = [
        [_name(path), megabytes(ours), megabytes(theirs), ratio(ours / theirs)]
        for path, (ours, theirs) in weights.items()
    ]
    return Table("Size of the three PNG files", ["photo", OURS, "Pillow's default", "ratio"], rows)


def _weight_goals(weights: Mapping[Path, tuple[int, int]]) -> list[Goal]:
    worst, where = largest({_name(path): ours / theirs for path, (ours, theirs) in weights.items()})
    return [Goal(2, "size of PNG files, to Pillow's default: worst", worst, 1.1, where=where)]


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
    if path == CAT:
        return "451×300 cat, jpg"
    with pillow.open(path) as picture:
        return f"{picture.width * picture.height / 1e6:.1f} MP {path.suffix.removeprefix('.')}"


def _clean(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _times(label: str, scale: Scale, programs: Mapping[Key, Sequence[str]]) -> dict[Key, Times]:
    show(label)
    return interleave(programs, scale.commands, stopwatch)
