"""OpenCV, with no settings from the environment, no messages and no threads of its own."""

import os

# Nonsense in one of many variables aborts the process, and no variable may change pixels.
for name in [name for name in os.environ if name.startswith("OPENCV_")]:
    del os.environ[name]

import cv2  # noqa: E402 - after the environment is mended

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

# The number of cores to use is -j's business, not a library's.
cv2.setNumThreads(1)

__all__ = ["cv2"]
