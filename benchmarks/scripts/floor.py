"""The plain floor: the minimal script that writes three halved images of a photo.

It imports the libraries that poolcli imports, decodes, takes every second pixel of every second row
three times, and writes the images one after the other with OpenCV, without pooling, protection of
files or messages.
"""

import sys
from pathlib import Path

import click  # noqa: F401 - imported as in poolcli
import cv2
import numpy as np
from PIL import Image

ITERATIONS = 3


def main(decoder: str, folder: Path, photos: list[Path]) -> None:
    """Write the images of each photo; `decoder` is pillow or opencv."""
    cv2.setNumThreads(1)
    for photo in photos:
        if decoder == "opencv":
            pixels = cv2.imread(str(photo))
            assert pixels is not None  # noqa: S101 - for the type checker
        else:
            with Image.open(photo) as picture:
                pixels = np.asarray(picture)
        for iteration in range(1, ITERATIONS + 1):
            rows, columns = pixels.shape[0] // 2 * 2, pixels.shape[1] // 2 * 2
            pixels = np.ascontiguousarray(pixels[:rows:2, :columns:2])
            path = str(folder / f"{photo.stem}_{iteration}.png")
            written = pixels if decoder == "opencv" else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
            cv2.imwrite(path, written)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), [Path(photo) for photo in sys.argv[3:]])
