"""Several versions of one partnership's pack: they fit together, or the mistake says where and what to do."""

from datetime import date
from pathlib import Path

import pytest
from pack_versions import write_version

from policy.load import PackInvalid, load_packs

FIRST, LAST_DAY, NEXT = date(2026, 11, 1), date(2027, 3, 31), date(2027, 4, 1)


def mistakes_in(folder: Path) -> list[str]:
    with pytest.raises(PackInvalid) as refused:
        load_packs(folder)
    return [str(mistake) for mistake in refused.value.mistakes]


@pytest.mark.parametrize("ends", [LAST_DAY, None])
def test_versions_that_follow_day_by_day_are_one_timeline(tmp_path: Path, ends: date | None) -> None:
    write_version(tmp_path, "wandsworth.yaml", FIRST, ends)
    write_version(tmp_path, "wandsworth.2027-04-01.yaml", NEXT)

    versions = load_packs(tmp_path).versions("wandsworth")

    assert [pack.effective_from for pack in versions] == [FIRST, NEXT]
    assert versions[0].version_id != versions[1].version_id


def test_the_order_is_that_of_the_dates_and_not_of_the_file_names(tmp_path: Path) -> None:
    write_version(tmp_path, "wandsworth.older.yaml", FIRST)
    write_version(tmp_path, "wandsworth.newer.yaml", NEXT)

    assert [pack.effective_from for pack in load_packs(tmp_path).versions("wandsworth")] == [FIRST, NEXT]


@pytest.mark.parametrize(
    ("ends", "begins", "advice"),
    [
        (
            LAST_DAY,
            date(2027, 4, 15),
            "no version is in force from 2027-04-01 to 2027-04-14: begin on 2027-04-01, "
            "or let wandsworth.yaml end on 2027-04-14",
        ),
        (
            LAST_DAY,
            date(2027, 3, 1),
            "wandsworth.yaml is in force until 2027-03-31: begin on 2027-04-01, or let that one end on 2027-02-28",
        ),
        (LAST_DAY, FIRST, "wandsworth.yaml begins on 2026-11-01 too: begin later, or remove one of them"),
        (None, FIRST, "wandsworth.yaml begins on 2026-11-01 too: begin later, or remove one of them"),
    ],
)
def test_a_gap_or_an_overlap_names_file_line_and_what_to_do(
    tmp_path: Path, ends: date | None, begins: date, advice: str
) -> None:
    write_version(tmp_path, "wandsworth.yaml", FIRST, ends)
    later = write_version(tmp_path, "wandsworth.yearly.yaml", begins)

    line = later.read_text("utf-8").split("effective_from")[0].count("\n") + 1
    assert mistakes_in(tmp_path) == [f"wandsworth.yearly.yaml:{line}: effective_from: {advice}"]


def test_versions_of_different_partnerships_are_not_compared(tmp_path: Path) -> None:
    write_version(tmp_path, "wandsworth.yaml", FIRST)
    elsewhere = write_version(tmp_path, "warwickshire.yaml", FIRST)
    text = elsewhere.read_text("utf-8").replace("partnership: wandsworth\n", "partnership: warwickshire\n")
    elsewhere.write_text(text, encoding="utf-8")

    assert load_packs(tmp_path).partnerships == ("wandsworth", "warwickshire")


def test_a_file_that_is_wrong_by_itself_is_not_said_to_leave_a_gap(tmp_path: Path) -> None:
    write_version(tmp_path, "wandsworth.1.yaml", FIRST, LAST_DAY)
    broken = write_version(tmp_path, "wandsworth.2.yaml", NEXT, date(2027, 12, 31))
    broken.write_text(broken.read_text("utf-8").replace("name: Wandsworth Safe", "nome: Wandsworth Safe"), "utf-8")
    write_version(tmp_path, "wandsworth.3.yaml", date(2028, 1, 1))

    found = mistakes_in(tmp_path)

    assert found
    assert all(mistake.startswith("wandsworth.2.yaml") for mistake in found)


def test_the_name_of_a_version_belongs_to_its_partnership(tmp_path: Path) -> None:
    write_version(tmp_path, "wansworth.2027.yaml", FIRST)

    assert [mistake.partition(": ")[2] for mistake in mistakes_in(tmp_path)] == [
        'partnership: must be "wansworth", the name of its file up to the first full stop'
    ]
