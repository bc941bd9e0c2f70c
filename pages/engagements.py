"""An engagement as the pages of both sides and of staff show it."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.audit.selectors import entries_of
from merchants.engagements.models import Engagement
from merchants.engagements.permissions import offer_actions
from merchants.engagements.progress import measure_progress
from pages.matching_words import describe_amount, describe_target, describe_terms

DONE = {
    "pause": _("Paused. The traders keep their places."),
    "resume": _("The work goes on."),
    "complete": _("Completed. Thank you for confirming it."),
    "terminate": _("Terminated. The other side sees your reason."),
}


def build_engagement(engagement: Engagement, user: User | AnonymousUser) -> dict[str, Any]:
    """Target, progress, traders, buttons and log."""
    progress = measure_progress(engagement)
    return {
        "engagement": engagement,
        "target": describe_target(engagement),
        "measured": describe_amount(engagement.target_metric, progress.measured, engagement.currency),
        "progress": progress,
        "share_percent": None if progress.share is None else min(100, round(progress.share * 100)),
        "terms": describe_terms(engagement),
        "assignments": list(engagement.assignments.select_related("trader").order_by("ended_at", "started_at")),
        "offers": offer_actions(user, engagement),
        "entries": entries_of(engagement),
    }
