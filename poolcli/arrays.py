"""NumPy as `np`, loaded when something of it is first used, and the types of arrays.

Names, header and chain of an image need no pixel, and NumPy takes longer to load than all of them.
So it is loaded while a picture is decoded, and not at all where nothing is to be done.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["Array", "ArrayLike", "NDArray", "np", "quiet_arithmetic"]

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[Any]
else:

    class _NumPy:
        """Gets each name from NumPy once; from then on it is an attribute like any other."""

        def __getattr__(self, name: str) -> Any:
            value = getattr(import_module("numpy"), name)
            setattr(self, name, value)
            return value

    np = _NumPy()
    # Annotations are read by type checkers alone.
    Array = ArrayLike = NDArray = Any


@contextmanager
def quiet_arithmetic() -> Iterator[None]:
    """Compute without warnings: infinity and NaN are the results of IEEE 754.

    Otherwise NumPy prints a line of its caller's source for images with extreme values. Use it
    around all that is done to one image, also as a decorator.
    """
    with np.errstate(all="ignore"):
        yield
