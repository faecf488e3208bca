"""A lack of memory is recognised, whoever tells of it."""

from __future__ import annotations

import errno
import resource
from pathlib import Path

import cv2
import numpy as np
import pytest
from conftest import Invoke
from helpers.core import settings
from helpers.formats import noise, saved

from poolcli.errors import PoolcliError
from poolcli.images import open_source
from poolcli.memory import LEAST_BYTES, check_limits, enough_memory, lacks_memory
from poolcli.operations import Max
from poolcli.pipeline import Job, run


def too_large() -> None:
    cv2.resize(np.zeros((1, 1), np.float64), (2**20, 2**20))


def test_numpy_opencv_and_the_system_are_understood() -> None:
    for tell in (too_large, lambda: np.empty(2**50), lambda: bytearray(2**50)):
        with pytest.raises(PoolcliError, match="not enough memory for this"), enough_memory("this"):
            tell()
    assert lacks_memory(OSError(errno.ENOMEM, "Cannot allocate memory"))
    assert lacks_memory(ImportError("lib.so: failed to map segment from shared object"))


def test_other_errors_stay_what_they_are() -> None:
    assert not lacks_memory(ImportError("No module named 'cv3'"))
    assert not lacks_memory(OSError(errno.ENOENT, "No such file"))
    with pytest.raises(ZeroDivisionError), enough_memory("this"):
        divmod(1, 0)


def test_a_limit_that_is_too_low_is_refused(
    monkeypatch: pytest.MonkeyPatch, invoke: Invoke
) -> None:
    check_limits()
    monkeypatch.setattr(resource, "getrlimit", lambda _kind: (LEAST_BYTES - 2**20, -1))
    errors = invoke("max", "a.png", status=1).errors
    assert errors == (
        "poolcli: the memory limit of 399 MiB is too low; poolcli needs 400 MiB"
        " (ulimit -v 409600)\n"
    )
    assert "Usage" in invoke("--help").output


def test_a_record_names_the_largest_size_that_needed_memory(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.png").write_bytes(saved(noise("u1"), "PNG"))

    def fail(*_arguments: object, **_settings: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Max, "reduce", fail)
    record = run(Job("a.png", ["x.png"]), settings("max"))
    assert record.error is not None
    assert record.error.startswith("there is not enough memory for 23x34; fewer jobs")
    monkeypatch.setattr("poolcli.pipeline.inputs.open_source", fail)
    record = run(Job("a.png", ["x.png"]), settings("max"))
    assert record.error is not None
    assert record.error.startswith("there is not enough memory for this image;")


@pytest.mark.parametrize("part", ["load_picture", "_array"])
def test_a_decoder_that_says_damage_for_want_of_memory_is_seen_through(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = saved(noise("u1", 3), "JPEG2000")

    def fail(*_arguments: object, **_settings: object) -> None:
        raise OSError("broken data stream")

    monkeypatch.setattr(f"poolcli.images.pillow_pictures.{part}", fail)
    with pytest.raises(PoolcliError, match="is damaged: broken data stream"):
        open_source(content, "jp2").decode()
    monkeypatch.setattr("poolcli.images.damage.DECODING_BYTES", 2**50)
    with pytest.raises(MemoryError):
        open_source(content, "jp2").decode()
