"""R4's primitive types, and how often an element may be repeated."""

from decimal import Decimal
from typing import Annotated, Final, Literal, TypeVar

from pydantic import FailFast, Field, PlainValidator
from pydantic_core import PydanticCustomError

T = TypeVar("T")

MOST_REPETITIONS: Final = 200
"""Of one element in one place: more is not what people write, and reading it would keep others waiting."""

Text = Annotated[str, Field(strict=True)]
Many = Annotated[tuple[T, ...], Field(max_length=MOST_REPETITIONS), FailFast()]
Texts = Many[Text | None]  # a null keeps the place of a value that is there as an extension only
Date = Annotated[str, Field(strict=True, pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$")]
Time = Annotated[str, Field(strict=True, pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?$")]
Id = Annotated[str, Field(strict=True, pattern=r"^[A-Za-z0-9.-]{1,64}$")]


def _number(given: object) -> int | float | Decimal:
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal):
        raise PydanticCustomError("float_type", "Send a number")
    return given


Number = Annotated[int | float | Decimal, PlainValidator(_number)]
"""A decimal with its digits as they were sent, when the reader of the JSON kept them."""
Gender = Literal["male", "female", "other", "unknown"]
Comparator = Literal["<", "<=", ">=", ">"]
NameUse = Literal["usual", "official", "temp", "nickname", "anonymous", "old", "maiden"]
NumberUse = Literal["usual", "official", "temp", "secondary", "old"]
ContactUse = Literal["home", "work", "temp", "old", "mobile"]
AddressUse = Literal["home", "work", "temp", "old", "billing"]
AddressType = Literal["postal", "physical", "both"]
LinkType = Literal["replaced-by", "replaces", "refer", "seealso"]
