"""Which files a run reads: those named, and the images in folders."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Callable, Iterator, MutableSequence, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import PurePath

from poolcli import storage
from poolcli.errors import PoolcliError
from poolcli.formats import IMAGE_SUFFIXES, MATRIX_SUFFIXES
from poolcli.images import is_picture
from poolcli.pipeline import suffix_of
from poolcli.storage import STANDARD

# How many names a message lists.
SHOWN = 3


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
    listed : bool
        Whether a list of names (`--files-from`) led to it.
    """

    place: str
    folder: str | None = None
    modified: int | None = None
    listed: bool = False

    @property
    def below(self) -> str:
        """Return the folders that its results keep below the output folder.

        Those from the folder that it was found in; for a relative name in a list, those of the
        name. Absolute names, URLs and names with `..` keep none.
        """
        if self.listed and _is_plain(self.place):
            return os.path.dirname(os.path.normpath(self.place))  # noqa: PTH120 - a place is text
        if self.folder is None:
            return ""
        return os.path.dirname(self.place[len(self.folder) :].lstrip(os.sep))  # noqa: PTH120

    @property
    def parent(self) -> str:
        """Return the name of the folder that holds it."""
        if self.place == STANDARD:
            return stem_of(self.place)
        folder = os.path.dirname(self.place)  # noqa: PTH120 - a place is text
        if not storage.is_url(self.place):
            folder = os.path.abspath(folder)  # noqa: PTH100 - links are kept
        return os.path.basename(folder.rstrip("/")) or "root"  # noqa: PTH119


def _is_plain(place: str) -> bool:
    """Return whether a name is a relative path that leads downwards."""
    is_relative = not storage.is_url(place) and not os.path.isabs(place)  # noqa: PTH117
    return is_relative and os.pardir not in PurePath(place).parts


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
    _by_folded_name: dict[str, MutableSequence[str]] = field(default_factory=dict)

    def add(self, location: str, source: Input) -> None:
        """Add an input, once for each location."""
        if location in self.inputs:
            return
        self.inputs[location] = source
        self._by_folded_name.setdefault(storage.fold(location), []).append(location)
        same = _identify(source.place)
        if same is not None:
            self._by_identity.setdefault(same, []).append(source.place)

    def owner(self, place: str) -> str | None:
        """Return the name of what is read from a resolved place, or None."""
        same = storage.identity(place)
        if same is None:
            return None
        read = self._by_identity.get(same, ())
        for each in read if self.list is None else (self.list, *read):
            if storage.is_same(each, place):
                return "standard input" if each == STANDARD else each
        # Where case means nothing, two names of one file may have two inodes.
        for each in self._by_folded_name.get(storage.fold(place), ()):
            if each == place or storage.would_be_same(place, each):
                return self.inputs[each].place
        return None


def find_inputs(
    names: Sequence[str], files_from: str | None, *, recursive: bool, output_folder: str | None
) -> Found:
    """Find the files that are meant.

    A file that is named twice counts once. A link is an input of its own, whatever it leads to.

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
    resolve = storage.resolver(follow=False)
    listed = ((name, True) for name in _listed(files_from))
    for name, is_listed in chain(((name, False) for name in names), listed):
        for source in _expand(name, recursive, output_folder, found.passed_over):
            found.add(_locate(source.place, resolve), replace(source, listed=is_listed))
    if not found.inputs:
        raise PoolcliError(
            _say_nothing_found(names, files_from, recursive, output_folder, found.passed_over)
        )
    return found


def _identify(place: str) -> object | None:
    """Return what all names of one file have in common; None if that cannot be looked up."""
    with suppress(PoolcliError):
        return storage.identity(place)
    return None


def _locate(place: str, resolve: Callable[[str], str]) -> str:
    """Return where an input lies; the name itself of one that cannot be looked up."""
    try:
        return place if place == STANDARD else resolve(place)
    except PoolcliError:
        return place  # what is wrong with it is said when it is read


def _is_folder(place: str) -> bool:
    """Return whether a name is a folder; one that cannot be looked up is taken for a file."""
    try:
        return place != STANDARD and storage.is_folder(place)
    except PoolcliError:
        return False


def _expand(
    name: str, recursive: bool, output_folder: str | None, passed_over: list[str]
) -> Iterator[Input]:
    """Yield the files that a name stands for."""
    if not _is_folder(name):
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


def _say_nothing_found(
    names: Sequence[str],
    files_from: str | None,
    recursive: bool,
    output_folder: str | None,
    passed_over: Sequence[str],
) -> str:
    """Return the message for a run without inputs, with what would find some."""
    message = f"no image found in {', '.join(names) or files_from}"
    deeper = (source for name in names for source in _expand(name, True, output_folder, []))
    if not recursive and any(deeper):
        return f"{message}; -r looks into the folders within"
    matrices = [place for place in passed_over if suffix_of(place) in MATRIX_SUFFIXES]
    if matrices:
        shown = [shlex.quote(place) for place in matrices[:SHOWN]]
        more = " …" if len(matrices) > SHOWN else ""
        return f"{message}; matrices are named one by one: {' '.join(shown)}{more}"
    return "; ".join([message, *count_passed_over(passed_over)])


def count_passed_over(places: Sequence[str]) -> list[str]:
    """Return how many files a folder scan skipped, and why, as parts of a message."""
    by_suffix = Counter(suffix_of(place) for place in places if storage.is_regular(place))
    files = by_suffix.total()
    others = len(places) - files
    parts = []
    if files:
        plain = by_suffix.pop("", 0)
        kinds = [f"{number} {suffix}" for suffix, number in sorted(by_suffix.items())]
        if plain:
            kinds.append(f"{plain} without suffix")
        noun = "file" if files == 1 else "files"
        parts.append(f"{files} {noun} skipped, not an image suffix: {', '.join(kinds)}")
    if others:
        parts.append(f"{others} skipped, not a regular file")
    return parts


def _is_wanted(place: str) -> bool:
    """Return whether a file that lies in a folder is read."""
    if suffix_of(place) not in IMAGE_SUFFIXES:
        return False
    # Of a URL its listing has said what it is.
    return storage.is_url(place) or storage.is_regular(place) or storage.is_missing(place)


def _check_list(head: bytes | None) -> None:
    """Refuse an image in the place of a list; `head` holds its first bytes, if they are known."""
    if head is not None and is_picture(head):
        raise PoolcliError("is an image and no list of names; name it as an input")


def _listed(place: str | None) -> Iterator[str]:
    """Yield the names in a list, if there is one."""
    if place is None:
        return
    try:
        _check_list(storage.read_head(place))
        for name in storage.read_names(place):
            # In a list, `-` is a file of this name.
            yield f"./{name}" if name == STANDARD else name
    except PoolcliError as error:
        raise PoolcliError(f"--files-from {place}: {error}") from None


def stem_of(place: str) -> str:
    """Give a file's name without its suffix."""
    if place == STANDARD:
        return "stdin"
    return os.path.splitext(storage.name_of(place))[0]  # noqa: PTH122 - a place is text
