"""Run `vips shrink INPUT OUTPUT 2 2` by the libvips of a Python package."""

import sys

import pyvips


def main(photo: str, output: str) -> None:
    """Write one image of half the size."""
    picture = pyvips.Image.new_from_file(photo, access="sequential")
    picture.shrink(2, 2).write_to_file(output)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
