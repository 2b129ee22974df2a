"""The log's side of add-checkpoint: what it sends, and what it makes of every answer."""

import base64
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from audit.checkpoint import CheckpointSigner, VerifierKey
from audit.cosignature import COSIGNATURE_V1, Cosignature, signed_message
from audit.witnesses.model import Answer, Outcome
from audit.witnesses.protocol import SIZE_TYPE, read_answer, write_request

# The example request in the text of tlog-witness, without the trailing signature of a second log key.
SPEC_PROOF = (
    "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=",
    "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=",
    "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=",
    "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=",
)
SPEC_NOTE = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
"""  # noqa: E501
SPEC_REQUEST = "old 20852014\n" + "".join(f"{each}\n" for each in SPEC_PROOF) + "\n" + SPEC_NOTE

NOTE = CheckpointSigner("frontdoor.example.org/audit", Ed25519PrivateKey.from_private_bytes(bytes(32))).sign(
    7, sha256(b"").digest()
)
TEXT = NOTE.split("\n\n")[0] + "\n"
PRIVATE = Ed25519PrivateKey.from_private_bytes(b"\x03" * 32)
KEY = VerifierKey("witness.example.org/1", PRIVATE.public_key().public_bytes_raw(), COSIGNATURE_V1)
COSIGNED = Cosignature(KEY, 1_790_000_000, PRIVATE.sign(signed_message(TEXT, 1_790_000_000)))
PLAIN = "text/plain; charset=utf-8"


def read(status: int, body: bytes | str, content_type: str = PLAIN) -> Answer:
    raw = body if isinstance(body, bytes) else body.encode()
    return read_answer(status, content_type, raw, note=NOTE, key=KEY)


def test_a_request_is_written_as_the_format_shows_it() -> None:
    written = write_request(20852014, [base64.b64decode(each) for each in SPEC_PROOF], SPEC_NOTE)

    assert written.decode() == SPEC_REQUEST


def test_a_first_request_has_no_proof_and_one_empty_line() -> None:
    assert write_request(0, [], NOTE).decode() == f"old 0\n\n{NOTE}"


def test_a_cosignature_is_taken_once_it_is_verified_and_strangers_lines_are_left() -> None:
    stranger = f"— other.example.org {base64.b64encode(bytes(76)).decode()}\n"

    assert read(200, stranger + COSIGNED.line) == Answer(Outcome.COSIGNED, cosignature=COSIGNED)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\n",
        "ok\n",
        b"\xff\xfe",
        COSIGNED.line[:-1],
        COSIGNED.line + "\n",
        COSIGNED.line.replace("— ", "-- "),
        f"— other.example.org {base64.b64encode(bytes(76)).decode()}\n",
        f"— {KEY.name} {base64.b64encode(KEY.key_id + bytes(72)).decode()}\n",
        Cosignature(KEY, 1_790_000_001, COSIGNED.signature).line,  # another time than was signed
        Cosignature(KEY, 1_790_000_000, PRIVATE.sign(signed_message("other\n", 1_790_000_000))).line,
        NOTE + COSIGNED.line,
        COSIGNED.line + f"— {KEY.name} {base64.b64encode(KEY.key_id + bytes(72)).decode()}\n",
    ],
)
def test_a_200_that_proves_nothing_is_worth_nothing(body: bytes | str) -> None:
    assert read(200, body) == Answer(Outcome.UNVERIFIABLE)


def test_a_conflict_says_which_size_the_witness_has() -> None:
    assert read(409, "20852014\n", SIZE_TYPE) == Answer(Outcome.BEHIND, 20852014)
    assert read(409, "0\n", f"{SIZE_TYPE}; charset=utf-8") == Answer(Outcome.BEHIND, 0)


@pytest.mark.parametrize(
    "body", ["", "7", "07\n", "-7\n", "7\n\n", "seven\n", f"{2**63}\n", "9" * 4000 + "\n", "\u0667\n"]
)
def test_a_conflict_without_a_size_that_can_be_is_worth_nothing(body: str) -> None:
    assert read(409, body, SIZE_TYPE) == Answer(Outcome.UNVERIFIABLE)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, Outcome.MALFORMED),
        (403, Outcome.UNKNOWN_KEY),
        (404, Outcome.UNKNOWN_LOG),
        (409, Outcome.REFUSED),  # without the type of a size: an older edition's word for two trees of one size
        (422, Outcome.REFUSED),
        (204, Outcome.AWAY),
        (301, Outcome.AWAY),
        (429, Outcome.AWAY),
        (500, Outcome.AWAY),
        (503, Outcome.AWAY),
    ],
)
def test_each_other_status_has_one_meaning(status: int, outcome: Outcome) -> None:
    assert read(status, COSIGNED.line) == Answer(outcome)


@given(st.integers(100, 599), st.text(max_size=30), st.binary(max_size=200))
def test_no_answer_whatever_raises_or_is_believed(status: int, content_type: str, body: bytes) -> None:
    answer = read_answer(status, content_type, body, note=NOTE, key=KEY)

    assert answer.cosignature is None
