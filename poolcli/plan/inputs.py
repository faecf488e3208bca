"""Find the inputs of a run: named files, and images in folders."""

from __future__ import annotations

import os
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
from poolcli.quoting import SHELL
from poolcli.storage import STANDARD

# Number of names in a message.
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Input:
    """A file that is read.

    Attributes
    ----------
    path : str
        Its path, or `-` for standard input.
    folder : str or None
        The named folder that it is in; None for a file that is named itself.
    modified : int or None
        Time of modification in nanoseconds, if a listing has it.
    listed : bool
        Whether it is named in a list (`--files-from`).
    """

    path: str
    folder: str | None = None
    modified: int | None = None
    listed: bool = False

    @property
    def below(self) -> str:
        """Return the path below the output folder at which its results are written.

        It is the path below the named folder, or the folder of a relative name in a list. It is
        empty for absolute names, URLs and names with `..`.
        """
        if self.listed and _is_plain(self.path):
            return os.path.dirname(os.path.normpath(self.path))  # noqa: PTH120 - a path is text
        if self.folder is None:
            return ""
        return os.path.dirname(self.path[len(self.folder) :].lstrip(os.sep))  # noqa: PTH120

    @property
    def parent(self) -> str:
        """Return the name of its parent folder."""
        if self.path == STANDARD:
            return stem_of(self.path)
        folder = os.path.dirname(self.path)  # noqa: PTH120 - a path is text
        if not storage.is_url(self.path):
            folder = os.path.abspath(folder)  # noqa: PTH100 - links are kept
        return os.path.basename(folder.rstrip("/" + os.sep)) or "root"  # noqa: PTH119


def _is_plain(path: str) -> bool:
    """Return whether a path is relative and without `..`."""
    is_relative = not storage.is_url(path) and not os.path.isabs(path)  # noqa: PTH117
    return is_relative and os.pardir not in PurePath(path).parts


@dataclass(frozen=True)
class Found:
    """The inputs of a run.

    Attributes
    ----------
    inputs : dict
        Inputs by their resolved paths, in order.
    ignored : list of str
        Files in folders that are not read.
    list : str or None
        The list of further names.
    """

    inputs: dict[str, Input]
    ignored: list[str]
    list: str | None = None
    _by_identity: dict[object, MutableSequence[str]] = field(default_factory=dict)
    _by_folded_name: dict[str, MutableSequence[str]] = field(default_factory=dict)

    def add(self, resolved: str, source: Input) -> None:
        """Add an input, unless there is one with the same resolved path."""
        if resolved in self.inputs:
            return
        self.inputs[resolved] = source
        self._by_folded_name.setdefault(storage.fold(resolved), []).append(resolved)
        same = _identify(source.path)
        if same is not None:
            self._by_identity.setdefault(same, []).append(source.path)

    def owner(self, path: str) -> str | None:
        """Return the name of the input with a resolved path, or None."""
        same = storage.identity(path)
        if same is None:
            return None
        read = self._by_identity.get(same, ())
        for each in read if self.list is None else (self.list, *read):
            if storage.is_same(each, path):
                return "standard input" if each == STANDARD else each
        # On case-insensitive systems two names of one file may have different inodes.
        for each in self._by_folded_name.get(storage.fold(path), ()):
            if each == path or storage.would_be_same(path, each):
                return self.inputs[each].path
        return None


