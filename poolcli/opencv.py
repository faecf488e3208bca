"""OpenCV without messages and without threads of its own."""

import cv2

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

# The number of cores to use is chosen by -j, not by a library.
cv2.setNumThreads(1)

__all__ = ["cv2"]
