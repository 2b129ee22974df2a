"""Every way a request to this service, or a message to it, can be wrong."""

from contracts.problems import Conflict, Forbidden, Invalid, NotFound, Problem, Stale


class NoSuchCase(NotFound):
    """There is none, or it is not this reader's to know about: the answer is the same."""

    slug, title = "no-such-case", "There is no case with this number for you"


class NoSuchRequest(NotFound):
    """There is none, or another agency was asked: the answer is the same."""

    slug, title = "no-such-request", "There is no information request with this number for your agency"


class NoSuchQuestion(NotFound):
    """There is none, or the sender of another referral was asked: the answer is the same."""

    slug, title = "no-such-question", "There is no question with this number for your agency"


class NoSuchHandover(NotFound):
    """There is none, or another team was offered it: the answer is the same."""

    slug, title = "no-such-handover", "There is no handover with this number for your team"


class NoSuchRecommendation(NotFound):
    """The case has no recommendation of that number."""

    slug, title = "no-such-recommendation", "This case has no recommendation with this number"


class NotYourRole(Forbidden):
    """The record may be known to the reader, but the act belongs to another role."""

    slug, title = "not-your-role", "Your role does not allow this. Ask your MASH manager who can do it"


class WrongPurpose(Forbidden):
    """The role may look, but not for this."""

    slug, title = "wrong-purpose", "Your role may not open this record for that purpose"


class SamePerson(Forbidden):
    """Two people stand behind every decision about a child."""

    slug, title = "same-person", "You recommended this, so another person has to authorise it"


class VersionMissing(Problem):
    """Nobody changes a case without having seen it."""

    slug, title, status = "version-missing", "Send the version of the case you have seen, in If-Match", 428


class VersionUnreadable(Invalid):
    """An ``If-Match`` that is no version of ours."""

    slug, title = "version-unreadable", 'Send If-Match as the ETag you were given, such as "7"'


class StaleVersion(Stale):
    """The case moved on after the writer saw it."""

    slug, title = "stale-version", "The case has changed since you opened it. Read it again, then decide again"


class CaseAlreadyClosed(Conflict):
    """A closed case takes no more work. News of its sender or of an agency opens it again."""

    slug, title = "case-closed", "This case is closed. New concerns need a new referral"


class AlreadyAssigned(Conflict):
    """Somebody else has the case. A manager gives it to another person."""

    slug, title = "already-assigned", "Somebody else has this case. Ask them or a manager to pass it on"


class AssignmentChanged(Stale):
    """The case was assigned after the version that was seen."""

    slug, title = "assignment-changed", "Somebody assigned this case after you saw it. Read it again"


class SameAssignment(Conflict):
    """Nothing would change."""

    slug, title = "same-assignment", "The case is already with this person or team"


class NotYours(Conflict):
    """Only who has a case, or a manager, gives it back."""

    slug, title = "not-yours", "You do not have this case, so you cannot give it back"


class NoSuchWorker(Invalid):
    """Nobody of that id has worked in this partnership's front door team."""

    slug, title = "no-such-worker", "Choose somebody of the front door team who has signed in here"


class NoSuchWorkersTeam(Invalid):
    """Nobody of the front door team is of that team."""

    slug, title = "no-such-workers-team", "Choose a team of the front door that somebody has signed in from"


class NothingToOffer(Conflict):
    """No child waits to be offered."""

    slug, title = "nothing-to-offer", "No child of this case waits to be offered to a team"


class RationaleMissing(Invalid):
    """A change of urgency without a reason cannot be reviewed."""

    slug, title = "rationale-missing", "Say why you are changing the rating"


class SameRating(Conflict):
    """Nothing would change."""

    slug, title = "same-rating", "The case already has this rating"


class NotAsked(Invalid):
    """The pack names no such agency, or says that it is not asked."""

    slug, title = "agency-not-asked", "The partnership's pack does not list this agency among those that are asked"


class BasisNotAllowed(Invalid):
    """The pack names no purpose that rests on this basis."""

    slug, title = "basis-not-allowed", "The partnership's pack does not allow this lawful basis"


class NotAChildOfTheCase(Invalid):
    """A child id that belongs elsewhere."""

    slug, title = "not-a-child-of-the-case", "Choose children of this case"


