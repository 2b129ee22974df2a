"""Loading packs: every mistake is named at once, with its file, its line and what to do."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from policy.load import PackInvalid, load_packs
from policy.testing import packs_of

PARTNERSHIPS = Path(__file__).parents[3] / "partnerships"
Edit = Callable[..., Path]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """A copy of Wandsworth's pack in which each old text, found once, is replaced."""

    def edit(*changes: tuple[str, str]) -> Path:
        text = (PARTNERSHIPS / "wandsworth.yaml").read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        path = tmp_path / "wandsworth.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return edit


def mistakes_in(path: Path) -> list[str]:
    with pytest.raises(PackInvalid) as refused:
        load_packs(path.parent)
    return [str(mistake) for mistake in refused.value.mistakes]


def line_of(path: Path, text: str) -> int:
    return path.read_text(encoding="utf-8").split(text)[0].count("\n") + 1


def test_a_mistake_names_file_line_path_and_what_to_do(edited: Edit) -> None:
    path = edited(("    duration: 1\n", "    duration: -1\n"))

    found = mistakes_in(path)

    line = line_of(path, "duration: -1")
    assert found == [f"wandsworth.yaml:{line}: clocks.decision.duration: must be greater than 0"]


CLOCK = "  - name: decision\n    duration: 1\n"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("roles:\n", "rolls:\n", "rolls: is not a key of a pack here"),
        ("roles:\n", "rolls:\n", "roles: is missing: add it"),
        ("    kind: school\n", "    kind: shool\n", "agencies.ashcroft-primary.kind: must be one of"),
        ("    source: oxfordshire-rag\n", "    source: oxfordshire\n", 'did you mean "oxfordshire-rag"?'),
        ("tell: [social-worker]", "tell: [social-wroker]", 'no role or agency or team is called "social-wroker"'),
        (
            "    role: macpt-member\n",
            "    role: nobody\n",
            'teams.wandsworth-macpt.role: no role is called "nobody"',
        ),
        ("    team: wandsworth-macpt\n", "    team: wandsworth-mcpt\n", 'no team is called "wandsworth-mcpt"'),
        ("accept_clock: handover-early-help", "accept_clock: never", 'no clock is called "never"'),
        ("authorised_by: [mash-manager]", "authorised_by: [boss]", 'no role is called "boss"'),
        ("escalation_role: agency-representative", "escalation_role: boss", 'no role is called "boss"'),
        ("recommended_by: [social-worker, mash-manager]", "recommended_by: []", "at least 1 item"),
        ("receives: [strategy-discussion]", "receives: [assessment]", "does not receive"),
        ("receives: [strategy-discussion]", "receives: [assessment]", "no outcome"),
        ("    starts: referral.received.v1\n", "    starts: referral.lost.v1\n", "must be the type of an event"),
        ("    unit: working_days\n", "    unit: weeks\n", "clocks.decision.unit: must be one of"),
        (CLOCK, CLOCK.replace("1\n", "1.5\n"), "a whole number of working days"),
        (CLOCK, CLOCK.replace("1\n", "soon\n"), "clocks.decision.duration: must be a number"),
        ("runs_out_of_hours: false", "runs_out_of_hours: true", "cannot run out of hours"),
        ("runs_out_of_hours: true", "runs_out_of_hours: false", "elapsed_hours run out of hours"),
        ("{share: 0.5, tell", "{share: 0.9, tell", "rising shares"),
        ('"09:00-17:00"', '"9-5"', 'service.monday: must be local times like "08:30-17:30"'),
        ("effective_from: 2026-11-01", "effective_from: soon", "effective_from: must be a valid date"),
        (
            "effective_from: 2026-11-01",
            "effective_from: 2026-11-01\neffective_until: 2025-01-01",
            "must not be before",
        ),
        ('version: "2026.11"', "version: 2026.11", 'must be text: put it in quotes ("…")'),
        ("partnership: wandsworth\n", "partnership: wansworth\n", 'must be "wandsworth", the name of its file up to'),
        ("    when: {}\n", "    when: {unborn: true}\n", "needs a last rule with an empty condition"),
        ("  - rating: blue\n    label", "  - rating: green\n    label", "ratings: needs a rule for blue"),
        ("  - rating: blue\n    label", "  - rating: green\n    label", "ratings.green: is given twice"),
        ("  - name: notice-open\n", "  - name: notice\n", 'needs a clock "notice-open"'),
        (
            "  - name: handover-offer\n    duration: 1\n",
            "  - name: offer\n    duration: 1\n",
            'needs a clock "handover-offer" that',
        ),
        (
            "  - name: notice-open\n",
            "  - name: notice-open\n    effective_from: 2027-01-01\n",
            '"notice-open" that',
        ),
        ("  - stage: 1\n", "  - stage: 1\n    duration: 2\n", "needs both a duration and a unit"),
        ("name: Wandsworth Safe", "name: Again\nname: Wandsworth Safe", "name: is given again on line"),
        (
            "outcomes: [early-help]",
            "outcomes: [early-help, assessment]",
            "retention: must name the outcome assessment in exactly one class",
        ),
        (
            "    outcomes: [early-help]\n    trigger: year",
            "    outcomes: [early-help]\n    effective_from: 2030-01-01\n    trigger: year",
            "must name the outcome early-help in exactly one class in force on 2026-11-01",
        ),
        (
            "endpoint: wandsworth-mash-mailbox",
            "endpoint: https://example.org/hook",
            "agencies.wandsworth-mash.channels",
        ),
    ],
)
def test_each_kind_of_mistake_is_named(edited: Edit, old: str, new: str, message: str) -> None:
    found = mistakes_in(edited((old, new)))

    assert any(message in mistake for mistake in found), found


