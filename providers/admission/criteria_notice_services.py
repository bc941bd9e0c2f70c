"""Telling everybody whom criteria concern that another set is in force."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.notices.services import send_notices
from common.audit.selectors import entries_of
from common.audit.services import record
from common.days import business_day
from common.locks import lock
from providers.admission.enums import OPEN
from providers.admission.models import Application
from providers.criteria.enums import SetStatus
from providers.criteria.models import CriteriaSet
from providers.registry.selectors import active

TOLD = "criteria.tell"


@transaction.atomic
def tell_of_criteria(*, criteria_set_id: int, now: datetime | None = None) -> int:
    """Send a notice to each company with an open application and to each that is admitted; gives how many were sent.

    Once for each set: a repeat sends nothing, and neither does a set that was replaced meanwhile. The statements do
    not grow with the number of companies. Raises NotFound.
    """
    now = now or timezone.now()
    criteria_set = lock(CriteriaSet.objects.all(), criteria_set_id)
    if criteria_set.status != SetStatus.PUBLISHED or entries_of(criteria_set).filter(action=TOLD).exists():
        return 0
    applicants = Application.objects.filter(status__in=OPEN).order_by("provider")
    addressed = {
        "criteria.changed_at_door": applicants.values_list("provider__organisation", flat=True),
        "criteria.changed_at_night": active().order_by("pk").values_list("organisation", flat=True),
    }
    words = {
        "number": criteria_set.number,
        "title_zh": criteria_set.title_zh,
        "title_en": criteria_set.title_en,
        "since_on": business_day(criteria_set.published_at or now).isoformat(),
    }
    sent = sum(
        send_notices(kind, [(one, words) for one in organisations], now=now)
        for kind, organisations in addressed.items()
    )
    record(TOLD, criteria_set, by=None, now=now, changes={"notices": sent})
    return sent
