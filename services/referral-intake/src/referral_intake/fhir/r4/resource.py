"""What every resource has."""

from referral_intake.fhir.r4.primitives import Id, Many
from referral_intake.fhir.r4.values import Extensible, Identifier


class Resource(Extensible):
    """A resource as far as its kind does not matter."""

    id: Id | None = None


class Identified(Resource):
    """A resource that can be referred to by an identifier."""

    identifier: Many[Identifier] = ()
