"""Build the manual pages of all commands into the wheel.

`pip install` puts them into share/man/man1 of the environment, where `man` finds them if the
environment's bin folder is on PATH. Run as a program, it writes them into a given folder.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    import click
    from docutils import nodes

ROOT = Path(__file__).parent
TARGET = "share/man/man1"


class ManualPages(BuildHookInterface[Any]):
    """The build hook that adds the manual pages to the shared data of the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the pages, and register them in the wheel; not in an editable installation."""
        if version == "editable":
            return
        self.folder = TemporaryDirectory()
        for page in write_pages(Path(self.folder.name)):
            build_data["shared_data"][str(page)] = f"{TARGET}/{page.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - the interface
        """Remove the pages, which the wheel contains now."""
        if version != "editable":
            self.folder.cleanup()


def write_pages(folder: Path) -> list[Path]:
    """Write one page for the program and one per command into a folder; return their paths."""
    # The build runs in an environment in which poolcli is not installed.
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    import click
    from docutils.core import publish_from_doctree
    from docutils.writers.manpage import Writer

    from poolcli.cli import group

    whole = click.Context(group, info_name="poolcli", **group.context_settings)
    contexts = [whole] + [
        click.Context(command, info_name=name, parent=whole)
        for name, command in group.commands.items()
    ]
    paths = []
    for context in contexts:
        path = folder / f"{_page_name(context)}.1"
        path.write_bytes(publish_from_doctree(manual_page(context), writer=Writer()))
        paths.append(path)
    return paths


def manual_page(context: click.Context) -> nodes.document:
    """Return the manual page of a command as a tree of docutils.

    Parameters
    ----------
    context : click.Context
        The context of the command, with the program's context as its parent.

    Returns
    -------
    nodes.document
        The sections that manual pages usually have, without formatting.
    """
    from docutils import frontend, nodes, utils
    from docutils.writers.manpage import Writer

    summary, description, examples = _help_texts(context.command)
    page = utils.new_document(_page_name(context), frontend.get_default_settings(Writer()))
    page += nodes.title("", _page_name(context))
    page += nodes.subtitle("", summary.removesuffix("."))
    page += _header()
    usage = " ".join(context.command.collect_usage_pieces(context))
    synopsis = nodes.paragraph()
    synopsis += [nodes.strong("", context.command_path), nodes.Text(f" {usage}")]
    page += _section("Synopsis", synopsis)
    page += _section("Description", *(nodes.paragraph("", text) for text in description))
    page += _options(context)
    page += _commands(context)
    page += _environment(context)
    page += _exit_statuses()
    if examples:
        page += _section("Examples", nodes.literal_block("", examples))
    page += _references(context)
    return page


def _page_name(context: click.Context) -> str:
    return context.command_path.replace(" ", "-")


def _help_texts(command: click.Command) -> tuple[str, list[str], str]:
    """Return the summary, the paragraphs of the description and the examples of a help text."""
    paragraphs = (command.help or "").strip().split("\n\n")
    # Click prints a paragraph after \b as it is.
    examples = [text for text in paragraphs if text.startswith("\b\nExamples:\n")]
    description = [" ".join(text.split()) for text in paragraphs if text not in examples]
    lines = [line.removeprefix("  ") for text in examples for line in text.splitlines()[2:]]
    return description[0], description, "\n".join(lines)


def _header() -> nodes.docinfo:
    """Return what `man` prints in the first and the last line."""
    from docutils import nodes

    from poolcli import __version__

    header = nodes.docinfo("", nodes.version("", f"poolcli {__version__}"))
    # Without a given date there is none, so that the same source makes the same page.
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        header += nodes.date("", f"{datetime.fromtimestamp(int(epoch), UTC):%Y-%m-%d}")
    for name, value in (("manual_section", "1"), ("manual_group", "User Commands")):
        field = nodes.field("", nodes.field_name("", name))
        field += nodes.field_body("", nodes.paragraph("", value))
        header += field
    return header


def _section(title: str, *content: nodes.Node) -> nodes.section:
    from docutils import nodes

    return nodes.section("", nodes.title("", title), *content)


def _definitions(rows: Sequence[tuple[str, str]]) -> nodes.definition_list:
    """Return a list of terms with their meanings."""
    from docutils import nodes

    listed = nodes.definition_list()
    for spelling, meaning in rows:
        definition = nodes.definition("", nodes.paragraph("", meaning))
        listed += nodes.definition_list_item("", _term(spelling), definition)
    return listed


def _term(spelling: str) -> nodes.term:
    """Return a name in bold, or the names of an option in bold and its value in italics."""
    from docutils import nodes

    option = re.fullmatch(r"((?:--?[\w-]+(?:, )?)+) (\S+)", spelling)
    if option is None:
        return nodes.term("", "", nodes.strong("", spelling))
    names, value = option.groups()
    return nodes.term("", "", nodes.strong("", names), nodes.Text(" "), nodes.emphasis("", value))


def _options(context: click.Context) -> nodes.section:
    """Return the section of options, with the headings of the help."""
    import click

    headings: dict[str, list[tuple[str, str]]] = {}
    for parameter in context.command.get_params(context):
        record = parameter.get_help_record(context)
        if isinstance(parameter, click.Option) and record is not None:
            headings.setdefault(getattr(parameter, "heading", "Run"), []).append(record)
    if len(headings) == 1:
        return _section("Options", *(_definitions(rows) for rows in headings.values()))
    content = [_section(heading, _definitions(rows)) for heading, rows in headings.items()]
    return _section("Options", *content)


def _commands(context: click.Context) -> Iterator[nodes.section]:
    """Return the list of commands, for the page of the program."""
    if context.parent is None:
        rows = [
            (f"{_page_name(context)}-{name}(1)", _help_texts(command)[0])
            for name, command in _subcommands(context).items()
        ]
        yield _section("Commands", _definitions(rows))


def _subcommands(context: click.Context) -> dict[str, click.Command]:
    return dict(getattr(context.command, "commands", {}))


def _environment(context: click.Context) -> Iterator[nodes.section]:
    """Return the list of environment variables that set options of a command."""
    rows = [
        (str(parameter.envvar), f"The default of {max(parameter.opts, key=len)}.")
        for parameter in context.command.params
        if parameter.envvar
    ]
    if rows:
        yield _section("Environment", _definitions(rows))


def _exit_statuses() -> nodes.section:
    """Return the table of exit statuses of the README as a section."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text.partition("| exit status | meaning |\n")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (\d.*?) \| (.*) \|$", table.replace("`", ""), re.MULTILINE)
    return _section("Exit status", _definitions(rows))


def _references(context: click.Context) -> nodes.section:
    """Return references to the other pages."""
    from docutils import nodes

    top = context.find_root()
    pages = [_page_name(top), *(f"{_page_name(top)}-{name}" for name in _subcommands(top))]
    paragraph = nodes.paragraph()
    for page in pages:
        if page != _page_name(context):
            paragraph += [nodes.Text(", " if paragraph.children else ""), nodes.strong("", page)]
            paragraph += nodes.Text("(1)")
    return _section("See also", paragraph)


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
