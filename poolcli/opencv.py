"""OpenCV, with no settings from the environment, no messages and no threads of its own."""

import os

# A nonsense value aborts the process; pixels and cores are limited by poolcli's own options.
for name in ("OPENCV_IO_MAX_IMAGE_PIXELS", "OPENCV_FOR_THREADS_NUM"):
    os.environ.pop(name, None)

import cv2  # noqa: E402 - after the environment is mended

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

# The number of cores to use is -j's business, not a library's.
cv2.setNumThreads(1)

__all__ = ["cv2"]
