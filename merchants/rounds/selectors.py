"""Reads about match rounds."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet

from accounts.models import User
from accounts.permissions import has_permission
from merchants.matching.enums import InvitationStatus
from merchants.rounds.enums import OPEN_ROUNDS, RoundStatus
from merchants.rounds.models import MatchRound, RoundPlace


def visible_to(user: User | AnonymousUser) -> QuerySet[MatchRound]:
    """All rounds for those who may view them, none for others."""
    rounds = MatchRound.objects.select_related("job", "created_by", "committed_by", "discarded_by")
    return rounds if has_permission(user, "round.view") else rounds.none()


def places_visible_to(user: User | AnonymousUser) -> QuerySet[RoundPlace]:
    """The places of all rounds for those who may view them, none for others."""
    places = RoundPlace.objects.select_related("request__merchant", "provider", "round", "invitation")
    return places if has_permission(user, "round.view") else places.none()


def open_round() -> MatchRound | None:
    """The round that is being prepared or waits for its decision."""
    return MatchRound.objects.filter(status__in=OPEN_ROUNDS).select_related("job").first()


def last_committed(match_round: MatchRound) -> MatchRound | None:
    """The round that was committed last before this one was started."""
    committed = MatchRound.objects.filter(status=RoundStatus.COMMITTED, pk__lt=match_round.pk)
    return committed.order_by("-pk").first()


def unsettled(match_round_id: int) -> QuerySet[RoundPlace]:
    """The places with a provider that have no outcome yet, in their order."""
    return RoundPlace.objects.filter(round=match_round_id, provider__isnull=False, finished_at=None).order_by("pk")


def count_outcomes(match_round: MatchRound) -> dict[str, int]:
    """How many places were invited, accepted, skipped, and have nobody."""
    accepted = Q(invitation__status=InvitationStatus.ACCEPTED)
    return match_round.places.aggregate(
        invited=Count("pk", filter=Q(invitation__isnull=False)),
        accepted=Count("pk", filter=accepted),
        skipped=Count("pk", filter=~Q(skipped="")),
        nobody=Count("pk", filter=Q(provider__isnull=True)),
    )
