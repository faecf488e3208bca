"""Arrays of numbers: npy files, and npz archives of them."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from poolcli.arrays import Array
from poolcli.errors import PoolcliError, shorten
from poolcli.geometry.layouts import find_axes
from poolcli.images.damage import damage_in_one_line
from poolcli.images.image import Image, Reading, Source

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

NPY_MAGIC = b"\x93NUMPY"
ZIP_MAGIC = b"PK\3\4"
# The start of an entry in the directory of an archive.
ZIP_ENTRY = b"PK\1\2"

# NumPy refuses headers of more than 10,000 characters.
HEADER_BYTES = 1 << 14
PART_BYTES = 1 << 20
MOST_ENTRIES = 10_000
MOST_NAMED = 12

ARRAY_SUFFIX = ".npy"


@dataclass(frozen=True)
class Header:
    """The header of an npy file.

    Attributes
    ----------
    size : int
        The number of bytes of the header.
    """

    shape: tuple[int, ...]
    fortran_order: bool
    dtype: np.dtype[Any]
    size: int

    @property
    def data_size(self) -> int:
        """Return the number of bytes of the array."""
        return math.prod(self.shape) * self.dtype.itemsize


def open_npy(content: bytes, reading: Reading) -> Source:
    """Read the header of an npy file.

    Raises
    ------
    PoolcliError
        If the file is damaged, holds no image, or its layout is ambiguous.
    """
    header = _read_header(content[:HEADER_BYTES])
    _check_size(header, len(content) - header.size)
    return _source(header, reading, lambda: memoryview(content)[header.size :])


def open_npz(content: bytes, reading: Reading) -> Source | None:
    """Read the header of one array in an npz archive, or return None if it holds no arrays.

    Raises
    ------
    PoolcliError
        If the archive is damaged or too large, `reading` names none of several arrays, or the
        array is not an image.
    """
    from zipfile import ZipFile

    if content.count(ZIP_ENTRY) > MOST_ENTRIES:
        raise PoolcliError(f"is an archive of more than {MOST_ENTRIES:,} files")
    with damage_in_one_line():
        archive = ZipFile(io.BytesIO(content))
    arrays = {
        entry.filename.removesuffix(ARRAY_SUFFIX): entry
        for entry in archive.infolist()
        if entry.filename.endswith(ARRAY_SUFFIX)
    }
    if not arrays:
        return None
    entry = arrays[_choose(list(arrays), reading.array)]
    with damage_in_one_line(), archive.open(entry) as stream:
        start = stream.read(HEADER_BYTES)
    header = _read_header(start)
    _check_size(header, entry.file_size - header.size)
    if header.data_size > reading.most_bytes:
        raise PoolcliError(
            f"holds an array of {header.data_size:,} bytes, more than any image that --max-pixels"
            " allows"
        )
    return _source(header, reading, lambda: _inflate(archive, entry, header))


def _choose(names: Sequence[str], wanted: str | None) -> str:
    """Return the name of the only array, or the wanted name."""
    listed = ", ".join(shorten(name) for name in names[:MOST_NAMED])
    if len(names) > MOST_NAMED:
        listed += f" and {len(names) - MOST_NAMED} more"
    if wanted is None:
        if len(names) > 1:
            raise PoolcliError(f"holds {len(names)} arrays; choose one with --array: {listed}")
        return names[0]
    if wanted not in names:
        raise PoolcliError(f"holds no array {shorten(wanted)!r}; --array can be: {listed}")
    return wanted


def _read_header(start: bytes) -> Header:
    """Read the header at the start of an npy file."""
    stream = io.BytesIO(start)
    with damage_in_one_line():
        major, _ = np.lib.format.read_magic(stream)
        read = (
            np.lib.format.read_array_header_1_0
            if major == 1
            else np.lib.format.read_array_header_2_0
        )
        shape, fortran_order, dtype = read(stream)
    if dtype.kind not in "buif":
        raise PoolcliError(f"holds {shorten(str(dtype))}; an image is made of real numbers")
    if any(isinstance(size, bool) for size in shape):
        raise PoolcliError(f"is damaged: its header has shape {shape}")
    if any(size < 1 for size in shape):
        raise PoolcliError(f"has shape {shape}; an image has rows and columns")
    return Header(shape, fortran_order, dtype, stream.tell())


def _check_size(header: Header, held: int) -> None:
    if held != header.data_size:
        raise PoolcliError(f"is damaged: shape {header.shape} does not match {held} bytes")


def _source(header: Header, reading: Reading, load: Callable[[], Any]) -> Source:
    """Return the source of an array; `load` returns a buffer of its numbers."""
    axes, size = find_axes(header.shape, reading.layout, "--layout {}".format)

    def decode() -> Image:
        array = _array(header, load())
        return Image(axes.arrange(array), array.dtype, matrix=True, axes=axes)

    return Source(size, "npy", decode, layers=math.prod(header.shape) // math.prod(size))


def _array(header: Header, buffer: Any) -> Array:
    """Return the array in a buffer, in the byte order of this machine."""
    flat = np.require(np.frombuffer(buffer, header.dtype), requirements="A")
    if header.dtype.kind == "b":
        # A file may hold other bytes than 0 and 1.
        flat = flat.view(np.uint8) != 0
    array: Array = flat.reshape(header.shape, order="F" if header.fortran_order else "C")
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _inflate(archive: ZipFile, entry: ZipInfo, header: Header) -> Array:
    """Read the numbers of an array in an archive; nothing beyond them is inflated."""
    numbers = np.empty(header.data_size, np.uint8)
    filled = 0
    with damage_in_one_line(), archive.open(entry) as stream:
        stream.read(header.size)
        while part := stream.read(min(PART_BYTES, header.data_size - filled)):
            numbers[filled : filled + len(part)] = np.frombuffer(part, np.uint8)
            filled += len(part)
        # The checksum is compared where the entry ends.
        longer = stream.read(1)
    if filled < header.data_size or longer:
        raise PoolcliError("is damaged: its directory and its data differ in size")
    return numbers
