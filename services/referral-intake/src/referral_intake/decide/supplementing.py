"""What a supplement must say, and how it changes what stands."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any, Final

from contracts.codes import SupplementKind
from contracts.problems import FieldError
from referral_intake.decide import pointing
from referral_intake.decide.pointing import Step
from referral_intake.errors import SupplementRefused
from referral_intake.model import Correction, PutRight, SupplementFacts

_CHILDREN: Final = "children"
_WITHIN_A_CHILD: Final = 3
"""Steps a pointer needs so that it names a fact of a child, and not the child or all of them."""

_ADDED: Final = (
    "immediate_danger", "immediate_safety", "concern", "child_voice", "household", "professionals", "help_offered",
    "risks_to_staff", "attachments", _CHILDREN,
)  # fmt: skip
"""Which parts of a supplement become parts of the referral as it stands."""

_SAFETY, _DISCLOSURE, _DISCLOSURES = "immediate_safety", "disclosure", "disclosures"
_CODED: Final = frozenset({"knowledge"})
"""What is said by a code of a list, in an account that a referral has once."""

_NOT_SAID: Final[tuple[Any, ...]] = (None, False, "", [], {})

_NO_SUCH_PLACE: Final = "Point at one fact of the referral as it stands, such as /children/0/date_of_birth."
_WHOLE_CHILD: Final = "A child cannot be replaced or removed. Point at one fact of the child."


def supplement_refusals(facts: SupplementFacts) -> tuple[FieldError, ...]:
    """What must change before a supplement can be taken, all of it at once, by JSON pointer."""
    kind = facts.kind
    answers, corrects = kind is SupplementKind.ANSWER, kind is SupplementKind.CORRECTION
    adds, informs = kind is SupplementKind.NEW_CHILD, kind is SupplementKind.NEW_INFORMATION
    said, corrected = facts.says_something, facts.has_corrections
    rules = (
        (not facts.has_referrer_name, "/referrer/name", "Give the name of the person who says this."),
        (informs and not said, "/words", "Say what is new."),
        (answers and not (said or corrected), "/words", "Give your answer."),
        (adds and not facts.has_children, "/children", "Add the child. An unborn child counts."),
        (facts.has_children and not adds, "/children", "Send another child with the kind new-child."),
        (corrects and not corrected, "/corrections", "Say which fact to put right."),
        (corrected and not (corrects or answers), "/corrections", "Send this with the kind correction or answer."),
        (answers and not facts.has_question, "/question_id", "Say which question this answers."),
        (facts.has_question and not answers, "/question_id", "Send an answer with the kind answer."),
    )
    return tuple(FieldError(pointer, advice) for wrong, pointer, advice in rules if wrong)


def put_right(
    content: Mapping[str, Any], corrections: Iterable[Correction]
) -> tuple[dict[str, Any], tuple[tuple[Step, ...], ...]]:
    """A copy with each correction made, in order, and where each went.

    Raises ``SupplementRefused`` when a pointer leads nowhere, or at a child itself: children keep their places and
    their ids, because decisions and handovers hold on to them.
    """
    corrected = deepcopy(dict(content))
    places: list[tuple[Step, ...]] = []
    refused: list[FieldError] = []
    for number, correction in enumerate(corrections):
        steps = pointing.steps_of(correction.pointer) or ()
        whole = steps[:1] == (_CHILDREN,) and len(steps) < _WITHIN_A_CHILD
        place = pointing.put(corrected, steps, correction.value) if steps and not whole else None
        if place is None:
            advice = _WHOLE_CHILD if whole else _NO_SUCH_PLACE
            refused.append(FieldError(f"/corrections/{number}/pointer", advice))
        else:
            places.append(place)
    if refused:
        raise SupplementRefused(tuple(refused))
    return corrected, tuple(places)


def corrections_made(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    corrections: Iterable[Correction],
    places: Iterable[tuple[Step, ...]],
) -> tuple[PutRight, ...]:
    """What stood at each place before, and what stands there now, as the form reads it."""
    return tuple(
        PutRight(
            pointer=pointing.pointer_of(place),
            was=pointing.find(before, place),
            value=pointing.find(after, place),
            reason=correction.reason,
        )
        for correction, place in zip(corrections, places, strict=True)
    )


def add(content: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What stands, with what was added: lists grow, and parts that were not there before are put in whole.

    Nothing that was said is overwritten, and no account is run together with another: words of one disclosure must
    not come to stand beside the listener of another. A yes or no that was open is filled in, because duties and what
    is asked for hang on it. What finds no place here is read in the history.
    """
    news = {part: said[part] for part in _ADDED if said.get(part) not in _NOT_SAID}
    joined = {part: _joined(content.get(part), value) for part, value in news.items()}
    safety = content.get(_SAFETY)
    if safety and _SAFETY in joined:
        joined[_SAFETY] = {**joined[_SAFETY], **_answers(safety, said[_SAFETY])}
    return {**content, **joined}


