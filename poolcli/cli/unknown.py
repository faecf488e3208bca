"""Return messages with a correction for options and commands that do not exist."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

import click

from poolcli.cli.commands import ENTRIES, closest, commands_with, synonyms
from poolcli.operations import owners
from poolcli.quoting import SHELL

# Names of options in other programs.
OPTION_SYNONYMS = {
    "--adaptive": "--to",
    "--ceil-mode": "--ceil",
    "--colormap": "--cmap",
    "--debug": "--verbose",
    "--dilate": "--dilation",
    "--directory": "--outdir",
    "--folder": "--outdir",
    "--global": "--to 1",
    "--grayscale": "--gray",
    "--grey": "--gray",
    "--greyscale": "--gray",
    "--iter": "--iterations",
    "--iters": "--iterations",
    "--kernel-size": "--kernel",
    "--noplot": "--no-figure",
    "--num-workers": "--jobs",
    "--op": "--ops",
    "--operation": "--ops",
    "--out": "--output",
    "--out-dir": "--outdir",
    "--outfile": "--output",
    "--output-dir": "--outdir",
    "--output-file": "--output",
    "--output-size": "--to",
    "--pad": "--padding",
    "--pads": "--padding",
    "--plot": "--figure",
    "--pool-size": "--kernel",
    "--repeat": "--iterations",
    "--silent": "--quiet",
    "--strides": "--stride",
    "--threads": "--jobs",
    "--times": "--iterations",
    "--window": "--kernel",
    "--window-size": "--kernel",
    "--workers": "--jobs",
}

# Options of other programs that poolcli does not need, by the rule that replaces them.
NEEDLESS = {
    "inputs are named without an option": "--file --image --images --in --input --path --src -i",
    "results are replaced without asking": "--force --overwrite --yes -y",
}


def unknown_option(name: str, context: click.Context) -> str:
    """Return the message for an option that a command does not have."""
    known = [option for parameter in context.command.params for option in parameter.opts]
    meant = _option_meant(name, known)
    owners = commands_with(meant)
    if name in ("--version", "-V"):
        return f"{context.info_name} has no {name}; write poolcli --version"
    if owners and meant not in known:
        have = "has" if len(owners) == 1 else "have"
        return f"{context.info_name} has no {meant}; {', '.join(owners)} {have} it"
    remedy = _instead_of_option(meant, known) or f"see {context.command_path} --help"
    return f"there is no option {name}; {remedy}"


def _option_meant(name: str, known: Sequence[str]) -> str:
    """Return the option of poolcli that is called `name` in another program."""
    plain = name.lower().replace("_", "-")
    in_python = {
        f"--{parameter.replace('_', '-')}": known.option
        for parameter, (known, _, _) in owners().items()
    }
    meant = (OPTION_SYNONYMS | in_python).get(plain, plain)
    if meant in ("-o", "--output") and meant not in known and "--figure" in known:
        return "--figure"
    return meant


def _instead_of_option(meant: str, known: Sequence[str]) -> str | None:
    bare = meant.lstrip("-")
    if operation := (bare if bare in ENTRIES else synonyms().get(bare)):
        return f"the operation comes first: poolcli {operation}"
    for rule, options in NEEDLESS.items():
        if meant in options.split():
            return rule
    if meant.split(maxsplit=1)[0] in known:
        return f"write {meant}"
    from difflib import get_close_matches

    long = [option for option in known if option.startswith("--")]
    close = get_close_matches(meant, long, n=2, cutoff=0.7)
    return f"did you mean {' or '.join(close)}?" if close else None


def unknown_command(word: str, rest: Sequence[str]) -> str:
    """Return the message for a first word that is no command."""
    return f"{word!r} is no command; {_instead_of(word, rest)}"


def _instead_of(word: str, rest: Sequence[str]) -> str:
    command = next((each for each in rest if each in ENTRIES), None)
    if word in ("help", "version"):
        about = [command] if command and word == "help" else []
        return f"write {' '.join(['poolcli', *about, f'--{word}'])}"
    is_input = os.path.lexists(word) or re.search(r"/|\.\w+$", word)
    if command is not None:
        return f"write {_command_first(command, [word, *rest] if is_input else rest)}"
    if "," in word and all(each in ENTRIES for each in word.split(",")):
        return f"several operations are compared: poolcli compare --ops {word}"
    if close := closest(word, ENTRIES):
        return f"did you mean {close}?"
    if is_input:
        return f"name one first: {_command_first('max', [word, *rest])}"
    return f"the commands are {', '.join(ENTRIES)}; see poolcli --help"


def misplaced_option(words: Sequence[str]) -> str | None:
    """Return the message for an option of the commands that stands before the command."""
    first = words[0]
    if first.lstrip("-") in ENTRIES and first not in ENTRIES:
        return f"there is no option {first}; write {_command_first(first.lstrip('-'), words[1:])}"
    name = first.partition("=")[0] if first.startswith("--") else first[:2]
    if not first.startswith("-") or not commands_with(name):
        return None
    command = next((each for each in words if each in ENTRIES), None)
    if command is None:
        return f"{name} is an option of the commands; name one first, as in poolcli max {name}"
    return f"options follow the command; write {_command_first(command, words)}"


def _command_first(command: str, words: Sequence[str]) -> str:
    others = list(words)
    if command in others:
        others.remove(command)
    return SHELL.join(["poolcli", command, *others])
