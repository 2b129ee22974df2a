"""A leaf of the log: a salted commitment to one entry. It says nothing to anybody who has not salt and entry.

::

    leaf       = 0x01 || commitment               33 bytes; the first is the version of this form
    commitment = SHA-256(DOMAIN || salt || entry)
    DOMAIN     = "frontdoor-log-entry/1\\n"        22 bytes of ASCII: no other hash of ours begins with them
    salt       = 32 random bytes, of this entry alone
    entry      = the event in CloudEvents' JSON format, as RFC 8785 writes it

``DOMAIN`` and salt have fixed lengths, so the three parts cannot be read in two ways. The log hashes a leaf as
RFC 6962 says. Once salt and entry are destroyed the leaf stays, the tree stays whole, and nobody can say what it was.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from audit.merkle import HASH_BYTES, VerificationError

DOMAIN: Final = b"frontdoor-log-entry/1\n"
VERSION: Final = b"\x01"
SALT_BYTES: Final = 32
LEAF_BYTES: Final = len(VERSION) + HASH_BYTES


@dataclass(frozen=True)
class Opening:
    """What opens a commitment: the entry's exact bytes, and its salt."""

    salt: bytes
    entry: bytes


def commit(opening: Opening) -> bytes:
    """The leaf of an entry. Raises ``ValueError`` for a salt of another length."""
    if len(opening.salt) != SALT_BYTES:
        raise ValueError(f"A salt has {SALT_BYTES} bytes")
    return VERSION + sha256(DOMAIN + opening.salt + opening.entry).digest()


def check_opening(leaf: bytes, opening: Opening, *, index: int) -> None:
    """Whether salt and entry are those the leaf at ``index`` committed to. Raises ``VerificationError``."""
    if len(opening.salt) != SALT_BYTES or commit(opening) != leaf:
        raise VerificationError(f"Entry {index} with its salt is not what leaf {index} commits to")


def check_leaves(first_index: int, leaves: list[bytes]) -> None:
    """Whether leaves are commitments, and hold nothing else. Raises ``VerificationError``."""
    for index, leaf in enumerate(leaves, first_index):
        if len(leaf) != LEAF_BYTES or leaf[:1] != VERSION:
            raise VerificationError(f"Leaf {index} is not a commitment of a version that is known here")
