"""States and words of panels and reviews."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PanelStatus(models.TextChoices):
    REVIEWING = "reviewing", _("Two reviewers asked for")
    THIRD = "third", _("Third reviewer asked for")
    SETTLED = "settled", _("Settled")
    CLOSED = "closed", _("Closed without a result")


class ReviewStatus(models.TextChoices):
    ASSIGNED = "assigned", _("To be written")
    SUBMITTED = "submitted", _("Handed in")
    RECUSED = "recused", _("Stepped back")
    LAPSED = "lapsed", _("Lapsed")


class Recommendation(models.TextChoices):
    """From worst to best: of three different ones the middle one counts."""

    REJECT = "reject", _("Reject")
    RETURN = "return", _("Return for changes")
    ADMIT = "admit", _("Admit")


class Settled(models.TextChoices):
    """How a panel came to its result."""

    CONSENSUS = "consensus", _("Both judged the same")
    MARGIN = "margin", _("Both within the margin, the mean counts")
    THIRD = "third", _("Median of three reviewers")


class PanelState(models.TextChoices):
    """Where the panel of an application stands as far as the viewer may know."""

    MINE = "mine", _("Your review is due")
    HANDED_IN = "handed_in", _("Your review is in")
    NEEDS_FIRST = "needs_first", _("Needs reviewers")
    NEEDS_SECOND = "needs_second", _("Needs a second reviewer")
    NEEDS_THIRD = "needs_third", _("Needs a third reviewer")
    UNDER_REVIEW = "under_review", _("Under review")
    SETTLED = "settled", _("Settled")
    CLOSED = "closed", _("Closed without a result")


OPEN_PANELS = (PanelStatus.REVIEWING, PanelStatus.THIRD)
HOLDING = (ReviewStatus.ASSIGNED, ReviewStatus.SUBMITTED)
SEATS = {PanelStatus.REVIEWING: 2, PanelStatus.THIRD: 3}
