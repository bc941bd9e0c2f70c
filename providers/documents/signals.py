"""What documents tell the criteria: counts among those that are required at the door."""

from datetime import date

import numpy as np
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from providers.documents.enums import CURRENT, DocumentStatus
from providers.documents.models import Document
from providers.documents.rules import required_types
from providers.signals import Floats, Ids, Signal, spread

# Up to here the ids are sent along; above, one pass over all documents is the cheaper read.
FEW = 1000

SIGNALS: tuple[Signal, ...] = (
    Signal("documents_missing", _("Required documents that are missing"), "count"),
    Signal("documents_expired", _("Required documents that have expired"), "count"),
    Signal("documents_unverified", _("Required documents that nobody has accepted yet"), "count"),
)


def collect_signals(provider_ids: Ids, today: date) -> dict[str, Floats]:
    """One statement for the rules and one for all providers; always known, 0 is a number here."""
    required = required_types()
    documents = Document.objects.filter(document_type__in=required, status__in=CURRENT)
    if len(provider_ids) <= FEW:
        documents = documents.filter(provider__in=provider_ids.tolist())
    over = Q(status=DocumentStatus.EXPIRED) | Q(expires_on__lte=today)
    open_ = Q(status__in=(DocumentStatus.UPLOADED, DocumentStatus.REVISION_ASKED))
    rows = list(
        documents.order_by()
        .values("provider")
        .annotate(there=Count("pk"), expired=Count("pk", filter=over), unverified=Count("pk", filter=open_ & ~over))
        .values_list("provider", "there", "expired", "unverified")
    )
    there = spread(provider_ids, {row[0]: float(row[1]) for row in rows}, missing=0)
    return {
        "documents_missing": np.float64(len(required)) - there,
        "documents_expired": spread(provider_ids, {row[0]: float(row[2]) for row in rows}, missing=0),
        "documents_unverified": spread(provider_ids, {row[0]: float(row[3]) for row in rows}, missing=0),
    }
