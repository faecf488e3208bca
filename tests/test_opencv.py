"""OpenCV uses one thread and prints nothing."""

from __future__ import annotations

import subprocess
import sys


def test_opencv_loads_with_one_thread_and_prints_nothing() -> None:
    code = "from poolcli.opencv import cv2; print(cv2.getNumThreads()); cv2.imread('missing.png')"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert (ended.stdout, ended.stderr) == (b"1\n", b"")
