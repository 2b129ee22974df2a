"""Records as the broker has them: what the client cannot decode must not stop reading.

Kafka lets a header's name be any bytes. The client decodes it as UTF-8 while it unpacks what it fetched, and where that
fails it raises from this and every later read of the partition, whatever process comes after. So batches are unpacked
here first: by the client's own quick code, and only where that fails by its plain code with names made readable.
"""

import struct
from collections.abc import Iterator
from typing import Any, Final

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords

_LENGTH: Final = struct.Struct(">i")
_LENGTH_AT: Final = 8
_OVERHEAD: Final = 12


def accept_any_records() -> None:
    """From now on the clients of this process read every record there is. May be called again."""
    fetcher.MemoryRecords = AnyRecords


class AnyRecords:
    """Stands where the client's own ``MemoryRecords`` does: what was fetched of one partition, batch by batch."""

    def __init__(self, fetched: bytes) -> None:
        self._fetched = memoryview(fetched)
        self._at = 0
        self._quick = MemoryRecords(fetched)

    def size_in_bytes(self) -> int:
        """How much was fetched."""
        return int(self._quick.size_in_bytes())

    def has_next(self) -> bool:
        """Whether there is another whole batch."""
        return bool(self._quick.has_next())

    def next_batch(self) -> Any:
        """The next one."""
        end = self._at + _OVERHEAD + _LENGTH.unpack_from(self._fetched, self._at + _LENGTH_AT)[0]
        whole, self._at = self._fetched[self._at : end], end
        batch = self._quick.next_batch()
        return None if batch is None else _AnyBatch(batch, whole)


class _AnyBatch:
    """One batch: all that the client's own says of itself, and every record."""

    def __init__(self, quick: Any, whole: memoryview) -> None:
        self._quick = quick
        self._whole = whole

    def __getattr__(self, name: str) -> Any:
        return getattr(self._quick, name)

    def __next__(self) -> Any:
        """The one record of a control batch, which holds no header."""
        return next(self._quick)

    def __iter__(self) -> Iterator[Any]:
        try:
            return iter(list(self._quick))
        except UnicodeDecodeError:
            return iter(list(_readable(self._whole)))


def _readable(whole: memoryview) -> _DefaultRecordBatchPy:
    batch = _DefaultRecordBatchPy(_Readable(whole))
    batch._maybe_uncompress()
    batch._buffer = _Readable(batch._buffer)
    return batch


class _Readable(bytearray):
    """Bytes whose slices decode whatever they hold."""

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        return _Text(found) if isinstance(at, slice) else found


class _Text(bytes):
    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Bytes that are no text become ``\\xff``, one by one."""
        return super().decode(encoding, "backslashreplace" if errors == "strict" else errors)
