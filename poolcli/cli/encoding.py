"""Encode text for the stream on which it is printed."""

from __future__ import annotations

import os
import re
from typing import TextIO

# In the place of characters that an encoding lacks.
SPELLINGS = {
    "×": "x",
    "→": "->",
    "…": "...",
    "·": ".",
    "≈": "~",
    "±": "+-",
    "≤": "<=",
    "≥": ">=",
    "⌊": "floor(",
    "⌈": "ceil(",
    **dict.fromkeys("⌋⌉", ")"),
    **dict.fromkeys("‐‑‒–—―−─╶╴", "-"),
    **dict.fromkeys("│╵╷", "|"),
    **dict.fromkeys("└┌├┘┴┐┤┬┼", "+"),
}
_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵖ", "0123456789-p")
POWER = re.compile("[⁰¹²³⁴-⁹⁻ᵖ]+")


def encode(text: str, stream: TextIO) -> bytes:
    """Return text in the encoding of a stream, with other characters for those that it lacks.

    Bytes of file names that are not text stay as they are.
    """
    encoding = encoding_of(stream)
    return spell_out(text, encoding).encode(encoding, "surrogateescape")


def encode_path(path: str, stream: TextIO) -> bytes:
    """Return a path in the encoding of file names, so that programs can open it.

    On Windows the programs that read a stream expect names in the encoding of the stream.
    """
    return encode(path, stream) if os.name == "nt" else os.fsencode(path)


def encoding_of(stream: TextIO) -> str:
    """Return the encoding of a stream; UTF-8 for one in memory."""
    return getattr(stream, "encoding", None) or "utf-8"


def escape(text: str) -> str:
    """Escape control characters, and bytes that are not text."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text
    )


def spell_out(text: str, encoding: str) -> str:
    """Replace the characters that an encoding lacks by ASCII characters.

    A replacement of several characters takes the place of blanks behind, except the last, so that
    columns stay aligned.
    """
    if _is_encodable(text, encoding):
        return text
    text = POWER.sub(lambda found: _power(found[0], encoding), text)
    return re.sub(r"([^\x00-\x7f])( *)", lambda found: _spelled(found[1], found[2], encoding), text)


def _power(digits: str, encoding: str) -> str:
    return digits if _is_encodable(digits, encoding) else f"^{digits.translate(_POWERS)}"


def _spelled(char: str, blanks: str, encoding: str) -> str:
    if _is_encodable(char, encoding):
        return f"{char}{blanks}"
    spelling = SPELLINGS.get(char) or char.encode("ascii", "backslashreplace").decode()
    width = max(1 + len(blanks), len(spelling) + min(len(blanks), 1))
    return spelling.ljust(width)


def _is_encodable(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding, "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True
