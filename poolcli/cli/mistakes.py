"""Find common mistakes in command lines, and return messages with a correction.

Words are checked before Click parses them. A word that names an existing file is always an input.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice, takewhile
from typing import Any, NamedTuple

import click

from poolcli.cli.commands import ENTRIES
from poolcli.cli.types import Numbers, OperationNames, PictureSize, Position, WholeNumber
from poolcli.quoting import SHELL

# Characters that word processors and web pages replace hyphens by.
DASHES = "‐‑‒–—―−﹣－"
EXAMPLES: tuple[tuple[type[click.ParamType[Any]], str], ...] = (
    (Numbers, "2,3"),
    (Position, "10,20"),
    (PictureSize, "224x224"),
    (OperationNames, "max,avg"),
    (WholeNumber, "2"),
)

LIST = "--files-from"

Options = Mapping[str, click.Option]


class Word(NamedTuple):
    """A word of the command line.

    Attributes
    ----------
    text : str
        The option's name, or the word itself.
    option : click.Option or None
        The option of that name; None for an input, or an option that does not exist.
    value : str or None
        The option's value, from this word or the next.
    rest : iterator of str
        The words that follow.
    """

    text: str
    option: click.Option | None
    value: str | None
    rest: Iterator[str]


def find_mistake(context: click.Context, words: Sequence[str]) -> str | None:
    """Return the message for the first mistake, or None."""
    options = {
        name: parameter
        for parameter in context.command.get_params(context)
        if isinstance(parameter, click.Option)
        for name in parameter.opts
    }
    inputs: list[str] = []
    lists: list[str] = []
    for word in _split(words, options):
        if word.option is not None:
            mistake = _missing_value(word, options) or _split_value(word)
            if word.text == LIST:
                lists.append(str(word.value))
                mistake = mistake or _second_list(lists)
        elif word.text.startswith("-") and word.text != "-":
            # Words after an option that does not exist may be its value; Click refuses it.
            return _misspelled_option(word.text, options)
        elif os.path.lexists(word.text):
            mistake = None
        else:
            mistake = _disguised_option(word.text, options) or _stray_command(word, context)
        if mistake:
            return mistake
        if word.option is None:
            inputs.append(word.text)
    return _second_input(context.command, inputs)


def _second_list(lists: Sequence[str]) -> str | None:
    """Return the message for more than one list of names."""
    if len(lists) < 2:
        return None
    joined = f"{SHELL.concatenate} {SHELL.join(lists)}"
    return f"{LIST} takes one list; join them: {joined} | poolcli … {LIST} -"


def _split(words: Sequence[str], options: Options) -> Iterator[Word]:
    """Yield options with their values, and the other words, as Click's parser reads them."""
    index = 0
    while index < len(words) and words[index] != "--":
        text, index = words[index], index + 1
        if not text.startswith("-"):
            yield Word(text, None, None, islice(words, index, None))
            continue
        name, sign, attached = text.partition("=")
        value: str | None
        if name.startswith("--") and name in options:
            value = attached if sign else None
        else:
            name, value = _split_short(text, options)
        option = options.get(name)
        if option is not None and not option.is_flag and value is None and index < len(words):
            value, index = words[index], index + 1
        yield Word(name, option, value, islice(words, index, None))


def _split_short(text: str, options: Options) -> tuple[str, str | None]:
    """Return the last option in a word of short ones (`-gk2`), and the value attached to it."""
    if not re.match("-[A-Za-z](?!=)", text) or _long_form(text, options):
        return text, None
    for end, letter in enumerate(text[1:], start=2):
        option = options.get(f"-{letter}")
        if option is None:
            break
        if not option.is_flag or end == len(text):
            return f"-{letter}", text[end:] or None
    return text, None


def _long_form(text: str, options: Options) -> str | None:
    """Return the long option that a word with one hyphen spells."""
    name = f"-{text.partition('=')[0]}"
    return name if re.match("--[^-]{2}", name) and name in options else None


