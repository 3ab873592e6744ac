"""What the local stack tells the person at the terminal when it can't run."""


class StackError(Exception):
    """Why the stack can't run, in a sentence for the person at the terminal."""
