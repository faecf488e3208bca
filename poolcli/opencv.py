"""Import OpenCV without settings from the environment, messages and threads of its own."""

import os

# An invalid value in one of these aborts the process, and no variable may change pixels.
for name in [name for name in os.environ if name.startswith("OPENCV_")]:
    del os.environ[name]

import cv2  # noqa: E402 - after the environment is changed

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

# The option -j sets the number of cores.
cv2.setNumThreads(1)

__all__ = ["cv2"]
