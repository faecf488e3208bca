"""Bytes to arrays: what an input is, by its content rather than by its name."""

from __future__ import annotations

from typing import Any, Literal

from poolcli.arrays import NDArray
from poolcli.errors import PoolcliError
from poolcli.images.image import Image, Reading, Source
from poolcli.images.matrices import NPY_MAGIC, check_text, parse_npy, parse_text
from poolcli.images.pictures import is_picture, open_picture

TEXT_SUFFIXES = ("csv", "txt", "")
NO_IMAGE = "is no image that can be read (png, jpg, webp, tif, bmp, gif, ppm, jp2, avif)"


def check_head(head: bytes, suffix: str) -> None:
    """Raise PoolcliError if a file that begins so is nothing that `open_source` reads."""
    if not head or head.startswith(NPY_MAGIC) or is_picture(head):
        return
    if suffix not in TEXT_SUFFIXES or b"\0" in head:
        raise PoolcliError(NO_IMAGE)
    check_text(head)


def open_source(content: bytes, suffix: str, reading: Reading = Reading()) -> Source:
    """Identify an input and read its header.

    Parameters
    ----------
    content : bytes
        A whole file.
    suffix : str
        What the file's name ends with, in lower case and without the dot; "" for standard
        input. Text is taken for a matrix only under csv, txt and "".
    reading : Reading

    Raises
    ------
    PoolcliError
        If this is nothing that poolcli reads, or is damaged.
    """
    if not content:
        raise PoolcliError("is empty")
    if content.startswith(NPY_MAGIC):
        return _matrix(parse_npy(content), "npy")
    picture = open_picture(content, reading)
    if picture is not None:
        return picture
    if suffix in TEXT_SUFFIXES:
        return _matrix(parse_text(content), "csv")
    raise PoolcliError(NO_IMAGE)


def _matrix(array: NDArray[Any], kind: Literal["npy", "csv"]) -> Source:
    rows, columns = array.shape[:2]
    notes = []
    if rows in (1, 3, 4) and array.shape[2:] > (4,):
        notes.append(
            f"shape {array.shape} is taken as rows, columns, channels;"
            " if the channels come first, move them to the end"
        )
    return Source(
        (rows, columns),
        kind,
        lambda: Image(array, array.dtype, matrix=True, warnings=tuple(notes)),
    )
