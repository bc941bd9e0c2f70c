"""Reads about bans from the boards."""

from collections.abc import Collection
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from scoring.seasons.ban_models import BoardBan
from scoring.seasons.enums import Bans
from scoring.seasons.models import Season

# Whether the provider of a row, of standings or of a board, is banned on its day.
BANNED = Exists(
    BoardBan.objects.filter(
        Q(lifted_on__isnull=True) | Q(lifted_on__gt=OuterRef("night__day")),
        provider=OuterRef("provider"),
        starts_on__lte=OuterRef("night__day"),
        ends_on__gte=OuterRef("night__day"),
    )
)


def rule_of_bans(season: Season) -> Bans:
    """What a ban does to the others in this season: as it pinned it, before that as its draft says."""
    return Bans(season.pinned.get("bans") or season.plan.get("bans") or Bans.HOLD_PLACE)


def in_force_on(day: date) -> QuerySet[BoardBan]:
    """The bans that cover a day."""
    standing = Q(lifted_on__isnull=True) | Q(lifted_on__gt=day)
    return BoardBan.objects.filter(standing, starts_on__lte=day, ends_on__gte=day)


def banned_on(day: date) -> QuerySet[BoardBan, int]:
    """The ids of the providers that no board shows on a day."""
    return in_force_on(day).order_by().values_list("provider_id", flat=True)


def left_out_on(season: Season, day: date) -> frozenset[int]:
    """Who is out of the race on a day because the season's rule closes the gap."""
    if rule_of_bans(season) != Bans.LEAVE_OUT:
        return frozenset()
    return frozenset(banned_on(day))


def visible_to(user: User | AnonymousUser) -> QuerySet[BoardBan]:
    """Staff see all bans, a provider its own; the public none."""
    bans = BoardBan.objects.select_related("provider", "imposed_by", "lifted_by")
    if has_permission(user, "season.view"):
        return bans
    return bans.filter(provider__organisation_id__in=organisation_ids_with(user, "scorecard.view"))


def standing_bans(organisations: Collection[int | None], today: date) -> QuerySet[BoardBan]:
    """The bans of some companies that run or are still to come, the first to begin on top."""
    bans = BoardBan.objects.filter(provider__organisation__in=organisations, lifted_on__isnull=True)
    return bans.filter(ends_on__gte=today).order_by("starts_on", "pk")
