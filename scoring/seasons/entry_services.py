"""Writes about who races where: everybody when a season starts, latecomers night by night."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import numpy as np
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from common.audit.services import check_in_transaction, record
from engine.cohorts import cut_cohorts
from providers.criteria.measures import collect_signals
from providers.registry.enums import ACTIVE, ProviderOrigin, ProviderStatus
from providers.registry.models import Provider
from scoring.capabilities.enums import RunStatus
from scoring.capabilities.models import Scorecard, ScoreRun
from scoring.seasons.entry_models import Division, Entry
from scoring.seasons.enums import DivisionCause, Newcomers
from scoring.seasons.models import Season, Track
from scoring.seasons.pinning import describe_entries, digest_of
from scoring.seasons.plans import Who, read_who
from scoring.seasons.selectors import held_levels

BATCH = 2000
# A suspended provider keeps its place in the field: it may be reinstated while the season runs.
MAY_ENTER = (*ACTIVE, ProviderStatus.SUSPENDED)


class Starter(NamedTuple):
    """What decides where a provider races."""

    pk: int
    provider_type: str
    category: str
    region: str
    newcomer: bool


def enter_all(season: Season, *, by: User | None, now: datetime) -> None:
    """Write who races where, the levels of those who hold none yet, and the digest of it all. Within the start's
    transaction."""
    check_in_transaction()
    field = read_field(season.starts_on, Provider.objects.filter(status__in=MAY_ENTER))
    entries: list[Entry] = []
    for ladder, tracks in by_ladder(season).items():
        who = read_who(tracks[0].who)
        starters = [one for one in field if admits(who, one)]
        levels = {one.pk: 1 for one in starters}
        if len(tracks) > 1:
            levels = give_levels(season, ladder, [one.pk for one in starters], len(tracks), by=by, now=now)
        for number, track in enumerate(tracks, start=1):
            runners = [one.pk for one in starters if levels[one.pk] == number]
            for part, pks in split_cohorts(track, runners, season.starts_on):
                entries += [new_entry(part, pk, late=False, by=by, now=now) for pk in pks]
    Entry.objects.bulk_create(entries, batch_size=BATCH)
    season.entries_digest = digest_of(describe_entries(season))
    record("season.enter", season, by=by, now=now, changes={"entries": len(entries), "digest": season.entries_digest})


def enter_late(season: Season, *, day: date, now: datetime) -> int:
    """Who was let in since the season started enters the newcomers' tracks, or those that take newcomers too when there
    is none; gives how many entries. With the season locked."""
    check_in_transaction()
    known = Entry.objects.filter(season=season).values("provider")
    field = read_field(day, Provider.objects.filter(status__in=ACTIVE).exclude(pk__in=known))
    if not field or not season.entries_digest:
        return 0
    ladders = [(tracks, read_who(tracks[0].who)) for tracks in by_ladder(season).values()]
    entries = []
    for one in field:
        fitting = [(tracks, who) for tracks, who in ladders if admits(who, one)]
        own = [(tracks, who) for tracks, who in fitting if who.newcomers == Newcomers.ONLY]
        for tracks, _who in own or fitting:
            parts = list(tracks[-1].cohorts.order_by("pk")) or [tracks[-1]]
            entries.append(new_entry(parts[-1], one.pk, late=True, by=None, now=now))
    if entries:
        Entry.objects.bulk_create(entries, batch_size=BATCH)
        record("season.enter_late", season, by=None, now=now, changes={"entries": len(entries)})
    return len(entries)


def read_field(day: date, providers: QuerySet[Provider]) -> list[Starter]:
    """The registered providers among `providers` with what decides where they race, by code."""
    rows = (
        providers.filter(origin=ProviderOrigin.PORTAL)
        .order_by("code")
        .values_list("pk", "provider_type", "category", "region", "newcomer_until")
    )
    return [
        Starter(pk, provider_type, category, region, newcomer=until is not None and until >= day)
        for pk, provider_type, category, region, until in rows
    ]


def admits(who: Who, one: Starter) -> bool:
    """Whether a track for `who` takes this provider."""
    return who.admits(provider_type=one.provider_type, category=one.category, region=one.region, newcomer=one.newcomer)


def by_ladder(season: Season) -> dict[str, list[Track]]:
    """The announced tracks of each ladder, the highest level first."""
    ladders: defaultdict[str, list[Track]] = defaultdict(list)
    for track in season.tracks.filter(cohort_of=None).order_by("level", "pk"):
        ladders[track.ladder].append(track)
    return dict(ladders)


def give_levels(
    season: Season, ladder: str, pks: Sequence[int], levels: int, *, by: User | None, now: datetime
) -> dict[int, int]:
    """The level of each starter. Where nobody holds one yet, the field is cut into equal parts by score, the best on
    top; later on, who holds none begins in the lowest."""
    held = held_levels(ladder)
    missing = [pk for pk in pks if pk not in held]
    if held:
        fresh, cause = dict.fromkeys(missing, levels), DivisionCause.ENTERED
    else:
        fresh, cause = seed(season, missing, levels), DivisionCause.SEEDED
    Division.objects.bulk_create(
        [
            Division(provider_id=pk, ladder=ladder, level=level, cause=cause, season=season, given_at=now, given_by=by)
            for pk, level in fresh.items()
        ],
        batch_size=BATCH,
    )
    # A ladder may have lost levels since the last season.
    return {pk: min(held.get(pk, 0) or fresh[pk], levels) for pk in pks}


def seed(season: Season, pks: Sequence[int], levels: int) -> dict[int, int]:
    """Levels by the newest scores before the first day; who has no score begins in the lowest."""
    run = (
        ScoreRun.objects.filter(
            scoring_model=season.scoring_model, status=RunStatus.DONE, superseded_by=None, as_of__lt=season.starts_on
        )
        .order_by("-as_of")
        .first()
    )
    cards = Scorecard.objects.filter(run=run, provider__in=pks, composite__isnull=False)
    # By the lower bound where there is one, as the default order has it.
    best_first = cards.order_by(Coalesce("lower", "composite").desc(), "-composite", "provider_id")
    scored = np.array(best_first.values_list("provider_id", flat=True), dtype=np.int64)
    given = dict.fromkeys(pks, levels)
    for level, part in enumerate(np.array_split(scored, levels), start=1):
        given |= dict.fromkeys(part.tolist(), level)
    return given


def split_cohorts(track: Track, pks: Sequence[int], day: date) -> list[tuple[Track, Sequence[int]]]:
    """The track itself; or, when more race than a cohort may hold, cohorts of equal number, the largest by GMV of the
    last 90 days first."""
    if track.cohort_most is None or len(pks) <= track.cohort_most:
        return [(track, pks)]
    ids = np.array(pks, dtype=np.int64)
    cohorts = cut_cohorts(ids, collect_signals(ids, day)["gmv_90d"], track.cohort_most)
    return [(new_cohort(track, number), ids[part].tolist()) for number, part in enumerate(cohorts, start=1)]


def new_cohort(track: Track, number: int) -> Track:
    """One cohort of a track, by the same pinned rules."""
    cohort = Track(
        season=track.season,
        key=f"{track.key}-c{number}",
        ladder=track.ladder,
        level=track.level,
        cohort_of=track,
        name_zh=f"{track.name_zh} · 第{number}组",
        name_en=f"{track.name_en}, group {number}",
        who=track.who,
        leads_to=track.leads_to,
        rules=track.rules,
        rules_digest=track.rules_digest,
    )
    cohort.full_clean()
    cohort.save()
    return cohort


def new_entry(track: Track, provider_id: int, *, late: bool, by: User | None, now: datetime) -> Entry:
    """A row to be written."""
    return Entry(
        season_id=track.season_id,
        track=track,
        ladder=track.ladder,
        provider_id=provider_id,
        late=late,
        entered_at=now,
        entered_by=by,
    )
