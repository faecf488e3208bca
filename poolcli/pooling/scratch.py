"""Work arrays that are allocated once and reused for every band."""

from __future__ import annotations

from typing import Any

import numpy as np

from poolcli.arrays import Array


class Scratch:
    """Numbered buffers of one size, each allocated on its first use.

    Parameters
    ----------
    size : int
        The size of each buffer in bytes.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._buffers: dict[int, Array] = {}

    def array(self, buffer: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """Return an uninitialized array at the start of a buffer."""
        if buffer not in self._buffers:
            self._buffers[buffer] = np.empty(self._size, np.uint8)
        return np.ndarray(shape, dtype, self._buffers[buffer])
