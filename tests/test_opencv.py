"""OpenCV does as it is told, whatever the environment says."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("name", ["OPENCV_IO_MAX_IMAGE_PIXELS", "OPENCV_FOR_THREADS_NUM"])
def test_opencv_loads_with_one_thread_and_without_a_word(name: str) -> None:
    code = "from poolcli.opencv import cv2; print(cv2.getNumThreads()); cv2.imdecode(b, 1)"
    code = f"import numpy; b = numpy.frombuffer(b'\\x89PNG\\r\\n\\x1a\\nxxxx', 'u1'); {code}"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, name: "nonsense"},
        capture_output=True,
        check=True,
    )
    assert (ended.stdout, ended.stderr) == (b"1\n", b"")
