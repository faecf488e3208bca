"""A folder of every kind of file at once."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
from helpers.formats import cases, noise, saved, tif
from hostile import broken_links, hostile_files, page_loop, special_places
from PIL import Image as pillow  # noqa: N813 - as in the package
from provoke import HUMBLE, checksum, picture, poolcli

IMAGES = [
    "png",
    "jpg",
    "jpeg",
    "webp",
    "tif",
    "tiff",
    "bmp",
    "gif",
    "ppm",
    "pgm",
    "pbm",
    "jp2",
    "avif",
]


def fill(folder: Path) -> None:
    """Make a folder of at least 300 files of every kind there is."""
    for number, case in enumerate(cases()):
        stem = re.sub("[^a-z0-9]+", "-", case.name)
        (folder / f"case{number}-{stem}.{case.suffix}").write_bytes(case.content)
        if len(case.content) > 200 and not case.refusal:
            broken = bytearray(case.content[: len(case.content) * 2 // 3])
            (folder / f"cut{number}-{stem}.{case.suffix}").write_bytes(broken)
            broken = bytearray(case.content)
            broken[len(broken) // 3] ^= 0x55
            (folder / f"flipped{number}-{stem}.{case.suffix}").write_bytes(broken)
    for name, (content, _) in hostile_files().items():
        (folder / f"hostile-{name}").write_bytes(content)
    special_places(folder)
    broken_links(folder)
    (folder / "loop.tif").write_bytes(page_loop())
    (folder / "closed.png").write_bytes(picture())
    (folder / "closed.png").chmod(0)
    (folder / "shut").mkdir(mode=0)
    (folder / "wide.png").write_bytes(saved(np.zeros((1, 200_000), np.uint8), "PNG"))
    with (folder / "hole.png").open("wb") as stream:
        stream.truncate(1 << 40)
    for name in ("new\nline.png", "\x1b[31m.png", "caf\udce9.png", "$x.png", " .png"):
        (folder / name).write_bytes(picture())
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "er" / "a.tiff").write_bytes(tif(noise("u2", 3), photometric="rgb"))
    (folder / "README").write_text("not an image")


def test_a_folder_of_every_kind_ends_in_good_order(tmp_path: Path) -> None:
    """Requires root, who is made to heed permissions."""
    inputs = tmp_path / "in"
    inputs.mkdir()
    fill(inputs)
    listed = [path for path in inputs.rglob("*") if path.name not in ("deep", "er")]
    assert len(listed) >= 300
    before = {path: checksum(path) for path in listed if path.name != "hole.png"}
    ended = poolcli(
        "max", "in", "-r", "-v", "-k", "2", "--ceil", "-j", 2, "--no-figure",
        "--name", "{stem}-{suffix}-{i}", folder=tmp_path, before=HUMBLE,
    )  # fmt: skip
    assert ended.status == 1
    assert not [line for line in ended.errors if "Traceback" in line]

    counts = re.fullmatch(r"poolcli: (\d+) written, (\d+) failed of (\d+)", ended.errors[-1])
    assert counts is not None
    written, failed, total = map(int, counts.groups())
    passed = [line for line in ended.errors if ": skipped: " in line]
    assert written + failed == total
    assert total + len(passed) == len(listed)
    assert min(written, failed, len(passed)) > 5
    print(f"{written} written, {failed} failed, {len(passed)} passed over, {len(listed)} in all")

    counted = [line for line in ended.errors if re.match(r"poolcli: \d+ (files )?skipped, ", line)]
    assert sum(int(line.split()[1]) for line in counted) == len(passed)
    known = {*passed, *counted, ended.errors[-1]}
    told = [line for line in ended.errors if line not in known and not _detail(line)]
    names = [line.split(": ")[1] for line in told]
    assert len(told) == len(set(names)) == failed

    assert before == {path: checksum(path) for path in before}
    outputs = [path for path in (tmp_path / "pooled").rglob("*") if path.is_file()]
    assert len(outputs) == written
    for path in outputs:
        assert path.suffix == ".png"
        with pillow.open(io.BytesIO(path.read_bytes())) as result:
            result.load()
    (inputs / "shut").chmod(0o755)


def _detail(line: str) -> bool:
    """Tell whether a line is about an image that was written."""
    return bool(re.search(r": (warning|prepared|iteration \d+): |: \d+\.\d\d s$", line))
