"""What tests of every service share: real servers, test keys, settable time and readable ids."""

from chassis.testing.clock import SettableClock
from chassis.testing.ids import SequentialIds
from chassis.testing.signer import Signer

__all__ = ["SequentialIds", "SettableClock", "Signer"]
