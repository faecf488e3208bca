"""Real files of every format that mutation starts from."""

from __future__ import annotations

import numpy as np
from helpers.formats import cases, noise, png, saved, tif
from PIL import Image as pillow  # noqa: N813 - as in the package


def seeds() -> dict[str, list[bytes]]:
    """List real files by their suffix; text that is wrong already would get no further."""
    found: dict[str, list[bytes]] = {}
    for case in cases():
        if case.content and not (case.refusal and case.suffix in ("csv", "txt")):
            found.setdefault(case.suffix, []).append(case.content)
    for suffix, content in _more():
        found.setdefault(suffix, []).append(content)
    return found


def _more() -> list[tuple[str, bytes]]:
    """Make what is read like other kinds of file, but takes other paths through decoders."""
    smooth = np.add.outer(np.arange(23), np.arange(34)).astype(np.uint8)
    rgb, rgba = np.dstack((smooth, smooth // 2, 255 - smooth)), noise("u1", 4)
    frames = [pillow.fromarray(rgb), pillow.fromarray(255 - rgb)]
    exif = pillow.Exif()
    exif[274] = 6
    return [
        ("jpg", saved(rgb, "JPEG", quality=50)),
        ("jpg", saved(rgb, "JPEG", progressive=True, exif=exif)),
        ("png", png(noise("u1", 3), 8, 2, (b"eXIf", exif.tobytes()[6:]))),
        ("png", saved(frames[0], "PNG", save_all=True, append_images=frames[1:])),
        ("webp", saved(rgb, "WEBP", quality=50)),
        ("webp", saved(frames[0], "WEBP", save_all=True, append_images=frames[1:])),
        ("tif", saved(rgb, "TIFF", compression="tiff_lzw")),
        ("tif", saved(smooth, "TIFF", compression="packbits")),
        ("tif", saved(rgb, "TIFF", compression="jpeg")),
        ("tif", saved(pillow.fromarray(smooth > 20), "TIFF", compression="group4")),
        ("tif", tif(noise("u2", 3), photometric="rgb", compression="zlib", predictor=2)),
        ("jp2", saved(rgba, "JPEG2000", no_jp2=True)),
        ("jp2", saved(rgb, "JPEG2000", irreversible=True)),
        ("avif", saved(rgba, "AVIF", quality=50)),
        ("avif", saved(smooth, "AVIF", quality=90)),
        ("gif", saved(frames[0].quantize(16), "GIF", interlace=1)),
        ("bmp", saved(frames[0].quantize(16), "BMP")),
        ("bmp", saved(rgba, "BMP")),
        ("ppm", b"P3 3 2 255\n" + b" ".join(b"%d" % n for n in range(18))),
        ("pgm", b"P2 3 2 1023\n" + b" ".join(b"%d" % (n * 99) for n in range(6))),
        ("pbm", b"P1 3 2\n1 0 1\n0 1 0\n"),
        ("csv", b"1.5,inf\n-inf,2e300\n"),
        ("csv", b"".join(b"%d,%d,%d,%d,0.5\n" % (n, 2 * n, 255 - n, n % 7) for n in range(40))),
        ("txt", b"".join(b"%d %d  %d\n" % (n, 2 * n, 255 - n) for n in range(40))),
        ("txt", b"1 1 2 4\n5 6 7 8\n3 2 1 0\n1 2 3 4\n"),
    ]
