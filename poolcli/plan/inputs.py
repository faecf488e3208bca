"""Which files a run reads: those named, and the images in folders."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from poolcli import storage
from poolcli.errors import PoolcliError
from poolcli.pipeline import suffix_of
from poolcli.storage import STANDARD

IMAGE_SUFFIXES = frozenset(
    "png jpg jpeg webp tif tiff bmp gif ppm pgm pbm jp2 avif".split()  # noqa: SIM905 - readable
)


@dataclass(frozen=True, slots=True)
class Input:
    """A file to read.

    Attributes
    ----------
    place : str
        Its path, or `-`.
    folder : str or None
        The folder that it was found in, if it was not named itself.
    modified : int or None
        When it was last changed, in nanoseconds, if a listing said so.
    """

    place: str
    folder: str | None = None
    modified: int | None = None

    @property
    def below(self) -> str:
        """Give the path from the folder that it was found in to its own."""
        if self.folder is None:
            return ""
        return os.path.dirname(self.place[len(self.folder) :].lstrip(os.sep))  # noqa: PTH120


@dataclass(frozen=True)
class Found:
    """What a run reads.

    Attributes
    ----------
    inputs : dict
        By the identities of their files, in order.
    passed_over : list of str
        The files in folders that are no images.
    list : str or None
        The file that names further inputs.
    """

    inputs: dict[object, Input]
    passed_over: list[str]
    list: str | None = None

    def owner(self, place: str) -> str | None:
        """Name what is read from a place, if anything is."""
        same = storage.identity(place)
        if same is None:
            return None
        if self.list is not None and storage.identity(self.list) == same:
            return self.list
        if same not in self.inputs:
            return None
        place = self.inputs[same].place
        return "standard input" if place == STANDARD else place


def find_inputs(
    names: Sequence[str], files_from: str | None, *, recursive: bool, output_folder: str | None
) -> Found:
    """Find the files that are meant; a file that is named twice counts once.

    Parameters
    ----------
    names : sequence of str
        Files, folders, or `-` for standard input.
    files_from : str or None
        A file of further names, one a line or each ended by NUL; `-` for standard input.
    recursive : bool
        Whether to look into folders within folders.
    output_folder : str or None
        Passed over where it lies in a folder; a folder in it is refused.

    Raises
    ------
    PoolcliError
        If nothing is found, or a folder is the output folder or lies in it.
    """
    if files_from == STANDARD and STANDARD in names:
        raise PoolcliError("standard input cannot be both an image and the list of --files-from")
    own = storage.resolve(output_folder) if output_folder is not None else None
    if "" in names:
        raise PoolcliError("an input has an empty name")
    found = Found({}, [], files_from)
    for name in (*names, *(_listed(files_from) if files_from is not None else ())):
        for source in _expand(name, recursive, own, found.passed_over):
            same = storage.identity(source.place) or storage.resolve(source.place)
            found.inputs.setdefault(same, source)
    if not found.inputs:
        hint = "" if recursive else "; -r looks into folders within them"
        raise PoolcliError(f"no image found in {', '.join(names) or files_from}{hint}")
    return found


def _expand(
    name: str, recursive: bool, output_folder: str | None, passed_over: list[str]
) -> Iterator[Input]:
    if name == STANDARD or not storage.is_folder(name):
        yield Input(name)
        return
    if output_folder is not None and storage.lies_in(storage.resolve(name), output_folder):
        raise PoolcliError(f"{name} holds the results themselves; use another -d")
    for place, modified in storage.walk(name, recursive=recursive, avoid=output_folder):
        if _is_wanted(place) or place == name:
            yield Input(place, name, modified)
        else:
            passed_over.append(place)


def _is_wanted(place: str) -> bool:
    """Tell whether what a folder holds is read, or is to be complained of."""
    if storage.is_url(place):
        # Its listing has said what it is.
        return place.endswith("/") or suffix_of(place) in IMAGE_SUFFIXES
    if storage.is_folder(place):
        # One that could not be listed; a link to a folder is not followed.
        return not storage.is_link(place)
    return suffix_of(place) in IMAGE_SUFFIXES and (
        storage.is_regular(place) or storage.is_missing(place)
    )


def _listed(place: str) -> list[str]:
    """Read names, each ended by NUL if there is one, else one a line."""
    try:
        content = storage.read(place)
    except PoolcliError as error:
        raise PoolcliError(f"--files-from {place}: {error}") from None
    ending = b"\0" if b"\0" in content else b"\n"
    names = [
        name.removesuffix(b"\r") if ending == b"\n" else name for name in content.split(ending)
    ]
    return [os.fsdecode(name) for name in names if name]


def stem_of(place: str) -> str:
    """Give a file's name without its suffix."""
    if place == STANDARD:
        return "stdin"
    return os.path.splitext(storage.name_of(place))[0]  # noqa: PTH122 - a place is text
