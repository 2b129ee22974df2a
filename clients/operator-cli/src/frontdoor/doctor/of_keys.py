"""Keys: the log is signed with the key that it serves, and webhooks with the key that receivers are given."""

import base64
import binascii
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

import httpx2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from frontdoor.doctor.asking import Asker
from frontdoor.doctor.finding import Finding, ok, wrong

_ED25519: Final = b"\x01"
_KEY_ID: Final = 4
_KEY: Final = 32
_GOOD: Final = ("cosigned", "behind")
_MARK: Final = "\N{EM DASH} "
_WEBHOOK_PREFIX: Final = "whpk_"
_UNSIGNED: Final = (
    "An incident unless a key was just replaced: keep everything, and look at FRONTDOOR_SIGNING_KEY_FILE of audit"
)


_INCIDENTS: Final[Mapping[str, str]] = {
    "ahead": "has seen more entries of this log than this log has",
    "refused": "says that this log does not extend what it has seen",
    "unprovable": "cannot be shown the way from what it has seen: the stored tree lacks a part",
}
_WITHOUT_HISTORY: Final = (
    "An incident: this database lost or rewrote history that was signed. Stop audit's worker, keep everything, "
    "and see Witnesses in docs/operations.md"
)
_NOT_COSIGNED: Final = "Witnesses in docs/operations.md says what to do for this answer"


class NotSigned(Exception):
    """The note proves nothing under the key."""


async def check_log_key(asker: Asker, audit_url: str) -> list[Finding]:
    """The newest checkpoint of the log carries a signature by the key that audit serves."""
    key, note = [await asker.get("service audit", f"{audit_url}{path}") for path in ("/key", "/checkpoint")]
    if key is None or note is None or not key.is_success:
        return [wrong("log key", "audit serves none", "Bring audit back; FRONTDOOR_SIGNING_KEY_FILE names its key")]
    if note.status_code == httpx2.codes.NOT_FOUND:
        return [wrong("log key", "nothing is signed yet", "Start audit's worker, which signs")]
    if not note.is_success:
        return [wrong("log key", f"audit answers {note.status_code}", "See what is said of service audit")]
    try:
        size = signed_size(note.text, key.text.strip())
    except NotSigned as error:
        return [wrong("log key", str(error), _UNSIGNED)]
    return [ok("log key", f"the key that is served signed the log of {size:,} entries")]


async def check_witnesses(asker: Asker, audit_url: str) -> list[Finding]:
    """What each witness of the log answered last; nothing where there are none, or where audit does not answer."""
    shown = await asker.json("service audit", f"{audit_url}/v1/witnesses")
    witnesses = shown.get("witnesses", ()) if isinstance(shown, dict) else ()
    return [_witness(str(one.get("name")), one.get("outcome")) for one in witnesses]


def _witness(name: str, outcome: str | None) -> Finding:
    check = f"witness {name}"
    if outcome is None:
        return wrong(check, "was never asked", "Start audit's worker, which asks it")
    if outcome in _INCIDENTS:
        return wrong(check, _INCIDENTS[outcome], _WITHOUT_HISTORY)
    if outcome in _GOOD:
        return ok(check, "has cosigned")
    return wrong(check, f"answers {outcome}", _NOT_COSIGNED)


def signed_size(note: str, verifier_key: str) -> int:
    """The size that a checkpoint's signature by a verifier key (``name+id+key``) proves. Raises ``NotSigned``."""
    name, public_key, key_id = _parsed(verifier_key)
    text, _, signatures = note.partition("\n\n")
    for line in signatures.splitlines():
        who, _, encoded = line.removeprefix(_MARK).rpartition(" ")
        signature = _decoded(encoded)
        if line.startswith(_MARK) and who == name and signature[:_KEY_ID] == key_id:
            return _proven(f"{text}\n", signature[_KEY_ID:], public_key, name)
    raise NotSigned("the newest checkpoint is not signed by the key that is served")


def _proven(text: str, signature: bytes, public_key: bytes, name: str) -> int:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, text.encode())
    except (InvalidSignature, ValueError) as error:
        raise NotSigned("the signature of the newest checkpoint is not valid") from error
    lines = text.split("\n")
    if lines[0] != name or len(lines) < 2 or not lines[1].isdigit():
        raise NotSigned("the newest checkpoint is of another log than the key")
    return int(lines[1])


def _parsed(verifier_key: str) -> tuple[str, bytes, bytes]:
    name, _, rest = verifier_key.partition("+")
    written_id, _, encoded = rest.partition("+")
    key = _decoded(encoded)
    key_id = sha256(name.encode() + b"\n" + key).digest()[:_KEY_ID]
    if key[:1] != _ED25519 or len(key) != 1 + _KEY or key_id.hex() != written_id:
        raise NotSigned("the key that audit serves is not one")
    return name, key[1:], key_id


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return b""


async def check_webhook_keys(asker: Asker, notify_url: str, key_file: Path | None) -> list[Finding]:
    """Receivers are given keys; where the private one can be read here, its public half is the first of them."""
    found = await asker.json("service agency-notify", f"{notify_url}/v1/webhook-keys")
    keys = found.get("keys", ()) if isinstance(found, dict) else ()
    usable = [key for key in keys if len(_decoded(str(key).removeprefix(_WEBHOOK_PREFIX))) == _KEY]
    if not usable or len(usable) != len(keys):
        advice = "FRONTDOOR_WEBHOOK_SIGNING_KEY_FILE of agency-notify names its key: restart it with a good one"
        return [wrong("webhook key", "agency-notify serves none that receivers can use", advice)]
    if key_file is not None and (mistake := _differs(key_file, usable[0])):
        return [mistake]
    return [ok("webhook key", f"{len(usable)} served")]


def _differs(key_file: Path, served: str) -> Finding | None:
    try:
        key = load_pem_private_key(key_file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        return wrong("webhook key", "the key file cannot be read here", "Name a PEM file that you may read, or none")
    if isinstance(key, Ed25519PrivateKey):
        public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
        if served == _WEBHOOK_PREFIX + public:
            return None
    advice = "Restart agency-notify with the key file that is meant, and give receivers the public key"
    return wrong("webhook key", "the one that is served is not the one of the key file", advice)
