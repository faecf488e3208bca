"""Pictures that Pillow decodes, as images with their metadata."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from poolcli.arrays import Array
from poolcli.images.boxes import check_avif, check_jpeg2000, check_tiles
from poolcli.images.damage import Damage, damage_in_one_line, decoding, load_picture
from poolcli.images.deep import check_depth, decode_deep_colour, read_depth
from poolcli.images.image import Image, Source
from poolcli.images.metadata import (
    SIDEWAYS,
    Told,
    clean_profile,
    count_frames,
    pick_exif,
    turn,
)
from poolcli.images.plugins import UnidentifiedError, open_with_pillow
from poolcli.images.transparency import hide

if TYPE_CHECKING:
    from PIL import Image as pillow  # noqa: N813 - `Image` is ours
    from PIL.ImageFile import ImageFile

BAND_PIXELS = 1 << 16


class PillowPicture(ABC):
    """A picture whose header Pillow has read.

    Parameters
    ----------
    opened : ImageFile
        The header; its pixels are not loaded.
    bits : int
        The bits of a sample in the file.
    told : Told
        The metadata.
    notes : sequence of str
        Warnings about the file.
    damage : Damage
        Settled once the pixels are decoded.

    Raises
    ------
    PoolcliError
        If the pixels would not be read exactly.
    """

    def __init__(
        self, opened: ImageFile, bits: int, told: Told, notes: Sequence[str], damage: Damage
    ) -> None:
        check_depth(opened, bits)
        self._bits = bits
        self._told = told
        self._notes = [*notes, *count_frames(told.frames)]
        self._orientation = told.orientation(self._notes)
        self._damage = damage
        columns, rows = opened.size
        self._stored_shape = rows, columns

    @property
    def source(self) -> Source:
        """Return the source of the image."""
        rows, columns = self._stored_shape
        upright = (columns, rows) if self._orientation in SIDEWAYS else (rows, columns)
        return Source(upright, "png", self.decode)

    def decode(self) -> Image:
        """Read the pixels, once.

        Raises
        ------
        PoolcliError
            If the file is damaged and damage is not tolerated.
        MemoryError
            If there is not enough memory for the pixels.
        """
        with decoding(self._stored_shape):
            image = self._make_image(*self._load())
        self._damage.settle()
        return replace(image, warnings=(*image.warnings, *self._damage.warnings))

    @abstractmethod
    def _load(self) -> tuple[ImageFile, bytes]:
        """Return a picture whose pixels are loaded, and the file that they were read from."""

    def _make_image(self, opened: ImageFile, content: bytes) -> Image:
        """Return the upright image of a picture whose pixels are loaded."""
        picture: pillow.Image = opened
        notes, profile = list(self._notes), self._told.profile
        key = picture.info.get("transparency")
        if picture.mode == "CMYK":
            notes.append("CMYK was converted to RGB")
            picture, profile = picture.convert("RGB"), None
        if self._bits == 16 and picture.mode in ("RGB", "RGBA"):
            pixels = decode_deep_colour(picture, content)
        else:
            pixels = _array(picture, transparent=key is not None)
        alpha = picture.mode in ("LA", "RGBA") or key is not None
        if key is not None and pixels.shape[2:] not in ((2,), (4,)):
            pixels = _key_to_alpha(pixels, key, self._bits)
        pixels = turn(pixels, self._orientation)
        channels = pixels.shape[2] if pixels.ndim == 3 else 1
        return Image(
            hide(pixels) if alpha else pixels,
            pixels.dtype,
            alpha=alpha,
            profile=clean_profile(profile, channels - 1 if alpha else channels, notes),
            resolution=self._told.resolution(notes, self._orientation),
            warnings=tuple(notes),
        )


class PlainPicture(PillowPicture):
    """A picture whose pixels and metadata Pillow reads from the file as it is."""

    def __init__(self, content: bytes, format_: str, damage: Damage) -> None:
        self._content = content
        with damage_in_one_line(UnidentifiedError):
            self._opened = [open_with_pillow(content, format_)]
            (opened,) = self._opened
            notes: list[str] = []
            bits, told = read_depth(opened, content), _read_metadata(opened, notes)
        super().__init__(opened, bits, told, notes, damage)

    def _load(self) -> tuple[ImageFile, bytes]:
        # The picture and its pixels are let go with the image that is made of them.
        opened = self._opened.pop()
        load_picture(opened, self._damage)
        return opened, self._content


class Jpeg2000Picture(PlainPicture):
    """A JPEG 2000 picture, whose tiles are counted before they are decoded."""

    def _load(self) -> tuple[ImageFile, bytes]:
        check_tiles(self._content, self._damage)
        return super()._load()


def open_webp(content: bytes, damage: Damage) -> Source:
    """Read the header of a WebP file; raise PoolcliError if it is damaged."""
    return PlainPicture(content, "WEBP", damage).source


def open_jpeg2000(content: bytes, damage: Damage) -> Source:
    """Read the header of a JPEG 2000 file; raise PoolcliError if it is damaged."""
    check_jpeg2000(content)
    return Jpeg2000Picture(content, "JPEG2000", damage).source


def open_avif(content: bytes, damage: Damage) -> Source:
    """Read the header of an AVIF file; raise PoolcliError if it is damaged."""
    check_avif(content)
    return PlainPicture(content, "AVIF", damage).source


def _read_metadata(picture: ImageFile, notes: list[str]) -> Told:
    """Read the metadata of a picture that Pillow has opened."""
    return Told(
        exif=pick_exif(picture.getexif, notes),
        xmp=picture.info.get("xmp"),
        density=picture.info.get("dpi"),
        profile=picture.info.get("icc_profile"),
        frames=getattr(picture, "n_frames", 1),
    )


def _array(picture: pillow.Image, *, transparent: bool) -> Array:
    """Return the pixels of a picture, those of palettes and bits as gray or colour."""
    if picture.mode == "P":
        picture = picture.convert("RGBA" if transparent else "RGB")
    elif picture.mode == "1":
        picture = picture.convert("L")
    pixels = _copy_pixels(picture)
    return pixels.astype(pixels.dtype.newbyteorder("="), copy=False)


def _copy_pixels(picture: pillow.Image) -> Array:
    """Copy the pixels of a picture band by band; as a whole, Pillow makes two more copies."""
    columns, rows = picture.size
    height = max(1, BAND_PIXELS // columns)
    if height >= rows:
        return np.asarray(picture)
    first = np.asarray(picture.crop((0, 0, columns, height)))
    pixels = np.empty((rows, *first.shape[1:]), first.dtype)
    for top in range(0, rows, height):
        bottom = min(top + height, rows)
        pixels[top:bottom] = np.asarray(picture.crop((0, top, columns, bottom)))
    return pixels


def _key_to_alpha(pixels: Array, key: Any, bits: int) -> Array:
    """Add an alpha channel that hides the gray or colour declared transparent (tRNS)."""
    full = np.iinfo(pixels.dtype).max
    if pixels.ndim == 2 and 1 < bits < 8:
        # Pillow widens pixels of 2 and 4 bits to 8, but not the key.
        key *= full // (2**bits - 1)
    hidden = pixels == np.asarray(key)
    if pixels.ndim == 3:
        hidden = hidden.all(axis=2)
    return np.dstack((pixels, np.where(hidden, 0, full).astype(pixels.dtype)))
