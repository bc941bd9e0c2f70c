"""Writes of the settlement: a season's tracks one by one, each in a transaction of its own; what follows when final."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import check_permission
from common.audit.services import check_in_transaction, record
from common.copying import copy_rows
from common.days import business_day
from common.jobs.models import Job
from common.jobs.services import enqueue
from common.locks import lock
from providers.registry.models import Provider
from providers.registry.status_services import clear_out_provider
from scoring.seasons import closing_policies
from scoring.seasons.entry_models import Division
from scoring.seasons.enums import DivisionCause
from scoring.seasons.models import Season, Track
from scoring.seasons.permissions import check_clears_out
from scoring.seasons.settling import Result, settle_track_now
from scoring.seasons.verdict_models import Settlement, Verdict
from scoring.seasons.verdict_rows import verdict_fields
from scoring.seasons.verdict_selectors import current_settlement, current_verdicts

TASK = "scoring.settle_season"
BATCH = 2000
MOVED = (DivisionCause.PLACED, DivisionCause.PROMOTED, DivisionCause.RELEGATED)  # what a season decided


@transaction.atomic
def start_settlement(*, season_id: int, by: User, version: int | None = None, now: datetime | None = None) -> Job:
    """Settle all tracks of a season in the background, one transaction for each. A repeat goes on with what is left.

    Raises Conflict while the season is not settling or late data still come in, Stale, NotPermitted, NotFound.
    """
    now = now or timezone.now()
    season = lock(Season.objects.all(), season_id)
    season.check_version(version)
    closing_policies.check_settling(season, business_day(now))
    check_permission(by, "season.settle")
    record("season.settle", season, by=by, now=now)
    return enqueue(TASK, by=by, now=now, season_id=season.pk, by_id=by.pk)


@transaction.atomic
def settle_track(*, track_id: int, by: User, now: datetime | None = None) -> Settlement:
    """Write the verdicts of one track, all or none. A track that is settled is given back as it is.

    Race: two workers at once. The second waits for the track's row and finds it settled. Raises Conflict while the
    season is not settling or the last day has no scores, NotPermitted, NotFound.
    """
    now = now or timezone.now()
    track = lock(Track.objects.select_related("season__scoring_model"), track_id)
    check_permission(by, "season.settle")
    present = current_settlement(track)
    if present is not None:
        return present
    closing_policies.check_settling(track.season, business_day(now))
    settlement = write_settlement(track, settle_track_now(track), by=by, now=now)
    record("track.settle", track, by=by, now=now, changes={"digest": settlement.digest, "counts": settlement.counts})
    return settlement


def write_settlement(
    track: Track,
    result: Result,
    *,
    by: User,
    now: datetime,
    supersedes: Settlement | None = None,
    cause: str = "",
) -> Settlement:
    """Write a settlement with its verdicts, within the caller's transaction and with the track locked."""
    check_in_transaction()
    settlement = Settlement(
        track=track,
        run=result.run,
        supersedes=supersedes,
        cause=cause,
        ranked_count=result.ranked_count,
        promotion_places=result.promotion_places,
        relegation_places=result.relegation_places,
        counts=result.counts,
        digest=result.digest,
        settled_at=now,
        settled_by=by,
    )
    settlement.full_clean()
    settlement.save(force_insert=True)
    earlier = supersedes.verdicts.values_list("provider_id", "outcome", "place") if supersedes else ()
    before = {pk: (outcome, place) for pk, outcome, place in earlier}
    fields = verdict_fields(settlement, result.drafts, before)
    with connection.wrap_database_errors:
        copy_rows(connection.cursor().cursor, Verdict._meta.db_table, fields)
    return settlement


def give_divisions(season: Season, *, by: User, now: datetime) -> int:
    """Carry out what the verdicts say about levels, when the season becomes final; gives how many rows. Within the
    caller's transaction."""
    check_in_transaction()
    rows = []
    for verdict in current_verdicts(season).filter(to_level__isnull=False).select_related("settlement__track"):
        level = verdict.settlement.track.level
        if verdict.to_level is None or verdict.to_level == level:
            continue
        cause = DivisionCause.PLACED if level is None else DivisionCause(verdict.outcome)
        rows.append(
            Division(
                provider_id=verdict.provider_id,
                ladder=verdict.to_ladder,
                level=verdict.to_level,
                before=level,
                cause=cause,
                season=season,
                given_at=now,
                given_by=by,
            )
        )
    Division.objects.bulk_create(rows, batch_size=BATCH)
    record("season.give_levels", season, by=by, now=now, changes={"levels": len(rows)})
    return len(rows)


def correct_divisions(settlement: Settlement, *, by: User, now: datetime) -> list[list[Any]]:
    """Give the levels that a track's new verdicts say, where a final season gave others; what changed for whom. A level
    that a later season gave stays. Within the caller's transaction."""
    check_in_transaction()
    season = settlement.track.season
    rows: list[Division] = []
    told: list[list[Any]] = []
    wanted = settlement.verdicts.filter(to_level__isnull=False).select_related("provider").order_by("provider__code")
    newest = {
        (one.provider_id, one.ladder): one
        for one in Division.objects.filter(provider__in=[verdict.provider_id for verdict in wanted])
        .select_related("season")
        .order_by("pk")
    }
    for verdict in wanted:
        held = newest.get((verdict.provider_id, verdict.to_ladder))
        if verdict.to_level is None or held is None or held.level == verdict.to_level:
            continue
        if held.season.starts_on > season.ends_on and held.cause in MOVED:
            continue
        rows.append(
            Division(
                provider_id=verdict.provider_id,
                ladder=verdict.to_ladder,
                level=verdict.to_level,
                cause=DivisionCause.CORRECTED,
                season=season,
                given_at=now,
                given_by=by,
            )
        )
        told.append([verdict.provider.code, held.level, verdict.to_level])
    Division.objects.bulk_create(rows, batch_size=BATCH)
    return told


@transaction.atomic
def clear_out_by_verdict(*, verdict_id: int, by: User, note: str, now: datetime | None = None) -> Provider:
    """Carry out a verdict of clear-out once the season is final. Who settled the track does not do it.

    Raises Conflict when the verdict is superseded, says something else, is not final or under appeal, and as
    `clear_out_provider`:
    IllegalTransition when it happened already, InvalidInput (field `note`), NotPermitted, NotFound.
    """
    verdict = lock(Verdict.objects.select_related("settlement__track__season"), verdict_id)
    closing_policies.check_clear_out(
        verdict.settlement.track.season.status,
        outcome=verdict.outcome,
        superseded=Settlement.objects.filter(supersedes=verdict.settlement_id).exists(),
    )
    closing_policies.check_not_appealed(verdict)
    check_clears_out(by, verdict.settlement)
    provider = clear_out_provider(provider_id=verdict.provider_id, by=by, note=note, now=now)
    record("verdict.clear_out", verdict, by=by, now=now, note=note.strip())
    return provider
