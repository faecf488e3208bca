"""Files and option lists that are nearly right."""

from __future__ import annotations

import random
import re
import struct
import zlib
from collections.abc import Callable
from itertools import islice

from helpers.formats import chunk
from structure import structured

INTERESTING = (0, 1, 2, 7, 8, 127, 128, 254, 255)
NUMBERS = (0, 1, 2, 3, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1)
NONSENSE = (
    "", "0", "-1", "1", "2", "3", "9", "257", "2147483647", "2147483648", "9" * 30, "1,2", "1,2,3",
    "0,1,0,1", "1,2,3,4,5", "2x", "2x3", "x", "1e9", "1.5", "nan", "inf", " 2 ", "٣", "é\n",
    "\udcff",
    "2 3", "1 0", "1_0", "1e400", "9" * 5000, "−1", "--", "(2,3)", "2.0", "+2", "0x2",
    "same", "valid", "png", "max", "{i}", "{stem}", "{0}", "{stem.x}", "}", "-", "--", "--ceil",
)  # fmt: skip

# What a careful user might write; nothing here leaves the working folder.
OPTIONS: dict[str, tuple[str, ...]] = {
    "-k": ("1", "2", "3", "2,3", "5"),
    "-s": ("1", "2", "1,2", "3"),
    "-p": ("0", "1", "same", "valid", "1,0,0,1"),
    "--dilation": ("1", "2"),
    "--ceil": (),
    "--exact": (),
    "-n": ("1", "2", "3"),
    "--to": ("1", "3,2", "40"),
    "--norm": ("1", "2", "3.5"),
    "--count-pad": (),
    "-g": (),
    "--resize": ("9x7", "40x", "x12"),
    "--filter": ("prewitt", "prewitt-v", "laplacian"),
    "--relu": (),
    "-f": ("png", "tif", "jpg", "webp", "npy", "csv", "same"),
    "--last": (),
    "--name": ("{stem}-{i}", "x{suffix}{op}{settings}{i}"),
    "-d": ("out", "out/deep"),
    "-o": ("o.png", "o.tif", "o.jpg", "o.webp", "o.npy", "o.csv", "o.txt", "o"),
    "-u": (),
    "-r": (),
    "--json": (),
    "-v": (),
    "-q": (),
    "--dry-run": (),
    "--cmap": ("gray", "viridis", "nonsense"),
    "--layout": ("hwc", "chw", "nhwc", "nchw"),
    "--array": ("a", "b"),
    "--tolerant": (),
    "--zoom": ("none", "3,3", "3,3,5"),
    "--histogram": (),
    "--max-pixels": ("100", "100000"),
    "-j": ("1",),
}


def mutate_options(random_: random.Random) -> list[str]:
    """Make a list of options of which most are right."""
    words = []
    for option in random_.sample(sorted(OPTIONS), random_.choice((1, 2, 2, 3, 5))):
        values = OPTIONS[option]
        wrong = random_.random() < 0.2
        words.append(option)
        if values or wrong:
            words.append(random_.choice(NONSENSE if wrong else values))
    # A word that fell out of its place must not become the name of a folder elsewhere.
    return [word for word in words if "/" not in word or word in OPTIONS["-d"]]


def mutate(content: bytes, others: list[bytes], random_: random.Random) -> bytes:
    """Change a file in one to four places, in a way that its format may survive."""
    ways: list[Callable[[bytes, random.Random], bytes]] = [_set, _flip, _number, _cut, _repeat]
    if content.startswith(b"\x89PNG"):
        ways += [_png_data, _png_data, _png_header, _png_chunk, _png_chunk]
    elif content.startswith(b"\x93NUMPY"):
        ways += [_npy_header, _tail, _tail]
    elif content.isascii():
        ways += [_token] * 8
    else:
        ways += [_head, _head, _tail, _tail]
    ways += structured(content) * 2
    for _ in range(random_.choice((1, 1, 1, 2, 4))):
        if random_.random() < 0.01:
            content = _splice(content, random_.choice(others), random_)
        content = random_.choice(ways)(content, random_)
    return content


def _set(content: bytes, random_: random.Random, first: int = 0, end: int | None = None) -> bytes:
    """Set a byte to a random or an interesting value."""
    if not content[first:end]:
        return content
    changed = bytearray(content)
    position = random_.randrange(first, min(len(content), end or len(content)))
    changed[position] = random_.choice((random_.randrange(256), random_.choice(INTERESTING)))
    return bytes(changed)


