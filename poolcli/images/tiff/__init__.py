"""TIFF files: directories, strips and tiles are read here, libraries decompress.

Pillow reads parts of TIFF only, and some of them wrongly, without saying so; libtiff only warns of
most damage, and its warnings do not reach Pillow's caller.
"""

from __future__ import annotations

from poolcli.images.damage import Damage, damage_in_one_line
from poolcli.images.image import Image, Source
from poolcli.images.metadata import EXIF_TAGS, SIDEWAYS, Metadata, clean_profile, turn
from poolcli.images.tiff.directory import read_pages
from poolcli.images.tiff.layout import KEPT_COLOURS, read_layout
from poolcli.images.tiff.pixels import read_samples, to_image
from poolcli.images.transparency import hide

__all__ = ["open_tiff"]

XMP, PROFILE = 700, 34675


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
    told = Metadata(
        exif={tag: directory.metadata(tag) for tag in EXIF_TAGS if tag in directory},
        xmp=directory.metadata(XMP),
        profile=directory.metadata(PROFILE) if layout.photometric in KEPT_COLOURS else None,
    )
    orientation = told.orientation(header_notes)

    def decode() -> Image:
        notes = list(header_notes)
        with damage_in_one_line():
            samples = read_samples(directory, layout, damage)
            pixels = turn(to_image(directory, layout, samples, notes), orientation)
        alpha = bool(layout.alpha)
        colours = (pixels.shape[2] if pixels.ndim == 3 else 1) - alpha
        return Image(
            hide(pixels) if alpha else pixels,
            pixels.dtype,
            alpha=alpha,
            profile=clean_profile(told.profile, colours, notes),
            resolution=told.resolution(notes, orientation),
            warnings=(*notes, *damage.warnings),
        )

    rows, columns = layout.rows, layout.columns
    return Source((columns, rows) if orientation in SIDEWAYS else (rows, columns), "png", decode)
