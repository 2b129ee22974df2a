"""The base of every event: frozen, forbidding on the way out, tolerant on the way in."""

import json
from typing import ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.problems import Invalid


class Event(BaseModel):
    """A fact in the past tense. Carries opaque ids, codes, times and agency names only.

    ``TYPE`` is the wire type; ``subject`` the aggregate whose version the event advances;
    ``correlation`` the referral it belongs to. Building one with a field it does not declare fails.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    TYPE: ClassVar[str]

    @property
    def subject(self) -> str:
        """The aggregate, as ``kind/id``."""
        raise TypeError(f"{type(self).__name__} must say what its subject is")

    @property
    def correlation(self) -> UUID:
        """The referral this event belongs to."""
        raise TypeError(f"{type(self).__name__} must say what its referral is")

    def to_json(self) -> bytes:
        """The value on the wire: compact UTF-8 JSON."""
        return self.model_dump_json().encode()

    @classmethod
    def read(cls, value: bytes) -> Self:
        """Parse as a reader: fields of a later version are ignored.

        Raises ``Invalid`` without repeating any value, so that it may be logged.
        """
        try:
            return cls.model_validate(json.loads(value), extra="ignore")
        except (ValidationError, ValueError, RecursionError) as error:
            raise Invalid(f"The message is not a {cls.TYPE}") from error
