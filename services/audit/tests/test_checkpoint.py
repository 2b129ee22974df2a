"""Checkpoints are C2SP signed notes; whatever is wrong with one surfaces as VerificationError."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from audit.checkpoint import Checkpoint, CheckpointSigner, VerifierKey, open_checkpoint
from audit.merkle import VerificationError

ORIGIN = "frontdoor.example.org/audit"
ROOT = bytes(range(32))
SIGNER = CheckpointSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(32)))
KEY = SIGNER.verifier_key
NOTE = SIGNER.sign(7, ROOT)

# The worked example of the signed-note format's first implementation.
NEUMANN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_checkpoint_is_a_note_of_origin_size_and_root() -> None:
    text, signature = NOTE.split("\n\n")

    assert text.split("\n") == [ORIGIN, "7", base64.b64encode(ROOT).decode()]
    assert signature.startswith(f"— {ORIGIN} ")
    assert signature.endswith("\n")


def test_a_signed_checkpoint_opens() -> None:
    assert open_checkpoint(NOTE.encode(), KEY) == Checkpoint(ORIGIN, 7, ROOT)


def test_the_same_tree_is_signed_with_the_same_bytes() -> None:
    assert SIGNER.sign(7, ROOT) == NOTE


def test_a_verifier_key_is_read_back() -> None:
    assert VerifierKey.parse(f"{KEY}\n") == KEY


def test_the_published_key_is_read_and_its_signature_is_valid() -> None:
    key = VerifierKey.parse(NEUMANN_KEY)

    # The signature is valid, so what is refused is only that this note is no checkpoint.
    with pytest.raises(VerificationError, match="fewer than three lines"):
        open_checkpoint(NEUMANN_NOTE.encode(), key)
    with pytest.raises(VerificationError, match="signature is not valid"):
        open_checkpoint(NEUMANN_NOTE.replace("your problem", "my problem").encode(), key)


def test_signatures_of_other_keys_are_ignored() -> None:
    witness = CheckpointSigner("witness.example.org", Ed25519PrivateKey.generate())
    cosigned = NOTE + witness.sign(7, ROOT).split("\n\n")[1]

    assert open_checkpoint(cosigned.encode(), KEY).size == 7


def test_extension_lines_are_allowed_and_signed() -> None:
    text = f"{ORIGIN}\n7\n{base64.b64encode(ROOT).decode()}\nextension\n"
    signature = base64.b64encode(KEY.key_id + SIGNER.private_key.sign(text.encode())).decode()

    assert open_checkpoint(f"{text}\n— {ORIGIN} {signature}\n".encode(), KEY).size == 7


def signed(text: str) -> bytes:
    """Any text, properly signed: what the checkpoint parser alone must refuse."""
    signature = base64.b64encode(KEY.key_id + SIGNER.private_key.sign(text.encode())).decode()
    return f"{text}\n— {ORIGIN} {signature}\n".encode()


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n7\n",
        f"{ORIGIN}\n07\n{base64.b64encode(ROOT).decode()}\n",
        f"{ORIGIN}\n-7\n{base64.b64encode(ROOT).decode()}\n",
        f"{ORIGIN}\n+7\n{base64.b64encode(ROOT).decode()}\n",
        f"{ORIGIN}\n7 \n{base64.b64encode(ROOT).decode()}\n",
        f"{ORIGIN}\n\u0667\n{base64.b64encode(ROOT).decode()}\n",
        f"{ORIGIN}\n{'9' * 5000}\n{base64.b64encode(ROOT).decode()}\n",
        f"{ORIGIN}\n7\n{base64.b64encode(ROOT[1:]).decode()}\n",
        f"{ORIGIN}\n7\nnot base64!\n",
        f"{ORIGIN}\n7\n{base64.b64encode(ROOT).decode()[:-2]}9=\n",
        f"other.example.org/log\n7\n{base64.b64encode(ROOT).decode()}\n",
        f"\n{ORIGIN}\n7\n{base64.b64encode(ROOT).decode()}\n",
        "\n",
    ],
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(VerificationError):
        open_checkpoint(signed(text), KEY)


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\n",
        b"\n\n",
        b"\xff\xfe",
        NOTE.encode()[:-1],
        NOTE.replace("— ", "- ").encode(),
        NOTE.replace("— ", "—").encode(),
        NOTE.replace("\n7\n", "\n8\n").encode(),
        NOTE.replace("\n", "\r\n").encode(),
        NOTE.replace(f"— {ORIGIN} ", f"— {ORIGIN}+ ").encode(),
        NOTE.replace(f"— {ORIGIN} ", "—  ").encode(),
        f"{NOTE}trailing\n".encode(),
        f"{NOTE}— x \n".encode(),
        f"{NOTE}— x AAAA\n".encode(),
        NOTE.split("— ")[0].encode(),
        NOTE.encode() + b"x" * 1_000_001,
        CheckpointSigner(ORIGIN, Ed25519PrivateKey.generate()).sign(7, ROOT).encode(),
        CheckpointSigner("other.example.org", SIGNER.private_key).sign(7, ROOT).encode(),
        NOTE.replace(base64.b64encode(KEY.key_id).decode()[:4], "AAAA").encode(),
    ],
)
def test_a_malformed_or_foreign_note_is_refused(note: bytes) -> None:
    with pytest.raises(VerificationError):
        open_checkpoint(note, KEY)


def test_a_signature_that_is_too_short_is_refused() -> None:
    text = NOTE.split("\n\n")[0]
    short = base64.b64encode(KEY.key_id + b"x").decode()

    with pytest.raises(VerificationError, match="wrong length"):
        open_checkpoint(f"{text}\n\n— {ORIGIN} {short}\n".encode(), KEY)


def test_one_wrong_signature_by_our_key_spoils_the_note_even_beside_a_right_one() -> None:
    wrong = base64.b64encode(KEY.key_id + bytes(64)).decode()

    with pytest.raises(VerificationError):
        open_checkpoint(f"{NOTE}— {ORIGIN} {wrong}\n".encode(), KEY)


@given(st.binary(max_size=300))
def test_no_bytes_whatever_escape_as_another_error(note: bytes) -> None:
    with pytest.raises(VerificationError):
        open_checkpoint(note, KEY)


@given(st.integers(0, len(NOTE.encode()) - 1), st.integers(1, 255))
def test_a_change_of_any_byte_is_refused(at: int, flip: int) -> None:
    note = bytearray(NOTE.encode())
    note[at] ^= flip

    with pytest.raises(VerificationError):
        open_checkpoint(bytes(note), KEY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000",
        f"name+00000000+{base64.b64encode(b'x' * 33).decode()}",
        str(KEY).replace("+", " "),
        str(KEY)[:-4],
        str(KEY).replace(ORIGIN, "other.example.org"),
        str(KEY).replace(KEY.key_id.hex(), KEY.key_id.hex().upper()),
        f"na me+{KEY.key_id.hex()}+{base64.b64encode(bytes(33)).decode()}",
        f"name+{KEY.key_id.hex()}+====",
    ],
)
def test_a_malformed_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(VerificationError):
        VerifierKey.parse(text)


@pytest.mark.parametrize("origin", ["", "with space", "with+plus", "with\nline"])
def test_a_log_cannot_be_named_what_a_note_cannot_hold(origin: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        CheckpointSigner(origin, SIGNER.private_key)
