"""What happens to an image before pooling: gray, resize, filter, ReLU, in this order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

from poolcli.arrays import Array, np
from poolcli.errors import PoolcliError
from poolcli.geometry import Pair
from poolcli.pooling import carry_type

Filter = Literal["prewitt", "prewitt-v", "prewitt-h", "laplacian"]
FILTERS: tuple[Filter, ...] = get_args(Filter)

PREWITT_V = [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]
PREWITT_H = [[-1, -1, -1], [0, 0, 0], [1, 1, 1]]
LAPLACIAN = [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]

# ITU-R 601 luma, as Pillow's mode L has it: whole numbers of 2^-16.
LUMA = (19595, 38470, 7471)
BAND_PIXELS = 1 << 18
# Weights that add up to 1 but for this change no integer of 16 bits.
INVISIBLE = 1e-6


@dataclass(frozen=True)
class Size:
    """A wanted picture size in pixels; a side that is None keeps the proportions."""

    width: int | None
    height: int | None

    def shape(self, shape: Pair) -> Pair:
        """Give the (rows, columns) that an image of `shape` is resized to."""
        rows, columns = shape
        if self.width is None and self.height is not None:
            return self.height, _proportional(columns, self.height, rows)
        if self.height is None and self.width is not None:
            return _proportional(rows, self.width, columns), self.width
        return self.height or rows, self.width or columns

    def __str__(self) -> str:
        return f"{self.width or ''}x{self.height or ''}"


@dataclass(frozen=True)
class Preparation:
    """What to do to an image before pooling it."""

    gray: bool = False
    size: Size | None = None
    filter: Filter | None = None
    relu: bool = False

    def shape(self, shape: Pair) -> Pair:
        """Give the (rows, columns) that an image of `shape` is prepared to."""
        return self.size.shape(shape) if self.size else shape

    @property
    def words(self) -> str:
        """Name all that is done: `gray, resized to 320x, prewitt-v and ReLU`, or nothing."""
        relu = " and ReLU" if self.relu else ""
        filtered = [f"{self.filter}{relu}"] if self.filter else []
        return ", ".join([*[str(self)] * bool(str(self)), *filtered])

    def __str__(self) -> str:
        """Name what is done but for the filter: `gray, resized to 320x, ReLU`, or nothing."""
        steps = ["gray"] if self.gray or self.filter else []
        if self.size:
            steps.append(f"resized to {self.size}")
        if self.relu and not self.filter:
            steps.append("ReLU")
        return ", ".join(steps)

    def has_idle_relu(self, dtype: np.dtype[Any]) -> bool:
        """Return whether ReLU changes no pixel of an image of this type."""
        never_negative = self.filter == "prewitt" or (not self.filter and dtype.kind in "ub")
        return self.relu and never_negative


def prepare(image: Array, preparation: Preparation, opaque: float | None = None) -> Iterator[Array]:
    """Yield the image before its filter, if it has one, and at last the prepared image.

    Parameters
    ----------
    image : ndarray, (H, W) or (H, W, C), any real dtype
    opaque : float or None
        The α of an opaque pixel, if the last channel is α. Resizing weighs colour by it; gray,
        filter and ReLU leave it as it is.

    Yields
    ------
    ndarray
        Filters give the carry type, `np.result_type(image, np.float32)`.

    Raises
    ------
    PoolcliError
        If gray is wanted of something other than 1 or 3 channels.
    """
    colour, alpha = (image, None) if opaque is None else (image[:, :, :-1], image[:, :, -1])
    if preparation.gray or preparation.filter:
        colour = to_gray(colour)
    if preparation.size:
        shape = preparation.size.shape(image.shape[:2])
        colour, alpha = _resize_all(colour, alpha, shape, opaque)
    if preparation.filter:
        yield _with_alpha(colour, alpha)
        colour = edges(colour, preparation.filter, relu=preparation.relu)
    elif preparation.relu:
        colour = _rectify(colour)
    yield _with_alpha(colour, alpha)


def _resize_all(
    colour: Array, alpha: Array | None, shape: Pair, opaque: float | None
) -> tuple[Array, Array | None]:
    """Resize colour, weighed by α where there is any but `opaque`, and α itself."""
    if alpha is None:
        return resize(colour, shape), None
    if (alpha == opaque).all():
        return resize(colour, shape), np.full(shape, opaque, alpha.dtype)
    layers = colour.reshape(*alpha.shape, -1)
    weights = alpha.astype(np.float64)
    mass = np.clip(resize(weights, shape), 0, opaque)
    resized = np.zeros((*shape, layers.shape[2]), colour.dtype)
    visible = np.rint(mass) > 0
    for channel in range(layers.shape[2]):
        total = resize(layers[:, :, channel] * weights, shape)[visible] / mass[visible]
        resized[visible, channel] = np.rint(total).clip(0, opaque)
    return resized.reshape(*shape, *colour.shape[2:]), np.rint(mass).astype(alpha.dtype)


def _with_alpha(colour: Array, alpha: Array | None) -> Array:
    return colour if alpha is None else np.dstack((colour, alpha.astype(colour.dtype)))


def to_gray(image: Array) -> Array:
    """Weigh red, green and blue to one channel, as Pillow's mode L does.

    Parameters
    ----------
    image : ndarray, (H, W), (H, W, 1) or (H, W, 3), any real dtype

    Returns
    -------
    ndarray, (H, W)
        Integers of up to 32 bits: `(19595 R + 38470 G + 7471 B + 32768) >> 16`, exactly, in the
        image's dtype. Others: `0.299 R + 0.587 G + 0.114 B` in the carry type, between the least
        and the largest of the three.

    Raises
    ------
    PoolcliError
        If the image has another number of channels.
    """
    if image.ndim == 2:
        return image
    if image.shape[2] == 1:
        return image[:, :, 0]
    if image.shape[2] != 3:
        raise PoolcliError(f"has {image.shape[2]} channels; gray is made of 1 or 3")
    whole = image.dtype.kind in "iu" and image.dtype.itemsize < 8
    gray = np.empty(image.shape[:2], image.dtype if whole else carry_type(image.dtype))
    height = max(1, BAND_PIXELS // image.shape[1])
    for first in range(0, len(image), height):
        band = image[first : first + height]
        if whole:
            red, green, blue = (
                np.multiply(band[:, :, channel], weight, dtype=np.int64)
                for channel, weight in enumerate(LUMA)
            )
            gray[first : first + height] = (red + green + blue + 32768) >> 16
        else:
            gray[first : first + height] = _weigh_floats(band, gray.dtype)
    return gray


def _weigh_floats(band: Array, carry: np.dtype[Any]) -> Array:
    """Weigh red, green and blue (H, W, 3); rounding leads out of their range nowhere."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        red, green, blue = (band[:, :, channel].astype(carry) for channel in range(3))
        gray: Array = 0.299 * red + 0.587 * green + 0.114 * blue
        least = np.minimum(np.minimum(red, green), blue)
        largest = np.maximum(np.maximum(red, green), blue)
        np.clip(gray, least, largest, out=gray)
    return gray


