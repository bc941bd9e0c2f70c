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
from scoring.seasons import closing_policies, policies
from scoring.seasons.entry_services import enter_all
from scoring.seasons.models import Season, Track
from scoring.seasons.pinning import describe_rules, digest_of
from scoring.seasons.plans import Plan, read_plan
from scoring.seasons.settlement_services import give_divisions
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
    """A draft with the tracks that `rules` make, by default one for everybody.

    Raises InvalidInput (rules, days), Conflict (code), NotPermitted.
    """
    now = now or timezone.now()
    check_permission(by, "season.edit")
    plan = read_plan(policies.DEFAULT_RULES.as_mapping() if rules is None else rules)
    season = Season(
        code=code.strip(),
        name_zh=name_zh.strip(),
        name_en=name_en.strip(),
        starts_on=starts_on,
        ends_on=ends_on,
        scoring_model=lock(ScoringModel.objects.all(), scoring_model_id),
        plan=plan.as_mapping(),
        created_at=now,
        created_by=by,
    )
    policies.check_days(season)
    insert_once(season, or_else=policies.refuse_code())
    draw_tracks(season, plan)
    record("season.create", season, by=by, now=now, changes={"rules": season.plan, "scoring_model": scoring_model_id})
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
    """Change a draft: fields of EDITABLE, `scoring_model_id`, and the rules, which draw its tracks anew."""
    season = lock(Season.objects.all(), season_id)
    season.check_version(version)
    policies.check_editable(season)
    check_permission(by, "season.edit")
    for name in EDITABLE:
        if name in changes:
            setattr(season, name, changes[name])
    if "scoring_model_id" in changes:
        season.scoring_model = lock(ScoringModel.objects.all(), changes["scoring_model_id"])
    if rules is not None:
        plan = read_plan(rules)
        season.plan = plan.as_mapping()
        season.tracks.all().delete()
        draw_tracks(season, plan)
    policies.check_days(season)
    if Season.objects.filter(code=season.code).exclude(pk=season.pk).exists():
        raise policies.refuse_code()
    season.save_checked()
    record("season.edit", season, by=by, now=now, changes={**changes, "rules": rules})
    return season


def draw_tracks(season: Season, plan: Plan) -> None:
    """Write the tracks that a plan makes."""
    for planned in plan.tracks():
        track = Track(
            season=season,
            key=planned.key,
            ladder=planned.ladder,
            level=planned.level,
            cohort_most=planned.cohort_most,
            leads_to=planned.leads_to,
            name_zh=planned.name_zh,
            name_en=planned.name_en,
            who=planned.who.as_mapping(),
            rules=planned.rules.as_mapping(),
        )
        track.full_clean()
        track.save()


def announce(
    *, season_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Season:
    """Make the season public and pin its model and rules by digest."""
    return advance(season_id, "announce", by, note, version, now, check=policies.check_announceable, then=pin)


def start(
    *, season_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Season:
    """Begin to rank every night; who races where is pinned."""
    return advance(season_id, "start", by, note, version, now, check=policies.check_startable, then=enter_all)


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
        season_id, "open_objections", by, note, version, now, check=closing_policies.check_settled, then=set_last_day
    )


def finalise(
    *, season_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Season:
    """Fix the result, and give the levels that follow from it."""
    return advance(
        season_id, "finalise", by, note, version, now, check=closing_policies.check_final, then=give_divisions
    )


def archive(
    *, season_id: int, by: User, note: str = "", version: int | None = None, now: datetime | None = None
) -> Season:
    """Put the season away: it can be read, and the front of the boards is free for the next ones."""
    return advance(season_id, "archive", by, note, version, now, check=closing_policies.check_archivable)


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
    then: Callable[..., object] | None = None,
) -> Season:
    """One row of the table: lock, transition, policy, permission, write, audit."""
    now = now or timezone.now()
    season = lock(Season.objects.select_related("scoring_model"), season_id)
    season.check_version(version)
    row = SEASON.check(season, action, note=note)
    check(season, business_day(now))
    check_permission(by, row.permission)
    if then is not None:
        then(season, by=by, now=now)
    season.status = row.to
    setattr(season, f"{STAMPS[action]}_at", now)
    setattr(season, f"{STAMPS[action]}_by", by)
    season.save_checked()
    record(row.audit, season, by=by, note=note, now=now, changes={"digest": season.digest})
    return season


def set_last_day(season: Season, *, by: User, now: datetime) -> None:
    """The last day on which a provider may object."""
    season.objections_until = business_day(now) + timedelta(days=policies.terms_of(season)["objection_days"])


def pin(season: Season, *, by: User, now: datetime) -> None:
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
