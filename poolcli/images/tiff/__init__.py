"""TIFF files: directories, strips and tiles are read here, libraries decompress.

Pillow reads parts of TIFF only, and some of them wrongly, without saying so; libtiff only warns of
most damage, and its warnings reach nobody.
"""

from __future__ import annotations

from poolcli.images.damage import Damage
from poolcli.images.image import Image, Source
from poolcli.images.metadata import (
    RESOLUTION_UNIT,
    X_RESOLUTION,
    Y_RESOLUTION,
    clean_orientation,
    clean_profile,
    clean_resolution,
    tagged_resolution,
    xmp_orientation,
)
from poolcli.images.tiff.directory import MAGIC, read_pages
from poolcli.images.tiff.layout import KEPT_COLOURS, read_layout
from poolcli.images.tiff.pixels import read_samples, to_image
from poolcli.images.transparency import hide
from poolcli.images.upright import SIDEWAYS, turn

__all__ = ["MAGIC", "open_tiff"]

ORIENTATION, XMP, PROFILE = 274, 700, 34675
METADATA = (ORIENTATION, XMP, PROFILE, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT)


def open_tiff(content: bytes, damage: Damage) -> Source:
    """Read the header of a TIFF file.

    Raises
    ------
    PoolcliError
        If the file is damaged, or holds pixels that could not be read exactly.
    """
    pages = read_pages(content)
    directory, header_notes = pages.used, pages.notes
    layout = read_layout(directory)
    tags = {tag: directory.metadata(tag) for tag in METADATA if tag in directory}
    found = _whole(tags.get(ORIENTATION))
    orientation = clean_orientation(found or xmp_orientation(tags.get(XMP)), header_notes)

    def decode() -> Image:
        notes = list(header_notes)
        samples = read_samples(directory, layout, damage)
        pixels = turn(to_image(directory, layout, samples, notes), orientation)
        alpha = bool(layout.alpha)
        profile = tags.get(PROFILE) if layout.photometric in KEPT_COLOURS else None
        colours = (pixels.shape[2] if pixels.ndim == 3 else 1) - alpha
        return Image(
            hide(pixels) if alpha else pixels,
            pixels.dtype,
            alpha=alpha,
            profile=clean_profile(profile, colours, notes),
            resolution=clean_resolution(tagged_resolution(tags), notes),
            warnings=tuple(notes),
        )

    rows, columns = layout.rows, layout.columns
    return Source((columns, rows) if orientation in SIDEWAYS else (rows, columns), "png", decode)


def _whole(value: object) -> object:
    """Return a number of a tag as int if it is one."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
