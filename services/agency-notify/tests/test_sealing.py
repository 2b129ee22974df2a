"""Sealed texts open where they belong, with their key and unaltered, and nowhere else."""

import base64
from datetime import UTC, datetime
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from notify_examples import OTHER_SECRET, SECRET

from agency_notify.model import Sealed, Secret, WantedEndpoint
from agency_notify.sealing import KEY_BYTES, NONCE_BYTES, Place, SealBroken, Sealer, key_id, read_keys
from contracts.codes import Channel

KEY, OTHER_KEY = bytes(range(32)), bytes(range(32, 64))
ONE, ANOTHER = UUID(int=6), UUID(int=7)
SEALER = Sealer([KEY])
HERE = Place.current(ONE)


@given(st.text(max_size=300))
def test_what_is_sealed_opens_again(text: str) -> None:
    assert SEALER.open(SEALER.seal(text, place=HERE), place=HERE) == text


def test_it_is_aes_256_gcm_with_the_nonce_before_the_text_and_the_place_as_associated_data() -> None:
    sealed = SEALER.seal(SECRET, place=HERE)
    nonce, encrypted = sealed.text[:NONCE_BYTES], sealed.text[NONCE_BYTES:]

    opened = AESGCM(KEY).decrypt(nonce, encrypted, f"agency-notify/endpoint/{ONE}/secret".encode())

    assert opened.decode() == SECRET
    assert (len(KEY), len(nonce), len(encrypted)) == (KEY_BYTES, 12, len(SECRET) + 16)


def test_no_two_sealings_are_alike() -> None:
    nonces = {SEALER.seal(SECRET, place=HERE).text[:NONCE_BYTES] for _ in range(1000)}

    assert len(nonces) == 1000


@pytest.mark.parametrize("elsewhere", [Place.current(ANOTHER), Place.previous(ONE), Place.previous(ANOTHER)])
def test_moved_to_another_record_or_column_it_does_not_open(elsewhere: Place) -> None:
    sealed = SEALER.seal(SECRET, place=HERE)

    with pytest.raises(SealBroken):
        SEALER.open(sealed, place=elsewhere)


def test_with_any_bit_altered_it_does_not_open() -> None:
    sealed = SEALER.seal("whsec_", place=HERE)

    for bit in range(8 * len(sealed.text)):
        altered = bytearray(sealed.text)
        altered[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SealBroken):
            SEALER.open(Sealed(sealed.key_id, bytes(altered)), place=HERE)


@pytest.mark.parametrize("content", [b"", b"short", bytes(12), bytes(28), bytes(200)])
def test_what_was_never_sealed_does_not_open(content: bytes) -> None:
    with pytest.raises(SealBroken):
        SEALER.open(Sealed(SEALER.key_id, content), place=HERE)


def test_without_its_key_or_under_another_keys_name_it_does_not_open() -> None:
    sealed = Sealer([OTHER_KEY]).seal(SECRET, place=HERE)

    with pytest.raises(SealBroken):
        SEALER.open(sealed, place=HERE)
    with pytest.raises(SealBroken):
        Sealer([KEY, OTHER_KEY]).open(Sealed(key_id(KEY), sealed.text), place=HERE)
    assert Sealer([KEY, OTHER_KEY]).open(sealed, place=HERE) == SECRET


def test_nothing_that_is_printed_or_raised_holds_a_secret_or_a_key() -> None:
    sealed = SEALER.seal(SECRET, place=HERE)
    secret = Secret(sealed, sealed, datetime(2026, 11, 23, tzinfo=UTC))
    wanted = WantedEndpoint(Channel.WEBHOOK, "https://hooks.example.org", None, SECRET)
    with pytest.raises(SealBroken) as broken:
        SEALER.open(sealed, place=Place.current(ANOTHER))

    for printed in (repr(sealed), repr(secret), repr(wanted), repr(SEALER), str(broken.value), repr(broken.value)):
        assert SECRET not in printed
        assert repr(sealed.text)[2:-1] not in printed
        assert repr(KEY)[2:-1] not in printed
    assert broken.value.__suppress_context__


def test_a_keys_name_says_nothing_of_it_and_is_its_own() -> None:
    assert len({key_id(bytes([n] * 32)) for n in range(256)}) == 256
    assert key_id(KEY) not in KEY.hex()


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "not base64!",
        base64.b64encode(KEY[:31]).decode(),
        base64.b64encode(KEY + b"x").decode(),
        OTHER_SECRET,
    ],
)
def test_keys_of_another_form_are_refused_with_what_to_do_and_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="base64 of 32 random bytes") as refused:
        read_keys(text)

    assert not text.strip() or text not in str(refused.value)
    assert refused.value.__context__ is None or refused.value.__suppress_context__


def test_keys_are_read_one_a_line() -> None:
    text = f"{base64.b64encode(OTHER_KEY).decode()}\n\n{base64.b64encode(KEY).decode()}\n"

    assert read_keys(text) == (OTHER_KEY, KEY)
    with pytest.raises(ValueError, match="base64 of 32 random bytes"):
        Sealer([])
