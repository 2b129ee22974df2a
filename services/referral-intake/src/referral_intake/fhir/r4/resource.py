"""What every resource has."""

from referral_intake.fhir.r4.datatypes import Extensible, Id, Identifier, Many


class Resource(Extensible):
    """A resource as far as its kind does not matter."""

    id: Id | None = None


class Identified(Resource):
    """A resource that can be referred to by an identifier."""

    identifier: Many[Identifier] = ()