def _missing_value(word: Word, options: Options) -> str | None:
    """Return the message for an option without its value."""
    option, name = word.option, word.text
    if option is None or option.is_flag or (word.value is not None and word.value not in options):
        return None
    example = next((text for kind, text in EXAMPLES if isinstance(option.type, kind)), None)
    before = f" before {word.value}" if word.value is not None else ""
    return f"{name} needs a value{before}, as in {name} {example or option.metavar}"


def _split_value(word: Word) -> str | None:
    """Return the message for a value that is split into words (`-k 2 3`)."""
    if word.option is None or word.value is None:
        return None
    kind = word.option.type
    if not isinstance(kind, Numbers | Position | PictureSize | OperationNames | WholeNumber):
        return None
    more: list[str] = []
    for text in word.rest:
        belongs = text in ENTRIES if isinstance(kind, OperationNames) else text.isdecimal()
        if not belongs or os.path.lexists(text):
            break
        more.append(text)
    if not more:
        return None
    joined = ("x" if isinstance(kind, PictureSize) else ",").join([word.value, *more])
    with suppress(click.BadParameter):
        kind.convert(joined, None, None)
        return f"{word.text} takes one value; write {word.text} {joined}"
    return f"{word.text} takes one value, and there is no file {more[0]}"


def _misspelled_option(text: str, options: Options) -> str | None:
    """Return the message for an option that Click would read as something else."""
    if " " in text and text.split(maxsplit=1)[0] in options:
        return f"leave out the quotes around {SHELL.quote(text)}"
    name, _, value = text.partition("=")
    shown = f" {SHELL.quote(value)}" if value else ""
    if long := _long_form(text, options):
        return f"long options have two hyphens; write {long}{shown}"
    if name in options and not name.startswith("--"):
        return f"{name} takes no value" if options[name].is_flag else f"{text}: write {name}{shown}"
    if len(name) == 3 and name[1:] in options:
        return f"short options have one hyphen; write {name[1:]}{shown}"
    return None


def _disguised_option(text: str, options: Options) -> str | None:
    """Return the message for an option that does not begin with a hyphen."""
    body = text.lstrip(f"-{DASHES}")
    hyphens = "-" * (len(text) - len(body))
    name, sign, value = body.partition("=")
    if hyphens:
        # A dash may stand for two hyphens, and a value may be attached to a short option.
        for spelled in (f"{hyphens}{name}", f"--{name}", f"{hyphens}{name[:1]}"):
            if spelled in options:
                return f"{text} begins with a dash that is no hyphen; write {spelled}"
    if text.startswith("/") and f"-{text[1:]}" in options:
        return f"there is no file {text}; options begin with a hyphen: -{text[1:]}"
    for spelled in (f"--{name}", f"-{name}"):
        if sign and value and spelled in options:
            return f"there is no file {text}; write {spelled} {SHELL.quote(value)}"
    return None


def _stray_command(word: Word, context: click.Context) -> str | None:
    """Return the message for a command or an operation where an input is expected."""
    text, command = word.text, context.info_name
    if text == "help":
        return f"there is no file help; write {context.command_path} --help"
    if text not in ENTRIES:
        return None
    if any(parameter.name == "operations" for parameter in context.command.params):
        names = [text, *takewhile(ENTRIES.__contains__, word.rest)]
        if all(ENTRIES[name].module == "pooling" for name in names):
            return f"there is no file {text}; write --ops {','.join(names)}"
    return f"there is no file {text}, and {command} is the command; use one of them"


def _second_input(command: click.Command, inputs: Sequence[str]) -> str | None:
    """Return the message for a second input where a command takes one."""
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    if len(inputs) < 2 or any(each.nargs != 1 for each in arguments):
        return None
    if isinstance(arguments[0].type, Numbers) and all(each.isdecimal() for each in inputs):
        return f"{command.name} takes one size; write {','.join(inputs)}"
    return f"{command.name} takes one input, and {inputs[1]} is a second; run it for each"
