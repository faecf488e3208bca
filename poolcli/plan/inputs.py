"""Which files a run reads: those named, and the images in folders."""

from __future__ import annotations

import os
from collections.abc import Iterator, MutableSequence, Sequence
from dataclasses import dataclass, field
from itertools import chain

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
        By where they lie, in order.
    passed_over : list of str
        The files in folders that are no images.
    list : str or None
        The file that names further inputs.
    """

    inputs: dict[str, Input]
    passed_over: list[str]
    list: str | None = None
    _by_identity: dict[object, MutableSequence[str]] = field(default_factory=dict)

    def add(self, location: str, source: Input) -> None:
        """Add an input, once for each location."""
        if location in self.inputs:
            return
        self.inputs[location] = source
        same = storage.identity(source.place)
        if same is not None:
            self._by_identity.setdefault(same, []).append(source.place)

    def owner(self, place: str) -> str | None:
        """Name what is read from a place, if anything is."""
        same = storage.identity(place)
        if same is None:
            return None
        read = self._by_identity.get(same, ())
        for each in read if self.list is None else (self.list, *read):
            if storage.is_same(each, place):
                return "standard input" if each == STANDARD else each
        return None


def find_inputs(
    names: Sequence[str], files_from: str | None, *, recursive: bool, output_folder: str | None
) -> Found:
    """Find the files that are meant.

    A file that is named twice counts once, also by a link. Within a folder a link is an input of
    its own, whatever it leads to.

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
    names = [storage.as_input(name) for name in names]
    files_from = None if files_from is None else storage.as_input(files_from)
    if files_from == STANDARD and STANDARD in names:
        raise PoolcliError("standard input cannot be both an image and the list of --files-from")
    if "" in names:
        raise PoolcliError("an input has an empty name")
    found = Found({}, [], files_from)
    named, within = storage.resolver(), storage.resolver(follow=False)
    for name in chain(names, _listed(files_from) if files_from is not None else ()):
        for source in _expand(name, recursive, output_folder, found.passed_over):
            locate = named if source.folder is None else within
            place = source.place
            found.add(place if place == STANDARD else locate(place), source)
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
    if output_folder is not None and storage.is_within(name, output_folder):
        raise PoolcliError(f"{name} holds the results themselves; use another -d")
    avoid = None if output_folder is None else storage.resolve(output_folder)
    for place, modified, listed in storage.walk(name, recursive=recursive, avoid=avoid):
        if not listed or _is_wanted(place):
            yield Input(place, name, modified)
        else:
            passed_over.append(place)


def _is_wanted(place: str) -> bool:
    """Return whether a file that lies in a folder is read."""
    if suffix_of(place) not in IMAGE_SUFFIXES:
        return False
    # Of a URL its listing has said what it is.
    return storage.is_url(place) or storage.is_regular(place) or storage.is_missing(place)


def _listed(place: str) -> Iterator[str]:
    """Yield the names in a list."""
    try:
        yield from storage.read_names(place)
    except PoolcliError as error:
        raise PoolcliError(f"--files-from {place}: {error}") from None


def stem_of(place: str) -> str:
    """Give a file's name without its suffix."""
    if place == STANDARD:
        return "stdin"
    return os.path.splitext(storage.name_of(place))[0]  # noqa: PTH122 - a place is text
