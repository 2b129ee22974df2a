"""The two packs that ship: whole, cited, and true to what each partnership publishes."""

from pathlib import Path

import pytest

from contracts.codes import ConcernType, ContactSource, CurrentPlan, LawfulBasis, Outcome, Rating, RatingReason
from policy.pack import Facts, Pack
from policy.rules import Rule
from policy.testing import packs_of

PARTNERSHIPS = Path(__file__).parents[3] / "partnerships"
PACKS = packs_of(PARTNERSHIPS)
IDENTITIES = {
    "wandsworth": {
        "ashcroft-primary": ContactSource.SCHOOLS,
        "metropolitan-police": ContactSource.POLICE,
        "wandsworth-health-visiting": ContactSource.HEALTH_VISITOR,
        "wandsworth-education": ContactSource.EDUCATION_SERVICES,
        "wandsworth-housing": ContactSource.HOUSING,
        "probation-service": ContactSource.OTHER_LEGAL,
    },
    "warwickshire": {
        "meadow-lane-academy": ContactSource.SCHOOLS,
        "warwick-general-hospital": ContactSource.EMERGENCY_DEPARTMENT,
        "warwickshire-police": ContactSource.POLICE,
        "warwickshire-health": ContactSource.OTHER_HEALTH,
        "warwickshire-education": ContactSource.EDUCATION_SERVICES,
    },
}
TEAMS = {
    "wandsworth": {"wandsworth-macpt", "wandsworth-early-help"},
    "warwickshire": {"warwickshire-macpt", "warwickshire-family-help"},
}
OF_ITS_OWN = {
    "wandsworth": set[str](),
    "warwickshire": {"warwickshire-front-door", "warwickshire-partners", "warwickshire-families-first"},
}
NATIONAL_LAW = {"children-act-1989-s17", "children-act-1989-s47"}

pytestmark = pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS.keys())


def rules_of(pack: Pack) -> list[Rule]:
    values = [getattr(pack, field) for field in Pack.model_fields]
    listed = [rule for value in values if isinstance(value, tuple) for rule in value]
    return [pack.service, *listed]


def test_agencies_and_teams_have_the_codes_of_their_identities(pack: Pack) -> None:
    sources = {agency.code: agency.contact_source for agency in pack.agencies}

    assert sources.items() >= IDENTITIES[pack.partnership].items()
    assert {team.code for team in pack.teams} == TEAMS[pack.partnership]


def test_whatever_the_partnership_does_not_publish_itself_is_marked_as_a_default(pack: Pack) -> None:
    published = OF_ITS_OWN[pack.partnership] | NATIONAL_LAW

    claimed = {rule.source for rule in rules_of(pack) if not rule.default}

    assert claimed <= published


def test_a_borrowed_rule_never_cites_the_borrower_as_its_source(pack: Pack) -> None:
    borrowed = {rule.source for rule in rules_of(pack) if rule.default}

    assert not borrowed & OF_ITS_OWN[pack.partnership]


def test_every_citation_has_an_address_and_says_whether_it_was_read(pack: Pack) -> None:
    assert all(source.address.startswith("http") for source in pack.sources.values())
    assert {source_id for source_id, source in pack.sources.items() if source.seen_on is None} == {
        "working-together-2026",
        "children-act-1989-s17",
        "children-act-1989-s47",
        "information-sharing-advice",
    }


def test_opening_hours_are_as_cited(pack: Pack) -> None:
    week = {weekday: str(hours) for weekday, hours in pack.service.by_weekday.items()}

    warwickshire = {**dict.fromkeys(range(4), "08:30-17:30"), 4: "08:30-17:00"}
    wandsworth = dict.fromkeys(range(5), "09:00-17:00")
    assert week == {"warwickshire": warwickshire, "wandsworth": wandsworth}[pack.partnership]
    assert pack.service.default is (pack.partnership == "wandsworth")


def test_every_outcome_needs_a_manager_and_tells_the_referrer_something_safe(pack: Pack) -> None:
    for outcome in Outcome:
        rule = pack.get_outcome(outcome)

        assert rule.authorised_by == ("mash-manager",)
        assert "social-worker" in rule.recommended_by
        assert rule.feedback is not None


def test_every_lawful_basis_that_can_be_chosen_has_a_purpose(pack: Pack) -> None:
    usable = {basis for purpose in pack.purposes for basis in purpose.lawful_bases}

    assert usable == set(LawfulBasis)


def test_every_clock_a_service_asks_for_is_there_for_every_rating(pack: Pack) -> None:
    needed = {"decision", "rating", "information-request", "question", "notice-open"}
    needed |= {team.accept_clock for team in pack.teams}

    found = {name: [pack.get_clock(name, rating=rating) for rating in (*Rating, None)] for name in needed}

    assert all(clock.warn_at for clocks in found.values() for clock in clocks)


def test_the_ambiguous_short_name_of_both_partnerships_appears_nowhere(pack: Pack) -> None:
    text = (PARTNERSHIPS / f"{pack.partnership}.yaml").read_text(encoding="utf-8")

    assert "wscp" not in text.lower()


CALM = Facts((ConcernType.BULLYING,), immediate_danger=False, repeat=False, unborn=False)
PROTECTED = (CurrentPlan.CHILD_PROTECTION, CurrentPlan.CHILD_PROTECTION_ENDED)


@pytest.mark.parametrize("plan", PROTECTED)
def test_a_child_protection_plan_raises_the_suggestion_and_is_its_reason(pack: Pack, plan: CurrentPlan) -> None:
    without, found = pack.suggest(CALM), pack.suggest(CALM._replace(plans=(plan,)))

    assert (without.rating, found.rating) == (Rating.GREEN, Rating.AMBER)
    assert found.reasons == (RatingReason.CHILD_PROTECTION_PLAN,)


@pytest.mark.parametrize("plans", [(), *((plan,) for plan in CurrentPlan if plan not in PROTECTED)])
def test_no_other_plan_and_none_that_is_not_known_is_a_reason(pack: Pack, plans: tuple[CurrentPlan, ...]) -> None:
    assert pack.suggest(CALM._replace(plans=plans)) == pack.suggest(CALM)


def test_a_child_protection_plan_is_one_reason_among_others_and_calms_nothing(pack: Pack) -> None:
    neglect = CALM._replace(concern_types=(ConcernType.NEGLECT,), plans=PROTECTED)

    reasons = pack.suggest(neglect).reasons

    assert reasons == (RatingReason.CONCERN_TYPE, RatingReason.CHILD_PROTECTION_PLAN)
    assert pack.suggest(neglect._replace(immediate_danger=True)).rating is Rating.RED


def test_what_a_child_protection_plan_suggests_names_guidance_and_since_when_it_says_so(pack: Pack) -> None:
    rules = [rule for rule in pack.suggestions if rule.reason is RatingReason.CHILD_PROTECTION_PLAN]

    assert [rule.when.plans for rule in rules] == [(plan,) for plan in PROTECTED]
    assert all(rule.default and rule.note and rule.effective_from for rule in rules)
    assert all(pack.sources[rule.source].seen_on for rule in rules)
