"""Bytes to arrays: what an input is, by its content rather than by its name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from poolcli.errors import PoolcliError
from poolcli.formats import BY_NAME, BY_SUFFIX, READ_PICTURES, Content
from poolcli.geometry.layouts import Axes
from poolcli.images.image import Image, Kind, Reading, Source
from poolcli.images.matrices import check_text, parse_text
from poolcli.images.npy import NPY_MAGIC, ZIP_MAGIC, open_npy, open_npz
from poolcli.images.pictures import is_picture, open_picture

TEXT_SUFFIXES = (*BY_NAME["csv"].suffixes, "")
NO_IMAGE = f"is no image that can be read ({', '.join(each.name for each in READ_PICTURES)})"
KINDS: dict[Content, Kind] = {"array": "npy", "text": "csv"}


def kind_of(suffix: str, head: bytes | None = None) -> Kind:
    """Return the format that the results of a file have by default: a matrix keeps its kind.

    Parameters
    ----------
    suffix : str
        Of the path of the file, in lower case and without dot.
    head : bytes or None
        The first bytes of the file, which decide; None if they are not known.
    """
    named = KINDS.get(BY_SUFFIX[suffix].content) if suffix in BY_SUFFIX else None
    if head is None:
        return named or "png"
    if head.startswith((NPY_MAGIC, ZIP_MAGIC)):
        return "npy"
    return "png" if is_picture(head) else named or "csv"


def check_head(head: bytes, suffix: str) -> None:
    """Raise PoolcliError if a file that begins so is nothing that `open_source` reads."""
    if not head or head.startswith((NPY_MAGIC, ZIP_MAGIC)) or is_picture(head):
        return
    if suffix not in TEXT_SUFFIXES:
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
    source = _open(content, suffix, reading)
    return replace(source, decode=lambda: _quieted(source.decode()))


def _open(content: bytes, suffix: str, reading: Reading) -> Source:
    if not content:
        raise PoolcliError("is empty")
    if content.startswith(ZIP_MAGIC) and (source := open_npz(content, reading)):
        return source
    if reading.array is not None:
        raise PoolcliError("is no npz archive, which --array is for; leave it out")
    if content.startswith(NPY_MAGIC):
        return open_npy(content, reading)
    source = open_picture(content, reading)
    if source is None:
        if suffix not in TEXT_SUFFIXES:
            raise PoolcliError(NO_IMAGE)
        matrix = parse_text(content, reading.max_pixels)
        axes = Axes("hw")
        source = Source(matrix.shape, "csv", lambda: Image(matrix, matrix.dtype, True, axes=axes))
    if reading.layout is not None:
        raise PoolcliError("is no array (npy, npz), which --layout is for; leave it out")
    return source


def _quieted(image: Image) -> Image:
    """Return an image without signalling NaN, of which every calculation would warn."""
    pixels = image.pixels
    if pixels.dtype.kind != "f":
        return image
    with np.errstate(invalid="ignore"):
        # A maximum is NaN if one value is.
        return replace(image, pixels=pixels * 1) if np.isnan(pixels.max()) else image
