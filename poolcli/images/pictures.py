"""Picture files to arrays. Pillow identifies and decodes; OpenCV helps with deep colour."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from poolcli.arrays import Array
from poolcli.images.bmp import open_bmp
from poolcli.images.boxes import check_avif, check_jpeg2000, check_tiles
from poolcli.images.damage import Damage, damage_in_one_line, decoding, load_picture
from poolcli.images.deep import (
    check_depth,
    decode_deep_colour,
    read_depth,
)
from poolcli.images.gif import open_gif
from poolcli.images.image import Image, Reading, Source
from poolcli.images.jpeg import open_jpeg
from poolcli.images.metadata import (
    SIDEWAYS,
    Told,
    clean_profile,
    count_frames,
    pick_exif,
    turn,
)
from poolcli.images.plugins import open_with_pillow
from poolcli.images.png.chunks import read_png
from poolcli.images.ppm import open_ppm
from poolcli.images.rows import load_rows
from poolcli.images.tiff import open_tiff
from poolcli.images.transparency import hide
from poolcli.silence import silence

if TYPE_CHECKING:
    from PIL import Image as pillow  # noqa: N813 - `Image` is ours
    from PIL.ImageFile import ImageFile

# How a file of each format begins.
SIGNATURES = {
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "WEBP": re.compile(rb"RIFF....WEBPVP8[ LX]", re.DOTALL),
    "TIFF": re.compile(rb"II[*+]\0|II\0\*|MM\0[*+]|MM\*\0"),
    "BMP": re.compile(rb"BM"),
    "GIF": re.compile(rb"GIF8[79]a"),
    "PPM": re.compile(rb"P[0-6fy]"),
    "JPEG2000": re.compile(rb"\xff\x4f\xff\x51|\0\0\0\x0cjP  \r\n\x87\n"),
    "AVIF": re.compile(rb"....ftyp(?:avi[fs]|mif1|msf1)", re.DOTALL),
}
# Formats that are read without Pillow.
OPENERS: dict[str, Callable[[bytes, Damage], Source]] = {
    "JPEG": open_jpeg,
    "TIFF": open_tiff,
    "BMP": open_bmp,
    "GIF": open_gif,
    "PPM": open_ppm,
}

# What must hold of a file before Pillow opens it.
CHECKS: dict[str, Callable[[bytes], None]] = {
    "JPEG2000": check_jpeg2000,
    "AVIF": check_avif,
}

BAND_PIXELS = 1 << 16


def is_picture(head: bytes) -> bool:
    """Tell whether a file that begins so may be a picture."""
    return _identify(head) is not None


def _identify(head: bytes) -> str | None:
    """Return the format of a file that begins so, or None."""
    matches = (name for name, signature in SIGNATURES.items() if signature.match(head))
    return next(matches, None)


def open_picture(content: bytes, reading: Reading = Reading()) -> Source | None:
    """Read the header of a picture file, or give None if it is not one.

    Raises
    ------
    PoolcliError
        If the file is damaged, or holds pixels that could not be read exactly.
    """
    damage = Damage(tolerant=reading.tolerant)
    format_ = _identify(content)
    if format_ is None:
        return None
    with damage_in_one_line():
        opener = OPENERS.get(format_)
        return opener(content, damage) if opener else _open_picture(content, format_, damage)


def _open_picture(content: bytes, format_: str, damage: Damage) -> Source | None:
    from PIL import UnidentifiedImageError

    notes: list[str] = []
    told: Told | None = None
    if format_ == "PNG":
        content, told = read_png(content, damage, notes)
    if format_ in CHECKS:
        CHECKS[format_](content)
    try:
        with damage_in_one_line(UnidentifiedImageError), silence():
            picture = open_with_pillow(content, format_)
    except UnidentifiedImageError:
        return None
    with damage_in_one_line(), silence():
        columns, rows = picture.size
        bits = read_depth(picture, content)
        told = told or _told(picture, notes)
    check_depth(picture, bits)
    notes += count_frames(told.frames)
    orientation = told.orientation(notes)
    turned = orientation in SIDEWAYS
    size = picture.size
    once = [picture]
    begun = False

    def begin() -> None:
        nonlocal begun, content
        if not begun:
            begun = True
            with decoding(size), silence():
                if format_ == "PNG":
                    once[0], content = load_rows(once[0], content, damage)
                    return
                if format_ == "JPEG2000":
                    check_tiles(content, damage)
                load_picture(once[0], damage)

    def decode() -> Image:
        begin()
        opened = once.pop()
        with decoding(size), silence():
            image = _decode(opened, content, bits, told, orientation, notes)
        damage.settle()
        return replace(image, warnings=(*image.warnings, *damage.warnings))

    return Source((columns, rows) if turned else (rows, columns), "png", decode)


def _told(picture: ImageFile, notes: list[str]) -> Told:
    """Collect what a picture that Pillow has opened says about its pixels."""
    return Told(
        exif=pick_exif(picture.getexif, notes),
        xmp=picture.info.get("xmp"),
        density=picture.info.get("dpi"),
        profile=picture.info.get("icc_profile"),
        frames=getattr(picture, "n_frames", 1),
    )


def _decode(
    opened: ImageFile, content: bytes, bits: int, told: Told, orientation: int, notes: list[str]
) -> Image:
    """Read the upright pixels of a picture that is loaded."""
    picture: pillow.Image = opened
    notes, profile = list(notes), told.profile
    key = picture.info.get("transparency")
    if picture.mode == "CMYK":
        notes.append("CMYK was converted to RGB")
        picture, profile = picture.convert("RGB"), None
    if bits == 16 and picture.mode in ("RGB", "RGBA"):
        pixels = decode_deep_colour(picture, content)
    else:
        pixels = _array(picture, transparent=key is not None)
    alpha = picture.mode in ("LA", "RGBA") or key is not None
    if key is not None and pixels.shape[2:] not in ((2,), (4,)):
        pixels = _key_to_alpha(pixels, key, bits)
    pixels = turn(pixels, orientation)
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    return Image(
        hide(pixels) if alpha else pixels,
        pixels.dtype,
        alpha=alpha,
        profile=clean_profile(profile, channels - alpha, notes),
        resolution=told.resolution(notes, orientation),
        warnings=tuple(notes),
    )


def _array(picture: pillow.Image, *, transparent: bool) -> Array:
    """Give a picture's pixels in the widest range that its file can hold."""
    if picture.mode == "P":
        picture = picture.convert("RGBA" if transparent else "RGB")
    elif picture.mode == "1":
        picture = picture.convert("L")
    pixels = _pixels(picture)
    return pixels.astype(pixels.dtype.newbyteorder("="), copy=False)


def _pixels(picture: pillow.Image) -> Array:
    """Copy a picture's pixels band by band; as a whole, Pillow makes two more copies of them."""
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
    """Make a channel of the one gray or colour that a file declares transparent (tRNS)."""
    full = np.iinfo(pixels.dtype).max
    if pixels.ndim == 2 and 1 < bits < 8:
        # Pillow widens pixels of 2 and 4 bits to 8, but not the key.
        key *= full // (2**bits - 1)
    hidden = pixels == np.asarray(key)
    if pixels.ndim == 3:
        hidden = hidden.all(axis=2)
    return np.dstack((pixels, np.where(hidden, 0, full).astype(pixels.dtype)))
