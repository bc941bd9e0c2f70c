"""Seasons: how they move, what is pinned, what their rules may say."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, InternalError, transaction

from accounts.roles import Role
from common.audit.models import AuditEntry
from common.exceptions import Conflict, IllegalTransition, InvalidInput, NotPermitted, Stale
from scoring.capabilities.services import create_draft
from scoring.seasons import policies, selectors, services
from scoring.seasons.enums import SeasonStatus
from scoring.seasons.models import Season, Track
from scoring.seasons.settlement_services import settle_track
from tests.factories.accounts import make_staff, make_user
from tests.factories.providers import make_external_provider
from tests.factories.scoring import make_facts, make_published_model, make_run, make_season, small_model, work

pytestmark = pytest.mark.django_db
START = date(2025, 7, 1)


def morning(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=UTC)


WHEN = {
    "announce": morning(START - timedelta(days=15)),
    "start": morning(START),
    "close": morning(START + timedelta(days=90)),
    "open_objections": morning(START + timedelta(days=104)),
    "finalise": morning(START + timedelta(days=112)),
    "archive": morning(START + timedelta(days=113)),
}
ORDER = list(SeasonStatus.values)


def prepare(season: Season, action: str) -> None:
    """What a step waits for: the verdicts of every track, a later season that runs."""
    if action == "open_objections":
        outside = make_external_provider(f"OUT-{season.pk}")
        make_facts([{"provider": outside.code, **work(500, 0, 50)}], day=season.ends_on)
        make_run(as_of=season.ends_on, now=WHEN["close"])
        settle_track(track_id=season.tracks.get().pk, by=make_staff(Role.RACE_STEWARD), now=WHEN[action])
    if action == "archive":
        make_season(season.scoring_model, code="2025Q4", starts_on=START + timedelta(days=92))


def make_in(status: str) -> Season:
    steward = make_staff(Role.RACE_STEWARD)
    season = make_season(make_published_model(), starts_on=START, running=False, steward=steward)
    for action in list(services.ACTIONS)[: ORDER.index(status)]:
        prepare(season, action)
        season = services.ACTIONS[action](season_id=season.pk, by=steward, now=WHEN[action])
    assert season.status == status
    return season


@pytest.mark.parametrize(("status", "action"), list(product(ORDER, services.ACTIONS)))
def test_every_state_and_action(status: str, action: str) -> None:
    season, steward = make_in(status), make_staff(Role.RACE_STEWARD)
    actions = list(services.ACTIONS)
    if ORDER.index(status) < len(actions) and actions[ORDER.index(status)] == action:
        prepare(season, action)
        changed = services.ACTIONS[action](season_id=season.pk, by=steward, now=WHEN[action])
        assert changed.status == ORDER[ORDER.index(status) + 1]
        assert AuditEntry.objects.filter(action=f"season.{action}", subject_id=str(season.pk)).count() == 1
    else:
        before = AuditEntry.objects.count()
        with pytest.raises(IllegalTransition):
            services.ACTIONS[action](season_id=season.pk, by=steward, now=WHEN["archive"])
        season.refresh_from_db()
        assert (season.status, AuditEntry.objects.count()) == (status, before)


@pytest.mark.parametrize("action", list(services.ACTIONS))
def test_a_step_has_its_earliest_day(action: str) -> None:
    if action == "announce":
        make_season(make_published_model(), code="2024Q1", starts_on=date(2024, 1, 1))
        season = make_season(Season.objects.get().scoring_model, code="2025Q3", starts_on=START, running=False)
        early, reason = morning(START - timedelta(days=14)), "notice_too_short"
    else:
        season = make_in(ORDER[list(services.ACTIONS).index(action)])
        early = WHEN[action] - timedelta(days=1)
        reason = "no_later_season" if action == "archive" else "too_early"
    with pytest.raises(Conflict) as refusal:
        services.ACTIONS[action](season_id=season.pk, by=make_staff(Role.RACE_STEWARD), now=early)
    assert refusal.value.reason == reason


def test_only_stewards_prepare_and_advance() -> None:
    analyst, season = make_staff(Role.SCORING_ANALYST), make_in("draft")
    with pytest.raises(NotPermitted):
        services.announce(season_id=season.pk, by=analyst, now=WHEN["announce"])
    with pytest.raises(NotPermitted):
        services.edit_season(season_id=season.pk, changes={"name_en": "Mine"}, by=analyst)
    with pytest.raises(NotPermitted):
        make_season(season.scoring_model, code="X", running=False, steward=analyst)
    season.refresh_from_db()
    assert (season.status, season.name_en, Season.objects.count()) == ("draft", "Season 2025Q3", 1)


def test_announcing_pins_model_dates_and_rules() -> None:
    season = make_in("announced")
    track = season.tracks.get()
    assert len(season.digest) == len(track.rules_digest) == 64
    for change in (
        lambda: Season.objects.filter(pk=season.pk).update(ends_on=START + timedelta(days=5)),
        lambda: Season.objects.filter(pk=season.pk).update(digest="0" * 64),
        lambda: Track.objects.filter(pk=track.pk).update(rules={"order": ["score"]}),
    ):
        with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
            change()
    with pytest.raises(Conflict) as refusal:
        services.edit_season(season_id=season.pk, changes={"name_en": "New"}, by=make_staff(Role.RACE_STEWARD))
    assert refusal.value.reason == "season_announced"


def test_the_same_rules_give_the_same_digest_and_others_another() -> None:
    first = make_in("announced")
    steward = make_staff(Role.RACE_STEWARD)
    second = make_season(first.scoring_model, code="2025Q4", starts_on=START, running=False, steward=steward)
    second = services.edit_season(season_id=second.pk, changes={}, rules={"order": ["score"]}, by=steward)
    second = services.announce(season_id=second.pk, by=steward, now=WHEN["announce"])
    assert first.digest != second.digest
    assert first.tracks.get().rules_digest != second.tracks.get().rules_digest


def test_a_draft_model_cannot_be_announced_with_a_season() -> None:
    model = create_draft(definition=small_model(), by=None)
    season = make_season(model, starts_on=START, running=False)
    with pytest.raises(Conflict) as refusal:
        services.announce(season_id=season.pk, by=make_staff(Role.RACE_STEWARD), now=WHEN["announce"])
    assert refusal.value.reason == "model_is_draft"


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ({"orders": []}, "unknown_rule"),
        ({"order": ["luck"]}, "unknown_key"),
        ({"order": "score"}, "bad_rules"),
        ({"settlement": {"promote": {"share": 2}}}, "rule_out_of_range"),
        ({"settlement": {"promotions": 3}}, "unknown_rule"),
        ({"settlement": 3}, "bad_rules"),
    ],
)
def test_rules_that_mean_nothing_are_refused(rules: dict[str, object], reason: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        policies.read_rules(rules)
    assert (refusal.value.field, refusal.value.reason) == ("rules", reason)


def test_a_season_ends_after_it_starts_and_has_a_code_of_its_own() -> None:
    season = make_in("draft")
    steward = make_staff(Role.RACE_STEWARD)
    other = services.create_season(
        code="other",
        name_zh="另一赛季",
        name_en="Another",
        starts_on=START,
        ends_on=START + timedelta(days=1),
        scoring_model_id=season.scoring_model_id,
        by=steward,
    )
    with pytest.raises(InvalidInput) as reversed_days:
        services.edit_season(season_id=season.pk, changes={"ends_on": START}, by=steward)
    with pytest.raises(Conflict) as made_twice:
        make_season(season.scoring_model, running=False)
    with pytest.raises(Conflict) as renamed:
        services.edit_season(season_id=other.pk, changes={"code": season.code}, by=steward)
    assert [caught.value.field for caught in (reversed_days, made_twice, renamed)] == ["ends_on", "code", "code"]
    assert set(Season.objects.values_list("code", "starts_on")) == {(season.code, season.starts_on), ("other", START)}
    with pytest.raises(IntegrityError, match="season_starts_before_it_ends"), transaction.atomic():
        Season.objects.filter(pk=season.pk).update(ends_on=START)
    with pytest.raises(Stale):
        services.edit_season(season_id=season.pk, changes={}, by=steward, version=season.version + 1)


def test_drafts_are_for_staff_and_the_rest_is_public() -> None:
    draft = make_in("draft")
    assert list(selectors.visible_to(make_user())) == []
    assert list(selectors.visible_to(make_staff(Role.AUDITOR))) == [draft]
    services.announce(season_id=draft.pk, by=make_staff(Role.RACE_STEWARD), now=WHEN["announce"])
    assert list(selectors.visible_to(make_user())) == [draft]
    assert selectors.shown_season() == draft