def find_inputs(
    names: Sequence[str], files_from: str | None, *, recursive: bool, output_folder: str | None
) -> Found:
    """Find the inputs of a run.

    A file that is named twice is one input. A link and its target are two.

    Parameters
    ----------
    names : sequence of str
        Files, folders, or `-` for standard input.
    files_from : str or None
        A file of further names, one per line or each ended by NUL; `-` for standard input.
    recursive : bool
        Whether to include folders within folders.
    output_folder : str or None
        Skipped within folders that are searched.

    Raises
    ------
    PoolcliError
        If no input is found, or a named folder is the output folder or in it.
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
        for source in _expand(name, recursive, output_folder, found.ignored):
            found.add(_resolve(source.path, resolve), replace(source, listed=is_listed))
    if not found.inputs:
        raise PoolcliError(
            _nothing_found(names, files_from, recursive, output_folder, found.ignored)
        )
    return found


def _identify(path: str) -> object | None:
    """Return the identity of a file (`storage.identity`), or None if it cannot be looked up."""
    with suppress(PoolcliError):
        return storage.identity(path)
    return None


def _resolve(path: str, resolve: Callable[[str], str]) -> str:
    """Return the resolved path of an input, or the path itself if it cannot be looked up."""
    try:
        return path if path == STANDARD else resolve(path)
    except PoolcliError:
        return path  # the error is raised when it is read


def _is_folder(path: str) -> bool:
    """Return whether a path is a folder; one that cannot be looked up counts as a file."""
    try:
        return path != STANDARD and storage.is_folder(path)
    except PoolcliError:
        return False


def _expand(
    name: str, recursive: bool, output_folder: str | None, ignored: list[str]
) -> Iterator[Input]:
    """Yield the file of a name, or the images in its folder."""
    if not _is_folder(name):
        yield Input(name)
        return
    if output_folder is not None and storage.is_within(name, output_folder):
        raise PoolcliError(f"{name} is the output folder or in it; use another -d")
    avoid = None if output_folder is None else storage.resolve(output_folder)
    for path, modified, listed in storage.walk(name, recursive=recursive, avoid=avoid):
        if not listed or _is_wanted(path):
            yield Input(path, name, modified)
        else:
            ignored.append(path)


def _nothing_found(
    names: Sequence[str],
    files_from: str | None,
    recursive: bool,
    output_folder: str | None,
    ignored: Sequence[str],
) -> str:
    """Return the message for a run without inputs, with a remedy."""
    message = f"no image found in {', '.join(names) or files_from}"
    deeper = (source for name in names for source in _expand(name, True, output_folder, []))
    if not recursive and any(deeper):
        return f"{message}; -r includes folders within folders"
    matrices = [path for path in ignored if suffix_of(path) in MATRIX_SUFFIXES]
    if matrices:
        shown = [SHELL.quote(path) for path in matrices[:SHOWN]]
        more = " …" if len(matrices) > SHOWN else ""
        return f"{message}; matrices are named one by one: {' '.join(shown)}{more}"
    return "; ".join([message, *count_ignored(ignored)])


def count_ignored(paths: Sequence[str]) -> list[str]:
    """Return lines with the number of files in folders that are not read, and the reason."""
    by_suffix = Counter(suffix_of(path) for path in paths if storage.is_regular(path))
    files = by_suffix.total()
    others = len(paths) - files
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


def _is_wanted(path: str) -> bool:
    """Return whether a file in a folder is read."""
    if suffix_of(path) not in IMAGE_SUFFIXES:
        return False
    # The listing of a remote folder contains files only.
    return storage.is_url(path) or storage.is_regular(path) or storage.is_missing(path)


def _check_list(head: bytes) -> None:
    """Raise PoolcliError if a list of names begins like an image."""
    if is_picture(head):
        raise PoolcliError("is an image and no list of names; name it as an input")


def _listed(path: str | None) -> Iterator[str]:
    """Yield the names in a list, if one is given."""
    if path is None:
        return
    try:
        for name in storage.read_names(path, _check_list):
            # In a list, `-` is the name of a file.
            yield f"./{name}" if name == STANDARD else name
    except PoolcliError as error:
        raise PoolcliError(f"--files-from {path}: {error}") from None


def stem_of(path: str) -> str:
    """Return the name of a file without its suffix; `stdin` for standard input."""
    if path == STANDARD:
        return "stdin"
    return os.path.splitext(storage.name_of(path))[0]  # noqa: PTH122 - a path is text
