"""Names for codes, from the partnership's pack: agencies, teams, levels, outcomes. Words only; no rule is asked."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from typing import Final

from contracts.codes import CODE_LISTS, LawfulBasis, Outcome, Rating, ThresholdLevel
from policy.pack import Pack
from policy.packs import NotServed, Packs

_LEVELS: Final = tuple(ThresholdLevel)
_ROLES: Final = {"restricted-reader": "Reader of restricted referrals"}
"""Roles of this system that no pack names, where their code says too little."""


class Words:
    """What one partnership calls things today; a code that its pack does not name is shown as it is."""

    def __init__(self, packs: Packs, partnership: str, *, at: datetime) -> None:
        self._pack: Pack | None = None
        self._code = partnership
        with suppress(NotServed):
            self._pack = packs.newest(partnership, at=at)

    @property
    def partnership(self) -> str:
        """The partnership's name."""
        return self._pack.name if self._pack else self._code

    def place(self, agency: str) -> str:
        """An agency or a team, and the partnership; for those who run the system no partnership is named."""
        return f"{self.agency(agency)}, {self.partnership}" if self.partnership else agency

    def sends_notices_to(self, roles: Collection[str]) -> bool:
        """Whether notices are for any of these roles."""
        return self._pack is not None and not self._pack.roles.keys().isdisjoint(roles)

    def agency(self, code: str) -> str:
        """An agency, or a team, which people speak of alike."""
        found = self._pack.find_agency(code) if self._pack else None
        return found.name if found else self.team(code)

    def team(self, code: str | None) -> str:
        """A team."""
        teams = self._pack.teams if self._pack else ()
        return next((team.name for team in teams if team.code == code), code or "")

    def role(self, code: str) -> str:
        """A role of people."""
        named = self._pack.roles.get(code) if self._pack else None
        return str(named) if named else _ROLES.get(code, code.replace("-", " ").capitalize())

    def level(self, code: str) -> str:
        """``Level 3: complex needs``."""
        names = {rule.level.value: rule.name for rule in self._pack.thresholds} if self._pack else {}
        label = ThresholdLevel(code).label if code in {level.value for level in _LEVELS} else code
        return f"{label}: {names[code]}" if code in names else label

    def outcome(self, code: str) -> str:
        """An outcome."""
        rules = self._pack.outcomes if self._pack else ()
        named = {rule.outcome.value: rule.label for rule in rules}
        return named.get(code) or (Outcome(code).label if code in set(Outcome) else code)

    def rating(self, code: str | None) -> str:
        """``Red``."""
        if code is None:
            return "Not rated"
        return Rating(code).label if code in set(Rating) else code

    def rating_meanings(self) -> list[tuple[str, str, str]]:
        """Code, label and meaning of every rating that the pack has."""
        return [(rule.rating.value, rule.label, rule.meaning) for rule in self._pack.ratings] if self._pack else []

    def asked_agencies(self, rating: str | None) -> list[tuple[str, str, tuple[str, ...]]]:
        """Code, name and usual questions of every agency that is ever asked; those of ``rating`` first."""
        agencies = [one for one in self._pack.agencies if one.asked_at] if self._pack else []
        at = Rating(rating) if rating in set(Rating) else None
        asked = [(one.code, one.name, tuple(one.asked_at.get(at, ())) if at else ()) for one in agencies]
        return sorted(asked, key=lambda one: not one[2])

    def lawful_bases(self) -> list[tuple[str, str, str]]:
        """Code and label of every lawful basis of the pack, with the purpose that rests on it."""
        purposes: dict[LawfulBasis, list[str]] = {}
        for rule in self._pack.purposes if self._pack else ():
            for basis in rule.lawful_bases:
                purposes.setdefault(basis, []).append(rule.label)
        return [(basis.value, basis.label, "; ".join(labels)) for basis, labels in purposes.items()]

    def outcomes(self) -> list[tuple[str, str]]:
        """Code and label of every outcome of the pack."""
        return [(rule.outcome.value, rule.label) for rule in self._pack.outcomes] if self._pack else []

    def levels(self) -> list[tuple[str, str, str]]:
        """Code, label and meaning of every level of need."""
        rules = self._pack.thresholds if self._pack else ()
        return [(rule.level.value, self.level(rule.level.value), rule.meaning) for rule in rules]

    def teams(self) -> list[tuple[str, str]]:
        """Code and name of every team of the pack."""
        return [(team.code, team.name) for team in self._pack.teams] if self._pack else []

    def authorisers(self, outcome: str) -> list[str]:
        """The roles that may authorise an outcome, in words, so that a recommender knows whom to ask."""
        rules = self._pack.outcomes if self._pack else ()
        roles = next((rule.authorised_by for rule in rules if rule.outcome.value == outcome), ())
        return [self.role(role) for role in roles]


def codes(code_list: str) -> list[tuple[str, str]]:
    """Code and label of every member of a published list."""
    return [(code.value, code.label) for code in CODE_LISTS[code_list].codes]
