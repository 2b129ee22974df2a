"""A witness over HTTP: ``POST /add-checkpoint``, and the last cosigned checkpoint for monitors."""

import asyncio
import threading
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI, HTTPException, Request, Response

from chassis.clock import Clock
from local_stack.console import say
from local_stack.witness import notes
from local_stack.witness.consistency import EMPTY_ROOT, extends
from local_stack.witness.memory import Memory, Seen

MAX_REQUEST_BYTES: Final = 262_144
TEXT: Final = "text/plain; charset=utf-8"


class Refused(Exception):
    """The request is answered, and nothing is signed."""

    def __init__(self, status: int, body: str, media_type: str = TEXT) -> None:
        super().__init__(status)
        self.response = Response(f"{body}\n", status, headers={"Content-Type": media_type})


class Witness:
    """Contract.

    - It signs no checkpoint before it has checked that it extends the last one it signed of that log, and has written
      it to the disk. A crash in between leaves a witness that remembers more than it signed, which harms nobody.
    - Checking, writing and signing are one step for all requests together. Interleaving prevented: a smaller tree is
      checked, a larger one is written and signed, the smaller one is signed with a later date.
    """

    def __init__(self, name: str, private: Ed25519PrivateKey, logs: Mapping[str, tuple[notes.Key, ...]]) -> None:
        self.key = notes.Key.of(name, notes.COSIGNATURE, private)
        self.logs = logs
        self._private = private
        self._one_at_a_time = threading.Lock()

    def add_checkpoint(self, body: bytes, *, memory: Memory, clock: Clock) -> str:
        """The cosignature's line. Raises ``Refused``."""
        try:
            request = notes.parse_request(body)
            keys = self.logs.get(request.origin)
            if keys is None:
                raise Refused(404, "This witness does not know that log")
            log_lines = request.signed_by(keys)
            if not log_lines:
                raise Refused(403, "The checkpoint is not signed by a key that this witness trusts for that log")
            new = Seen(*request.tree())
        except notes.Malformed as error:
            raise Refused(400, f"Malformed: {error}") from error
        with self._one_at_a_time:
            self._remember(request, new, memory)
            line = notes.cosign(self.key, self._private, request.text, time=int(clock.now().timestamp()))
            memory.publish(request.origin, new.size, f"{request.text}\n{log_lines}{line}")
        return line

    def _remember(self, request: notes.Request, new: Seen, memory: Memory) -> None:
        """Check the checkpoint against the last one, and write it down. Raises ``Refused``."""
        old = memory.find(request.origin) or Seen(0, EMPTY_ROOT)
        if request.old_size > new.size:
            raise Refused(400, "The old size is larger than the checkpoint's")
        if request.old_size != old.size:
            raise Refused(409, str(old.size), "text/x.tlog.size")
        if not extends(old, new, request.proof):
            lines = "".join(f"{each.line}\n" for each in request.signatures)
            say(f"Refused, and worth keeping: not consistent with {old.size} {old.root.hex()}\n{request.text}\n{lines}")
            raise Refused(422, "The proof does not show that the checkpoint extends the last one that was cosigned")
        if not memory.move(request.origin, old=old, new=new):
            raise Refused(500, "The witness's memory changed under its hands")


def create_app(witness: Witness, memory: Memory, clock: Clock) -> FastAPI:
    """The witness with its memory."""
    app = FastAPI(title="Witness", docs_url=None, redoc_url=None, openapi_url=None)
    origins = {sha256(origin.encode()).hexdigest(): origin for origin in witness.logs}

    @app.post("/add-checkpoint")
    async def add_checkpoint(request: Request) -> Response:
        try:
            body = await _read(request)
            line = await asyncio.to_thread(witness.add_checkpoint, body, memory=memory, clock=clock)
        except Refused as refused:
            return refused.response
        return Response(line, media_type=TEXT)

    @app.get("/key")
    def key() -> Response:
        return Response(f"{witness.key}\n", media_type=TEXT)

    @app.get("/{origin_hash}/checkpoint")
    def checkpoint(origin_hash: str) -> Response:
        note = memory.published(origins.get(origin_hash, ""))
        if note is None:
            raise HTTPException(404)
        return Response(note, media_type=TEXT)

    return app


async def _read(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_REQUEST_BYTES:
            raise Refused(400, "Malformed: a request is smaller")
    return body
