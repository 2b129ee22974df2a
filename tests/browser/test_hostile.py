"""What nobody should send: it is shown as it was typed, does nothing, and leads nowhere else."""

from typing import Final

import pytest
from playwright.async_api import Page

from tests.browser import work
from tests.browser.conftest import NewReader
from tests.browser.work import Words
from tests.e2e.people import People
from tests.e2e.planted import Planted
from tests.e2e.steps import REFERRAL

pytestmark = pytest.mark.timeout(300)

Form = dict[str, str | float | bool]
MARKUP: Final = "<b>zq0123456789"
ENOUGH_FIELDS: Final = 30
TOO_LONG: Final = 1_100_000
ELSEWHERE: Final = (
    "https://evil.example.org/",
    "//evil.example.org/",
    "/%5C%5Cevil.example.org",
    "/%2F%2Fevil.example.org",
    "javascript:alert(1)",
    "/%09/evil.example.org",
    "/..%2F..%2Fevil",
    "https:evil.example.org",
)


async def test_markup_in_any_field_of_a_referral_is_text(people: People, new_reader: NewReader) -> None:
    _, case = await work.refer(people, Planted(MARKUP).referral())
    reader = await new_reader("wandsworth-social-worker-1")

    for path in (case, f"{case}/document", f"{case}/rate", f"{case}/ask", f"{case}/offer-handover"):
        await reader.open(path)
        shown = await reader.page.locator("body").inner_text()
        assert MARKUP in shown, path
        assert await reader.page.locator("b").count() == 0, path
        assert reader.complaints == [], path
    await reader.open(f"{case}/document")
    assert (await reader.text()).count(MARKUP) >= ENOUGH_FIELDS


async def test_a_name_that_turns_the_direction_turns_nothing_beside_it(people: People, new_reader: NewReader) -> None:
    turned = f"\N{RIGHT-TO-LEFT OVERRIDE}{Words.new().mark}"
    child = {"first_name": turned, "last_name": "अनुष्का \N{CHILD}", "date_of_birth": "2017-05-04"}
    _, case = await work.refer(people, {**REFERRAL, "children": [child]})
    reader = await new_reader("wandsworth-social-worker-1", to=case)

    names = reader.page.locator(".fd-identity__names")

    assert "अनुष्का" in await names.inner_text()
    alone = ("isolate", "isolate-override", "plaintext")
    for place in (names, reader.page.locator("#child-1")):
        assert await place.evaluate("(one) => getComputedStyle(one).unicodeBidi") in alone


async def test_a_million_characters_are_refused_and_still_there(people: People, new_reader: NewReader) -> None:
    _, case = await work.refer(people)
    reader = await new_reader("wandsworth-social-worker-1", to=f"{case}/rate")
    box = reader.page.locator("textarea[name=rationale]")
    await box.evaluate(
        f"(one) => {{ one.style.display = 'none'; one.value = 'x'.repeat({TOO_LONG}) }}"
    )  # drawing takes seconds

    await reader.page.get_by_role("button", name="Continue").click()
    await reader.page.get_by_role("alert", name="This is too long to send").wait_for()

    assert len(await box.input_value()) == TOO_LONG
    await reader.finds_nothing_wrong()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_more_than_a_service_takes_is_kept_and_said(people: People, new_reader: NewReader, scripts: bool) -> None:
    _, case = await work.refer(people)
    reader = await new_reader("wandsworth-social-worker-1", to=f"{case}/rate", scripts=scripts)
    await reader.choose("Red")
    await reader.write("Why", "A sentence. " * 2_000)
    await reader.press("Continue")

    await reader.press("Rate the case")

    assert "Nothing was sent. Your text is kept below." in await reader.text()
    assert await work.ratings(people, case) == []
    await reader.open(f"{case}/rate")
    assert len(await reader.page.get_by_label("Why", exact=True).input_value()) == len("A sentence. " * 2_000)


async def test_no_return_path_leads_to_another_site(new_reader: NewReader) -> None:
    reader = await new_reader("warwickshire-contact-officer")

    for path in ELSEWHERE:
        assert await reader.open(f"/sign-in?to={path}") == 200
        assert reader.page.url == f"{reader.home}/", path
    assert not [one for one in reader.addresses if one.startswith(("https://evil", "http://evil"))]


async def test_a_form_of_somebody_else_does_nothing_for_anybody(people: People, new_reader: NewReader) -> None:
    words = Words.new()
    _, case = await work.refer(people)
    writer = await new_reader("wandsworth-social-worker-1", to=f"{case}/rate")
    await writer.choose("Red")
    await writer.write("Why", words.of("Mine"))
    await writer.press("Continue")
    thief = await new_reader("wandsworth-manager", to=f"{case}/rate")
    form: Form = {name: await _hidden(writer.page, name) for name in ("form_key", "seen_version", "reference")}
    own: Form = {**form, "csrf": await _hidden(thief.page, "csrf")}
    theirs: Form = {**form, "csrf": await _hidden(writer.page, "csrf")}
    headers = {"Origin": thief.home}

    foreign = await thief.page.request.post(f"{thief.home}{case}/rate/check", form=own, headers=headers)
    forged = await thief.page.request.post(f"{thief.home}{case}/rate/check", form=theirs, headers=headers)
    bare = await writer.page.request.post(f"{writer.home}{case}/rate/check", form=theirs)

    assert [answer.status for answer in (foreign, forged, bare)] == [410, 403, 403]
    assert words.mark not in await foreign.text() + await forged.text()
    assert await work.ratings(people, case) == []
    await writer.press("Rate the case")
    assert await work.ratings(people, case) == [words.of("Mine")]


async def _hidden(page: Page, name: str) -> str:
    return await page.locator(f"main input[type=hidden][name={name}]").first.input_value()
