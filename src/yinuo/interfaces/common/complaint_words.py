"""The words of a complaint's choices on every screen: value → msgid."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop as _

Words = Mapping[str, str]

CHANNELS: Words = {
    "phone": _("Telephone"),
    "portal": _("Customer's page"),
    "web_form": _("Web form"),
    "email": _("E-mail"),
    "visit": _("Visit"),
    "letter": _("Letter on paper"),
    "wechat": _("WeChat"),
    "regulator": _("Regulator's forward"),
    "media": _("Press or internet"),
    "call_back": _("Call-back"),
    "api": _("Another system"),
    "import": _("Taken over"),
}
VOICES: Words = {
    "question": _("Question"),
    "report": _("Report of an accident"),
    "concern": _("Concern"),
    "complaint": _("Complaint"),
    "violation": _("Report of a violation (举报)"),
    "petition": _("Letter or visit to the authorities (信访)"),
    "withdrawal": _("Withdrawal of a complaint"),
}
AUTOMATIC: Words = {
    "reply": _("Sent by itself; it got no receipt"),
    "list": _("From a mailing list; it got no receipt"),
}
LEFT_OUT: Words = {
    "mail_too_large": _("The letter was too large: its attachments were not taken"),
    "words_cut": _("The words were too long: the rest was cut off"),
    "too_many_files_at_once": _("too many files at once"),
    "refused": _("it may do harm, or cannot be read"),
}
UPHELD: Words = {
    "yes": _("The complaint is right"),
    "partly": _("Right in part"),
    "no": _("Not right"),
}
RESPONSES: Words = {
    "in_progress": _("In progress"),
    "closed_with_explanation": _("Explained"),
    "closed_with_monetary_relief": _("Money paid"),
    "closed_with_non_monetary_relief": _("Put right without money"),
    "closed_rejected": _("Not right"),
    "withdrawn": _("Withdrawn"),
}
COMPLEXITY: Words = {
    "simple": _("Simple, 15 days"),
    "complex": _("Complex, 30 days"),
    "special": _("Especially complex, 60 days"),
}
MEASURES: Words = {
    "apology": _("Apology"),
    "explanation": _("Explanation"),
    "recalculation": _("Calculate again"),
    "compensation": _("Compensation"),
    "resurvey": _("Look at the damage again"),
    "training": _("Training of a colleague"),
}
UNDERSTOOD: Words = {
    "yes": _("Understood"),
    "partly": _("Understood in part"),
    "no": _("Not understood"),
}
SUSPICIONS: Words = {
    "malice": _("Suspected malice"),
    "fraud": _("Suspected fraud"),
}
EXCLUDED: Words = {
    "appraisal": _("Expert appraisal"),
    "inspection": _("Inspection"),
    "mediation": _("Mediation"),
}
PARTIES: Words = {
    "complainant": _("Complains in person"),
    "agent": _("Acts with a power"),
    "heir": _("Heir"),
    "representative": _("Represents a group"),
}
POWERS: Words = {
    "letter_of_authority": _("Signed letter of authority"),
    "lawyer": _("Lawyer's letter and licence"),
    "guardian": _("Proof of guardianship"),
    "heirship": _("Proof of heirship"),
    "estate": _("Appointed for the estate"),
}
SOLD: Words = {
    "yes": _("Was explained at sale"),
    "no": _("Was not explained at sale"),
    "unclear": _("Cannot be told"),
}
LESSONS: Words = {
    "handled": _("A complaint that was handled"),
    "prevented": _("A complaint that was prevented"),
}
RATINGS: Words = {
    "5": _("5 very good"),
    "4": _("4 good"),
    "3": _("3 all right"),
    "2": _("2 bad"),
    "1": _("1 very bad"),
}
RECORD_SIGNS: Words = {
    "promise_missed": _("a promise was broken"),
    "survey_late": _("the survey was late"),
    "assessment_late": _("the assessment was late"),
    "decision_late": _("the decision was late"),
    "payment_late": _("the payment was late"),
    "asked_twice": _("papers were asked for again"),
    "papers_rejected": _("papers were not accepted"),
    "reassigned": _("the handler changed"),
    "payment_returned": _("the bank sent money back"),
    "part_paid": _("less was paid than asked"),
    "refused": _("it was refused"),
    "question_unanswered": _("a question was not answered"),
    "silence": _("a long silence"),
}

PRODUCTS: Words = {
    "motor": _("Motor"),
    "property": _("Property"),
    "liability": _("Liability"),
    "life": _("Life"),
    "health": _("Health"),
    "other": _("Other lines"),
}
