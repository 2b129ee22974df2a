"""What can be wrong with a request or a message of the audit service."""

from contracts.problems import Invalid, NotFound


class NotRecordable(Invalid):
    """The message cannot become an entry of the log, however often it is tried."""

    slug, title = "not-recordable", "This message cannot be written to the log"


class NotInLog(NotFound):
    """The log does not hold it (yet)."""

    slug, title = "not-in-log", "The log does not hold this"
