"""What can be wrong with a request or a message of the audit service."""

from contracts.problems import Conflict, Forbidden, Invalid, NotFound, Unavailable


class NotRecordable(Invalid):
    """The message cannot become an entry of the log, however often it is tried."""

    slug, title = "not-recordable", "This message cannot be written to the log"


class NotInLog(NotFound):
    """The log does not hold it (yet)."""

    slug, title = "not-in-log", "The log does not hold this"


class NotWitnessed(NotFound):
    """Not enough witnesses have cosigned one and the same checkpoint (yet)."""

    slug, title = "not-witnessed", "No checkpoint of this log is witnessed yet"


class NotForYou(Forbidden):
    """The role or the purpose does not open the access log."""

    slug, title = "access-log-not-for-you", "Only auditors and Caldicott guardians may read the access log, for audit"


class EntriesNotForYou(Forbidden):
    """The role or the purpose does not open these entries."""

    slug, title = "entries-not-for-you", "Your role, or what you need this for, does not open these entries of the log"


class StillOpen(Conflict):
    """A receipt for a person has to wait until the case is closed."""

    slug, title = "case-still-open", "A person may have a receipt once the case is closed"


class NotSequencing(Unavailable):
    """The sequencer leads, but nothing moves."""

    slug, title = "not-sequencing", "Entries are not being written to the log"
