"""Editions: a referral as it now stands, with the history of how it came to. Earlier ones are never changed."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from chassis.web import problems
from contracts.problems import FieldError
from referral_intake import decide, document, doubts
from referral_intake.decide import pointing
from referral_intake.errors import DocumentFull, SupplementRefused
from referral_intake.form import ReferralForm, facts_of
from referral_intake.model import RECEIVED, PutRight, ReferralFacts, Sealed, Supplement

MAX_BYTES: Final = 8_388_608
"""A referral is about 3 KB and one request at most 1 MB, so only a fault fills an edition."""

MOST_EDITIONS: Final = 500
"""The certificate of their destruction names each of them, and has to fit one event."""

_NO_SUCH_FIELD: Final = "Point at a field that the referral form has"
_EDITION, _HISTORY, _CODE_LISTS, _CHILDREN, _CHILD_ID = "edition", "history", "code_lists", "children", "child_id"


@dataclass(frozen=True)
class Unsealed:
    """A referral as it stands, taken apart. ``content`` is what its form would say now."""

    header: Mapping[str, Any]
    content: Mapping[str, Any]
    child_ids: tuple[UUID, ...]
    history: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Revision:
    """What a supplement would make of a referral: its content, the facts of it, and what was put right."""

    content: Mapping[str, Any]
    facts: ReferralFacts
    put_right: tuple[PutRight, ...]


def unsealed(stored: bytes) -> Unsealed:
    """Takes an edition's bytes apart; a first edition is given the first line of its history."""
    whole: dict[str, Any] = json.loads(stored)
    children = whole.pop(_CHILDREN)
    child_ids = tuple(UUID(child.pop(_CHILD_ID)) for child in children)
    for remade in (_EDITION, _CODE_LISTS):
        whole.pop(remade, None)
    history = whole.pop(_HISTORY, None)
    content = {name: value for name, value in whole.items() if name in ReferralForm.model_fields}
    header = {name: value for name, value in whole.items() if name not in content}
    first = {
        _EDITION: 1,
        "kind": RECEIVED,
        "at": header["received_at"],
        "agency": header["agency"],
        "referrer": content.get("referrer", {}),
    }
    return Unsealed(header, {**content, _CHILDREN: children}, child_ids, tuple(history or (first,)))


def sealed(unsealed: Unsealed) -> Sealed:
    """The bytes of the edition that the history ends with, and a salt of its own. Raises ``DocumentFull``."""
    made = {_CODE_LISTS: document.EDITIONS, _EDITION: unsealed.history[-1][_EDITION], _HISTORY: unsealed.history}
    header = {**unsealed.header, **made}
    content = document.build(unsealed.content, header, unsealed.child_ids)
    if len(content) > MAX_BYTES or made[_EDITION] > MOST_EDITIONS:
        raise DocumentFull
    return Sealed(content, secrets.token_bytes(document.SALT_BYTES))


def revise(unsealed: Unsealed, supplement: Supplement, *, today: date) -> Revision:
    """What a supplement makes of what stands. Raises ``SupplementRefused``; what stands is not changed by it.

    A supplement answers only for what it breaks itself: what was wrong before does not stop it.
    """
    corrected, places = decide.put_right(unsealed.content, supplement.corrections)
    translation = _Translation(places, corrected)
    form = _read(decide.add(corrected, supplement.content), translation)
    facts = replace(facts_of(form), doubts=doubts.standing(unsealed.header, places))
    known = decide.refusals(facts_of(ReferralForm.model_validate(unsealed.content)), today=today)
    refused = [refusal for refusal in decide.refusals(facts, today=today) if refusal not in known]
    if refused:
        raise SupplementRefused(tuple(map(translation.moved, refused)))
    content = form.model_dump(mode="json", exclude_unset=True)
    made = decide.corrections_made(unsealed.content, content, supplement.corrections, places)
    return Revision(content, facts, made)


def with_entry(unsealed: Unsealed, entry: Mapping[str, Any]) -> Unsealed:
    """The same with one more line of history."""
    return replace(unsealed, history=(*unsealed.history, entry))


@dataclass(frozen=True)
class _Translation:
    """Says in terms of the supplement what is wrong with the referral that it would make."""

    places: tuple[tuple[pointing.Step, ...], ...]
    corrected: Mapping[str, Any]

    def moved(self, refusal: FieldError) -> FieldError:
        """A refusal of the referral, pointing into the supplement."""
        steps = tuple(int(step) if step.isdecimal() else step for step in pointing.steps_of(refusal.pointer) or ())
        return FieldError(pointing.pointer_of(self._part(steps)), refusal.detail)

    def refusal(self, mistakes: Sequence[Mapping[str, Any]]) -> SupplementRefused:
        """Mistakes of the form, pointing into the supplement and never repeating it."""
        moved = [self._moved(mistake) for mistake in mistakes]
        known = frozenset({"corrections", "value", "pointer", *ReferralForm.model_fields})
        return SupplementRefused(problems.refusal(moved, known).errors)

    def _moved(self, mistake: Mapping[str, Any]) -> dict[str, Any]:
        part = self._part(mistake["loc"])
        if mistake["type"] == "extra_forbidden" and part[-1:] == ("value",):
            nowhere = {"type": "value_error", "ctx": {"error": ValueError(_NO_SUCH_FIELD)}}
            return {**mistake, "loc": ("body", *part[:-1], "pointer"), **nowhere}
        return {**mistake, "loc": ("body", *part)}

    def _part(self, steps: tuple[pointing.Step, ...]) -> tuple[pointing.Step, ...]:
        return decide.blame(steps, self.places, corrected=self.corrected)


def _read(content: Mapping[str, Any], translation: _Translation) -> ReferralForm:
    try:
        return ReferralForm.model_validate(content)
    except ValidationError as error:
        raise translation.refusal(error.errors(include_url=False)) from error
