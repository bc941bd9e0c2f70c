"""Reads about shortlists, candidates and invitations."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, F, Q, QuerySet, Sum, When

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from merchants.matching.enums import InvitationStatus
from merchants.matching.models import Candidate, Invitation, Shortlist
from merchants.requests.models import HelpRequest


def visible_to(user: User | AnonymousUser) -> QuerySet[Invitation]:
    """The invitations that `user` may see: staff all, members of either side their own, others none."""
    invitations = Invitation.objects.select_related("request__merchant", "provider", "candidate")
    if has_permission(user, "invitation.view"):
        return invitations
    own = organisation_ids_with(user, "invitation.view")
    return invitations.filter(Q(request__merchant__organisation__in=own) | Q(provider__organisation__in=own))


def latest_shortlist(request: HelpRequest) -> Shortlist | None:
    """The shortlist that counts now."""
    return request.shortlists.select_related("score_run").first()


def candidates_of(shortlist: Shortlist) -> QuerySet[Candidate]:
    """Its candidates in their order, with their providers."""
    return Candidate.objects.filter(shortlist=shortlist).select_related("provider").order_by("position")


def not_invited(shortlist: Shortlist) -> QuerySet[Candidate]:
    """Its candidates who were not invited for the request yet, in their order."""
    asked = Invitation.objects.filter(request=shortlist.request_id).values("provider")
    return candidates_of(shortlist).exclude(provider__in=asked)


def overdue(now: datetime) -> QuerySet[Invitation]:
    """Invitations whose time is over and which nobody has closed."""
    return Invitation.objects.filter(status=InvitationStatus.PENDING, expires_at__lte=now).order_by("expires_at", "pk")


def open_first(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Those that wait for an answer by their clock, then the others, newest first."""
    waiting = Case(When(status=InvitationStatus.PENDING, then=F("expires_at")))
    return invitations.order_by(waiting.asc(nulls_last=True), "-created_at", "-pk")


def pending(user: User | AnonymousUser) -> QuerySet[Invitation]:
    """Invitations that `user` may see and that wait for an answer, the first to expire on top."""
    return visible_to(user).filter(status=InvitationStatus.PENDING).order_by("expires_at", "pk")


def expiring(user: User | AnonymousUser, until: datetime) -> QuerySet[Invitation]:
    """Those of `pending` that expire by `until`."""
    return pending(user).filter(expires_at__lte=until)


def offered_rooms() -> dict[int, int]:
    """Live rooms that open invitations offer, by provider."""
    offers = Invitation.objects.filter(status=InvitationStatus.PENDING).order_by().values("provider")
    return dict(offers.annotate(rooms=Sum("request__rooms")).values_list("provider", "rooms"))
