"""Write down what PyTorch and Keras make of small images: vectors.json, which the tests read.

The tests need neither framework. Who makes the vectors again installs both beside poolcli,

    pip install torch==2.13.0 keras==3.15.1 tensorflow-cpu==2.21.0

and runs this file. Nothing in it is left to chance but pixels, and these have a seed: the same
versions write the same bytes. Each line of the file holds one call in the framework's own words,
and its result or how it was refused.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from itertools import cycle, product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Record = dict[str, Any]
Compute = Callable[[Array, dict[str, Any]], Any]
Ask = Callable[..., Record]  # (call, image, dtype="float32", **settings)

FILE = Path(__file__).with_name("vectors.json")
SEED = 213


def make_images() -> dict[str, Array]:
    """Make the images (rows, columns, channels) that every vector takes one of."""
    random = np.random.default_rng(SEED)
    holes = random.normal(size=(6, 7, 1)).astype(np.float32)
    holes[[0, 2, 5], [0, 3, 6]] = np.nan
    holes[1, 5], holes[4, 0], holes[4, 6] = np.inf, -np.inf, -np.inf
    return {
        "bytes": random.integers(0, 256, (6, 7, 2)),
        "signed": random.normal(size=(7, 6, 1)).astype(np.float32),
        "integers": random.integers(-128, 128, (5, 8, 1)),
        "holes": holes,
        "counting": np.arange(1, 17).reshape(4, 4, 1),
        "row": np.arange(1, 10).reshape(1, 9, 1),
        "pixel": np.full((1, 1, 1), -3),
        "mixed row": np.array([-1, 2, -3, 1]).reshape(1, 4, 1),
        "lowest": np.full((2, 2, 1), -np.inf, np.float32),
    }


IMAGES = make_images()


def record(
    framework: str, call: str, image: str, dtype: str, compute: Compute, **settings: Any
) -> Record:
    """Make one call and note what came of it."""
    vector = {
        "framework": framework,
        "call": call,
        "image": image,
        "dtype": dtype,
        "settings": settings,
    }
    try:
        result = np.asarray(compute(IMAGES[image].astype(dtype), settings))
    except Exception as error:  # noqa: BLE001 - any of them is a refusal
        return vector | {"refusal": describe(error)}
    return vector | {"result": spell(result), "result_dtype": str(result.dtype)}


def describe(error: Exception) -> str:
    """Say in one line how a call was refused, without where in the framework that was."""
    lines = re.sub(r"\{\{.*?\}\}|\[Op:.*?\]|\x1b\[\d*m", "", str(error)).splitlines()
    said = [line.strip() for line in lines if not line.startswith("Exception encountered")]
    return f"{type(error).__name__}: {next(filter(None, said))}"


def spell(array: Array) -> Any:
    """Turn an array into lists of the shortest numbers that give its values again."""
    if array.ndim:
        return [spell(part) for part in array]
    return float(str(array)) if array.dtype.kind == "f" else int(array)


# PyTorch

KERNELS = [(2, 2), (3, 3), (3, 2), (2, 5)]
STRIDES = [None, (1, 1), (2, 3)]
PADDINGS = [(0, 0), (1, 1), (1, 0), (1, 2)]
DILATIONS = [(1, 1), (2, 1), (1, 3)]
SIZES = [(1, 1), (2, 3), (3, 2), (5, 5), (9, 10)]

EXACT_IMAGES = [
    ("bytes", "uint8"),
    ("signed", "float32"),
    ("holes", "float32"),
    ("integers", "int8"),
    ("signed", "float64"),
]
SUMMED_IMAGES = [
    ("bytes", "float32"),
    ("signed", "float32"),
    ("holes", "float32"),
    ("integers", "float64"),
    ("bytes", "float16"),
]


def torch_vectors() -> Iterator[Record]:
    """Ask PyTorch."""
    import torch

    torch.set_num_threads(1)

    def ask(call: str, image: str, dtype: str = "float32", **settings: Any) -> Record:
        def compute(pixels: Array, settings: dict[str, Any]) -> Any:
            batch = torch.from_numpy(np.ascontiguousarray(np.moveaxis(pixels, -1, 0))[np.newaxis])
            result = getattr(torch.nn.functional, call)(batch, **settings)
            return np.moveaxis(result[0].numpy(), 0, -1)

        return record("torch", call, image, dtype, compute, **settings)

    yield from max_of_torch(ask)
    yield from avg_of_torch(ask)
    yield from adaptive_of_torch(ask)
    yield from lp_of_torch(ask)
    yield from differences_of_torch(ask)


def max_of_torch(ask: Ask) -> Iterator[Record]:
    """Ask for maxima with every setting."""
    images = cycle(EXACT_IMAGES)
    for kernel, stride, padding, dilation, ceil_mode in product(
        KERNELS, STRIDES, PADDINGS, DILATIONS, (False, True)
    ):
        yield ask(
            "max_pool2d",
            *next(images),
            kernel_size=kernel,
            stride=stride,
            padding=padding,
            dilation=dilation,
            ceil_mode=ceil_mode,
        )


def avg_of_torch(ask: Ask) -> Iterator[Record]:
    """Ask for averages with every setting."""
    images = cycle(SUMMED_IMAGES)
    for kernel, stride, padding, ceil_mode, counted in product(
        KERNELS, STRIDES, PADDINGS, (False, True), (False, True)
    ):
        yield ask(
            "avg_pool2d",
            *next(images),
            kernel_size=kernel,
            stride=stride,
            padding=padding,
            ceil_mode=ceil_mode,
            count_include_pad=counted,
        )
    for padding, divisor in product([(0, 0), (1, 1)], [1, 3, 7]):
        yield ask(
            "avg_pool2d", "bytes", kernel_size=(3, 2), padding=padding, divisor_override=divisor
        )


def adaptive_of_torch(ask: Ask) -> Iterator[Record]:
    """Ask for sizes that divide the image's, that do not, and that are larger."""
    for size, (image, dtype) in product(SIZES, [*EXACT_IMAGES[1:3], ("integers", "float64")]):
        yield ask("adaptive_max_pool2d", image, dtype, output_size=size)
    for size, (image, dtype) in product(SIZES, SUMMED_IMAGES[:4]):
        yield ask("adaptive_avg_pool2d", image, dtype, output_size=size)


