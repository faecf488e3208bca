"""Files and places that nobody should have to trust, each with what must be said of it."""

from __future__ import annotations

import io
import os
import socket
import struct
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import tifffile
from helpers.formats import cases, chunk, noise, npy, png, saved, tif

NO_IMAGE = "is no image that can be read"
DAMAGED = "is damaged"
TOO_LARGE = "allow it with --max-pixels"
SIDE = 65500


def hostile_files() -> dict[str, tuple[bytes, str]]:
    """List contents that must be refused, by name, with a part of the line that must come."""
    return {**_disguises(), **_cut(), **_matrices(), **bombs()}


def _disguises() -> dict[str, tuple[bytes, str]]:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("a.png", png(noise("u1"), 8, 0))
    postscript = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n"
    return {
        "empty.png": (b"", "is empty"),
        "byte.png": (b"\x89", NO_IMAGE),
        "letter.ppm": (b"P", NO_IMAGE),
        "text.png": (b"1 2\n3 4\n", NO_IMAGE),
        "page.png": (b"<!DOCTYPE html><html><body>404</body></html>", NO_IMAGE),
        "pointer.png": (pointer, NO_IMAGE),
        "archive.png": (archive.getvalue(), NO_IMAGE),
        "drawing.png": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', NO_IMAGE),
        "script.jpg": (postscript, NO_IMAGE),
        "document.png": (b"%PDF-1.4\n", NO_IMAGE),
        "zeros.png": (bytes(100_000), NO_IMAGE),
    }


