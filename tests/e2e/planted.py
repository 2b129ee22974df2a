"""Personal data that can be told apart from everything else, planted in every field where somebody writes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from referral_intake.form import ReferralForm
from tests.e2e.steps import Json, Words

DATE: Final = "1931-07-19"
"""A date of birth that nothing else in the system is near to."""

BORN: Final = "date_of_birth"
EXPECTED: Final = "expected_date_of_birth"

_FORM: Final = ReferralForm.model_json_schema()
_WORDS_OF_CODES: Final = {"ConcernType": "physical-abuse"}


@dataclass
class Planted:
    """What was planted so far; ``mark`` is in every text of this run and in nothing else."""

    mark: str = field(default_factory=lambda: f"zq{uuid4().hex[:12]}")
    count: int = 0

    def text(self) -> str:
        """Words that nobody else has: as short as a name or an identifier may be."""
        self.count += 1
        return f"{self.mark}-{self.count}"

    def words(self) -> Words:
        """For all that people write while they work."""
        return Words(**{name: self.text() for name in Words.__dataclass_fields__})

    def referral(self) -> Json:
        """Every field that the form has, also those of tomorrow; one entry in each list, and an unborn sibling."""
        filled: Json = self._filled(_FORM)
        member: Json = self._filled(_FORM["$defs"]["HouseholdMember"])
        unborn = {EXPECTED if name == BORN else name: value for name, value in member.items()}
        return {**filled, "household": [*filled["household"], unborn]}

    def found_in(self, text: str) -> bool:
        """Whether any of it is in a text, in whatever case."""
        return self.mark in text.lower() or DATE in text

    def _filled(self, schema: Json) -> Any:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return _WORDS_OF_CODES.get(name) or self._filled(_FORM["$defs"][name])
        if "anyOf" in schema:
            return self._filled(_fullest(schema["anyOf"]))
        match schema["type"]:
            case "object":
                return self._object(schema["properties"])
            case "array":
                return [self._filled(schema["items"])]
            case "boolean":
                return False
            case "integer":
                return schema.get("minimum", 0)
        return self._string(schema)

    def _object(self, properties: Json) -> Json:
        """Anyone who has a date of birth has no expected one: a form with both is refused."""
        left_out = {EXPECTED} if BORN in properties else set()
        return {name: self._filled(each) for name, each in properties.items() if name not in left_out}

    def _string(self, schema: Json) -> str:
        if "enum" in schema:
            return str(schema["enum"][0])
        return DATE if schema.get("format") == "date" else self.text()


def _fullest(choices: Sequence[Json]) -> Json:
    """Of text or more in detail, the detail; of something or nothing, something."""
    return [choice for choice in choices if choice.get("type") != "null"][-1]