def lp_of_torch(ask: Ask) -> Iterator[Record]:
    """Ask for roots of sums of powers."""
    for norm, kernel, stride, ceil_mode in product((1, 2, 3, 5), KERNELS, STRIDES, (False, True)):
        yield ask(
            "lp_pool2d",
            "bytes",
            norm_type=norm,
            kernel_size=kernel,
            stride=stride,
            ceil_mode=ceil_mode,
        )


def differences_of_torch(ask: Ask) -> Iterator[Record]:
    """Ask for what shows how frameworks differ, refusals above all."""
    for call in ("max_pool2d", "avg_pool2d"):
        yield ask(call, "row", kernel_size=(1, 4), padding=(0, 2), ceil_mode=True)
        yield ask(call, "row", kernel_size=(1, 10), ceil_mode=True)
        yield ask(call, "row", kernel_size=(1, 10))
        yield ask(call, "counting", kernel_size=2, padding=1)
        yield ask(call, "counting", kernel_size=3, stride=2, padding=1)
        yield ask(call, "counting", kernel_size=3, stride=1, padding=2)
        yield ask(call, "counting", kernel_size=0)
        yield ask(call, "counting", kernel_size=2, stride=0)
        yield ask(call, "counting", kernel_size=2, padding=-1)
        yield ask(call, "holes", kernel_size=(1, 3))
        yield ask(call, "lowest", kernel_size=2)
    yield ask("max_pool2d", "counting", kernel_size=2, dilation=0)
    yield ask("max_pool2d", "pixel", kernel_size=2, stride=1, padding=2, dilation=3)
    for dtype in ("bool", "uint8", "int8", "int16", "int32", "int64", "float16"):
        yield ask("max_pool2d", "counting", dtype, kernel_size=2)
        yield ask("avg_pool2d", "counting", dtype, kernel_size=2)
        yield ask("adaptive_max_pool2d", "counting", dtype, output_size=3)
        yield ask("adaptive_avg_pool2d", "counting", dtype, output_size=3)
    yield ask("adaptive_max_pool2d", "counting", output_size=0)
    for norm in (1, 1.5, 2, 3):
        yield ask("lp_pool2d", "mixed row", norm_type=norm, kernel_size=(1, 2))
    yield ask("lp_pool2d", "row", norm_type=1, kernel_size=(1, 2), ceil_mode=True)
    yield ask("lp_pool2d", "counting", norm_type=float("inf"), kernel_size=2)
    yield ask("lp_pool2d", "counting", "int64", norm_type=2, kernel_size=2)


# Keras and TensorFlow

KERAS_KERNELS = [(1, 1), (2, 2), (3, 3), (3, 2), (1, 4), (5, 6), (7, 2)]
KERAS_STRIDES = [None, (1, 1), (2, 3), (4, 5)]


