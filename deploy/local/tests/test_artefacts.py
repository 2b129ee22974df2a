"""Locked files: found in the cache, refused when they are not what the lock file says."""

import hashlib
from pathlib import Path

import pytest

from local_stack import artefacts
from local_stack.errors import StackError

CONTENT = b"a jar"
HASH = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sha256: str) -> artefacts.Artefact:
    file = tmp_path / "parts.lock"
    file.write_text(f"# part group name version classifier type sha256\nkafka org.example broker 1.0 - jar {sha256}\n")
    monkeypatch.setattr(artefacts, "LOCK_FILE", file)
    (artefact,) = artefacts.locked("kafka")
    return artefact


def arrive(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    def download(artefact: artefacts.Artefact, folder: Path) -> Path:
        path = folder / artefact.filename
        path.write_bytes(content)
        return path

    monkeypatch.setattr(artefacts, "download", download)


def test_a_missing_file_is_fetched_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    artefact = lock(tmp_path, monkeypatch, HASH)
    arrive(monkeypatch, CONTENT)
    first = artefacts.fetched("kafka")
    arrive(monkeypatch, b"must not be asked for again")

    second = artefacts.fetched("kafka")

    assert first == second == [artefact.path]
    assert artefact.path.read_bytes() == CONTENT
    assert artefact.path.is_relative_to(tmp_path / "frontdoor")


def test_a_fetched_file_with_another_hash_is_refused_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    artefact = lock(tmp_path, monkeypatch, HASH)
    arrive(monkeypatch, b"something else")

    with pytest.raises(StackError, match=rf"broker-1\.0\.jar was fetched with SHA-256 .* lock file says {HASH}"):
        artefacts.fetched("kafka")

    assert not artefact.path.exists()


def test_a_cached_file_that_was_changed_is_refused_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    artefact = lock(tmp_path, monkeypatch, HASH)
    artefact.path.parent.mkdir(parents=True)
    artefact.path.write_bytes(b"changed")

    with pytest.raises(StackError, match="delete the file") as refusal:
        artefacts.fetched("kafka")

    assert "\n" not in str(refusal.value)


def test_every_part_is_locked_with_whole_hashes() -> None:
    found = {part: artefacts.locked(part) for part in ("kafka", "keycloak", "zipkin")}

    assert all(found.values())
    assert all(len(artefact.sha256) == 64 for artefact_list in found.values() for artefact in artefact_list)
    assert [artefact.version for artefact in found["keycloak"]] == ["26.7.0"]
    assert "kafka_2.13-4.3.0.jar" in {artefact.filename for artefact in found["kafka"]}
