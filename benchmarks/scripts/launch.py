"""Start a program from a small process; print its seconds and peak memory.

Linux includes the memory of the starting process in the peak of the program.
"""

import os
import sys
import time

BYTES = 1 if sys.platform == "darwin" else 1024


def main(arguments: list[str]) -> int:
    """Run a program, wait for it and return its exit status."""
    start = time.perf_counter()
    child = os.posix_spawn(arguments[0], arguments, os.environ)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    print(seconds, usage.ru_maxrss * BYTES)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