def _rectify(pixels: Array) -> Array:
    """Return max(x, 0), of floats never -0."""
    with np.errstate(invalid="ignore"):
        positive: Array = np.maximum(pixels, pixels.dtype.type(0))
    return positive + positive.dtype.type(0) if positive.dtype.kind == "f" else positive


def resize(image: Array, shape: Pair) -> Array:
    """Resize to (rows, columns): by area where an axis shrinks, then cubic where one grows.

    Parameters
    ----------
    image : ndarray, (H, W) or (H, W, C), any real dtype
    shape : (rows, columns)

    Returns
    -------
    ndarray, (rows, columns) or (rows, columns, C)
        In the image's dtype if OpenCV resizes it (uint8, uint16, int16, float32, float64), else
        in the carry type. A constant channel stays constant, and finite floats stay finite.
    """
    rows, columns = image.shape[:2]
    if (rows, columns) == shape:
        return image
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        if image.dtype not in (np.uint8, np.uint16, np.int16, np.float32, np.float64):
            image = image.astype(_filter_type(image.dtype))
        layers = image.reshape(rows, columns, -1)
        resized = np.empty((*shape, layers.shape[2]), image.dtype)
        # OpenCV shrinks at most four channels at once.
        for first in range(0, layers.shape[2], 4):
            some = np.ascontiguousarray(layers[:, :, first : first + 4])
            resized[:, :, first : first + 4] = _resize_finite(some, shape)
        if image.dtype.kind == "f":
            least, largest = layers.min(axis=(0, 1)), layers.max(axis=(0, 1))
            np.copyto(resized, least, where=least == largest)
    return resized.reshape(*shape, *image.shape[2:])


def _resize_finite(layers: Array, shape: Pair) -> Array:
    """Resize (H, W, C); sums that overflow are made of smaller numbers, and clipped."""
    resized = _resize(layers, shape)
    if resized.dtype.kind != "f" or np.isfinite(resized).all():
        return resized
    # Cubic weights add up to less than 4 in all.
    exponent = (layers.shape[0] * layers.shape[1]).bit_length() + 2
    scaled = _resize(np.ldexp(layers, -exponent), shape)
    limit = np.ldexp(np.finfo(layers.dtype).max, -exponent)
    clipped = np.where(np.isfinite(scaled), scaled.clip(-limit, limit), scaled)
    return np.where(np.isfinite(resized), resized, np.ldexp(clipped, exponent))


