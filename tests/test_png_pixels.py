"""The compressed pixels of PNG files are inflated as far as they go, and no further."""

from __future__ import annotations

import struct
import tracemalloc
import zlib

import numpy as np
import pytest

from poolcli.errors import PoolcliError
from poolcli.images.damage import Damage
from poolcli.images.png.pixels import (
    NO_CHECKSUM,
    OUTPUT_BYTES,
    TOO_FEW_ROWS,
    Header,
    inflate,
    store_pixels,
)

DATA = np.random.default_rng(0).bytes(300_000)
STREAM = zlib.compress(DATA)
HEADER = Header(columns=99, rows=30, bits=8, colour=0, interlaced=False)


def inflated(stream: bytes, size: int) -> tuple[bytes, str | None]:
    pieces, fault = inflate(memoryview(stream), size)
    return b"".join(pieces), fault


@pytest.mark.parametrize("level", [0, 1, 6, 9])
def test_a_whole_stream_has_no_fault(level: int) -> None:
    assert inflated(zlib.compress(DATA, level), len(DATA)) == (DATA, None)


def test_a_stream_of_more_than_is_expected_is_cut() -> None:
    for size in (1, 1000, len(DATA) - 1):
        assert inflated(STREAM, size) == (DATA[:size], None)


@pytest.mark.parametrize("missing", [1, 4])
def test_a_missing_checksum_is_a_fault(missing: int) -> None:
    assert inflated(STREAM[:-missing], len(DATA)) == (DATA, NO_CHECKSUM)


def test_a_wrong_checksum_is_a_fault() -> None:
    data, fault = inflated(STREAM[:-1] + bytes([STREAM[-1] ^ 1]), len(DATA))
    assert data == DATA
    assert fault == "its compressed pixels cannot be inflated (incorrect data check)"


def test_a_stream_that_ends_early_is_a_fault() -> None:
    assert inflated(STREAM, len(DATA) + 1) == (DATA, TOO_FEW_ROWS)
    data, fault = inflated(STREAM[:100_000], len(DATA))
    assert fault == TOO_FEW_ROWS
    assert len(data) > 99_000
    assert DATA.startswith(data)


def test_the_data_before_damage_are_kept() -> None:
    # Three blocks without compression, and one whose length is wrong.
    size = 60_000
    block = struct.pack("<BHH", 0, size, size ^ 0xFFFF)
    stream = b"".join(block + DATA[first : first + size] for first in range(0, 3 * size, size))
    stream = b"\x78\x01" + stream + struct.pack("<BHH", 0, size, size)
    data, fault = inflated(stream, len(DATA))
    assert data == DATA[: 3 * size]
    assert fault is not None
    assert fault.startswith("its compressed pixels cannot be inflated (invalid stored block")


def test_a_stream_with_a_narrower_window_than_it_needs_is_read_as_far_as_zlib_reads_it() -> None:
    narrow = b"\x08\x1d" + STREAM[2:]
    assert inflated(narrow, len(DATA))[0] == DATA


def test_data_beyond_the_expected_size_take_no_memory() -> None:
    bomb = zlib.compress(bytes(200_000_000), 9)
    inflated(bomb, 10)
    tracemalloc.start()
    try:
        assert inflated(bomb, 1000) == (bytes(1000), None)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 * OUTPUT_BYTES


def stored(compressed: bytes, *, tolerant: bool = False) -> bytes:
    """Store pixels of `HEADER`; return what the stored blocks hold."""
    half = len(compressed) // 2
    parts = [memoryview(compressed)[:half], memoryview(compressed)[half:]]
    chunk = b"".join(store_pixels(HEADER, parts, Damage(tolerant=tolerant)))
    length, name = struct.unpack_from(">I4s", chunk)
    assert (name, length) == (b"IDAT", len(chunk) - 12)
    assert zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")
    return zlib.decompress(chunk[8:-4])


def test_pixels_are_stored_in_one_chunk_with_right_checksums() -> None:
    rows = DATA[: HEADER.inflated_bytes]
    assert HEADER.inflated_bytes == 30 * 100
    assert stored(zlib.compress(rows)) == rows


def test_missing_rows_are_stored_as_zeros_where_damage_is_tolerated() -> None:
    compressed = zlib.compress(DATA[:1234])
    assert stored(compressed, tolerant=True) == DATA[:1200] + bytes(1800)
    with pytest.raises(PoolcliError, match="end before its last row; --tolerant reads"):
        stored(compressed)


@pytest.mark.parametrize(
    ("columns", "rows", "size"),
    # The rows of the passes, and the pixels.
    [(1, 1, 1 + 1), (1, 2, 2 + 2), (2, 1, 2 + 2), (8, 8, 15 + 64)],
)
def test_interlaced_pixels_have_a_filter_per_row_of_each_pass(
    columns: int, rows: int, size: int
) -> None:
    assert Header(columns, rows, 8, 0, interlaced=True).inflated_bytes == size
