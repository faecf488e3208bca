"""Reading of TIFF files: own directories, strips and tiles, decompressed by libraries.

Pillow reads only some kinds of TIFF, and some of them wrongly without an error. libtiff only warns
of most damage, and Pillow does not report its warnings. The reasons against tifffile stand in
`directory` and `streams`.
"""

from __future__ import annotations

from dataclasses import dataclass

from poolcli.images.damage import Damage, damage_in_one_line
from poolcli.images.image import Image, Source
from poolcli.images.metadata import EXIF_TAGS, SIDEWAYS, Metadata, clean_profile, turn
from poolcli.images.tiff.directory import Directory, read_pages
from poolcli.images.tiff.layout import PageLayout, read_layout
from poolcli.images.tiff.pixels import read_samples, to_image
from poolcli.images.tiff.support import KEPT_COLOURS
from poolcli.images.tiff.tags import Tag
from poolcli.images.transparency import hide

__all__ = ["open_tiff"]


def open_tiff(content: bytes, damage: Damage) -> Source:
    """Read the header of a TIFF file.

    Parameters
    ----------
    content : bytes
        The whole file.
    damage : Damage
        Records damage that is found while pixels are decoded.

    Returns
    -------
    Source
        The page that is read: the first that is not marked as a smaller copy or a mask.

    Raises
    ------
    PoolcliError
        If the file is damaged, or holds pixels that are not read.
    """
    pages = read_pages(content)
    notes = pages.notes
    layout = read_layout(pages.used)
    metadata = _read_metadata(pages.used, layout)
    orientation = metadata.orientation(notes)
    page = _Page(pages.used, layout, metadata, orientation, tuple(notes), damage)
    return Source(page.shape, "png", page.decode)


def _read_metadata(directory: Directory, layout: PageLayout) -> Metadata:
    profile = None
    if layout.photometric in KEPT_COLOURS:
        profile = directory.metadata(Tag.ICC_PROFILE)
    return Metadata(
        exif={tag: directory.metadata(tag) for tag in EXIF_TAGS if tag in directory},
        xmp=directory.metadata(Tag.XMP),
        profile=profile,
    )


@dataclass(frozen=True)
class _Page:
    """A page whose tags are read.

    Attributes
    ----------
    directory : Directory
    layout : PageLayout
    metadata : Metadata
    orientation : int
        As in EXIF, 1 to 8.
    notes : tuple of str
        Warnings about the tags.
    damage : Damage
    """

    directory: Directory
    layout: PageLayout
    metadata: Metadata
    orientation: int
    notes: tuple[str, ...]
    damage: Damage

    @property
    def shape(self) -> tuple[int, int]:
        """Return the size of the upright image, (rows, columns)."""
        rows, columns = self.layout.rows, self.layout.columns
        return (columns, rows) if self.orientation in SIDEWAYS else (rows, columns)

    def decode(self) -> Image:
        """Read the pixels.

        Raises
        ------
        PoolcliError
            If they are damaged, unless that is tolerated.
        """
        notes = list(self.notes)
        with damage_in_one_line():
            samples = read_samples(self.directory, self.layout, self.damage)
            pixels = to_image(self.directory, self.layout, samples, notes)
            pixels = turn(pixels, self.orientation)
        colours = pixels.shape[2] if pixels.ndim == 3 else 1
        if self.layout.alpha:
            colours -= 1
            pixels = hide(pixels)
        return Image(
            pixels,
            pixels.dtype,
            alpha=bool(self.layout.alpha),
            profile=clean_profile(self.metadata.profile, colours, notes),
            resolution=self.metadata.resolution(notes, self.orientation),
            warnings=(*notes, *self.damage.warnings),
        )
