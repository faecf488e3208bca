"""What ends a command that is about one input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from poolcli.cli.messages import name_input
from poolcli.errors import PoolcliError, name_bug
from poolcli.memory import enough_memory


class InputError(Exception):
    """Something did not work out for the input, though the command line is right."""


@contextmanager
def about(path: str) -> Iterator[None]:
    """Turn what goes wrong with an input into an InputError that names it.

    Its cause is the exception if it is an internal error.
    """
    from poolcli import storage

    if storage.is_folder(path):
        raise InputError(f"{name_input(path)}: is a folder; name one image in it")
    if not storage.is_url(path) and storage.is_same(path, storage.STANDARD_OUTPUT):
        raise PoolcliError(f"standard output is {name_input(path)}, which is read; write elsewhere")
    try:
        with enough_memory("this image"):
            yield
    except PoolcliError as error:
        raise InputError(with_remedy(f"{name_input(path)}: {error}", path)) from None
    except Exception as error:
        raise InputError(f"{name_input(path)}: {name_bug(error)}") from error


def with_remedy(line: str, path: str, inputs: Sequence[str] = (), *, listed: bool = False) -> str:
    """Return a line about an input, with what to do if the input is missing and that is known."""
    # Where no more files can be opened, nothing can be looked up, nor imported.
    with suppress(OSError):
        from poolcli.cli.missing import suggest

        if remedy := suggest(path, inputs, listed=listed):
            return f"{line}; {remedy}"
    return line
