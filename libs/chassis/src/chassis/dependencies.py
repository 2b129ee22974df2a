"""What the routes of every service stand on."""

from typing import Protocol

from chassis.clock import Clock
from chassis.db import Database


class Dependencies(Protocol):
    """A service's database and clock; each service has more of its own beside them."""

    @property
    def db(self) -> Database: ...

    @property
    def clock(self) -> Clock: ...
