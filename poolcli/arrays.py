"""The type of arrays, and how arithmetic on them is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "quiet_arithmetic"]

Array = NDArray[Any]


@contextmanager
def quiet_arithmetic() -> Iterator[None]:
    """Compute without warnings: infinity and NaN are the results of IEEE 754.

    Otherwise NumPy prints a line of its caller's source for images with extreme values. Use it
    around all that is done to one image, also as a decorator.
    """
    with np.errstate(all="ignore"):
        yield
