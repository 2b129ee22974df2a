"""What can stop the local stack, each said in one line that says what to do."""


class StackError(Exception):
    """The stack cannot go on; the message is for the person at the terminal."""