def _cut() -> dict[str, tuple[bytes, str]]:
    """Take a whole file of each format; cut one off, and knock a hole into another."""
    found = {}
    for format_, suffix in (
        ("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp"), ("TIFF", "tif"), ("BMP", "bmp"),
        ("GIF", "gif"), ("PPM", "ppm"), ("JPEG2000", "jp2"), ("AVIF", "avif"),
    ):  # fmt: skip
        whole = saved(noise("u1", 3), format_)
        found[f"half.{suffix}"] = whole[: len(whole) // 2], "is "
    whole = saved(noise("u1", 3), "PNG")
    found["flipped.png"] = whole[:500] + bytes([whole[500] ^ 4]) + whole[501:], DAMAGED
    found["hole.png"] = whole[:300] + bytes(400) + whole[700:], DAMAGED
    found["hole.webp"] = _hole(saved(noise("u1", 3), "WEBP", lossless=True)), DAMAGED
    return found


def _hole(whole: bytes) -> bytes:
    return whole[:40] + bytes(200) + whole[240:]


def _matrices() -> dict[str, tuple[bytes, str]]:
    lying = npy(np.zeros((2, 2), np.uint8)).replace(b"(2, 2)", b"(65500, 65500)")
    refused = {
        f"{case.name.split(', ')[1].replace(' ', '-')}.{case.suffix}": (case.content, case.refusal)
        for case in cases()
        if case.refusal and case.suffix in ("csv", "txt", "npy")
    }
    return {
        **refused,
        "lying.npy": (lying.replace(b"          \n", b"\n"), "is damaged"),
        "binary.csv": (bytes(range(256)), "is n"),
        "words.txt": (b"once upon a time\n", "is no number"),
    }


@cache
def bombs() -> dict[str, tuple[bytes, str]]:
    """Make small files that claim to be, or would become, very large ones."""
    gray, rgb, deep = noise("u1"), noise("u1", 3), noise("u2", 3)
    plain, colour = png(gray, 8, 0), png(deep, 16, 2)
    jpeg, progressive = saved(rgb, "JPEG"), saved(rgb, "JPEG", progressive=True)
    bmp, gif = saved(rgb, "BMP"), saved(gray, "GIF")
    jp2, avif = saved(rgb, "JPEG2000"), saved(rgb, "AVIF")
    frame, size, image = jpeg.index(b"\xff\xc0"), avif.index(b"ispe"), gif.index(b"\x2c")
    later, codestream, box = (
        progressive.index(b"\xff\xc2"),
        jp2.index(b"\xff\x51"),
        jp2.index(b"ihdr"),
    )
    two, four, little = (struct.pack(kind, SIDE, SIDE) for kind in (">HH", ">II", "<HH"))
    false_chunk = b"\x7f\xff\xff\xf0teSt" + bytes(8)
    jp2 = _patch(_patch(jp2, codestream + 6, four), box + 4, four)
    return {
        "bomb.png": (_claim(plain, 8, 0), TOO_LARGE),
        "bomb-deep.png": (_claim(colour, 16, 2), TOO_LARGE),
        "bomb-chunk.png": (colour[:33] + false_chunk + colour[33:], DAMAGED),
        "bomb-end.png": (colour[:-12] + false_chunk, DAMAGED),
        "bomb.jpg": (_patch(jpeg, frame + 5, two), TOO_LARGE),
        "bomb-later.jpg": (_patch(progressive, later + 5, two), TOO_LARGE),
        "bomb.bmp": (_patch(bmp, 18, struct.pack("<ii", SIDE, SIDE)), TOO_LARGE),
        "bomb.gif": (_patch(_patch(gif, 6, little), image + 5, little), TOO_LARGE),
        "bomb.ppm": (b"P6 65500 65500 255\n" + rgb.tobytes(), TOO_LARGE),
        "bomb.pgm": (b"P2 65500 65500 255\n1 2 3", TOO_LARGE),
        "bomb.pbm": (b"P4 65500 65500\n1 2 3", TOO_LARGE),
        "bomb.jp2": (jp2, TOO_LARGE),
        "bomb.avif": (_patch(avif, size + 8, four), ""),
        "bomb.tif": (_large_tif(tif(rgb, photometric="rgb")), TOO_LARGE),
        "bomb-deep.tif": (_large_tif(tif(deep, photometric="rgb")), TOO_LARGE),
        "bomb.webp": (_large_webp(saved(rgb, "WEBP", lossless=True)), ""),
    }


def _patch(content: bytes, position: int, data: bytes) -> bytes:
    return content[:position] + data + content[position + len(data) :]


def _claim(content: bytes, bits: int, colour_type: int) -> bytes:
    header = struct.pack(">IIBBBBB", SIDE, SIDE, bits, colour_type, 0, 0, 0)
    return content[:8] + chunk(b"IHDR", header) + content[33:]


def _large_tif(content: bytes) -> bytes:
    with tifffile.TiffFile(io.BytesIO(content)) as file:
        places = [file.pages.first.tags[number].valueoffset for number in (256, 257)]
    for place in places:
        content = _patch(content, place, struct.pack("<I", SIDE))
    return content


def _large_webp(content: bytes) -> bytes:
    """Put a canvas of 16383 x 16383, the largest there is, around a small picture."""
    side = (16382).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + side * 2 + content[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def page_loop() -> bytes:
    """Make a TIFF whose last page is followed by its first."""
    content = tif(noise("u1"))
    first = struct.unpack("<I", content[4:8])[0]
    entries = struct.unpack("<H", content[first : first + 2])[0]
    return _patch(content, first + 2 + 12 * entries, struct.pack("<I", first))


def special_places(folder: Path) -> list[str]:
    """Make what has an image's name and is no file, and give the names."""
    os.mkfifo(folder / "fifo.png")
    with socket.socket(socket.AF_UNIX) as listening:
        before = Path.cwd()
        os.chdir(folder)  # the names of sockets are short
        listening.bind("socket.png")
        os.chdir(before)
    (folder / "zero.png").symlink_to("/dev/zero")
    (folder / "full.png").symlink_to("/dev/full")
    (folder / "terminal.png").symlink_to("/dev/tty")
    (folder / "folder.png").symlink_to("/tmp")  # noqa: S108 - any folder elsewhere
    return ["fifo.png", "socket.png", "zero.png", "full.png", "terminal.png", "folder.png"]


def broken_links(folder: Path) -> dict[str, str]:
    """Make links that cannot be read, and give their names and what must be said of them."""
    (folder / "dangling.png").symlink_to("nowhere")
    (folder / "round.png").symlink_to("round.png")
    (folder / "there.png").symlink_to("back.png")
    (folder / "back.png").symlink_to("there.png")
    # A regular file that can be opened, and that fails to be read at its beginning.
    (folder / "failing.png").symlink_to("/proc/self/mem")
    loop = "too many levels of symbolic links"
    return {
        "dangling.png": "cannot be read: no such file or directory",
        "round.png": f"cannot be read: {loop}",
        "there.png": f"cannot be read: {loop}",
        "back.png": f"cannot be read: {loop}",
        "failing.png": "cannot be read: input/output error",
    }
