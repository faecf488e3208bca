"""Generate the tables and pictures of the documents, and read documents for the tests.

Run as a program it writes the README's table of options, the tables of docs/formats.md, and all
pictures; with the argument `gallery` only the pictures of docs/gallery.md.
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
import numpy as np

from helpers.core import NAMES
from helpers.formats import cases
from poolcli.cli import group
from poolcli.cli.grouping import GroupedOption
from poolcli.formats import OUTPUTS, Output, output_of

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
FORMATS = ROOT / "docs" / "formats.md"
GALLERY = ROOT / "docs" / "gallery.md"
SEMANTICS = ROOT / "docs" / "semantics.md"
PICTURES = ROOT / "docs" / "pictures"
DOCUMENTS = (README, GALLERY, SEMANTICS)  # their commands are run
NETWORK = "# needs a network"
OPTIONS = re.compile(r"(?<=<!-- options -->\n).*(?=<!-- /options -->)", re.DOTALL)
RESULTS = re.compile(r"(?<=<!-- results -->\n).*(?=<!-- /results -->)", re.DOTALL)
INPUTS = re.compile(r"(?<=<!-- inputs -->\n).*(?=<!-- /inputs -->)", re.DOTALL)


class Command(NamedTuple):
    """A command line in a document, and the output below it."""

    line: str
    output: str


def commands(document: Path = README) -> list[Command]:
    """Return the command lines of a document."""
    found = []
    for block in re.findall(
        r"^```console\n(.*?)^```", document.read_text(), re.DOTALL | re.MULTILINE
    ):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, output = part.partition("\n")
            found.append(Command(line, output))
    return found


def run(command: Command, folder: Path) -> str:
    """Run a command line of a document in a folder; return its output and errors together."""
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


def pictures(document: Path = README) -> list[str]:
    """Return the names of the pictures in a document."""
    return re.findall(r"\]\((?:docs/)?pictures/(.*?)\)", document.read_text())


def options_table() -> str:
    """Return the table of all options of all commands, in groups, pooling commands first."""
    groups: dict[str, dict[str, str]] = {}
    for command in group.commands.values():
        for parameter in command.params:
            if not isinstance(parameter, GroupedOption):
                continue
            record = parameter.get_help_record(click.Context(command))
            assert record is not None
            spelling, meaning = (" ".join(part.split()).replace("|", "\\|") for part in record)
            meaning += _owners(parameter.name)
            groups.setdefault(parameter.heading, {}).setdefault(spelling, meaning)
    lines = ["| option | meaning |", "|---|---|"]
    for heading, rows in groups.items():
        lines.append(f"| **{heading}** | |")
        lines += [f"| `{spelling}` | {meaning} |" for spelling, meaning in rows.items()]
    return "\n".join(lines) + "\n"


def _owners(option: str | None) -> str:
    """Return a sentence with the commands that have an option, empty if all have it."""
    owners = [
        name
        for name, command in group.commands.items()
        if option in {parameter.name for parameter in command.params}
    ]
    if len(owners) == len(group.commands):
        return ""
    others = [name for name in owners if name not in NAMES]
    pools = set(NAMES) <= set(owners)
    named = ["the pooling commands", *others] if pools else owners
    return f" Only for {', '.join(named)}."


def inputs_table() -> str:
    """Return the table of all kinds of files, made from the cases that the tests read."""
    lines = ["| input | read as | message |", "|---|---|---|"]
    for case in cases():
        if case.pixels is None:
            lines.append(f"| {case.name} | refused | `{case.refusal}` |")
            continue
        channels = case.pixels.shape[2] if case.pixels.ndim == 3 else 1
        gray = "matrix" if case.suffix in ("npy", "npz", "csv", "txt") else "gray"
        kinds = {1: gray, 2: "gray with alpha", 3: "RGB", 4: "RGBA"}
        dtype = case.pixels.dtype.newbyteorder("=")
        said = f"`{case.warning}`" if case.warning else ""
        kind = kinds.get(channels, f"{channels} channels")
        lines.append(f"| {case.name} | {dtype} {kind} | {said} |")
    return "\n".join(lines) + "\n"


def results_table() -> str:
    """Return the table of the formats of results, made from their records."""
    lines = [
        "| output | holds | alpha | colour profile | pixels per inch |",
        "|---|---|---|---|---|",
    ]
    for name in OUTPUTS:
        output = output_of(name)
        title = f"{name} ({output.settings})" if output.settings else name
        cells = [title, _pixels(output), _alpha(output), _profile(output), _resolution(output)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _pixels(output: Output) -> str:
    if output.types is None:
        if output.channels is None:
            return "the unrounded state, any type"
        return "the unrounded state of one channel"
    bits = [str(8 * np.dtype(name).itemsize) for name in output.types if name.startswith("uint")]
    others = [name for name in output.types if not name.startswith("uint")]
    return ", ".join(
        part for part in (f"{' and '.join(bits)} bits", *others, output.remark) if part
    )


def _alpha(output: Output) -> str:
    if output.channels is None:
        return "as a channel"
    if output.types is None:
        return "no"
    return "yes" if output.alpha else "refused"


def _profile(output: Output) -> str:
    words = {
        "all": "kept",
        "colour": "kept with colour; that of gray is left out (a warning)",
        "none": "no",
    }
    return words[output.profile] + _exception(output)


def _resolution(output: Output) -> str:
    if output.resolution is None:
        return "no"
    unit = output.resolution_unit
    return f"yes{f', as whole pixels per {unit}' if unit else ''}{_exception(output)}"


def _exception(output: Output) -> str:
    bits = " and ".join(str(8 * np.dtype(name).itemsize) for name in output.bare_types)
    return f", but not with {bits}-bit colour (a warning)" if bits else ""


def draw(document: Path) -> None:
    """Draw the pictures of a document again by its commands."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copytree(ROOT / "samples", folder / "samples")
        for command in commands(document):
            if NETWORK not in command.line:
                print(f"$ {command.line}\n{run(command, folder)}", end="")
        for name in pictures(document):
            shutil.copyfile(folder / "pooled" / name, PICTURES / name)


def main() -> None:
    """Generate all tables and pictures, only the tables, or only the pictures of the gallery."""
    if sys.argv[1:] == ["gallery"]:
        draw(GALLERY)
        return
    README.write_text(OPTIONS.sub(lambda _: options_table(), README.read_text()))
    text = INPUTS.sub(lambda _: inputs_table(), FORMATS.read_text())
    FORMATS.write_text(RESULTS.sub(lambda _: results_table(), text))
    if sys.argv[1:] == ["tables"]:
        return
    for document in DOCUMENTS:
        draw(document)


if __name__ == "__main__":
    main()
