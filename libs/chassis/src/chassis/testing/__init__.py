"""What tests of every service share: real servers, test keys, settable time and readable ids."""

from chassis.testing.doubles import SequentialIds, SettableClock
from chassis.testing.signer import Signer

__all__ = ["SequentialIds", "SettableClock", "Signer"]
