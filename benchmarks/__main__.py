"""Run all benchmarks or some, and write their results."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click

from benchmarks import aspects, batches, commands, core_tables, footprint
from benchmarks.core import show
from benchmarks.curves import draw_curves
from benchmarks.machine import about
from benchmarks.pictures import picture
from benchmarks.report import Section, render
from benchmarks.scale import SCALES, Scale
from benchmarks.warming import keep_memory

RESULTS, CURVES = "results.md", "curves.png"

IN_PROCESS: dict[str, Callable[[Scale], Section]] = {
    "copies": aspects.copies,
    "borders": aspects.borders,
    "sizes": aspects.sizes,
    "kernels": aspects.kernels,
    "threads": aspects.threads,
    "memory": footprint.memory,
    "small": footprint.small,
    "others": core_tables.others,
    "startup": commands.startup,
}
WITH_FILES: dict[str, Callable[[Scale, Path], Section]] = {
    "commands": commands.commands,
    "figures": commands.figures,
    "peaks": batches.peaks,
    "batch": batches.batch,
}
PARTS = ("core", *IN_PROCESS, *WITH_FILES, "curves")


@click.command()
@click.option("--scale", type=click.Choice(list(SCALES)), default="full", show_default=True)
@click.option(
    "--only", multiple=True, type=click.Choice(PARTS), help="A part to run; can be repeated."
)
@click.option("--rows", default="", help="Words in the name of a core row: 'max 2/2 RGB'.")
@click.option(
    "--write",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help=f"Folder to write {RESULTS} and {CURVES} to; by default the page is only printed.",
)
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(tempfile.gettempdir()) / "poolcli-benchmarks",
    help="Folder of the photos, which are generated once.  [default: in the temporary folder]",
)
def main(scale: str, only: tuple[str, ...], rows: str, write: Path | None, cache: Path) -> None:
    """Measure poolcli and its peers, and print the tables as Markdown."""
    start = time.perf_counter()
    cache.mkdir(parents=True, exist_ok=True)
    size = SCALES[scale]
    kept = keep_memory(size.kept)
    parts = only or PARTS
    sections = []
    for part in (part for part in PARTS if part in parts):
        show(f"{part} ({time.perf_counter() - start:.0f} s)")
        picture.cache_clear()
        if part == "curves":
            if write:
                (write / CURVES).write_bytes(draw_curves(size))
        elif part == "core":
            sections.append(core_tables.core(size, rows.split()))
        elif part in IN_PROCESS:
            sections.append(IN_PROCESS[part](size))
        else:
            sections.append(WITH_FILES[part](size, cache))
    page = render(about(size, (time.perf_counter() - start) / 60, kept=kept), sections)
    click.echo(page)
    if write:
        if "curves" in parts:
            page += f"\n## Curves\n\n![Time against image size and kernel]({CURVES})\n"
        (write / RESULTS).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
