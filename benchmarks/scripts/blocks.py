"""Max pooling of a photo by a typical script with scikit-image."""

import sys
from pathlib import Path

import numpy as np
from skimage import io, measure

ITERATIONS = 3


def main(folder: Path, photo: Path) -> None:
    """Write three images of a photo."""
    pixels = io.imread(photo)
    for iteration in range(1, ITERATIONS + 1):
        rows, columns = pixels.shape[0] // 2 * 2, pixels.shape[1] // 2 * 2
        pixels = measure.block_reduce(pixels[:rows, :columns], (2, 2, 1), np.max)
        io.imsave(folder / f"{photo.stem}_{iteration}.png", pixels, check_contrast=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
