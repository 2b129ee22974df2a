"""What every part of the form is made of: strict parts, and texts, dates and answers as they are sent.

Nothing that is accepted is changed on the way: no text is stripped, cut or respelled, no number becomes text and no
word becomes true or false. What a document says is what its sender wrote.
"""

from datetime import date
from typing import Annotated, Any, Final, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetPydanticSchema,
    ModelWrapValidatorHandler,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

NARRATIVE_CHARACTERS: Final = 20_000
MOST_CHILDREN: Final = 30
MOST_MISTAKES: Final = 500
"""So many are listed, each with its place."""

_NOT_THIS_FORM: Final = (
    f"More than {MOST_MISTAKES} fields of this are wrong. Check that it is the form that the API describes"
)

Line = Annotated[str, Field(max_length=300)]
"""A name, a phone number, a few words."""

Identifier = Annotated[str, Field(max_length=40)]
"""A number or code by which somebody else knows a person or place. Whether it can be right is judged by the rules."""

Narrative = Annotated[str, Field(max_length=NARRATIVE_CHARACTERS)]
"""As much as people write about one thing, in any script."""

Yes = Annotated[bool, Field(strict=True)]
"""True or false, and not a word for it."""

ChildNumber = Annotated[int, Field(strict=True, ge=1, le=MOST_CHILDREN)]
"""A child by place in ``children``; the first is 1."""

_DAY: Final = core_schema.chain_schema(
    [
        core_schema.custom_error_schema(
            core_schema.str_schema(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), custom_error_type="date_type"
        ),
        core_schema.custom_error_schema(
            core_schema.date_schema(), custom_error_type="no_such_day", custom_error_message="no calendar has this day"
        ),
    ]
)

Day = Annotated[
    date, GetPydanticSchema(lambda *_: _DAY), WithJsonSchema({"type": "string", "format": "date"}, mode="validation")
]
"""A date as RFC 3339 writes it, and nothing that could only be read as one, such as a number of seconds."""


class FormPart(BaseModel):
    """A field that is not part of the form is refused, so that no information is lost without a word."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class WholeForm(FormPart):
    """A form as it is sent. One that is wrong nearly everywhere is no form of ours, and listing it all helps nobody.

    Listing is what takes long, and everybody else waits meanwhile.
    """

    @model_validator(mode="wrap")
    @classmethod
    def _listed_while_it_helps(cls, value: Any, judge: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return judge(value)
        except ValidationError as error:
            if error.error_count() <= MOST_MISTAKES:
                raise
            raise ValueError(_NOT_THIS_FORM) from None


class Either:
    """Text, or more in detail. A mistake in either is named by its place in the form, as a union's would not be."""

    def __init__(self, text: Any, detail: Any) -> None:
        self._text = TypeAdapter[Any](text).validator.validate_python
        self._detail = TypeAdapter[Any](detail).validator.validate_python

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self._judge, handler(source))

    def _judge(self, value: Any, _: ValidatorFunctionWrapHandler) -> Any:
        return self._text(value) if isinstance(value, str) else self._detail(value)