def _resize(layers: Array, shape: Pair) -> Array:
    """Resize (H, W, C): shrink the axes that shrink, then enlarge the others."""
    from poolcli.opencv import cv2

    for interpolation, side in ((cv2.INTER_AREA, min), (cv2.INTER_CUBIC, max)):
        rows, columns = map(side, layers.shape[:2], shape)
        if (rows, columns) != layers.shape[:2]:
            layers = _interpolate(layers, (rows, columns), interpolation)
    return layers


def _interpolate(layers: Array, shape: Pair, interpolation: int) -> Array:
    """Resize (H, W, C) by an interpolation of OpenCV, whose weights may not add up to 1.

    `INTER_AREA` leaves out small weights: sums are divided by what it makes of ones.
    """
    from poolcli.opencv import cv2

    def interpolate(pixels: Array, rows: int, columns: int) -> Array:
        resized: Array = cv2.resize(pixels, (columns, rows), interpolation=interpolation)
        return resized.reshape(rows, columns, -1)

    rows, columns = shape
    totals = interpolate(np.ones((layers.shape[0], 1)), rows, 1)
    totals = totals * interpolate(np.ones((1, layers.shape[1])), 1, columns)
    if layers.dtype.kind == "f":
        shares: Array = interpolate(layers, rows, columns) / totals.astype(layers.dtype)
        return shares
    if np.abs(totals - 1).max() < INVISIBLE:
        return interpolate(layers, rows, columns)
    # Integers would be rounded before they are divided.
    exact = np.float32 if layers.dtype.itemsize == 1 else np.float64
    limits = np.iinfo(layers.dtype)
    resized = np.empty((rows, columns, layers.shape[2]), layers.dtype)
    for channel in range(layers.shape[2]):
        sums = interpolate(layers[:, :, channel].astype(exact), rows, columns) / totals
        resized[:, :, channel] = np.rint(sums[:, :, 0]).clip(limits.min, limits.max)
    return resized


def edges(image: Array, name: Filter, *, relu: bool = False) -> Array:
    """Filter one channel with replicated borders.

    Parameters
    ----------
    image : ndarray, (H, W), any real dtype
    name : "prewitt-v", "prewitt-h", "prewitt" or "laplacian"
        Three rows of `−1 0 1` (vertical edges), its transpose, `√(v² + h²)` of the two, or 8 in
        the middle of −1 (Prewitt 1970; the 8-neighbour Laplacian). Kernels are not normalised.
    relu : bool
        Keep positive responses only, instead of their absolute value.

    Returns
    -------
    ndarray, (H, W)
        The carry type. A response beyond its range is infinite.
    """
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        if name == "prewitt":
            vertical, horizontal = _correlate(image, PREWITT_V), _correlate(image, PREWITT_H)
            if image.dtype.kind == "f":
                # No square overflows, and none vanishes.
                response: Array = np.hypot(vertical, horizontal)
            else:
                response = np.sqrt(vertical * vertical + horizontal * horizontal)
            return response
        kernels = {"prewitt-v": PREWITT_V, "prewitt-h": PREWITT_H, "laplacian": LAPLACIAN}
        response = _correlate(image, kernels[name])
    return _rectify(response) if relu else np.abs(response, out=response)


def _correlate(image: Array, kernel: list[list[int]]) -> Array:
    from poolcli.opencv import cv2

    carry = image.astype(_filter_type(image.dtype))
    weights = np.array(kernel, carry.dtype)

    def correlate(pixels: Array) -> Array:
        response: Array = cv2.filter2D(pixels, -1, weights, borderType=cv2.BORDER_REPLICATE)
        return response

    response = correlate(carry)
    if not np.isfinite(response).all():
        # A sum may overflow before it is small again; one of sixteenths does not.
        again = np.ldexp(correlate(np.ldexp(carry, -4)), 4)
        np.copyto(response, again, where=~np.isfinite(response))
    return response


def _filter_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Give the carry type, or float64 where OpenCV knows nothing wider."""
    carry = carry_type(dtype)
    return carry if carry.itemsize <= 8 else np.dtype(np.float64)


def _proportional(side: int, wanted: int, other: int) -> int:
    """Scale `side` by `wanted / other`, rounding half up, to at least 1."""
    return max(1, (2 * side * wanted + other) // (2 * other))
