"""Start a program from a process that is small itself; print its seconds and peak memory.

Linux counts the memory of the process that started a program into the program's peak.
"""

import os
import sys
import time

BYTES = 1 if sys.platform == "darwin" else 1024


def main(arguments: list[str]) -> int:
    """Run a program and wait for it."""
    start = time.perf_counter()
    child = os.posix_spawn(arguments[0], arguments, os.environ)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    print(seconds, usage.ru_maxrss * BYTES)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
