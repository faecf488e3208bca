"""What a user can mend. Everything else keeps its traceback."""


class PoolcliError(ValueError):
    """A problem that the user can mend, told in one line: what, where and what to do."""


class EngineError(PoolcliError):
    """What a batch runs on cannot be reached, or was lost: no fault of its command line."""
