"""The NumPy core: arrays in, pooled arrays out, for any reduction of the pixels of a window."""

from poolcli.pooling.reduction import Reduction, carry_type, fast_arithmetic
from poolcli.pooling.windows import Windows

__all__ = ["Reduction", "Windows", "carry_type", "fast_arithmetic"]
