"""Hide from poolcli what Windows lacks; Python runs this file where PYTHONPATH has its folder.

Poolcli's modules see neither the POSIX modules nor the attributes below, and processes are spawned,
as on Windows and macOS. The standard library and other libraries see everything: on Windows they
have code of their own, which cannot run here. Processes that are started inherit PYTHONPATH, so
workers are affected too.
"""

from __future__ import annotations

import builtins
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

MODULES = {"fcntl", "grp", "pwd", "resource", "termios"}
OS = (
    "O_NOFOLLOW", "O_NONBLOCK", "chown", "fchmod", "fchown", "fork", "getegid", "geteuid", "getgid",
    "getuid", "killpg", "lchown", "memfd_create", "mkfifo", "sched_getaffinity", "setsid",
)  # fmt: skip
SIGNAL = ("SIGHUP", "SIGKILL", "SIGPIPE", "SIGALRM", "pthread_sigmask")


def hide(module: ModuleType, names: Sequence[str]) -> None:
    """Remove attributes of a module; modules other than those of poolcli still find them."""
    hidden = {name: module.__dict__.pop(name) for name in names if name in module.__dict__}

    def find(name: str) -> Any:
        if name in hidden and not is_ours(sys._getframe(1).f_globals):
            return hidden[name]
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")

    module.__dict__["__getattr__"] = find


def is_ours(variables: Mapping[str, Any] | None) -> bool:
    """Return whether the variables of a module are those of one of poolcli."""
    return str((variables or {}).get("__name__")).partition(".")[0] == "poolcli"


_import = builtins.__import__


def import_(name: str, *arguments: Any, **settings: Any) -> ModuleType:
    """Import a module, unless it is hidden from the caller."""
    variables = arguments[0] if arguments else settings.get("globals")
    if name in MODULES and is_ours(variables):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return _import(name, *arguments, **settings)


def only_spawn() -> list[str]:
    """Return the start methods of multiprocessing on Windows."""
    return ["spawn"]


hide(os, OS)
hide(signal, SIGNAL)
# Another signal stands in for the one that only Windows has.
signal.__dict__["SIGBREAK"] = signal.SIGUSR1
builtins.__dict__["__import__"] = import_
multiprocessing.get_all_start_methods = only_spawn