def blame(
    steps: tuple[Step, ...], places: Iterable[tuple[Step, ...]], *, corrected: Mapping[str, Any]
) -> tuple[Step, ...]:
    """Which part of a supplement is to blame for what is wrong at a place of the referral that it would make.

    ``corrected`` is the referral after its corrections and before its additions.
    """
    part = str(steps[0]) if steps else ""
    standing = corrected.get(part)
    before = len(standing) if isinstance(standing, list) else 0
    if part in _ADDED and len(steps) > 1 and isinstance(steps[1], int) and steps[1] >= before:
        return (part, steps[1] - before, *steps[2:])
    shared = [_shared(steps, place) for place in places]
    needed = _WITHIN_A_CHILD - 1 if part == _CHILDREN and len(steps) > 1 else 1
    if shared and max(shared) >= needed:
        return ("corrections", shared.index(max(shared)), "value")
    return (part,) if part in _ADDED else ("corrections",)


def _joined(known: Any, said: Any) -> Any:
    if known in _NOT_SAID:
        return said
    if isinstance(known, list) and isinstance(said, list):
        return _longer(known, said)
    if isinstance(known, Mapping) and isinstance(said, Mapping):
        return {**known, **_accounts(known, said)}
    return known


def _accounts(known: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """The lists that grow, and the whole accounts that were missing; a sentence belongs to the account it is in."""
    grown: dict[str, Any] = {}
    for field, value in said.items():
        standing = known.get(field)
        if isinstance(standing, list) and isinstance(value, list):
            grown[field] = _longer(standing, value)
        elif standing in _NOT_SAID and isinstance(value, list | Mapping):
            grown[field] = value
        elif isinstance(standing, Mapping) and isinstance(value, Mapping) and field != _DISCLOSURE:
            grown[field] = {**standing, **_answers(standing, value)}
    return {**grown, **_told_as_well(known, said, grown)}


def _answers(known: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What an account says with a yes, a no or a code, and the one that stands leaves open."""
    return {
        field: value
        for field, value in said.items()
        if known.get(field) is None and (isinstance(value, bool) or (field in _CODED and value))
    }


def _told_as_well(known: Mapping[str, Any], said: Mapping[str, Any], grown: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody said beside what was told before: one more of the list, never run together with it."""
    another = said.get(_DISCLOSURE)
    if another in _NOT_SAID or known.get(_DISCLOSURE) in (*_NOT_SAID, another):
        return {}
    before = grown.get(_DISCLOSURES, known.get(_DISCLOSURES)) or []
    return {_DISCLOSURES: _longer(before, [another])}


def _longer(known: list[Any], said: list[Any]) -> list[Any]:
    """Codes once each; people, children and events as often as they were named."""
    return [*known, *(item for item in said if isinstance(item, Mapping) or item not in known)]


def _shared(one: tuple[Step, ...], other: tuple[Step, ...]) -> int:
    """How many steps two places share, from the beginning."""
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count
