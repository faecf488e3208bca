"""Rebuilds what the documents take from the program, and helps the tests to check it.

Run as a program it writes the README's table of options, its pictures, and docs/formats.md.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import click
from formats import cases

from poolcli.cli import group
from poolcli.cli.options import GroupedOption

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
FORMATS = ROOT / "docs" / "formats.md"
PICTURES = ROOT / "docs" / "pictures"
NETWORK = "# needs a network"
OPTIONS = re.compile(r"(?<=<!-- options -->\n).*(?=<!-- /options -->)", re.DOTALL)


class Command(NamedTuple):
    """A command line that the README shows, and what it shows below it."""

    line: str
    output: str


def commands() -> list[Command]:
    """List the command lines of the README."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, output = part.partition("\n")
            found.append(Command(line, output))
    return found


def run(command: Command, folder: Path) -> str:
    """Run a command line of the README in a folder; give what it printed, in any order."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command.line],
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    return ended.stdout


def pictures() -> list[str]:
    """List the pictures that the README shows."""
    return re.findall(r"\]\(docs/pictures/(.*?)\)", README.read_text())


def options_table() -> str:
    """Write every option of the pooling commands as a table in groups."""
    lines = ["| option | meaning |", "|---|---|"]
    heading = ""
    for name, command in (("", "max"), ("avg", "avg"), ("lp", "lp")):
        shared = {parameter.name for parameter in group.commands["max"].params}
        for parameter in group.commands[command].params:
            if not isinstance(parameter, GroupedOption) or (name and parameter.name in shared):
                continue
            if parameter.heading != heading:
                heading = parameter.heading
                lines.append(f"| **{heading}** | |")
            record = parameter.get_help_record(click.Context(group.commands[command]))
            assert record is not None
            only = f" Only for {name}." if name else ""
            spelling, meaning = (" ".join(part.split()).replace("|", "\\|") for part in record)
            lines.append(f"| `{spelling}` | {meaning}{only} |")
    return "\n".join(lines) + "\n"


def formats_document() -> str:
    """Write the table of every kind of file, from the cases that the tests read."""
    lines = [
        "# What goes in, and what comes out",
        "",
        "Every row is a file that the tests make and read; this page is made from them by `make docs`.",
        "",
        "What a file is, its content decides, not its name. Pixels are read upright, in RGB order and as stored.",
        "",
        "| input | read as | said |",
        "|---|---|---|",
    ]
    for case in cases():
        if case.pixels is None:
            lines.append(f"| {case.name} | refused | `{case.refusal}` |")
            continue
        channels = case.pixels.shape[2] if case.pixels.ndim == 3 else 1
        kinds = {1: "gray", 2: "gray with alpha", 3: "RGB", 4: "RGBA" if case.alpha else "4 channels"}
        matrix = case.suffix in ("npy", "csv", "txt")
        kind = "matrix" if matrix and channels == 1 else kinds.get(channels, f"{channels} channels")
        said = f"`{case.warning}`" if case.warning else ""
        lines.append(f"| {case.name} | {case.pixels.dtype.newbyteorder('=')} {kind} | {said} |")
    return "\n".join(lines) + "\n" + OUTPUTS


OUTPUTS = """
An avif or jp2 of other than 8 or 16 bits a channel is refused: it would be read with fewer.

| output | holds | alpha | colour profile | pixels an inch |
|---|---|---|---|---|
| png | 8 and 16 bits | yes | kept | kept |
| tif | 8 and 16 bits, int32, float32 | yes | kept, but not with 16-bit colour (a warning) | kept, but not with 16-bit colour |
| jpg (quality 95, 4:4:4) | 8 bits | refused | kept | kept |
| webp (lossless) | 8 bits, gray as RGB | yes | kept | no |
| npy | the unrounded state, any type | as a channel | no | no |
| csv | the unrounded state of one channel | no | no | no |

- Gray and filters change the colour space, so the profile goes. EXIF and all other metadata are left out.
- 16-bit gray with alpha is written as 16-bit RGBA with three equal channels: no encoder at hand writes it otherwise.
- A matrix written as png, tif, jpg or webp becomes 8 bits, or 16 if it is uint16; what lies outside is clipped, with a warning.
- NaN goes to npy and csv only.
"""


def main() -> None:
    """Rebuild everything."""
    README.write_text(OPTIONS.sub(lambda _: options_table(), README.read_text()))
    FORMATS.write_text(formats_document())
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copytree(ROOT / "samples", folder / "samples")
        for command in commands():
            if NETWORK not in command.line:
                print(f"$ {command.line}\n{run(command, folder)}", end="")
        for name in pictures():
            shutil.copyfile(folder / "pooled" / name, PICTURES / name)


if __name__ == "__main__":
    main()
