"""Which tables stay small for ever, and which statements may read a large one whole."""

from collections.abc import Mapping
from typing import Final

SMALL: Final = frozenset(
    {
        *("position", "halt", "backfill", "suspension"),  # one row for each partition, incident, type, partner
        *("partner", "partner_key", "partner_limited", "repeat_key", "legal_hold", "disposal_run"),
        *("endpoint", "worker"),  # one for each agency's channel, one for each person
        *("log", "witness"),
        "pending",  # a batch or two, until it has its place in the log
        *("session", "sign_in"),  # of the people at work; deleted when they end
    }
)

EXCEPTIONS: Final[Mapping[str, str]] = {
    'SELECT count(*) FROM "case" WHERE closed_at >': "goes from partnership to partnership, and there are a few",
    "SELECT count(*) FROM referral WHERE received_at >": "the same",
    **dict.fromkeys(
        (
            *("DELETE FROM checkpoint", "DELETE FROM cosignature", "DELETE FROM tile"),
            *("INSERT INTO former_checkpoint", "INSERT INTO former_tile", "UPDATE entry SET leaf_index = -"),
        ),
        "an operator closes a log by hand, once in its life, and all of it moves",
    ),
}
"""A piece of the statement, and the reason."""
