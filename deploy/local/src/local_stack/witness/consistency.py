"""Whether a tree only adds leaves to an older one, by the steps of RFC 9162, section 2.1.4.2."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

EMPTY_ROOT: Final = sha256(b"").digest()


def extends(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> bool:
    """Whether ``proof`` shows that the ``new`` tree, as (size, root), has the ``old`` one at its beginning."""
    (old_size, old_root), (new_size, new_root) = old, new
    if old_size == new_size or old_size == 0:
        return not proof and (old_root == new_root if old_size == new_size else True)
    if not proof or old_size > new_size:
        return False
    whole = old_size & (old_size - 1) == 0  # an older tree of 2^n leaves is itself the first hash of the way
    return _climb(old_size - 1, new_size - 1, [old_root, *proof] if whole else list(proof)) == (old_root, new_root)


def _climb(old_last: int, new_last: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Both roots that the path leads to, from where the older tree's last whole subtree stands; None if it ends amiss.

    ``old_last`` and ``new_last`` are the last leaves' places, halved with every level.
    """
    while old_last & 1:
        old_last, new_last = old_last >> 1, new_last >> 1
    old_hash = new_hash = path[0]
    for sibling in path[1:]:
        if new_last == 0:
            return None
        if old_last & 1 or old_last == new_last:
            old_hash, new_hash = _node(sibling, old_hash), _node(sibling, new_hash)
            while not old_last & 1 and old_last:
                old_last, new_last = old_last >> 1, new_last >> 1
        else:
            new_hash = _node(new_hash, sibling)
        old_last, new_last = old_last >> 1, new_last >> 1
    return (old_hash, new_hash) if new_last == 0 else None


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
