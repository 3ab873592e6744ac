"""The error for the person at the terminal when the local stack can't run."""


class StackError(Exception):
    """The stack can't run. The text says why, and what to do, to the person at the terminal."""
