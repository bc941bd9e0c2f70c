"""Reads about who races under duties, and how far each is."""

from collections.abc import Sequence

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from accounts.permissions import has_permission, organisation_ids_with
from scoring.duties.judging import Progress, judge_providers
from scoring.duties.selectors import reaching_into
from scoring.seasons.duties import targets_of
from scoring.seasons.entry_models import Entry
from scoring.seasons.models import Season, Track


def entries_visible_to(user: User | AnonymousUser, track: Track) -> QuerySet[Entry]:
    """Who races in a track: staff all, members of a provider their own. Who has work in the season comes first."""
    work = reaching_into(track.season.starts_on, track.season.ends_on).filter(provider=OuterRef("provider"))
    entries = Entry.objects.filter(track=track).select_related("provider").annotate(has_work=Exists(work))
    entries = entries.order_by("-has_work", "provider__code")
    if has_permission(user, "season.view"):
        return entries
    return entries.filter(provider__organisation_id__in=organisation_ids_with(user, "scorecard.view"))


def progress_of(season: Season, track: Track, provider_ids: Sequence[int]) -> dict[int, list[Progress]]:
    """How far each provider is on each duty that the track asks for, in the same number of queries for any."""
    return judge_providers(provider_ids, targets_of(track), season.starts_on, season.ends_on)
