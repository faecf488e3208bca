"""What a user can mend. Everything else keeps its traceback."""


class PoolcliError(ValueError):
    """A problem that the user can mend, told in one line: what, where and what to do."""


class EngineError(PoolcliError):
    """What a batch runs on cannot be reached, or was lost: no fault of its command line."""


def shorten(text: str, longest: int = 40) -> str:
    """Return text with its middle left out where it is longer than `longest`."""
    if len(text) <= longest:
        return text
    head = longest // 2
    return f"{text[:head]}…{text[head + 1 - longest :]}"
