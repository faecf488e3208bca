"""Report errors about an input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from poolcli.cli.messages import name_input
from poolcli.errors import PoolcliError, name_bug
from poolcli.memory import enough_memory


class InputError(Exception):
    """An error about an input of a correct command line; the exit status is 1."""


@contextmanager
def about(path: str) -> Iterator[None]:
    """Turn exceptions into an InputError that names the input.

    Its cause is the exception if that is an internal error.

    Raises
    ------
    InputError
        If the input is a folder, or an exception occurs.
    PoolcliError
        If standard output would overwrite the input.
    """
    from poolcli import storage

    if storage.is_folder(path):
        raise InputError(f"{name_input(path)}: is a folder; name one image in it")
    if not storage.is_url(path) and storage.is_same(path, storage.STANDARD_OUTPUT):
        raise PoolcliError(
            f"standard output is {name_input(path)}, which is an input; write elsewhere"
        )
    try:
        with enough_memory("this image"):
            yield
    except PoolcliError as error:
        raise InputError(with_remedy(f"{name_input(path)}: {error}", path)) from None
    except Exception as error:
        raise InputError(f"{name_input(path)}: {name_bug(error)}") from error


def with_remedy(line: str, path: str, inputs: Sequence[str] = (), *, listed: bool = False) -> str:
    """Return a line about an input, with a remedy if the input is missing and one is found."""
    # If no more files can be opened, looking up and importing raise OSError.
    with suppress(OSError):
        from poolcli.cli.missing import suggest

        if remedy := suggest(path, inputs, listed=listed):
            return f"{line}; {remedy}"
    return line
