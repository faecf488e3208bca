"""What a user can mend. Everything else keeps its traceback."""


class PoolcliError(ValueError):
    """A problem with one input, told in one line: what, where and what to do."""


class UsageError(PoolcliError):
    """A problem with the command line or the arguments alone, whatever the input holds."""