def test_every_mistake_is_told_at_once_in_the_order_of_the_file(edited: Edit) -> None:
    path = edited(
        ("    duration: 1\n", "    duration: 0\n"),
        ("    kind: police\n", "    kind: army\n"),
        ("    source: blackpool-retention\n", "    source: nowhere\n"),
        ("name: Wandsworth Safe", "motto: None\nname: Wandsworth Safe"),
    )

    found = mistakes_in(path)

    assert [mistake.split(": ")[1] for mistake in found] == [
        "motto",
        "clocks.decision.duration",
        "agencies.metropolitan-police.kind",
        "retention.child-protection.source",
    ]
    lines = [int(mistake.split(":")[1]) for mistake in found]
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"partnership: [\n", "wandsworth.yaml:2: cannot be read as YAML"),
        (b"a: b: c\n", "wandsworth.yaml:1: cannot be read as YAML"),
        (b"\xff\xfe\x00", "wandsworth.yaml:1: must be saved as UTF-8 text"),
        (b"a: \x07\n", "wandsworth.yaml:1: cannot be read as YAML: it holds a character"),
        (b"&a [*a]\n", "wandsworth.yaml:1: cannot be read as YAML: it nests too deeply"),
        (b"[" * 200_000, "wandsworth.yaml:1: cannot be read as YAML: it nests too deeply"),
        (b"", "wandsworth.yaml:1: must be a pack"),
        (b"- one\n", "wandsworth.yaml:1: must be a pack"),
    ],
)
def test_a_file_that_is_no_pack_is_one_plain_mistake(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "wandsworth.yaml"
    path.write_bytes(content)

    found = mistakes_in(path)

    assert len(found) == 1
    assert found[0].startswith(message)


def test_words_that_other_yaml_readers_take_for_booleans_stay_words(edited: Edit) -> None:
    path = edited(("  head-of-service: Head of service\n", "  head-of-service: yes\n"))

    pack = packs_of(path.parent)["wandsworth"]

    assert pack.roles["head-of-service"] == "yes"


def test_packs_of_a_folder_come_by_partnership() -> None:
    packs = load_packs(PARTNERSHIPS)

    assert packs.partnerships == ("wandsworth", "warwickshire")
    assert all(pack.partnership == code for code in packs.partnerships for pack in packs.versions(code))


def test_mistakes_of_all_files_are_told_together(tmp_path: Path, edited: Edit) -> None:
    edited(("    kind: school\n", "    kind: shool\n"))
    shutil.copy(PARTNERSHIPS / "warwickshire.yaml", tmp_path / "elsewhere.yaml")

    with pytest.raises(PackInvalid) as refused:
        load_packs(tmp_path)

    assert [mistake.file for mistake in refused.value.mistakes] == ["elsewhere.yaml", "wandsworth.yaml"]


def test_a_file_that_says_the_same_is_examined_once_and_one_that_says_something_else_again(edited: Edit) -> None:
    first = packs_of(edited().parent)["wandsworth"]
    again = packs_of(edited().parent)["wandsworth"]

    other = packs_of(edited(("  head-of-service: Head of service\n", "  head-of-service: Head\n")).parent)["wandsworth"]

    assert again is first
    assert other.roles["head-of-service"] == "Head"
    assert first.roles["head-of-service"] == "Head of service"


def test_a_folder_without_packs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackInvalid, match="holds no pack"):
        load_packs(tmp_path)
