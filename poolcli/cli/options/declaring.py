"""The declaration of options: in bundles, each of which makes one value of a command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from poolcli.cli.grouping import GroupedCommand, GroupedOption
from poolcli.errors import ParameterError


@dataclass(frozen=True)
class Bundle:
    """Options that make one value together.

    Attributes
    ----------
    name : str
        The parameter of a command's function that takes the value.
    make : callable
        Returns the value; takes those of the options by their names.
    options : sequence of click.Parameter
        In the order of the help.
    early : bool
        Whether the value is made before those of other bundles.
    """

    name: str
    make: Callable[..., Any]
    options: Sequence[click.Parameter]
    early: bool = False

    def value(self, given: dict[str, Any]) -> Any:
        """Return the value that is made of the values of all options of a command.

        Raises
        ------
        click.BadParameter
            If the value of an option is out of range; it names the option.
        PoolcliError
            If options contradict each other.
        """
        options = {str(each.name): each for each in self.options}
        try:
            return self.make(**{name: given[name] for name in options})
        except ParameterError as error:
            option = options.get(error.name.replace(" ", "_"))
            if option is None:
                raise
            raise click.BadParameter(error.rule, click.get_current_context(), option) from None


def option(heading: str, *names: str, **settings: Any) -> GroupedOption:
    """Return an option that the help shows under a heading."""
    return GroupedOption(names, heading=heading, **settings)


def single(parameter: click.Parameter) -> Bundle:
    """Return the bundle of one option, whose value is that of the option."""
    name = str(parameter.name)
    return Bundle(name, lambda **given: given[name], [parameter])


def make_command(
    name: str, function: Callable[..., int | None], bundles: Sequence[Bundle], text: str
) -> click.Command:
    """Return a command.

    Parameters
    ----------
    name : str
    function : callable
        Takes the values of the bundles by their names, and returns the exit status; None is 0.
    bundles : sequence of Bundle
        In the order of the help.
    text : str
        The help. Its first line is the summary.
    """

    def run(**given: Any) -> int | None:
        ordered = sorted(bundles, key=lambda bundle: not bundle.early)
        return function(**{bundle.name: bundle.value(given) for bundle in ordered})

    return GroupedCommand(
        name,
        params=[each for bundle in bundles for each in bundle.options],
        callback=run,
        help=text,
        short_help=text.partition("\n")[0],
    )
