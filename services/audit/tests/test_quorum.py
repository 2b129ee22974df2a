"""Enough witnesses: what counts as enough, and that the stand-alone verifier asks for it."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.checkpoint import VerifierKey, open_checkpoint, split_note
from audit.cosignature import COSIGNATURE_V1, Cosignature, signed_message
from audit.merkle import VerificationError
from audit.quorum import Quorum, Witnessed, check_distinct, read_witnessed
from audit.receipt import FORMAT, verify_receipt
from audit.tiles import decode_bundle, names_at
from audit.verify import answers
from audit.verify.command import main
from audit.verify.public import Trusted, verify_public

Log = Any  # the public copy that the fixtures make
PRIVATE = [Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2, 3)]
KEYS = [
    VerifierKey(f"witness.example.org/{number}", private.public_key().public_bytes_raw(), COSIGNATURE_V1)
    for number, private in enumerate(PRIVATE, 1)
]
LINES = [str(key) for key in KEYS]
TIME = 1_790_000_000
TWO_OF_THREE = Quorum(tuple(KEYS), 2)


def cosign(note: bytes, *numbers: int, time: int = TIME) -> bytes:
    """The note with the cosignatures of these witnesses, each a second later than the one before."""
    text, _ = split_note(note)
    for later, number in enumerate(numbers):
        signature = PRIVATE[number - 1].sign(signed_message(text, time + later))
        note += Cosignature(KEYS[number - 1], time + later, signature).line.encode()
    return note


@pytest.fixture
def witnessed_log(log_of: Callable[[int], Log]) -> Log:
    """300 entries, of which two witnesses have seen 255 and one has seen all."""
    log = log_of(300)
    log.files["witnessed-checkpoint"] = cosign(log_of(255).files["checkpoint"], 1, 3)
    log.files["checkpoint"] = cosign(log.files["checkpoint"], 2)
    return log


def saved(log: Log, folder: Path) -> str:
    for path, body in log.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
    return str(folder)


def test_a_quorum_is_met_by_so_many_witnesses_and_not_by_one_more_often(log_of: Callable[[int], Log]) -> None:
    note = log_of(3).files["checkpoint"]

    assert len(TWO_OF_THREE.check(cosign(note, 1, 3))) == 2
    with pytest.raises(VerificationError, match="cosigned by 1 of 3 witnesses, and 2 are needed"):
        TWO_OF_THREE.check(cosign(note, 2, 2))


@pytest.mark.parametrize(
    ("keys", "needed"),
    [((), 0), ((), 1), (KEYS[:1], 0), (KEYS[:1], 2), (KEYS, -1), ([KEYS[0], KEYS[0]], 2)],
)
def test_a_quorum_that_means_nothing_is_refused(keys: Sequence[VerifierKey], needed: int) -> None:
    with pytest.raises(ValueError, match=r"witness"):
        Quorum(tuple(keys), needed)


def test_two_names_for_one_key_and_two_keys_under_one_name_are_one_witness() -> None:
    same_key = VerifierKey("another.example.org", KEYS[0].public_key, COSIGNATURE_V1)
    same_name = VerifierKey(KEYS[0].name, KEYS[1].public_key, COSIGNATURE_V1)

    for twin in (same_key, same_name):
        with pytest.raises(ValueError, match="once"):
            check_distinct([KEYS[0], twin])


def test_the_age_is_that_of_the_youngest_cosignatures_that_are_enough(log_of: Callable[[int], Log]) -> None:
    log = log_of(3)
    note = cosign(log.files["checkpoint"], 1, 2, 3)  # at TIME, a second and two seconds later

    witnessed = Witnessed(open_checkpoint(note, log.key), 2, tuple(TWO_OF_THREE.check(note)))

    report = witnessed.report(datetime.fromtimestamp(TIME + 61, UTC))
    assert (report["size"], report["needed"], report["age_seconds"]) == (3, 2, 60)
    assert report["cosigned_at"][KEYS[0].name] == datetime.fromtimestamp(TIME, UTC).isoformat()


def test_the_last_checkpoint_serves_where_it_is_cosigned_enough_itself(log_of: Callable[[int], Log]) -> None:
    log = log_of(300)
    log.files["checkpoint"] = cosign(log.files["checkpoint"], 1, 2)

    assert read_witnessed(log, log.key, TWO_OF_THREE).checkpoint.size == 300


def test_a_log_is_verified_to_its_end_and_said_to_be_witnessed_as_far_as_it_is(witnessed_log: Log) -> None:
    report = verify_public(witnessed_log, Trusted(witnessed_log.key, quorum=TWO_OF_THREE))

    assert report.size == 300
    assert report.witnessed is not None
    assert report.witnessed.checkpoint.size == 255
    assert {each.key for each in report.witnessed.cosignatures} == {KEYS[0], KEYS[2]}


def test_a_log_that_too_few_witnesses_cosigned_is_not_verified(log_of: Callable[[int], Log]) -> None:
    log = log_of(300)
    with pytest.raises(VerificationError, match="cosigned by 0 of 3"):
        verify_public(log, Trusted(log.key, quorum=TWO_OF_THREE))

    log.files["witnessed-checkpoint"] = cosign(log.files["checkpoint"], 3)
    with pytest.raises(VerificationError, match="2 are needed"):
        verify_public(log, Trusted(log.key, quorum=TWO_OF_THREE))


def test_a_history_that_is_not_the_one_that_was_witnessed_is_found_without_any_saved_checkpoint(
    witnessed_log: Log, log_of: Callable[[int], Log], resign: Callable[[Sequence[bytes]], Log]
) -> None:
    entries = [
        entry
        for name in names_at(None, 300)
        for entry in decode_bundle(witnessed_log.files[name.path], count=name.width)
    ]
    rewritten = resign([entry.replace(b"amber", b"green") if n == 7 else entry for n, entry in enumerate(entries)])
    rewritten.files["witnessed-checkpoint"] = witnessed_log.files["witnessed-checkpoint"]
    shorter = log_of(200)
    shorter.files["witnessed-checkpoint"] = witnessed_log.files["witnessed-checkpoint"]

    verify_public(rewritten, Trusted(rewritten.key))  # good in itself, and signed by the log
    with pytest.raises(VerificationError, match="rewritten"):
        verify_public(rewritten, Trusted(rewritten.key, quorum=TWO_OF_THREE))
    with pytest.raises(VerificationError, match="shrank"):
        verify_public(shorter, Trusted(shorter.key, quorum=TWO_OF_THREE))


def test_a_cosigned_checkpoint_of_another_log_or_with_a_forged_line_is_not_believed(witnessed_log: Log) -> None:
    note = witnessed_log.files["witnessed-checkpoint"]
    text, _ = split_note(note)
    forged = note.replace(text.encode(), text.replace("\n255\n", "\n256\n").encode())
    for wrong in (forged, b"other.example.org" + note.removeprefix(b"frontdoor.example.org/audit")):
        witnessed_log.files["witnessed-checkpoint"] = wrong

        with pytest.raises(VerificationError):
            verify_public(witnessed_log, Trusted(witnessed_log.key, quorum=Quorum((KEYS[0], KEYS[2]), 2)))


def test_the_command_says_how_many_witnesses_and_how_fresh(
    witnessed_log: Log, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = [option for line in LINES for option in ("--witness", line)]
    where = saved(witnessed_log, tmp_path)

    codes = [main([where, *named, "--witnesses-needed", "2", *more]) for more in ([], ["--json"])]

    words, as_json = capsys.readouterr().out.rsplit("\n", 2)[:2]
    assert codes == [0, 0]
    how = "; its first 255 are cosigned by witness.example.org/1, witness.example.org/3 (2 needed), "
    assert re.search(rf"{re.escape(how)}[\d,]+ s ago", words)
    assert json.loads(as_json)["witnessed"]["needed"] == 2


def test_a_receipt_is_checked_against_the_witnesses_too(log_of: Callable[[int], Log]) -> None:
    log, receipt = log_of(3), {"format": FORMAT, "referral_id": str(UUID(int=1)), "made_for": "court", "destroyed": 0}
    note = cosign(log.files["checkpoint"], 1)
    file = json.dumps({**receipt, "entries": [], "checkpoint": note.decode()}).encode()

    report = verify_receipt(file, log.key, quorum=Quorum((KEYS[0],), 1))

    assert "its first 3 are cosigned by witness.example.org/1" in answers.of_receipt(report).line
    assert verify_receipt(file, log.key).witnessed is None
    with pytest.raises(VerificationError, match="cosigned by 1 of 3"):
        verify_receipt(file, log.key, quorum=TWO_OF_THREE)


def test_what_no_witness_was_asked_for_is_said_not_to_be_proven(log_of: Callable[[int], Log]) -> None:
    log = log_of(3)
    log.files["checkpoint"] = cosign(log.files["checkpoint"], 1)
    trusted = (Trusted(log.key), Trusted(log.key, quorum=Quorum((KEYS[0],), 1)))

    without, asked = [answers.of_public(verify_public(log, each), pinned=True).does_not_prove for each in trusted]

    claim = "that nobody is shown another log: no witness was asked for (--witness)"
    assert claim in without
    assert claim not in asked


@pytest.mark.parametrize(
    ("options", "code", "problem"),
    [
        (["--witness", LINES[1]], 0, None),  # it cosigned the last checkpoint itself
        (
            ["--witness", LINES[0], "--witness", LINES[1]],
            1,
            "Not verified: The checkpoint is cosigned by 1 of 2",
        ),
        (["--witnesses-needed", "1"], 2, "Could not check: --witness: name the witnesses too"),
        (["--witness", "nonsense"], 2, "Could not check: --witness: The verifier key is not of the form"),
        (
            ["--witness", LINES[0], "--witnesses-needed", "2"],
            2,
            "Could not check: --witness: ask for at least 1",
        ),
        (
            ["--witness", LINES[0], "--witness", LINES[0]],
            2,
            "Could not check: --witness: name each witness once",
        ),
    ],
)
def test_the_command_ends_by_what_it_found(
    witnessed_log: Log,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    code: int,
    problem: str | None,
) -> None:
    ended = main([saved(witnessed_log, tmp_path), *options])

    assert ended == code
    assert problem is None or capsys.readouterr().err.replace(" (public)", "").startswith(problem)
