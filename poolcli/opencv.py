"""OpenCV, imported so that the caller's environment cannot break it and it prints nothing."""

import os

# A nonsense value aborts the process at import; poolcli has its own limit on pixels.
os.environ.pop("OPENCV_IO_MAX_IMAGE_PIXELS", None)

import cv2

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

__all__ = ["cv2"]
