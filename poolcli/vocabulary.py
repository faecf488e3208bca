"""The words and the limits of the command line, for every module that needs them."""

from __future__ import annotations

from typing import Literal, get_args

Filter = Literal["prewitt", "prewitt-v", "prewitt-h", "laplacian"]
FILTERS: tuple[Filter, ...] = get_args(Filter)

# The orders of an array's axes: `n` is the batch, `h` rows, `w` columns and `c` channels.
Layout = Literal["hwc", "chw", "nhwc", "nchw"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)

# The largest image that is accepted or made, in pixels, unless --max-pixels allows another.
MAX_PIXELS = 250_000_000

# Kernels, strides, sizes and positions.
LARGEST = 2**31 - 1
LARGEST_MAX_PIXELS = 2**53
LARGEST_ITERATIONS = 256
LARGEST_JOBS = 1024
