"""Reads about help requests."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q, QuerySet

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from merchants.requests.enums import Mode, RequestStatus
from merchants.requests.models import HelpRequest

WAITING = (RequestStatus.OPEN, RequestStatus.SHORTLISTED, RequestStatus.INVITED, RequestStatus.UNMATCHED)

# States in which the portal may refer a provider to a request.
REFERABLE = (RequestStatus.OPEN, RequestStatus.SHORTLISTED, RequestStatus.UNMATCHED)


def visible_to(user: User | AnonymousUser) -> QuerySet[HelpRequest]:
    """The requests that `user` may see: staff all that were sent, members their own, others none."""
    requests = HelpRequest.objects.select_related("merchant", "shortlist_job")
    if has_permission(user, "request.view"):
        return requests.filter(submitted_at__isnull=False)
    return requests.filter(merchant__organisation__in=organisation_ids_with(user, "request.view"))


def by_clock(requests: QuerySet[HelpRequest]) -> QuerySet[HelpRequest]:
    """The most urgent clock first; those without a clock last, newest first."""
    return requests.order_by(F("due_at").asc(nulls_last=True), "-created_at", "-pk")


def waiting() -> QuerySet[HelpRequest]:
    """Requests on which somebody's clock runs, the most urgent first."""
    return by_clock(HelpRequest.objects.select_related("merchant").filter(status__in=WAITING))


def stuck(user: User | AnonymousUser, now: datetime) -> QuerySet[HelpRequest]:
    """Requests that `user` may see which found nobody or whose clock has run out, the most urgent first."""
    late = Q(status__in=WAITING, due_at__lte=now)
    return by_clock(visible_to(user).filter(late | Q(status=RequestStatus.UNMATCHED)))


def in_progress(user: User | AnonymousUser) -> QuerySet[HelpRequest]:
    """Drafts and requests on their way that `user` may see, the most urgent clock first."""
    return by_clock(visible_to(user).filter(status__in=(RequestStatus.DRAFT, *WAITING)))


def referable() -> QuerySet[HelpRequest]:
    """Requests in mode "refer me" that wait for somebody, in the order in which they were made."""
    requests = HelpRequest.objects.select_related("merchant").filter(mode=Mode.REFER_ME, status__in=REFERABLE)
    return requests.order_by("pk")
