"""What criteria may ask about relations."""

from datetime import date

import numpy as np
from django.db.models import Count, Max, Q
from django.utils.translation import gettext_lazy as _

from providers.relations.enums import BLOCKING, LinkStatus
from providers.relations.link_models import Link
from providers.relations.selectors import in_force
from providers.relations.strengths import INTERCEPTS
from providers.signals import Floats, Ids, Signal, spread

SIGNALS: tuple[Signal, ...] = (
    Signal("barred_links", _("Links to barred parties that are held and not contested"), "count"),
    Signal("barred_link_strength", _("Strength of the strongest link to a barred party"), "share"),
)


def collect_signals(provider_ids: Ids, today: date) -> dict[str, Floats]:
    """Links that keep a company out, without those that it contests; and the strongest open one, hints included.

    Zero where nothing is held. Who was never checked has nothing held.
    """
    counted = Q(strength__gte=INTERCEPTS) & ~Q(status=LinkStatus.CONTESTED)
    links = Link.objects.filter(in_force(today), status__in=BLOCKING).order_by()
    if len(provider_ids) <= 1000:
        links = links.filter(provider__in=np.asarray(provider_ids).tolist())
    summed = links.values("provider").annotate(count=Count("pk", filter=counted), top=Max("strength"))
    rows = list(summed.values_list("provider", "count", "top"))
    return {
        "barred_links": spread(provider_ids, {pk: float(count) for pk, count, _top in rows}, missing=0.0),
        "barred_link_strength": spread(provider_ids, {pk: float(top) for pk, _count, top in rows}, missing=0.0),
    }