class AlreadyAnswered(Conflict):
    """An answer stands; it is changed by a correction, which says which answer it corrects."""

    slug, title = "already-answered", "This request already has an answer. Send a correction to change it"


class NotAnswered(Conflict):
    """Nothing stands that could be corrected or taken back."""

    slug, title = "not-answered", "This request has no answer to change. Answer it"


class AnswerChanged(Conflict):
    """Somebody of the agency corrected or withdrew it since, or the same request was sent twice."""

    slug, title = "answer-changed", "The answer has changed since the revision you name. Read the request again"


class AnswerIncomplete(Invalid):
    """What an answer of this kind must hold is missing, or it holds what it must not."""

    slug, title = "answer-incomplete", "The answer does not fit what you said you are sending"


class AlreadyDecided(Conflict):
    """A later decision supersedes the one that stands, and says why."""

    slug = "already-decided"
    title = "This child already has a decision. To recommend another, say in supersedes_reason why"


class NothingToSupersede(Invalid):
    """A reason to decide again, for a child that has no decision."""

    slug, title = "nothing-to-supersede", "This child has no decision yet. Leave supersedes_reason out"


class ReasonNotBorneOut(Invalid):
    """The reason names something that has not happened since the decision."""

    slug, title = "reason-not-borne-out", "Nothing of that kind has happened since the decision for this child"


class NewsUnseen(Conflict):
    """Nobody of triage has looked at something new, so nobody can have weighed it."""

    slug, title = "news-unseen", "There is news that nobody has looked at. Open the case, then decide"


class RecommendationOpen(Conflict):
    """Somebody recommends that a child is decided again."""

    slug, title = "recommendation-open", "A recommendation waits for another person. Authorise it or turn it down first"


class RecommendationSettled(Conflict):
    """It was agreed to, turned down, or replaced by a later one."""

    slug, title = "recommendation-settled", "This recommendation is no longer open. Read the case again"


class NoSuchTeam(Invalid):
    """The pack names no such team."""

    slug, title = "no-such-team", "The partnership's pack does not list this team"


class NotForThisTeam(Invalid):
    """A child is handed to the team that receives its outcome, once it has one.

    To another team only after that one returned it or is gone, by somebody who may authorise the outcome.
    """

    slug, title = "not-for-this-team", "This team receives none of these children: check their decisions"


class AlreadyOffered(Conflict):
    """A child's newest decision is offered to one team at a time."""

    slug, title = "already-offered", "A handover was already offered for one of these children"


class AlreadyAccepted(Conflict):
    """The team has it. What it has accepted is its own to hand on: triage holds the case no more."""

    slug, title = "already-accepted", "This handover was already accepted"


class AlreadyReturned(Conflict):
    """The team does not want it, and triage has it again."""

    slug, title = "already-returned", "This handover was returned to the front door team"


class OfferWithdrawn(Conflict):
    """Triage offers it no more: a child was decided again, or the offer was taken back."""

    slug, title = "offer-withdrawn", "The front door team has withdrawn this offer. There is nothing left to do"


class ChildrenUndecided(Conflict):
    """No child is closed away without a decision."""

    slug, title = "children-undecided", "Every child needs a decision before the case can be closed"


class HandoverOutstanding(Conflict):
    """A handover is complete when the team accepts it."""

    slug, title = "handover-outstanding", "A team still has to accept a child before the case can be closed"


class NotOneCase(Invalid):
    """A receipt without children, with a child twice, or with a child that is in another case."""

    slug, title = "not-one-case", "The children of this referral cannot make one case"


class NoCaseYet(Invalid):
    """News of a referral whose receipt has not taken effect here."""

    slug, title = "no-case-yet", "There is no case yet for the referral of this message"


class Untimely(Invalid):
    """A time from which no clock of the pack can be counted."""

    slug, title = "untimely", "No clock can be counted from this time"


class ReferenceInvalid(Invalid):
    """No reference was ever made like this: its last character checks the others."""

    slug, title = "reference-invalid", "Check the reference. It looks like WAN-7K3M-Q9TR"


class BadCursor(Invalid):
    """A page mark that we did not make."""

    slug, title = "bad-cursor", "Ask for the first page again"
