"""Names of files that Windows reserves or cannot store."""

from __future__ import annotations

import re
from pathlib import PureWindowsPath

from poolcli.errors import PoolcliError

# Devices, with any suffix, in every folder. Superscript digits count too.
_DEVICES = re.compile(
    r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[1-9¹²³]) *(\..*)?", re.IGNORECASE
)
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f]')


def check_windows_name(path: str) -> None:
    """Raise PoolcliError if a part of a path is a name that Windows would change or refuse.

    A colon would write to a hidden stream of another file, a trailing dot or blank would be left
    out, and `CON.png` is the console. The null device, `NUL`, may be written to.
    """
    if path.upper() == "NUL":
        return
    windows = PureWindowsPath(path)
    parts = windows.parts[1:] if windows.anchor else windows.parts
    for part in parts:
        if part != ".." and (reason := _refusal(part)):
            raise PoolcliError(f"{path} cannot be written on Windows: {reason}; use another name")


def _refusal(name: str) -> str | None:
    """Return the reason why Windows does not store a name as it is."""
    if _DEVICES.fullmatch(name):
        return f"{name} is a device"
    if found := _FORBIDDEN.search(name):
        return f"{found[0]!r} is not allowed in names"
    if name.endswith((".", " ")):
        return "a name cannot end with a dot or a blank"
    return None
