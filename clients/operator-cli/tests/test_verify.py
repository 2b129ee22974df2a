"""The stand-alone verifier, run as a process of its own."""

import socket
from pathlib import Path

import pytest

from frontdoor.errors import Unreachable, Wrong
from frontdoor.verify import entitled, public, read_report, witnessed_by, witnessed_line

# A log's key and a witness's, both public.
KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
WITNESS_KEY = "witness.navigli.sunlight.geomys.org+a3e00fe2+BNy/co4C1Hn1p+INwJrfUlgz7W55dSZReusH/GhUhJ/G"


async def test_a_log_that_does_not_answer_is_unreachable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused

        with pytest.raises(Unreachable, match="Could not check"):
            await read_report(f"http://127.0.0.1:{unused.getsockname()[1]}", public())


async def test_a_log_whose_checkpoint_is_not_signed_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_text("frontdoor.example.org/local\n0\n\n")
    (tmp_path / "key").write_text("frontdoor.example.org/local+00000000+AAAA")

    with pytest.raises(Wrong, match="Not verified"):
        await read_report(str(tmp_path), public())


async def test_the_witnesses_that_are_asked_for_reach_the_verifier(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="--witness: ask for at least 1 and at most 1"):
        await read_report(str(tmp_path), (*public(key=KEY), *witnessed_by([WITNESS_KEY], needed=2)))


def test_what_is_witnessed_is_said_only_where_it_was_asked_for() -> None:
    witnessed = {"size": 1042, "needed": 1, "age_seconds": 7, "cosigned_at": {"w.example.org": "2026-11-23T09:30:00"}}

    assert witnessed_line({"witnessed": None}) == ()
    assert witnessed_line({"witnessed": witnessed}) == (
        "Witnessed: its first 1,042 leaves, by 1 (1 needed), 7 seconds ago: w.example.org at 2026-11-23T09:30:00",
    )


async def test_an_auditors_check_without_a_token_is_unreachable(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("")
    arguments = entitled(str(tmp_path / "no-token"), owners={"triage": "http://127.0.0.1:1"})

    with pytest.raises(Unreachable, match="--token-file cannot be read"):
        await read_report("http://127.0.0.1:1", [*arguments, "--key", KEY])


def test_what_the_verifier_is_asked_for() -> None:
    assert public(key="k", since="s") == ("public", "--key", "k", "--since", "s")
    assert entitled("t", owners={"triage": "u", "audit": "v"}) == (
        *("entitled", "--token-file", "t", "--owner", "triage=u", "--owner", "audit=v"),
    )
