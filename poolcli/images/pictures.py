"""Picture files to arrays. Pillow identifies and decodes; OpenCV helps with deep colour."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from PIL import Image as pillow  # noqa: N813 - `Image` is ours
from PIL import UnidentifiedImageError

from poolcli.arrays import Array, np
from poolcli.errors import PoolcliError
from poolcli.images.damage import Damage, damage_in_one_line
from poolcli.images.deep import (
    Depth,
    check_depth,
    decode_deep_colour,
    png_chunks,
    read_depth,
)
from poolcli.images.image import Image, Reading, Source
from poolcli.images.lending import Memory, load, see
from poolcli.images.metadata import clean_orientation, clean_profile, clean_resolution
from poolcli.images.transparency import hide
from poolcli.images.upright import SIDEWAYS, turn
from poolcli.silence import silence

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

# Pillow runs other programs for some formats, so it may look for these only. The name of what
# reads each; all that Pillow knows would take as long to load as NumPy's core.
FORMATS = {
    "PNG": "Png",
    "JPEG": "Jpeg",
    "WEBP": "WebP",
    "TIFF": "Tiff",
    "BMP": "Bmp",
    "GIF": "Gif",
    "PPM": "Ppm",
    "JPEG2000": "Jpeg2K",
    "AVIF": "Avif",
}

# What decoders need for a pixel.
DECODING_BYTES = 12

# What reads a format instead of Pillow: each takes the content and a Damage, and gives a Source.
OPENERS = {
    "TIFF": ("poolcli.images.tiff", "open_tiff"),
}

ORIENTATION = 0x0112

# The limit on sizes is poolcli's own, checked from the header.
pillow.MAX_IMAGE_PIXELS = None


def is_picture(head: bytes) -> bool:
    """Tell whether a file that begins so may be a picture."""
    return _identify(head) is not None


def _identify(head: bytes) -> str | None:
    """Name the format of a file that begins so; only what is needed to tell is loaded."""
    for name, plugin in FORMATS.items():
        import_module(f"PIL.{plugin}ImagePlugin")
        _, accepts = pillow.OPEN[name]
        if accepts and accepts(head[:16].ljust(16)):
            return name
    return None


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
    if format_ in OPENERS:
        return _open_otherwise(format_, content, damage)
    try:
        with damage_in_one_line(UnidentifiedImageError), silence():
            picture = pillow.open(io.BytesIO(content), formats=[format_])
    except UnidentifiedImageError:
        return None
    with damage_in_one_line(), silence():
        columns, rows = picture.size
        frames = getattr(picture, "n_frames", 1)
        notes = _count(frames)
        orientation = clean_orientation(_orientation(picture, content), notes)
        depth = read_depth(picture, content)
    check_depth(picture, depth.bits)
    turned = orientation in SIDEWAYS
    once = [picture]
    loaded: list[Memory | None] = []

    @contextmanager
    def decoding() -> Iterator[None]:
        try:
            with damage_in_one_line(), silence():
                yield
        except PoolcliError:
            # Some decoders take a lack of memory for damage; then this finds none either.
            np.empty((rows, columns, DECODING_BYTES), np.uint8)
            raise

    def begin() -> None:
        opened = once[0]
        if not loaded:
            with decoding():
                loaded.append(load(opened, depth.bits, damage))

    def decode() -> Image:
        begin()
        opened, memory = once.pop(), loaded.pop()
        with decoding():
            image = _decode(opened, memory, content, depth, orientation, notes)
        return replace(image, warnings=(*image.warnings, *damage.warnings))

    return Source((columns, rows) if turned else (rows, columns), "png", decode, begin)


def _open_otherwise(format_: str, content: bytes, damage: Damage) -> Source:
    """Read the header of a picture in a format that Pillow does not read well enough."""
    module, name = OPENERS[format_]
    open_: Callable[[bytes, Damage], Source] = getattr(import_module(module), name)
    with damage_in_one_line():
        source = open_(content, damage)

    def decode() -> Image:
        with damage_in_one_line():
            image = source.decode()
        return replace(image, warnings=(*image.warnings, *damage.warnings))

    return replace(source, decode=decode)


def _count(frames: int) -> list[str]:
    return [] if frames == 1 else [f"only the first of {frames} frames or pages is used"]


def _orientation(picture: pillow.Image, content: bytes) -> Any:
    """Read the EXIF orientation without decoding pixels, as Pillow does for PNG."""
    if picture.format != "PNG":
        return picture.getexif().get(ORIENTATION, 1)
    exif = pillow.Exif()
    found = [data for name, data in png_chunks(content) if name == b"eXIf"]
    exif.load(bytes(found[0]) if found else b"")
    return exif.get(ORIENTATION, 1)


def _decode(
    opened: ImageFile,
    memory: Memory | None,
    content: bytes,
    depth: Depth,
    orientation: int,
    notes: list[str],
) -> Image:
    """Read the upright pixels of a picture that is loaded, into memory of ours if there is any."""
    pixels = None if memory is None else see(memory, opened)
    picture: pillow.Image = opened
    notes = list(notes)
    profile = picture.info.get("icc_profile")
    resolution = clean_resolution(picture.info.get("dpi"), notes)
    key = picture.info.get("transparency")
    if picture.mode in ("CMYK", "YCbCr", "LAB"):
        notes.append(f"{picture.mode} was converted to RGB")
        picture, profile = picture.convert("RGB"), None
    if depth.bits == 16 and picture.mode in ("RGB", "RGBA"):
        pixels = decode_deep_colour(picture, content, depth.white)
    elif pixels is None:
        pixels = _array(picture, transparent=key is not None)
    alpha = picture.mode in ("LA", "RGBA", "PA") or key is not None
    if key is not None and pixels.shape[2:] not in ((2,), (4,)):
        pixels = _key_to_alpha(pixels, key, depth.bits)
    pixels = turn(pixels, orientation)
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    return Image(
        hide(pixels) if alpha else pixels,
        pixels.dtype,
        alpha=alpha,
        profile=clean_profile(profile, channels - alpha, notes),
        resolution=resolution,
        warnings=tuple(notes),
    )


def _array(picture: pillow.Image, *, transparent: bool) -> Array:
    """Give a picture's pixels in the widest range that its file can hold."""
    if picture.mode in ("P", "PA"):
        picture = picture.convert("RGBA" if transparent or picture.mode == "PA" else "RGB")
    elif picture.mode in ("1", "RGBX"):
        picture = picture.convert("L" if picture.mode == "1" else "RGB")
    pixels: Array = np.asarray(picture)
    pixels = pixels.astype(pixels.dtype.newbyteorder("="), copy=False)
    if picture.format == "PPM" and picture.mode == "I":
        return pixels.astype(np.uint16)
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
