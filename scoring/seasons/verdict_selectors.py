"""Reads about settlements and verdicts."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from providers.registry.enums import ProviderStatus
from scoring.seasons.enums import CLOSED_SEASONS, SHOWN_VERDICTS, Outcome
from scoring.seasons.models import Season, Track
from scoring.seasons.verdict_models import Settlement, Verdict


def current_settlement(track: Track) -> Settlement | None:
    """The settlement of a track that is in force."""
    return Settlement.objects.filter(track=track, superseded_by__isnull=True).select_related("run").first()


def settlements_of(season: Season) -> QuerySet[Settlement]:
    """The settlements of a season that are in force."""
    found = Settlement.objects.filter(track__season=season, superseded_by__isnull=True)
    return found.select_related("track", "settled_by").order_by("track__pk")


def in_force() -> QuerySet[Verdict]:
    """The verdicts that no later settlement superseded."""
    return Verdict.objects.filter(settlement__superseded_by__isnull=True)


def current_verdicts(season: Season) -> QuerySet[Verdict]:
    """The verdicts of a season that are in force."""
    return in_force().filter(settlement__track__season=season)


def visible_to(user: User | AnonymousUser) -> QuerySet[Verdict]:
    """Verdicts in force: staff see all, a provider its own from the standstill on."""
    found = in_force().select_related("provider", "settlement__track__season")
    if has_permission(user, "season.view"):
        return found
    mine = organisation_ids_with(user, "scorecard.view")
    return found.filter(provider__organisation_id__in=mine, settlement__track__season__status__in=SHOWN_VERDICTS)


def own_verdicts(provider_id: int) -> QuerySet[Verdict]:
    """What a provider is told about its seasons, the newest first."""
    found = in_force().filter(provider_id=provider_id, settlement__track__season__status__in=SHOWN_VERDICTS)
    return found.select_related("settlement__track__season").order_by(
        "-settlement__track__season__ends_on", "settlement__track__pk"
    )


def waiting_clear_outs(season: Season) -> QuerySet[Verdict]:
    """Verdicts of clear-out that nobody has carried out yet."""
    found = current_verdicts(season).filter(outcome=Outcome.CLEARED_OUT).select_related("provider")
    return found.exclude(provider__status=ProviderStatus.CLEARED_OUT).order_by("provider__code")


def verdicts_before(season: Season, ladder: str) -> dict[int, tuple[str, int]]:
    """Outcome and last places in a row of each provider in the ladder's season before this one."""
    earlier = (
        Season.objects.filter(tracks__ladder=ladder, ends_on__lt=season.starts_on, status__in=CLOSED_SEASONS)
        .order_by("-ends_on", "-pk")
        .first()
    )
    if earlier is None:
        return {}
    verdicts = current_verdicts(earlier).filter(settlement__track__ladder=ladder)
    return {pk: (outcome, last) for pk, outcome, last in verdicts.values_list("provider_id", "outcome", "last_places")}
