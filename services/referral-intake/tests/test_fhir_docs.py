"""``docs/fhir.md`` says what is so: its examples are taken, and what it names is there."""

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
from fhir_messages import EXAMPLES, Json, message, take, with_entries

from referral_intake.fhir.outcome import refusal_of
from referral_intake.fhir.r4.names import KINDS
from referral_intake.form.agreement import Agreement, Basis
from referral_intake.form.child import Address, Child
from referral_intake.form.family import HouseholdMember
from referral_intake.form.help import Attachment
from referral_intake.form.referrer import Referrer
from referral_intake.form.services import Professional, StaffRisk

PAGE: Final = (Path(__file__).parents[3] / "docs" / "fhir.md").read_text(encoding="utf-8")
BLOCKS: Final[list[Json]] = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
PREFIXES: Final[dict[str, Any]] = {
    "child-": Child,
    "address-": Address,
    "family-member-": HouseholdMember,
    "referrer-": Referrer,
    "professional-": Professional,
    "agreement-": Agreement,
    "lawful-basis-": Basis,
    "staff-risk-": StaffRisk,
    "attachment-": Attachment,
}


@pytest.mark.parametrize("resource", BLOCKS, ids=lambda resource: resource["resourceType"])
def test_each_resource_on_the_page_is_taken_whole(resource: Json) -> None:
    taken = take(with_entries(message(), resource))

    assert taken.not_taken == ()


def test_every_example_is_on_the_page_and_every_one_there_exists() -> None:
    assert set(re.findall(r"`([\w-]+\.json)`", PAGE)) == {path.name for path in EXAMPLES}


def test_the_parts_of_the_page_are_those_of_the_form() -> None:
    named = set(re.findall(r"`([a-z-]+-)`", PAGE))

    assert named == set(PREFIXES)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(child-[a-z-]+\w|address-[a-z-]+\w)`", PAGE))))
def test_each_extension_on_the_page_belongs_to_a_field(name: str) -> None:
    part, _, field = name.partition("-")

    assert field.replace("-", "_") in PREFIXES[f"{part}-"].model_fields


def test_every_kind_of_resource_that_is_read_is_on_the_page() -> None:
    assert [kind for kind in KINDS if kind not in PAGE] == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 406, 408, 409, 413, 415, 422, 429, 500, 503])
def test_every_status_is_on_the_page_with_its_code(status: int) -> None:
    outcome = refusal_of({"title": "Something", "status": status})

    [row] = [line for line in PAGE.splitlines() if line.startswith("|") and str(status) in line.split("|")[1]]
    assert f"`{outcome['issue'][0]['details']['coding'][0]['code']}`" in row
