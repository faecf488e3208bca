"""OpenCV without messages and without threads of its own."""

import cv2

# OpenCV before 4.13 has the function elsewhere, and prints warnings of libtiff as debug messages.
_RECENT = hasattr(cv2.utils, "logging")

LOG_LEVEL_SILENT, _LOG_LEVEL_WARNING, _LOG_LEVEL_DEBUG = 0, 3, 5
LOG_LEVEL_TIFF = _LOG_LEVEL_WARNING if _RECENT else _LOG_LEVEL_DEBUG


def set_log_level(level: int) -> int:
    """Set the level of the messages that OpenCV prints, and return the previous level."""
    module = cv2.utils.logging if _RECENT else cv2
    previous: int = module.setLogLevel(level)
    return previous


set_log_level(LOG_LEVEL_SILENT)

# The number of cores to use is chosen by -j, not by a library.
cv2.setNumThreads(1)

__all__ = ["LOG_LEVEL_TIFF", "cv2", "set_log_level"]
