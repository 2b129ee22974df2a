"""Programs of others look at what the overlays build: schemas, security, reliability (`make deploy-check`)."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from local_stack.checkout import ROOT
from tests.deploy import checkers
from tests.deploy.kubernetes import OVERLAYS, built, text_of

pytestmark = pytest.mark.checkers

RESULTS = ROOT / "deploy" / "results" / "manifests.json"
EXCEPTIONS = ROOT / "deploy" / "checks" / "exceptions.yaml"
EXAMPLES = ROOT / "deploy" / "k8s" / "examples"
KUBE_SCORE_VERSION = "v1.32"  # the newest that it knows
Findings = set[tuple[str, str]]


@pytest.fixture(scope="module")
def figures() -> Iterator[dict[str, Any]]:
    """What was found; kept when the tests are over."""
    if reason := checkers.missing():
        pytest.fail(f"These tests fetch programs and schemas: {reason}")
    found: dict[str, Any] = {"kubernetes": checkers.KUBERNETES_VERSION}
    yield found
    RESULTS.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n")


def conformed(text: str) -> dict[str, Any]:
    """What kubeconform says, strictly."""
    where = f"{checkers.schema_folder()}/{{{{ .ResourceKind }}}}{{{{ .KindSuffix }}}}.json"
    command = [checkers.tool("kubeconform"), "-strict", "-summary", "-output", "json", "-schema-location", where, "-"]
    done = subprocess.run([*map(str, command)], input=text, capture_output=True, text=True, check=False)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_object_is_as_its_schema_says(overlay: str, figures: dict[str, Any]) -> None:
    answer = conformed(text_of(f"overlays/{overlay}"))

    assert answer["resources"] == []
    assert answer["summary"] == {"valid": len(built(overlay)), "invalid": 0, "errors": 0, "skipped": 0}
    figures[f"{overlay}: valid objects"] = answer["summary"]["valid"]


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.name)
def test_the_examples_are_as_their_schemas_say(example: Path, figures: dict[str, Any]) -> None:
    answer = conformed(example.read_text())

    assert answer["resources"] == []
    assert answer["summary"]["valid"] > 0


@pytest.mark.parametrize(
    ("word", "misspelt"),
    [("readOnlyRootFilesystem", "readOnlyRootFileSystem"), ("maxReplicaCount", "maxReplicas"), ("isWALArchiver", "x")],
)
def test_a_field_that_nobody_knows_is_found(word: str, misspelt: str, figures: dict[str, Any]) -> None:
    answer = conformed(text_of("overlays/production").replace(word, misspelt))

    assert answer["summary"]["invalid"] > 0
    assert all(misspelt in each["msg"] for each in answer["resources"])


def excepted(checker: str, findings: Findings) -> Findings:
    """The findings that have a reason."""
    rows = yaml.safe_load(EXCEPTIONS.read_text())[checker]
    by_check = {row["check"]: row["objects"] for row in rows}
    return {
        (check, name) for check, name in findings if by_check.get(check) == "all" or name in by_check.get(check, [])
    }


def unused(checker: str, findings: Findings) -> list[str]:
    """Exceptions that nothing needs."""
    rows = yaml.safe_load(EXCEPTIONS.read_text())[checker]
    wanted = {(row["check"], name) for row in rows for name in row["objects"] if row["objects"] != "all"}
    checks = {row["check"] for row in rows if row["objects"] == "all"} - {check for check, _ in findings}
    return sorted(map(str, (wanted - findings) | checks))


def scored(overlay: str, folder: Path) -> Findings:
    """What kube-score would have otherwise."""
    file = folder / f"{overlay}.yaml"
    file.write_text(text_of(f"overlays/{overlay}"))
    command = (str(checkers.tool("kube-score")), "score", "--kubernetes-version", KUBE_SCORE_VERSION, "-o", "json")
    done = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)
    return {
        (check["check"]["id"], each["object_name"].split("/")[-1])
        for each in json.loads(done.stdout)
        for check in each["checks"]
        if check["grade"] < 10 and not check["skipped"]
    }


def policed(overlay: str, folder: Path) -> tuple[Findings, int]:
    """What checkov would have otherwise, and how many of its checks passed."""
    file = folder / f"{overlay}.yaml"
    file.write_text(text_of(f"overlays/{overlay}"))
    command = (str(checkers.checkov()), "--framework", "kubernetes", "--quiet", "--compact", "-o", "json", "-f")
    done = subprocess.run([*command, file.name], capture_output=True, text=True, check=False, cwd=folder)
    answer = json.loads(done.stdout)
    failed = {(each["check_id"], each["resource"].split(".")[-1]) for each in answer["results"]["failed_checks"]}
    return failed, answer["summary"]["passed"]


def test_kube_score_finds_nothing_without_a_reason(tmp_path: Path, figures: dict[str, Any]) -> None:
    found = {overlay: scored(overlay, tmp_path) for overlay in OVERLAYS}

    everything = set().union(*found.values())
    assert everything - excepted("kube-score", everything) == set()
    assert unused("kube-score", everything) == []
    figures["kube-score: findings with a reason"] = len(everything)


def test_checkov_finds_nothing_without_a_reason(tmp_path: Path, figures: dict[str, Any]) -> None:
    found = {overlay: policed(overlay, tmp_path) for overlay in OVERLAYS}

    everything = set().union(*(failed for failed, _ in found.values()))
    assert everything - excepted("checkov", everything) == set()
    assert unused("checkov", everything) == []
    figures |= {f"{overlay}: checks of checkov passed": passed for overlay, (_, passed) in found.items()}
    figures["checkov: findings with a reason"] = len(everything)


def test_every_exception_has_a_reason() -> None:
    for rows in yaml.safe_load(EXCEPTIONS.read_text()).values():
        assert all(len(row["reason"].split()) > 5 for row in rows)
