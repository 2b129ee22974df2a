"""How a command ends: its exit code, and one plain line for every failure."""

from typing import ClassVar, Final

GOOD: Final = 0


class CommandFailed(Exception):
    """The message is the one line that a person is shown; it says what to do where there is something to do."""

    exit_code: ClassVar[int] = 1


class Wrong(CommandFailed):
    """What was asked for was looked at, and something is wrong with it."""


class CalledWrongly(CommandFailed):
    """The command cannot work as it was called or set up."""

    exit_code: ClassVar[int] = 2


class Unreachable(CommandFailed):
    """Somebody who is needed does not answer."""

    exit_code: ClassVar[int] = 3


class Refused(Wrong):
    """A service answered, but not as hoped; ``status`` is its HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status
