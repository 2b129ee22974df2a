"""The two tables that the peers write to: what came in, and the event that reports it."""

from typing import Final

TABLES: Final = """
    CREATE TABLE referral (id uuid PRIMARY KEY, body bytea NOT NULL, received_at timestamptz NOT NULL);
    CREATE TABLE event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, referral_id uuid NOT NULL,
                        data bytea NOT NULL, published_at timestamptz);
"""


def event_of(referral_id: object) -> bytes:
    """What the event says."""
    return b'{"type":"referral.received.v1","referral_id":"%b"}' % str(referral_id).encode()
