"""PNG files (PNG, third edition)."""

from poolcli.images.png.decoding import open_png
from poolcli.images.png.encoding import encode_png

__all__ = ["encode_png", "open_png"]
