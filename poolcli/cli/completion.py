"""Complete the words of a command line when the tab key is pressed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    # The function that Click's `shell_complete` takes.
    Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem[str]]]

# Importing matplotlib to list these takes several times as long as all other work of a completion.
# Each has a reversed form, which ends in _r.
_COLORMAPS = """
    Accent Blues BrBG BuGn BuPu CMRmap Dark2 GnBu Grays Greens Greys OrRd Oranges PRGn Paired
    Pastel1 Pastel2 PiYG PuBu PuBuGn PuOr PuRd Purples RdBu RdGy RdPu RdYlBu RdYlGn Reds Set1 Set2
    Set3 Spectral Wistia YlGn YlGnBu YlOrBr YlOrRd afmhot autumn berlin binary bone brg bwr cividis
    cool coolwarm copper cubehelix flag gist_earth gist_gray gist_grey gist_heat gist_ncar
    gist_rainbow gist_stern gist_yarg gist_yerg gnuplot gnuplot2 gray grey hot hsv inferno jet magma
    managua nipy_spectral ocean okabe_ito pink plasma prism rainbow seismic spring summer tab10
    tab20 tab20b tab20c terrain turbo twilight twilight_shifted vanimo viridis winter
"""
COLORMAPS = tuple(name for plain in _COLORMAPS.split() for name in (plain, f"{plain}_r"))


def complete_file(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Return the item that makes a shell complete files and folders."""
    return _completed_by_shell(incomplete, "file")


def complete_folder(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Return the item that makes a shell complete folders."""
    return _completed_by_shell(incomplete, "dir")


def complete_from(words: Iterable[str]) -> Complete:
    """Return a function that completes one of several words."""

    def complete(
        _context: click.Context, _parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        return complete_word(words, incomplete)

    return complete


def complete_word(words: Iterable[str], incomplete: str) -> list[CompletionItem[str]]:
    """Return the words that begin with a text, in any case."""
    from click.shell_completion import CompletionItem

    start = incomplete.lower()
    return [CompletionItem(word) for word in words if word.lower().startswith(start)]


def complete_list(words: Iterable[str], incomplete: str) -> list[CompletionItem[str]]:
    """Return lists whose last word begins with a text; earlier words are not repeated.

    Parameters
    ----------
    words : iterable of str
    incomplete : str
        Words separated by commas; the last is completed.
    """
    before, comma, last = incomplete.rpartition(",")
    used = before.lower().split(",")
    unused = [word for word in words if word not in used]
    items = complete_word(unused, last)
    for item in items:
        item.value = f"{before}{comma}{item.value}"
    return items


def _completed_by_shell(incomplete: str, kind: str) -> list[CompletionItem[str]]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type=kind)]
