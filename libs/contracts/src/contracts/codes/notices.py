"""What agencies are notified of, how, and why not."""

from contracts.codes.code import Code


class NoticeKind(Code):
    """What a notice is about."""

    REFERRAL_RECEIVED = "referral-received", "Referral received"
    INFORMATION_REQUESTED = "information-requested", "Information requested"
    REFERRAL_DECIDED = "referral-decided", "Referral decided"
    HANDOVER_OFFERED = "handover-offered", "Handover offered"
    REFERRAL_SUPPLEMENTED = "referral-supplemented", "A referral was added to"
    REFERRAL_WITHDRAWN = "referral-withdrawn", "A referral was taken back by its sender"
    QUESTION_ASKED = "question-asked", "The front door team asks about your referral"
    CASE_REOPENED = "case-reopened", "A closed case was opened again by news"
    CLOCK_WARNED = "clock-warned", "A step will soon be late"
    CLOCK_BREACHED = "clock-breached", "A step is late"
    INFORMATION_ANSWERED = "information-answered", "An agency answered"
    INFORMATION_CORRECTED = "information-corrected", "An agency corrected its answer"
    INFORMATION_WITHDRAWN = "information-withdrawn", "An agency took its answer back"
    HANDOVER_RETURNED = "handover-returned", "A team returned a handover"
    HANDOVER_WITHDRAWN = "handover-withdrawn", "A handover no longer stands"
    HANDOVER_SUPERSEDED = "handover-superseded", "A child you accepted was decided again"
    ACCEPTED_CASE_NEWS = "accepted-case-news", "There is news in a case you accepted"
    NOTICE_UNOPENED = "notice-unopened", "A notice was not opened in time"
    NOTICE_UNDELIVERED = "notice-undelivered", "A notice could not be delivered"


class Channel(Code):
    """How a notice reaches an agency; the inbox always holds it as well."""

    WEBHOOK = "webhook", "Webhook"
    EMAIL = "e-mail", "E-mail"
    INBOX = "inbox", "Inbox"


class DeliveryFailure(Code):
    """Why a delivery attempt, or a whole notice, failed."""

    UNREACHABLE = "unreachable", "The address could not be reached"
    TIMED_OUT = "timed-out", "No answer in time"
    REFUSED = "refused", "The receiver refused it"
    SERVER_ERROR = "server-error", "The receiver had an error"
    TOO_MANY_REQUESTS = "too-many-requests", "The receiver asked us to slow down"
    REDIRECTED = "redirected", "The receiver redirected us, which is not followed"
    GONE = "gone", "The receiver said the address is gone"
    ADDRESS_NOT_ALLOWED = "address-not-allowed", "The address is not allowed"
    NO_ENDPOINT = "no-endpoint", "No endpoint is known for the agency"
    SECRET_NOT_OPENED = "secret-not-opened", "The secret shared with the receiver could not be opened to sign with"
    ATTEMPTS_EXHAUSTED = "attempts-exhausted", "Every attempt failed"


class WithheldReason(Code):
    """Why a notice was not sent; deciding not to notify is a record too."""

    NOT_ENTITLED = "not-entitled", "The agency is not entitled to it"
    NOT_SAFE_TO_SAY = "not-safe-to-say", "Not safe to say to this agency"
    SUPERSEDED = "superseded", "What it says no longer holds"


class EscalationReason(Code):
    """Why a named role is notified that a notice of somebody else did not arrive."""

    UNOPENED = "unopened", "Nobody opened it in time"
    UNDELIVERED = "undelivered", "No channel could deliver it"