def keras_vectors() -> Iterator[Record]:
    """Ask Keras, and TensorFlow for what Keras has no layer for."""
    os.environ |= {
        "KERAS_BACKEND": "tensorflow",
        "TF_ENABLE_ONEDNN_OPTS": "0",  # it adds in an order that depends on the processor
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    import keras
    import tensorflow as tf

    def ask(call: str, image: str, dtype: str = "float32", **settings: Any) -> Record:
        def compute(pixels: Array, settings: dict[str, Any]) -> Any:
            layer = getattr(keras.layers, call)(**settings, dtype=dtype)
            return layer(tf.constant(pixels[np.newaxis]))[0]

        return record("keras", call, image, dtype, compute, **settings)

    def ask_tensorflow(call: str, image: str, dtype: str = "float32", **settings: Any) -> Record:
        def compute(pixels: Array, settings: dict[str, Any]) -> Any:
            return getattr(tf.nn, call)(tf.constant(pixels[np.newaxis]), **settings)[0]

        return record("tensorflow", call, image, dtype, compute, **settings)

    yield from windows_of_keras(ask)
    yield from sizes_of_keras(ask)
    yield from windows_of_tensorflow(ask_tensorflow)
    yield from differences_of_keras(ask)
    yield from differences_of_tensorflow(ask_tensorflow)


def windows_of_keras(ask: Ask) -> Iterator[Record]:
    """Ask for same and valid with every setting."""
    whole = ("bytes", "uint8"), ("signed", "float32"), ("bytes", "float64")
    summed = ("bytes", "float32"), ("signed", "float32"), ("bytes", "float64")
    for call, images in (("MaxPooling2D", cycle(whole)), ("AveragePooling2D", cycle(summed))):
        for size, strides, padding in product(KERAS_KERNELS, KERAS_STRIDES, ("same", "valid")):
            yield ask(call, *next(images), pool_size=size, strides=strides, padding=padding)


def sizes_of_keras(ask: Ask) -> Iterator[Record]:
    """Ask for adaptive and global pooling."""
    for size, image in product(SIZES, ("bytes", "signed")):
        yield ask("AdaptiveMaxPooling2D", image, output_size=size)
        yield ask("AdaptiveAveragePooling2D", image, output_size=size)
    for image in ("bytes", "signed", "counting"):
        yield ask("GlobalMaxPooling2D", image, keepdims=True)
        yield ask("GlobalAveragePooling2D", image, keepdims=True)


def windows_of_tensorflow(ask: Ask) -> Iterator[Record]:
    """Ask for dilation, and for padding by number."""
    for kind, kernel, dilation in product(("MAX", "AVG"), KERNELS, DILATIONS):
        yield ask(
            "pool",
            "signed",
            window_shape=kernel,
            pooling_type=kind,
            strides=(1, 1),
            padding="VALID",
            dilations=dilation,
        )
    for top, bottom, left, right in product((0, 1), repeat=4):
        yield ask(
            "max_pool2d",
            "signed",
            ksize=(3, 2),
            strides=(2, 1),
            padding=((0, 0), (top, bottom), (left, right), (0, 0)),
        )


def differences_of_keras(ask: Ask) -> Iterator[Record]:
    """Ask for what shows how frameworks differ, refusals above all."""
    for call in ("MaxPooling2D", "AveragePooling2D"):
        yield ask(call, "counting", pool_size=3, strides=2, padding="same")
        yield ask(call, "counting", pool_size=1, strides=3, padding="same")
        yield ask(call, "counting", pool_size=0, strides=1)
        yield ask(call, "row", pool_size=(1, 10))
        yield ask(call, "holes", pool_size=(1, 3))
        yield ask(call, "lowest", pool_size=2)
        for dtype in ("uint8", "uint16", "int32", "float16"):
            yield ask(call, "counting", dtype, pool_size=2)


def differences_of_tensorflow(ask: Ask) -> Iterator[Record]:
    """Ask for dilation together with what it does not go with."""
    pool = {"window_shape": (2, 2), "pooling_type": "MAX", "dilations": (2, 2)}
    yield ask("pool", "counting", **pool, strides=(1, 1), padding="SAME")
    yield ask("pool", "counting", **pool, strides=(2, 2), padding="VALID")


def versions() -> dict[str, str]:
    """Name what the vectors were made with."""
    import keras
    import tensorflow as tf
    import torch

    libraries = {"torch": torch, "keras": keras, "tensorflow": tf}
    return {name: library.__version__.partition("+")[0] for name, library in libraries.items()}


def main() -> None:
    """Write everything, one image or vector a line."""
    images = [
        f"{write(name)}:{write({'dtype': str(image.dtype), 'pixels': spell(image)})}"
        for name, image in IMAGES.items()
    ]
    vectors = [write(vector) for vector in (*torch_vectors(), *keras_vectors())]
    FILE.write_text(
        f'{{"made_with":{write(versions())},\n"images":{{\n'
        + ",\n".join(images)
        + '\n},\n"vectors":[\n'
        + ",\n".join(vectors)
        + "\n]}\n"
    )


def write(value: Any) -> str:
    """Write JSON without a space to spare."""
    return json.dumps(value, separators=(",", ":"))


if __name__ == "__main__":
    main()
