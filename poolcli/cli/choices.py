"""Options whose value is one of a few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from poolcli.cli.completion import complete_word
from poolcli.cli.parameter_type import ParameterType

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Choice(ParameterType):
    """One of a few words, in any case.

    Parameters
    ----------
    words : sequence of str
        The words.
    synonyms : mapping
        The words by their synonyms. A dot before a word is ignored.
    """

    name = "word"

    def __init__(self, words: Sequence[str], synonyms: Mapping[str, str] | None = None) -> None:
        self.words = {word: word for word in words} | dict(synonyms or {})
        self.listed = tuple(words)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the word, or the word for which it is a synonym."""
        text = str(value).strip().lower().removeprefix(".")
        if text not in self.words:
            from difflib import get_close_matches

            close = get_close_matches(text, self.words, n=1, cutoff=0.8)
            remedy = f"; did you mean {self.words[close[0]]}?" if close else ""
            self.fail(f"{value!r} is not one of {', '.join(self.listed)}{remedy}", param, ctx)
        return self.words[text]

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Return the words that begin with a text."""
        return complete_word(self.listed, incomplete.removeprefix("."))
