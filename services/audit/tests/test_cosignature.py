"""Cosignatures as the format writes them: by its own examples, by one that a public witness made, and by the text."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from audit.checkpoint import CheckpointSigner, VerifierKey, read_signatures, split_note
from audit.cosignature import (
    Cosignature,
    parse_witness_key,
    read_cosignatures,
    verify_lines,
)
from audit.merkle import VerificationError

ORIGIN = "frontdoor.example.org/audit"
LOG = CheckpointSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(32)))
NOTE = LOG.sign(7, bytes(range(32)))
TEXT = NOTE.split("\n\n")[0] + "\n"

# The examples in the text of signed-note and tlog-cosignature.
SPEC_NOTE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_COSIGNED = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""  # noqa: E501
# A checkpoint of a public log, and the cosignature that a public witness gave it.
PUBLIC_KEY = "witness.navigli.sunlight.geomys.org+a3e00fe2+BNy/co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G"
PUBLIC_NOTE = """coachandhorses2026h1.staging.certificate.transparency.goog
185550722
YXAM0VmnrfvLaBCOOYSJhCaE5F10oGBOo+hkbDa1kng=

— witness.navigli.sunlight.geomys.org o+AP4gAAAABqb7DzNrGFRJnQ9vrJ8xpnwZytnr/ZYczDIsvwvouiSjwOjn7a72ccxBk+lKnZ7dKqkYKER1s/KxLTaVwQD7lJZTC/CQ==
"""  # noqa: E501


def private_key(number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


def vkey(name: str, private: Ed25519PrivateKey, kind: bytes = b"\x04") -> str:
    """By the text of signed-note: name+hex(key id)+base64(type || key), with the key id from all of it."""
    public = private.public_key().public_bytes_raw()
    key_id = hashlib.sha256(name.encode() + b"\x0a" + kind + public).digest()[:4]
    return f"{name}+{key_id.hex()}+{base64.b64encode(kind + public).decode()}"


def line(name: str, private: Ed25519PrivateKey, time: int, *, text: str = TEXT) -> str:
    """By the text of tlog-cosignature: key id, time as a big-endian u64, signature over two lines and the note."""
    key_id = bytes.fromhex(vkey(name, private).split("+")[1])
    signature = private.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
    return f"— {name} {base64.b64encode(key_id + time.to_bytes(8, 'big') + signature).decode()}\n"


ONE, OTHER = private_key(1), private_key(2)
ONE_KEY, OTHER_KEY = parse_witness_key(vkey("witness.example.org/1", ONE)), parse_witness_key(vkey("w2", OTHER))
ONE_LINE, OTHER_LINE = line("witness.example.org/1", ONE, 1_790_000_000), line("w2", OTHER, 1_790_000_005)


def test_the_formats_own_examples_are_read() -> None:
    text, lines = split_note(SPEC_COSIGNED.encode())
    (_, _, _), (name, key_id, body) = read_signatures(lines)

    assert str(VerifierKey.parse(SPEC_NOTE_KEY)) == SPEC_NOTE_KEY
    assert text.startswith("example.com/behind-the-sofa\n20852163\n")
    assert (name, key_id.hex(), len(body)) == ("witness.example.com/w1", "8d66cf3f", 72)
    assert int.from_bytes(body[:8], "big") == 1679315147  # the time that the format's signed message names


def test_a_public_witnesss_cosignature_of_a_public_log_is_valid() -> None:
    key = parse_witness_key(PUBLIC_KEY)

    (found,) = read_cosignatures(PUBLIC_NOTE.encode(), [key])

    assert found.time == 1785704691
    assert PUBLIC_NOTE.endswith(f"\n\n{found.line}")
    with pytest.raises(VerificationError, match="signature is not valid"):
        read_cosignatures(PUBLIC_NOTE.replace("\n185550722\n", "\n185550723\n").encode(), [key])


def test_what_is_written_from_the_formats_text_is_read_and_written_the_same() -> None:
    found = read_cosignatures((NOTE + OTHER_LINE + ONE_LINE).encode(), [ONE_KEY, OTHER_KEY])

    assert [each.key for each in found] == [ONE_KEY, OTHER_KEY]
    assert [each.time for each in found] == [1_790_000_000, 1_790_000_005]
    assert [each.line for each in found] == [ONE_LINE, OTHER_LINE]
    assert str(ONE_KEY) == vkey("witness.example.org/1", ONE)


def test_of_several_by_one_witness_the_newest_counts() -> None:
    older = line("w2", OTHER, 1_600_000_000)

    (found,) = read_cosignatures((NOTE + OTHER_LINE + older).encode(), [OTHER_KEY])

    assert found.time == 1_790_000_005


def test_strangers_and_other_types_of_signature_are_ignored() -> None:
    same_name, same_key = line("w2", ONE, 5), line("witness.example.org/1", OTHER, 5)
    as_log = CheckpointSigner("w2", OTHER).sign(7, bytes(range(32))).split("\n\n")[1]  # type 01 of the same key

    assert read_cosignatures((NOTE + same_name + same_key + as_log).encode(), [ONE_KEY, OTHER_KEY]) == []


@pytest.mark.parametrize(
    "wrong",
    [
        line("w2", OTHER, 1_790_000_005, text=TEXT.replace("\n7\n", "\n8\n")),
        line("w2", OTHER, 0),  # a cosignature has to say when
        line("w2", OTHER, 2**63),
        line("w2", OTHER, 253_402_300_800),  # in the year 10000
        f"— w2 {base64.b64encode(OTHER_KEY.key_id + bytes(7) + b'x').decode()}\n",
        f"— w2 {base64.b64encode(OTHER_KEY.key_id + (5).to_bytes(8, 'big') + bytes(64)).decode()}\n",
        f"— w2 {base64.b64encode(OTHER_KEY.key_id + (5).to_bytes(8, 'big') + OTHER.sign(TEXT.encode())).decode()}\n",
    ],
)
def test_a_wrong_signature_of_a_known_witness_spoils_the_note_even_beside_a_right_one(wrong: str) -> None:
    with pytest.raises(VerificationError):
        read_cosignatures((NOTE + OTHER_LINE + wrong).encode(), [OTHER_KEY])


@given(st.integers(0, len(OTHER_LINE.encode()) - 1), st.integers(1, 255))
def test_no_change_of_a_line_makes_another_cosignature(at: int, flip: int) -> None:
    changed = bytearray(OTHER_LINE.encode())
    changed[at] ^= flip
    try:
        found = read_cosignatures(NOTE.encode() + changed, [OTHER_KEY])
    except VerificationError:
        return
    assert found == []  # then it is a stranger's


@given(st.text(max_size=200))
def test_whatever_stands_where_lines_belong_fails_as_a_verification(lines: str) -> None:
    with pytest.raises(VerificationError):
        verify_lines(TEXT, f"{lines}x", [OTHER_KEY])


def test_lines_cannot_bring_a_text_of_their_own() -> None:
    other_text = TEXT.replace("\n7\n", "\n9\n")
    smuggled = f"{OTHER_LINE}\n{other_text}\n{line('w2', OTHER, 5, text=other_text)}"

    with pytest.raises(VerificationError):
        verify_lines(TEXT, smuggled, [OTHER_KEY])


@pytest.mark.parametrize("text", ["", "w2", vkey("w2", OTHER, b"\x01"), vkey("w2", OTHER, b"\x06"), vkey("w 2", OTHER)])
def test_a_key_of_another_type_is_no_witnesss(text: str) -> None:
    with pytest.raises(VerificationError):
        parse_witness_key(text)


def test_a_cosignature_is_the_bytes_that_were_signed() -> None:
    assert Cosignature(OTHER_KEY, 1_790_000_005, base64.b64decode(OTHER_LINE.split(" ")[2])[12:]).line == OTHER_LINE
