"""Files of every kind, written independently of the code under test, and their pixels."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in the package

from helpers.handmade import LONG, SHORT, Tags, bmp, compressed, fax, gif, gray_tags, packed, tiff
from poolcli.images.tiff.codecs import reads_zstandard

Array = NDArray[Any]

SIZE = (23, 34)

# Compressions of TIFF: name, number, and name in Pillow.
_COMPRESSIONS = (
    ("LZW", 5, "tiff_lzw"),
    ("PackBits", 32773, "packbits"),
    ("LZMA", 34925, "lzma"),
    ("Zstandard", 50000, "zstd"),
)


@dataclass(frozen=True)
class Case:
    """A file with the pixels that must be read from it, or the reason of its refusal.

    Attributes
    ----------
    name : str
        The first column of the table in docs/formats.md.
    content : bytes
    suffix : str
    pixels : ndarray or None
        Upright, RGB order, α last, colour under α = 0 set to 0; None if the file is refused.
    alpha : bool
    warning, refusal : str
        A part of the only message.
    """

    name: str
    content: bytes
    suffix: str
    pixels: Array | None = None
    alpha: bool = False
    warning: str = ""
    refusal: str = ""


def noise(dtype: str, *channels: int, seed: int = 0) -> Array:
    """Return an image of random values from the whole range of its type."""
    numbers = np.random.default_rng(seed)
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return numbers.normal(0, 1000, (*SIZE, *channels)).astype(kind)
    limits = np.iinfo(kind)
    native = kind.newbyteorder("=")
    pixels = numbers.integers(limits.min, limits.max, (*SIZE, *channels), native, endpoint=True)
    return pixels.astype(kind)


def with_alpha(dtype: str, channels: int) -> Array:
    """Return random colour with alpha; a third of it is hidden and a third opaque."""
    pixels = noise(dtype, channels)
    alpha = pixels[..., -1]
    full = np.iinfo(alpha.dtype).max
    alpha[alpha < full // 3] = 0
    alpha[alpha > full // 3 * 2] = full
    return pixels


def shown(pixels: Array) -> Array:
    """Return pixels with hidden colour set to 0."""
    return np.where(pixels[..., -1:] == 0, 0, pixels).astype(pixels.dtype)


def png(pixels: Array, bits: int, colour_type: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """Return the simplest PNG: no filter, one IDAT; pixels of 1 to 4 bits are packed."""
    rows, columns = pixels.shape[:2]
    if bits == 16:
        lines = [row.astype(">u2").tobytes() for row in pixels]
    elif bits == 8:
        lines = [row.astype(np.uint8).tobytes() for row in pixels]
    else:
        unpacked = (pixels[..., np.newaxis] >> np.arange(bits - 1, -1, -1)) & 1
        lines = [np.packbits(row.reshape(-1)).tobytes() for row in unpacked]
    header = struct.pack(">IIBBBBB", columns, rows, bits, colour_type, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + line for line in lines))
    parts = [(b"IHDR", header), *chunks, (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def chunk(name: bytes, data: bytes) -> bytes:
    """Return a PNG chunk."""
    checksum = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)


def tif(pixels: Array, **settings: Any) -> bytes:
    """Return a TIFF written by tifffile."""
    stream = io.BytesIO()
    tifffile.imwrite(stream, pixels, **settings)
    return stream.getvalue()


def saved(pixels: Array | pillow.Image, format_: str, **settings: Any) -> bytes:
    """Return a file written by Pillow."""
    picture = pixels if isinstance(pixels, pillow.Image) else pillow.fromarray(pixels)
    stream = io.BytesIO()
    picture.save(stream, format_, **settings)
    return stream.getvalue()


def npy(pixels: Array) -> bytes:
    """Return an npy file."""
    stream = io.BytesIO()
    np.save(stream, pixels)
    return stream.getvalue()


def npz(**arrays: Any) -> bytes:
    """Return a compressed npz archive."""
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def cases() -> list[Case]:
    """Return a case for every kind of file."""
    return [*_png_cases(), *_tif_cases(), *_other_cases(), *_matrix_cases()]


def _png_cases() -> list[Case]:
    gray, deep = noise("u1"), noise("u2")
    rgb, deep_rgb = noise("u1", 3), noise("u2", 3)
    la, rgba = with_alpha("u1", 2), with_alpha("u1", 4)
    deep_la, deep_rgba = with_alpha("u2", 2), with_alpha("u2", 4)
    palette = noise("u1", 3)[:4, :4].reshape(16, 3)
    index = noise("u1") % 16
    see_through = np.dstack((palette[index], np.where(index == 3, 0, 255))).astype(np.uint8)
    plte = (b"PLTE", palette.tobytes())

    def key(pixels: Array, values: list[int], scale: int = 1) -> Array:
        layers = pixels if pixels.ndim == 3 else pixels[..., np.newaxis]
        hidden = (layers == values).all(axis=2)
        full = np.iinfo(pixels.dtype).max
        return shown(np.dstack((layers * scale, np.where(hidden, 0, full))).astype(pixels.dtype))

    small_key = struct.pack(">H", 5)
    return [
        Case("png, 1-bit gray", png(gray & 1, 1, 0), "png", (gray & 1) * 255),
        Case("png, 2-bit gray", png(gray & 3, 2, 0), "png", (gray & 3) * 85),
        Case("png, 4-bit gray", png(gray & 15, 4, 0), "png", (gray & 15) * 17),
        Case("png, 8-bit gray", png(gray, 8, 0), "png", gray),
        Case("png, 16-bit gray", png(deep, 16, 0), "png", deep),
        Case("png, 8-bit RGB", png(rgb, 8, 2), "png", rgb),
        Case("png, 16-bit RGB", png(deep_rgb, 16, 2), "png", deep_rgb),
        Case("png, palette", png(index, 4, 3, plte), "png", palette[index]),
        Case(
            "png, palette with transparency",
            png(index, 8, 3, plte, (b"tRNS", b"\xff\xff\xff\0")),
            "png",
            shown(see_through),
            alpha=True,
        ),
        Case("png, 8-bit gray with alpha", png(la, 8, 4), "png", shown(la), alpha=True),
        Case("png, 16-bit gray with alpha", png(deep_la, 16, 4), "png", shown(deep_la), alpha=True),
        Case("png, 8-bit RGBA", png(rgba, 8, 6), "png", shown(rgba), alpha=True),
        Case("png, 16-bit RGBA", png(deep_rgba, 16, 6), "png", shown(deep_rgba), alpha=True),
        Case(
            "png, 4-bit gray with a transparent value",
            png(gray & 15, 4, 0, (b"tRNS", small_key)),
            "png",
            key(gray & 15, [5], 17),
            alpha=True,
        ),
        Case(
            "png, 8-bit gray with a transparent value",
            png(gray, 8, 0, (b"tRNS", small_key)),
            "png",
            key(gray, [5]),
            alpha=True,
        ),
        Case(
            "png, 16-bit gray with a transparent value",
            png(deep, 16, 0, (b"tRNS", struct.pack(">H", int(deep[3, 4])))),
            "png",
            key(deep, [int(deep[3, 4])]),
            alpha=True,
        ),
        Case(
            "png, 8-bit RGB with a transparent colour",
            png(rgb, 8, 2, (b"tRNS", struct.pack(">HHH", *rgb[3, 4]))),
            "png",
            key(rgb, rgb[3, 4].tolist()),
            alpha=True,
        ),
        Case(
            "png, 16-bit RGB with a transparent colour",
            png(deep_rgb, 16, 2, (b"tRNS", struct.pack(">HHH", *deep_rgb[3, 4]))),
            "png",
            key(deep_rgb, deep_rgb[3, 4].tolist()),
            alpha=True,
        ),
    ]


def _tif_cases() -> list[Case]:
    gray, deep, rgb, deep_rgb = noise("u1"), noise("u2"), noise("u1", 3), noise("u2", 3)
    la, rgba, deep_rgba = with_alpha("u1", 2), with_alpha("u1", 4), with_alpha("u2", 4)
    straight: dict[str, Any] = {"extrasamples": ["unassalpha"]}
    colour: dict[str, Any] = {"photometric": "rgb"}
    planes: dict[str, Any] = {"planarconfig": "separate", **colour}
    tiles: dict[str, Any] = {"tile": (16, 16)}
    lab = tif(rgb, photometric=8)
    refused = noise("f8"), noise("f4", 3)
    deep_planes, deep_la = np.moveaxis(deep_rgb, 2, 0), with_alpha("u2", 2)

    def turned(pixels: Array) -> Array:
        return np.rot90(pixels, -1)

    sideways: dict[str, Any] = {"extratags": [(274, 3, 1, 6, True)]}
    return [
        Case("tif, 1-bit", tif(gray > 99), "tif", np.where(gray > 99, 0, 255).astype(np.uint8)),
        Case("tif, 8-bit gray", tif(gray), "tif", gray),
        Case("tif, 8-bit gray, white is 0", tif(gray, photometric="miniswhite"), "tif", 255 - gray),
        Case("tif, 16-bit gray", tif(deep), "tif", deep),
        Case("tif, 16-bit gray, big-endian", tif(deep, byteorder=">"), "tif", deep),
        Case("tif, 16-bit gray, white is 0", tif(deep, photometric="miniswhite"), "tif", ~deep),
        Case("tif, 16-bit gray, tiled", tif(deep, **tiles), "tif", deep),
        Case("tif, 16-bit gray, deflate", tif(deep, compression="zlib"), "tif", deep),
        Case("tif, signed 16-bit", tif(noise("i2")), "tif", noise("i2").astype(np.int32)),
        Case("tif, signed 32-bit", tif(noise("i4")), "tif", noise("i4")),
        Case("tif, float32", tif(noise("f4")), "tif", noise("f4")),
        Case("tif, float32, big-endian", tif(noise("f4"), byteorder=">"), "tif", noise("f4")),
        Case("tif, 8-bit RGB", tif(rgb, **colour), "tif", rgb),
        Case("tif, 8-bit RGB, tiled", tif(rgb, **tiles, **colour), "tif", rgb),
        Case("tif, 8-bit RGB, planar", tif(np.moveaxis(rgb, 2, 0), **planes), "tif", rgb),
        Case("tif, 8-bit RGB, turned", tif(rgb, **sideways, **colour), "tif", turned(rgb)),
        Case("tif, 16-bit RGB", tif(deep_rgb, **colour), "tif", deep_rgb),
        Case(
            "tif, 16-bit RGB, big-endian",
            tif(deep_rgb, byteorder=">", **colour),
            "tif",
            deep_rgb,
        ),
        Case("tif, 16-bit RGB, tiled", tif(deep_rgb, **tiles, **colour), "tif", deep_rgb),
        Case(
            "tif, 16-bit RGB, turned", tif(deep_rgb, **sideways, **colour), "tif", turned(deep_rgb)
        ),
        Case("tif, 16-bit RGB, planar", tif(deep_planes, **planes), "tif", deep_rgb),
        Case(
            "tif, 16-bit RGB, planar, deflate, big-endian",
            tif(deep_planes, byteorder=">", compression="zlib", rowsperstrip=5, **planes),
            "tif",
            deep_rgb,
        ),
        Case(
            "tif, 16-bit RGB, planar, turned",
            tif(deep_planes, **sideways, **planes),
            "tif",
            turned(deep_rgb),
        ),
        Case(
            "tif, 16-bit RGB, planar, tiled",
            tif(deep_planes, **tiles, **planes),
            "tif",
            deep_rgb,
        ),
        Case(
            "tif, 16-bit RGBA, planar",
            tif(np.moveaxis(deep_rgba, 2, 0), **straight, **planes),
            "tif",
            shown(deep_rgba),
            alpha=True,
        ),
        Case(
            "tif, 16-bit gray with alpha",
            tif(deep_la, photometric="minisblack", planarconfig="contig", **straight),
            "tif",
            shown(deep_la),
            alpha=True,
        ),
        Case(
            "tif, 16-bit gray with alpha, deflate with predictor",
            tif(
                deep_la,
                photometric="minisblack",
                planarconfig="contig",
                compression="zlib",
                predictor=2,
                rowsperstrip=4,
                **straight,
            ),
            "tif",
            shown(deep_la),
            alpha=True,
        ),
        Case(
            "tif, 8-bit gray with alpha",
            tif(la, photometric="minisblack", planarconfig="contig", **straight),
            "tif",
            shown(la),
            alpha=True,
        ),
        Case("tif, 8-bit RGBA", tif(rgba, **straight, **colour), "tif", shown(rgba), alpha=True),
        Case(
            "tif, 16-bit RGBA",
            tif(deep_rgba, **straight, **colour),
            "tif",
            shown(deep_rgba),
            alpha=True,
        ),
        Case(
            "tif, several pages",
            tif(np.stack((gray, gray // 2, gray // 3)), photometric="minisblack"),
            "tif",
            gray,
            warning="only the first of 3 frames or pages",
        ),
        Case(
            "tif, CMYK",
            tif(noise("u1", 4), photometric="separated"),
            "tif",
            np.asarray(pillow.fromarray(noise("u1", 4), "CMYK").convert("RGB")),
            warning="CMYK was converted to RGB",
        ),
        Case(
            "tif, LAB",
            lab,
            "tif",
            np.asarray(pillow.open(io.BytesIO(lab)).convert("RGB")),
            warning="LAB was converted to RGB",
        ),
        Case("tif, signed 8-bit", tif(noise("i1")), "tif", refusal="signed 8-bit"),
        Case("tif, unsigned 32-bit", tif(noise("u4")), "tif", refusal="unsigned 32-bit"),
        Case("tif, float64", tif(refused[0]), "tif", refusal="float 64-bit"),
        Case("tif, float16", tif(noise("f4").astype("f2")), "tif", refusal="float 16-bit"),
        Case("tif, float RGB", tif(refused[1], **colour), "tif", refusal="RGB as float 32-bit"),
        *_tif_cases_by_hand(),
    ]


def _tif_cases_by_hand() -> list[Case]:
    gray, la, rgba, five = noise("u1"), with_alpha("u1", 2), with_alpha("u1", 4), noise("u1", 5)
    small, black = gray[:2, :3], gray > 99
    palette = noise("u2", 3).reshape(-1, 3)[:256]

    def page(samples: Array, photometric: int, extra: int | None = None, **others: int) -> Tags:
        count = samples.shape[2] if samples.ndim == 3 else 1
        tags = gray_tags(*samples.shape[:2], photometric=photometric, **others)
        tags |= {258: (SHORT, [others.get("bits", 8)] * count), 277: (SHORT, [count])}
        return tags if extra is None else tags | {338: (SHORT, [extra])}

    def premultiplied(pixels: Array) -> tuple[Array, Array]:
        """Return samples multiplied by α, as stored, and the result of dividing them by α again."""
        share = pixels[..., -1:] / 255
        stored = np.dstack((np.rint(pixels[..., :-1] * share), pixels[..., -1]))
        back = np.rint(np.minimum(stored[..., :-1] / np.maximum(share, 1 / 255), 255))
        return stored.astype(np.uint8), shown(np.dstack((back, pixels[..., -1])).astype(np.uint8))

    associated_gray, gray_back = premultiplied(la)
    associated, back = premultiplied(rgba)
    twelve = noise("u2") >> 4
    colours = (SHORT, palette.T.reshape(-1).tolist())
    few = (SHORT, (palette >> 8).T.reshape(-1).tolist())
    return [
        Case(
            "tif, 4-bit gray",
            tiff((page(gray, 1, bits=4), [b"".join(packed(gray >> 4, 4))])),
            "tif",
            (gray >> 4) * 17,
        ),
        Case(
            "tif, 12-bit gray",
            tiff((page(gray, 1, bits=12), [b"".join(packed(twelve, 12))])),
            "tif",
            np.floor(twelve * (65535 / 4095) + 0.5).astype(np.uint16),
        ),
        Case(
            "tif, palette",
            tiff((page(gray, 3) | {320: colours}, [gray.tobytes()])),
            "tif",
            (palette >> 8).astype(np.uint8)[gray],
        ),
        Case(
            "tif, palette of 8 bits in 16",
            tiff((page(gray, 3) | {320: few}, [gray.tobytes()])),
            "tif",
            (palette >> 8).astype(np.uint8)[gray],
            warning="its palette is taken to hold 8 bits",
        ),
        Case(
            "tif, 8-bit gray with associated alpha",
            tiff((page(la, 1, 1), [associated_gray.tobytes()])),
            "tif",
            gray_back,
            alpha=True,
        ),
        Case(
            "tif, 8-bit RGB with associated alpha",
            tiff((page(rgba, 2, 1), [associated.tobytes()])),
            "tif",
            back,
            alpha=True,
        ),
        Case(
            "tif, RGB with 2 samples of no stated meaning",
            tiff((page(five, 2) | {338: (SHORT, [0, 0])}, [five.tobytes()])),
            "tif",
            five,
            warning="2 of 5 samples per pixel have no stated meaning; they are kept as channels",
        ),
        Case(
            "tif, RGB with alpha and a sample of no stated meaning",
            tiff((page(five, 2) | {338: (SHORT, [2, 0])}, [five.tobytes()])),
            "tif",
            refusal="2 samples per pixel beside RGB that are not read",
        ),
        Case(
            "tif, a thumbnail first",
            tiff(
                (page(small, 1) | {254: (LONG, [1])}, [small.tobytes()]),
                (page(gray, 1), [gray.tobytes()]),
            ),
            "tif",
            gray,
            warning="page 2 is used",
        ),
        Case(
            "tif, 1-bit, fax (CCITT group 4)",
            tiff((page(gray, 0, bits=1, compression=4), [fax(black, "group4")])),
            "tif",
            np.where(black, 0, 255).astype(np.uint8),
        ),
        *[
            Case(
                f"tif, 8-bit gray, {name}",
                tiff(
                    (page(gray, 1, compression=number), [compressed(gray.tobytes(), method)]),
                ),
                "tif",
                gray,
            )
            for name, number, method in _COMPRESSIONS
            if method != "zstd" or reads_zstandard()
        ],
        Case(
            "tif, 8-bit gray, old-style JPEG",
            tiff((page(gray, 1, compression=6), [gray.tobytes()])),
            "tif",
            refusal="is compressed by old-style JPEG",
        ),
        Case(
            "tif, 8-bit gray, BigTIFF",
            tiff((page(gray, 1), [gray.tobytes()]), big=True),
            "tif",
            gray,
        ),
    ]


def _other_cases() -> list[Case]:
    gray, rgb, rgba, deep = noise("u1"), noise("u1", 3), with_alpha("u1", 4), noise("u2")
    deep_rgb = noise("u2", 3)
    jpeg_gray = saved(gray, "JPEG", quality=90)
    jpeg = saved(rgb, "JPEG", quality=90)
    cmyk = saved(pillow.fromarray(noise("u1", 4), "CMYK"), "JPEG", quality=90)
    two = [pillow.fromarray(gray), pillow.fromarray(255 - gray)]
    bits = gray > 99
    black = np.where(bits, 0, 255).astype(np.uint8)
    avif = saved(rgb, "AVIF", quality=100, subsampling="4:4:4")
    gray_avif = saved(gray, "AVIF", quality=100, subsampling="4:0:0")
    head = f"{SIZE[1]} {SIZE[0]}".encode()

    def decoded(content: bytes, mode: str = "RGB") -> Array:
        return np.asarray(pillow.open(io.BytesIO(content)).convert(mode))

    def raw(kind: str, white: int, pixels: Array) -> bytes:
        stored = pixels.astype(">u2" if white > 255 else "u1").tobytes()
        return f"{kind}\n# made by hand\n".encode() + head + b" %d\n" % white + stored

    def plain(kind: str, white: int, pixels: Array) -> bytes:
        numbers = " ".join(map(str, pixels.reshape(-1).tolist())).encode()
        return f"{kind}\n# made by hand\n".encode() + head + b"\n%d\n" % white + numbers

    def widened(pixels: Array) -> Array:
        return np.floor(pixels / 1023 * 65535 + 0.5).astype(np.uint16)

    jpeg_turned = saved(rgb, "JPEG", quality=90, exif=_orientation(8))
    return [
        Case("jpg, gray", jpeg_gray, "jpg", decoded(jpeg_gray, "L")),
        Case("jpg, colour", jpeg, "jpg", decoded(jpeg)),
        Case("jpg, turned", jpeg_turned, "jpg", np.rot90(decoded(jpeg_turned))),
        Case("jpg, CMYK", cmyk, "jpg", decoded(cmyk), warning="CMYK was converted to RGB"),
        Case("webp, RGB", saved(rgb, "WEBP", lossless=True), "webp", rgb),
        Case(
            "webp, RGBA",
            saved(rgba, "WEBP", lossless=True, exact=True),
            "webp",
            shown(rgba),
            alpha=True,
        ),
        Case("bmp, gray", saved(gray, "BMP"), "bmp", gray),
        Case("bmp, RGB", saved(rgb, "BMP"), "bmp", rgb),
        Case("bmp, 1-bit", saved(bits, "BMP"), "bmp", np.where(bits, 255, 0).astype(np.uint8)),
        Case("gif", saved(gray, "GIF"), "gif", np.dstack((gray, gray, gray))),
        Case(
            "gif, animated",
            saved(two[0], "GIF", save_all=True, append_images=two[1:]),
            "gif",
            np.dstack((gray, gray, gray)),
            warning="only the first of 2 frames or pages",
        ),
        Case(
            "gif, transparent",
            saved(two[0].convert("P"), "GIF", transparency=7),
            "gif",
            shown(np.dstack((gray, gray, gray, np.where(gray == 7, 0, 255))).astype(np.uint8)),
            alpha=True,
        ),
        *_bmp_and_gif_cases(),
        Case("pbm", b"P4 " + head + b"\n" + np.packbits(bits, axis=1).tobytes(), "pbm", black),
        Case("pgm, 8-bit", raw("P5", 255, gray), "pgm", gray),
        Case("pgm, 16-bit", raw("P5", 65535, deep), "pgm", deep),
        Case("pgm, 8-bit, text", plain("P2", 255, gray), "pgm", gray),
        Case("pgm, white is 1023", raw("P5", 1023, deep >> 6), "pgm", widened(deep >> 6)),
        Case("ppm, 8-bit", raw("P6", 255, rgb), "ppm", rgb),
        Case("ppm, 16-bit", raw("P6", 65535, deep_rgb), "ppm", deep_rgb),
        Case("ppm, white is 1023", raw("P6", 1023, deep_rgb >> 6), "ppm", widened(deep_rgb >> 6)),
        Case("ppm, 16-bit, text", plain("P3", 65535, deep_rgb), "ppm", deep_rgb),
        Case(
            "pgm, white is 100",
            raw("P5", 100, gray % 101),
            "pgm",
            np.floor((gray % 101) * 2.55 + 0.5).astype(np.uint8),
        ),
        Case("pgm, values above white", raw("P5", 9, gray), "pgm", refusal="above its maximum"),
        Case(
            "pfm, gray",
            b"Pf\n" + head + b"\n-1.0\n" + noise("<f4")[::-1].tobytes(),
            "ppm",
            noise("f4"),
        ),
        Case("jp2, gray", saved(gray, "JPEG2000"), "jp2", gray),
        Case("jp2, 16-bit gray", saved(deep, "JPEG2000"), "jp2", deep),
        Case("jp2, RGB", saved(rgb, "JPEG2000"), "jp2", rgb),
        Case("jp2, RGBA", saved(rgba, "JPEG2000"), "jp2", shown(rgba), alpha=True),
        Case(
            "jp2, four components of which none is said to be alpha",
            saved(rgba, "JPEG2000", no_jp2=True),
            "jp2",
            refusal="4 components that are not colour and alpha",
        ),
        # Before Pillow 13, gray AVIF is decoded as RGB.
        Case("avif, gray", gray_avif, "avif", np.asarray(pillow.open(io.BytesIO(gray_avif)))),
        Case("avif, RGB", avif, "avif", decoded(avif)),
        Case("eps", b"%!PS-Adobe-3.0 EPSF-3.0\nshowpage\n", "jpg", refusal="no image that can"),
        Case("pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n", "png", refusal="no image that can"),
        Case("text named .png", b"1 2\n3 4\n", "png", refusal="no image that can be read"),
        Case("empty", b"", "png", refusal="is empty"),
    ]


def _bmp_and_gif_cases() -> list[Case]:
    gray, rgba = noise("u1"), with_alpha("u1", 4)
    palette = noise("u1", 3).reshape(-1, 3)[:128]
    table = np.column_stack((palette[:, ::-1], np.zeros(128, np.uint8)))
    words, five = noise("u2"), np.array([31, 31, 31, 1])
    fields = words[..., np.newaxis] >> np.array([10, 5, 0, 15]) & five
    of_16 = np.floor(fields * (255 / five) + 0.5).astype(np.uint8)
    rows_16 = [row.astype("<u2").tobytes() for row in words[::-1]]
    rows_32 = [row.tobytes() for row in rgba[::-1]]
    canvas = np.zeros((30, 40, 4), np.uint8)
    canvas[5:28, 3:37] = np.dstack((palette[gray >> 1], np.full_like(gray, 255)))
    return [
        Case(
            "bmp, 2-bit palette",
            bmp(packed(gray[::-1] >> 6, 2), 34, 2, palette=table[:4].tobytes()),
            "bmp",
            palette[gray >> 6],
        ),
        Case("bmp, 16-bit (5, 5 and 5)", bmp(rows_16, 34, 16), "bmp", of_16[..., :3]),
        Case(
            "bmp, 16-bit with a bit of alpha",
            bmp(
                rows_16,
                34,
                16,
                compression=3,
                header=124,
                masks=(0x7C00, 0x3E0, 0x1F, 0x8000),
            ),
            "bmp",
            shown(of_16),
            alpha=True,
        ),
        Case(
            "bmp, 32-bit with alpha",
            bmp(
                rows_32,
                34,
                32,
                compression=3,
                header=108,
                masks=(0xFF, 0xFF00, 0xFF0000, 0xFF000000),
            ),
            "bmp",
            shown(rgba),
            alpha=True,
        ),
        Case(
            "bmp, JPEG inside",
            bmp([bytes(99)], 34, 24, compression=4),
            "bmp",
            refusal="is a BMP that holds JPEG",
        ),
        Case(
            "gif, a frame smaller than its canvas",
            gif((30, 40), [((5, 3), gray >> 1)], palette),
            "gif",
            canvas,
            alpha=True,
        ),
    ]


def _orientation(number: int) -> pillow.Exif:
    exif = pillow.Exif()
    exif[274] = number
    return exif


def _matrix_cases() -> list[Case]:
    integers, floats = np.array([[1, -2, 3], [40, 50, 60]]), np.array([[0.5, 1e3], [-2.0, np.nan]])
    marked = "\ufeff1\t-2\t3\n40\t50\t60\n".encode()
    return [
        Case("csv, whole numbers", b"1,-2,3\n40,50,60\n", "csv", integers),
        Case("csv, semicolons", b"1; -2; 3\r\n40; 50; 60\r\n", "csv", integers),
        Case("csv, floats", b"0.5,1e3\n-2,nan\n", "csv", floats),
        Case("txt, blanks", b"\n 1 -2  3\n\n40 50 60", "txt", integers),
        Case("txt, tabs, with a byte order mark", marked, "txt", integers),
        Case("txt, ragged", b"1 2\n\n3\n", "txt", refusal="line 3 has 1 numbers where line 1 has"),
        Case("csv, words", b"1,2\n3,four\n", "csv", refusal="line 2, column 2: 'four' is no num"),
        Case("csv, a hole", b"1,,2\n", "csv", refusal="line 1, column 2: '' is no number"),
        Case("csv, beyond 64 bits", b"9223372036854775808\n", "csv", refusal="is no 64-bit number"),
        Case("csv, a float beyond 64 bits", b"1e400\n", "csv", refusal="too large for a 64-bit"),
        Case("csv, UTF-16", "1;-2;3\r\n40;50;60\r\n".encode("utf-16"), "csv", integers),
        *[
            Case(f"npy, {dtype}", npy(noise(dtype)), "npy", noise(dtype))
            for dtype in ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8", ">u2")
        ],
        Case("npy, bool", npy(noise("u1") > 99), "npy", noise("u1") > 99),
        Case("npy, 4 axes", npy(noise("f4", 5)[None]), "npy", refusal="--layout nchw reads"),
        Case("npy, 5 channels", npy(noise("f4", 5)), "npy", refusal="--layout chw reads"),
        Case("npy, complex", npy(noise("f4") * 1j), "npy", refusal="made of real numbers"),
        Case("npy, objects", npy(np.array([[None]])), "npy", refusal="made of real numbers"),
        Case("npy, one axis", npy(np.arange(3)), "npy", refusal="has shape (3,)"),
        Case("npz, one array", npz(a=noise("f4")), "npz", noise("f4")),
        Case("npz, several", npz(a=noise("f4"), b=noise("u1")), "npz", refusal="--array: a, b"),
        Case("npy, a lying header", npy(noise("u1"))[:-1], "npy", refusal="does not match"),
    ]
