"""What the timeline of a concern says, and that of any case about a suggestion made there."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop

from yinuo.interfaces.common import labels
from yinuo.interfaces.common.present import TimelineKind
from yinuo.interfaces.desk.sentences.table import Sentence

_NOTE = TimelineKind.NOTE

SENTENCES: Mapping[str, Sentence] = {
    "concern.opened": Sentence(
        gettext_noop("Concern taken up: %(door)s"), words={"door": labels.CONCERN_DOORS}
    ),
    "concern.heard_again": Sentence(gettext_noop("The customer said more"), _NOTE),
    "concern.taken": Sentence(gettext_noop("Looked after by %(handler)s")),
    "concern.contacted": Sentence(gettext_noop("Spoke with the customer")),
    "concern.answered": Sentence(gettext_noop("Customer answered")),
    "concern.solved": Sentence(gettext_noop("Solution proposed; the customer is asked")),
    "concern.confirmed": Sentence(
        gettext_noop("The customer says: it is solved"), TimelineKind.EVENT, "kept"
    ),
    "concern.reopened": Sentence(gettext_noop("The customer says: it is not solved")),
    "concern.closing_proposed": Sentence(
        gettext_noop("Closing proposed without the customer's yes: %(reason)s"),
        words={"reason": labels.CLOSING_REASONS},
    ),
    "concern.closing_returned": Sentence(gettext_noop("Closing not accepted; work goes on")),
    "concern.closed": Sentence(
        gettext_noop("Concern closed: %(how)s"), words={"how": labels.CONCERN_OUTCOMES}
    ),
    "concern.became_complaint": Sentence(gettext_noop("It became a complaint")),
    "concern.came_back": Sentence(gettext_noop("The customer came back; a new concern was opened")),
    "concern.sorted": Sentence(gettext_noop("Cause and urgency corrected")),
    "concern.reassigned": Sentence(gettext_noop("Given to another handler: %(handler)s")),
    "finding.kept": Sentence(gettext_noop("Suggestion kept"), _NOTE),
    "finding.considered": Sentence(gettext_noop("Suggestion considered"), _NOTE),
    "finding.answered": Sentence(
        gettext_noop("Suggestion answered: %(standing)s"),
        _NOTE,
        words={"standing": labels.FINDING_STANDINGS},
    ),
}