def _head(content: bytes, random_: random.Random) -> bytes:
    return _set(content, random_, end=400)


def _tail(content: bytes, random_: random.Random) -> bytes:
    return _set(content, random_, first=len(content) // 2)


def _flip(content: bytes, random_: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(random_.choice((1, 1, 3)) * bool(changed)):
        changed[random_.randrange(len(changed))] ^= 1 << random_.randrange(8)
    return bytes(changed)


def _number(content: bytes, random_: random.Random) -> bytes:
    """Write a number of two or four bytes over others."""
    kind = random_.choice(("<H", ">H", "<I", ">I"))
    number = random_.choice(NUMBERS) % 2 ** (16 if "H" in kind else 32)
    position = random_.randrange(max(1, len(content)))
    data = struct.pack(kind, number)
    return content[:position] + data + content[position + len(data) :]


def _cut(content: bytes, random_: random.Random) -> bytes:
    """Drop the end, or some bytes in between."""
    first = random_.randrange(max(1, len(content)))
    last = random_.choice((len(content), first + random_.randrange(1, 9)))
    return content[:first] + content[last:]


def _repeat(content: bytes, random_: random.Random) -> bytes:
    first = random_.randrange(max(1, len(content)))
    part = content[first : first + random_.choice((1, 4, 40, 400))]
    return content[:first] + part * random_.choice((2, 2, 20)) + content[first:]


def _splice(content: bytes, other: bytes, random_: random.Random) -> bytes:
    return content[: random_.randrange(len(content) + 1)] + other[random_.randrange(len(other)) :]


def _token(content: bytes, random_: random.Random) -> bytes:
    """Replace a number in text."""
    found = list(islice(re.finditer(rb"[0-9.+-]+", content), 200))
    if not found:
        return content
    place = random_.choice(found)
    numbers = (b"0", b"-1", b"7", b"255", b"0.5", b"1e300", b"inf", b"nan", b"9" * 40, b"x")
    return content[: place.start()] + random_.choice(numbers) + content[place.end() :]


def _npy_header(content: bytes, random_: random.Random) -> bytes:
    return _set(content, random_, end=80)


def _png_parts(content: bytes) -> list[tuple[bytes, bytes]]:
    """Split a PNG into the names and data of its chunks, as far as they go."""
    parts, position = [], 8
    while position + 12 <= len(content):
        length = int.from_bytes(content[position : position + 4], "big")
        name, data = content[position + 4 : position + 8], content[position + 8 :][:length]
        parts.append((name, data))
        position += 12 + length
    return parts


def _png_of(parts: list[tuple[bytes, bytes]], content: bytes) -> bytes:
    return content[:8] + b"".join(chunk(*part) for part in parts) if parts else content


def _png_data(content: bytes, random_: random.Random) -> bytes:
    """Change filters and pixels of a PNG that inflates and has true checksums."""
    parts = _png_parts(content)
    for number, (name, data) in enumerate(parts):
        if name == b"IDAT":
            try:
                plain = zlib.decompressobj().decompress(data, 1_000_000)
            except zlib.error:
                continue
            parts[number] = name, zlib.compress(_set(plain, random_), random_.choice((0, 1, 9)))
    return _png_of(parts, content)


def _png_header(content: bytes, random_: random.Random) -> bytes:
    parts = _png_parts(content)
    if parts:
        parts[0] = parts[0][0], _set(parts[0][1], random_)
    return _png_of(parts, content)


def _png_chunk(content: bytes, random_: random.Random) -> bytes:
    """Change, repeat, drop or add a chunk, with true checksums."""
    parts = _png_parts(content)
    if not parts:
        return content
    number = random_.randrange(len(parts))
    kind = random_.choice((b"tRNS", b"PLTE", b"iCCP", b"zTXt", b"eXIf", b"pHYs", b"acTL", b"fcTL"))
    packed = zlib.compress(b"x" * 99)
    data = random_.choice((b"", random_.randbytes(2), random_.randbytes(9), packed))
    changes = {
        "change": [(parts[number][0], _set(parts[number][1], random_))],
        "repeat": [parts[number]] * 2,
        "drop": [],
        "add": [parts[number], (kind, data)],
    }
    parts[number : number + 1] = changes[random_.choice(("change", "repeat", "drop", "add", "add"))]
    return _png_of(parts, content)
