"""Writes about seasons: create, edit, and every step from the announcement to the archive."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import check_permission
from common.audit.services import record
from common.days import business_day
from common.inserts import insert_once
from common.locks import lock
from scoring.capabilities.models import ScoringModel
from scoring.seasons import policies
from scoring.seasons.models import MAIN_TRACK, Season, Track
from scoring.seasons.pinning import describe_rules, digest_of
from scoring.seasons.states import SEASON

EDITABLE = ("code", "name_zh", "name_en", "starts_on", "ends_on")


@transaction.atomic
def create_season(
    *,
    code: str,
    name_zh: str,
    name_en: str,
    starts_on: date,
    ends_on: date,
    scoring_model_id: int,
    by: User,
    rules: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> Season:
    """A draft with one track for everybody. Raises InvalidInput (rules, days), Conflict (code), NotPermitted."""
    now = now or timezone.now()
    check_permission(by, "season.edit")
    wanted = policies.DEFAULT_RULES if rules is None else policies.read_rules(rules)
    season = Season(
        code=code.strip(),
        name_zh=name_zh.strip(),
        name_en=name_en.strip(),
        starts_on=starts_on,
        ends_on=ends_on,
        scoring_model=lock(ScoringModel.objects.all(), scoring_model_id),
        created_at=now,
        created_by=by,
    )
    policies.check_days(season)
    insert_once(season, or_else=policies.refuse_code())
    track = Track(season=season, key=MAIN_TRACK, name_zh="主赛道", name_en="Main track", rules=wanted.as_mapping())
    track.full_clean()
    track.save()
    record("season.create", season, by=by, now=now, changes={"rules": track.rules, "scoring_model": scoring_model_id})
    return season


@transaction.atomic
def edit_season(
    *,
    season_id: int,
    changes: Mapping[str, Any],
    by: User,
    rules: Mapping[str, Any] | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Season:
    """Change a draft: fields of EDITABLE, `scoring_model_id`, and the rules of its track."""
    season = lock(Season.objects.all(), season_id)
    season.check_version(version)
    policies.check_editable(season)
    check_permission(by, "season.edit")
    for name in EDITABLE:
        if name in changes:
            setattr(season, name, changes[name])
    if "scoring_model_id" in changes:
        season.scoring_model = lock(ScoringModel.objects.all(), changes["scoring_model_id"])
    policies.check_days(season)
    if Season.objects.filter(code=season.code).exclude(pk=season.pk).exists():
        raise policies.refuse_code()
    season.save_checked()
    if rules is not None:
        track = lock(Track.objects.all(), season.tracks.get(key=MAIN_TRACK).pk)
        track.rules = policies.read_rules(rules).as_mapping()
        track.full_clean()
        track.save()
    record("season.edit", season, by=by, now=now, changes={**changes, "rules": rules})
    return season


def announce(
    *, season_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Season:
    """Make the season public and pin its model and rules by digest."""
    return advance(season_id, "announce", by, note, version, now, check=policies.check_announceable, then=pin)


def start(
    *, season_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Season:
    """Begin to rank every night."""
    return advance(season_id, "start", by, note, version, now, check=policies.check_startable)


def close(
    *, season_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Season:
    """End the race; what is known late still counts until the season is final."""
    return advance(season_id, "close", by, note, version, now, check=policies.check_closable)


def open_objections(
    *, season_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Season:
    """Show the verdicts; for OBJECTION_DAYS providers may object."""
    return advance(
        season_id, "open_objections", by, note, version, now, check=policies.check_settled, then=set_last_day
    )


def finalise(
    *, season_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Season:
    """Fix the result."""
    return advance(season_id, "finalise", by, note, version, now, check=policies.check_final)


def archive(
    *, season_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Season:
    """Put the season away: it can be read, and the front of the boards is free for the next ones."""
    return advance(season_id, "archive", by, note, version, now, check=policies.check_archivable)


STAMPS = {
    "announce": "announced",
    "start": "started",
    "close": "closed",
    "open_objections": "standstill",
    "finalise": "finalised",
    "archive": "archived",
}


@transaction.atomic
def advance(
    season_id: int,
    action: str,
    by: User,
    note: str,
    version: int | None,
    now: datetime | None,
    *,
    check: Callable[[Season, date], None],
    then: Callable[[Season, date], None] | None = None,
) -> Season:
    """One row of the table: lock, transition, policy, permission, write, audit."""
    now = now or timezone.now()
    season = lock(Season.objects.select_related("scoring_model"), season_id)
    season.check_version(version)
    row = SEASON.check(season, action, note=note)
    today = business_day(now)
    check(season, today)
    check_permission(by, row.permission)
    if then is not None:
        then(season, today)
    season.status = row.to
    setattr(season, f"{STAMPS[action]}_at", now)
    setattr(season, f"{STAMPS[action]}_by", by)
    season.save_checked()
    record(row.audit, season, by=by, note=note, now=now, changes={"digest": season.digest})
    return season


def set_last_day(season: Season, today: date) -> None:
    """The last day on which a provider may object."""
    season.objections_until = today + timedelta(days=policies.terms_of(season)["objection_days"])


def pin(season: Season, today: date) -> None:
    """Fix the tracks' rules and the season's digest."""
    for track in season.tracks.select_for_update().order_by("pk"):
        policies.read_rules(track.rules)
        track.rules_digest = digest_of(track.rules)
        track.full_clean()
        track.save()
    season.pinned = describe_rules(season)
    season.digest = digest_of(season.pinned)


ACTIONS: dict[str, Callable[..., Season]] = {
    "announce": announce,
    "start": start,
    "close": close,
    "open_objections": open_objections,
    "finalise": finalise,
    "archive": archive,
}
