"""Results of PyTorch, Keras and TensorFlow for small images, read from vectors/vectors.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcli import adaptive_pool2d, pool2d

Array = NDArray[Any]

FILE = Path(__file__).parents[1] / "vectors" / "vectors.json"
DATA = json.loads(FILE.read_text())
IMAGES = {name: np.array(image["pixels"], image["dtype"]) for name, image in DATA["images"].items()}
KERNEL_NAMES = ("kernel_size", "pool_size", "window_shape", "ksize")


@dataclass(frozen=True)
class Vector:
    """One call of a framework with its own parameters, and the result or the refusal."""

    framework: str
    call: str
    image: str
    dtype: str
    settings: dict[str, Any]
    result: list[Any] | None = None
    result_dtype: str = ""
    refusal: str = ""

    @property
    def pixels(self) -> Array:
        """Return the image that was pooled."""
        return IMAGES[self.image].astype(self.dtype)

    @property
    def expected(self) -> Array:
        """Return the framework's result."""
        assert self.result is not None, self.refusal
        return np.array(self.result, self.result_dtype)

    @property
    def operation(self) -> str:
        """Return the name of poolcli's operation."""
        name = f"{self.call} {self.settings.get('pooling_type', '')}".lower()
        names = {"max": "max", "av": "avg", "lp": "lp"}
        return next(names[part] for part in names if part in name)

    @property
    def kernel(self) -> Any:
        """Return the size of the window, None if the call has none."""
        return next((self.settings[key] for key in KERNEL_NAMES if key in self.settings), None)

    def pool(self, image: Array, operation: str) -> Array:
        """Pool an image by poolcli over the windows of the call."""
        settings = self.settings
        if self.call.startswith("Global"):
            return adaptive_pool2d(image, operation, 1)
        if "output_size" in settings:
            return adaptive_pool2d(image, operation, settings["output_size"])
        padding = settings.get("padding", 0)
        if isinstance(padding, str):
            padding = padding.lower()
        elif self.framework == "tensorflow":
            padding = padding[1:3]
        # PyTorch counts padding by default; Keras never counts it.
        counted = self.framework == "torch" and settings.get("count_include_pad", True)
        return pool2d(
            image,
            operation,
            self.kernel,
            settings.get("stride", settings.get("strides")),
            padding,
            settings.get("dilation", settings.get("dilations", 1)),
            settings.get("ceil_mode", False),
            counted and operation == "avg",
            settings.get("norm_type", 2),
        )

    @property
    def taps(self) -> int:
        """Return the number of pixels of the largest window."""
        rows, columns = self.pixels.shape[:2]
        if "output_size" in self.settings:
            outputs = np.broadcast_to(self.settings["output_size"], 2)
            return int((rows // outputs[0] + 2) * (columns // outputs[1] + 2))
        return int(np.prod(np.broadcast_to(self.kernel or [rows, columns], 2)))

    @property
    def scale(self) -> float:
        """Return the factor between the result of the call and that of poolcli, by definition."""
        if "divisor_override" in self.settings:
            return self.taps / float(self.settings["divisor_override"])
        # PyTorch takes the root of a sum, not of a mean.
        return float(self.taps ** (1 / self.settings["norm_type"])) if self.operation == "lp" else 1


VECTORS = [Vector(**vector) for vector in DATA["vectors"]]


def find(call: str, image: str, dtype: str = "float32", **settings: Any) -> Vector:
    """Return the one vector with these settings."""
    [vector] = (
        vector
        for vector in VECTORS
        if (vector.call, vector.image, vector.dtype) == (call, image, dtype)
        and vector.settings == settings
    )
    return vector


def values(vector: Vector) -> Any:
    """Return the values of a result with one channel, row by row."""
    return vector.expected[:, :, 0].tolist()


def gray(name: str, dtype: str = "float32") -> Array:
    """Return an image of one channel, (H, W)."""
    return IMAGES[name][:, :, 0].astype(dtype)
