"""The settlement of a season: a truth table of verdicts, once and whole, sentences, and what follows when final."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import translation

from accounts.roles import Role
from common.audit.models import AuditEntry
from common.exceptions import Conflict, IllegalTransition, InvalidInput, NotPermitted
from common.jobs.progress import JobCancelled
from providers.registry.models import Provider
from providers.registry.status_services import ACTIONS as PROVIDER_ACTIONS
from scoring.capabilities.compute import Silent
from scoring.seasons import policies, selectors, services
from scoring.seasons.entry_models import Division
from scoring.seasons.models import Season, Track
from scoring.seasons.settlement_services import clear_out_by_verdict, settle_track, start_settlement
from scoring.seasons.settling import settle_track_now
from scoring.seasons.settling_work import settle_all
from scoring.seasons.verdict_models import Settlement, Verdict
from scoring.seasons.verdict_words import SENTENCES, say_verdict
from tests.factories.accounts import make_staff
from tests.factories.disputes import make_dispute
from tests.factories.providers import make_provider
from tests.factories.scoring import DAY, MORNING_AFTER, make_published_model
from tests.factories.seasons import (
    FRESH,
    LEAGUE,
    SETTLED,
    finish_season,
    make_old,
    make_race,
    score_field,
    settle_season,
    start_season,
)

pytestmark = pytest.mark.django_db
CAPABILITIES_FLOOR = {"floors": {"traffic_marketing": 90.0}}


def outcomes(season: Season, field: list[Provider]) -> list[str]:
    verdicts = settle_season(season)
    return [verdicts[one.pk].outcome for one in field]


@pytest.mark.parametrize(
    ("points", "settlement", "expected"),
    [
        # The quota, the threshold, the line at nine tenths of it.
        ([30, 25, 10], {}, ["promoted", "stay", "relegated"]),
        ([19, 18.5, 10], {}, ["stay", "stay", "relegated"]),
        ([20, 19, 18], {}, ["promoted", "stay", "stay"]),
        ([30, 25, 17.96], {}, ["promoted", "stay", "relegated"]),
        ([30, 25, 24, 10], {"promote": 2}, ["promoted", "promoted", "stay", "relegated"]),
        ([30, 25, 10], {"promote": 0, "relegate": 0}, ["stay", "stay", "stay"]),
        ([30, 10, 8, 6], {"relegate": {"share": 0.5}}, ["promoted", "stay", "relegated", "relegated"]),
        # Ties across a line go to the play-off, and so does the band.
        ([30, 30, 10], {}, ["play_off", "play_off", "relegated"]),
        ([30, 10, 10], {}, ["promoted", "play_off", "play_off"]),
        ([30, 25, 24], {"play_off": 1}, ["promoted", "play_off", "stay"]),
        # A floor; a place that its holder may not use is not passed on.
        ([30, 25, 10], CAPABILITIES_FLOOR, ["stay", "stay", "relegated"]),
        ([38, 25, 10], CAPABILITIES_FLOOR, ["promoted", "stay", "relegated"]),
        # Without evidence; one alone; nobody at all.
        ([30, 10, None], {}, ["promoted", "relegated", "not_ranked"]),
        ([30], {}, ["promoted"]),
        ([10], {}, ["relegated"]),
        ([], {}, []),
    ],
)
def test_places_lines_ties_and_floors(
    points: list[float | None], settlement: dict[str, Any], expected: list[str]
) -> None:
    season, field = make_race(points, **settlement)
    assert outcomes(season, field) == expected


def test_each_protection_keeps_the_last_from_falling() -> None:
    season, field = make_race([30, 25, 10])
    last, track = field[-1], season.tracks.get()
    assert settle_track_now(track).counts == {"promoted": 1, "stay": 1, "relegated": 1}

    def kept(code: str) -> bool:
        draft = settle_track_now(track).drafts[-1]
        (reason,) = [one for one in draft.reasons if one["code"] == code]
        return (draft.outcome, reason["met"], reason["deciding"]) == ("stay", False, True)

    with transaction.atomic():
        Provider.objects.filter(pk=last.pk).update(admitted_at=MORNING_AFTER - timedelta(days=89))
        assert kept("relegation.not_newcomer")
        Provider.objects.filter(pk=last.pk).update(admitted_at=MORNING_AFTER - timedelta(days=91))
        assert settle_track_now(track).counts["relegated"] == 1
    dispute = make_dispute(last)
    assert kept("relegation.no_decisive_dispute")
    type(dispute).objects.filter(pk=dispute.pk).update(day_from=DAY - timedelta(200), day_to=DAY - timedelta(190))
    assert settle_track_now(track).counts["relegated"] == 1
    assert settle_track_now(track, relieved=[last.pk]).drafts[-1].outcome == "stay"


def test_who_was_promoted_last_season_does_not_fall_in_this_one() -> None:
    make_published_model()
    field = make_old(2)
    tracks = {**LEAGUE, "levels": 2}
    first = start_season(tracks, code="one", starts_on=DAY - timedelta(days=179), relegate=2)
    score_field({field[0]: 30, field[1]: 5}, day=first.ends_on)
    settle_season(first)
    finish_season(first)
    assert selectors.held_levels("league") == {field[0].pk: 1, field[1].pk: 2}
    second = start_season(tracks, code="two", relegate=2)
    score_field({field[0]: 5, field[1]: 5})
    verdicts = settle_season(second)
    assert (verdicts[field[0].pk].outcome, verdicts[field[0].pk].to_level) == ("stay", 1)
    assert "relegation.not_promoted_last_season" in [
        one["code"] for one in verdicts[field[0].pk].reasons if one["deciding"]
    ]


def test_the_suspended_are_out_and_the_gap_closes() -> None:
    season, field = make_race([30, 25, 10])
    PROVIDER_ACTIONS["suspend"](provider_id=field[0].pk, by=make_staff(Role.CONDUCT_OFFICER), note="Fake orders.")
    verdicts = settle_season(season)
    assert [(verdicts[one.pk].outcome, verdicts[one.pk].place) for one in field] == [
        ("banned", None),
        ("promoted", 1),
        ("relegated", 2),
    ]


def test_the_third_last_place_running_leads_to_clear_out_by_somebody_else() -> None:
    make_published_model()
    good, bad = make_old(2)
    rules = {"clear_out_after": 2, "relegate": 0}
    first = start_season(code="one", starts_on=DAY - timedelta(days=179), **rules)
    score_field({good: 30, bad: 5}, day=first.ends_on)
    assert settle_season(first)[bad.pk].last_places == 1
    finish_season(first)
    steward, officer = make_staff(Role.RACE_STEWARD), make_staff(Role.CONDUCT_OFFICER)
    second = start_season(code="two", **rules)
    score_field({good: 30, bad: 5})
    verdict = settle_season(second, by=steward)[bad.pk]
    assert (verdict.outcome, verdict.last_places, verdict.to_level) == ("cleared_out", 2, None)
    with pytest.raises(Conflict) as early:
        clear_out_by_verdict(verdict_id=verdict.pk, by=officer, note="Last again.")
    assert early.value.reason == "no_clear_out"
    finish_season(second)
    with pytest.raises(NotPermitted):
        clear_out_by_verdict(verdict_id=verdict.pk, by=make_staff(Role.RACE_STEWARD), note="Last again.")
    with pytest.raises(Conflict):
        clear_out_by_verdict(verdict_id=verdict.pk, by=steward, note="Last again.")
    with pytest.raises(InvalidInput):
        clear_out_by_verdict(verdict_id=verdict.pk, by=officer, note="")
    bad.refresh_from_db()
    assert bad.status == "admitted"
    assert clear_out_by_verdict(verdict_id=verdict.pk, by=officer, note="Last again.").status == "cleared_out"
    with pytest.raises(IllegalTransition):
        clear_out_by_verdict(verdict_id=verdict.pk, by=officer, note="Last again.")


def test_levels_follow_when_the_season_is_final_and_newcomers_are_placed() -> None:
    make_published_model()
    old = make_old(4)
    fresh = [make_provider(status="admitted") for _ in range(3)]
    early = make_provider(status="admitted")
    season = start_season({**LEAGUE, "levels": 3, "who": {"newcomers": "never"}}, FRESH)
    # Protected on the first day; all but one no longer on the day after the last.
    Provider.objects.filter(pk__in=[one.pk for one in fresh]).update(newcomer_until=season.ends_on)
    Provider.objects.filter(pk=early.pk).update(newcomer_until=season.ends_on + timedelta(days=1))
    score_field(dict(zip([*old, *fresh, early], (30, 25, 24, 10, 30, 25, 5, 29), strict=True)))
    verdicts = settle_season(season)
    assert not Division.objects.exclude(cause="seeded").exists()
    finish_season(season)
    given = Division.objects.exclude(cause="seeded").order_by("provider_id")
    # All four had no score before the season, so they began in level 3: the best rises, the others stay.
    assert [(row.provider_id, row.cause, row.before, row.level) for row in given] == [
        (old[0].pk, "promoted", 3, 2),
        (fresh[0].pk, "placed", None, 2),
        (fresh[1].pk, "placed", None, 3),
        (fresh[2].pk, "placed", None, 3),
    ]
    assert (verdicts[early.pk].to_ladder, verdicts[early.pk].to_level) == ("", None)
    assert AuditEntry.objects.get(action="season.give_levels").changes == {"levels": 4}


def test_a_settled_track_is_given_back_and_never_changes() -> None:
    season, field = make_race([30, 25, 10])
    settle_season(season)
    before = list(Verdict.objects.order_by("pk").values())
    Provider.objects.filter(pk=field[-1].pk).update(admitted_at=MORNING_AFTER)
    settle_season(season)
    assert list(Verdict.objects.order_by("pk").values()) == before
    assert (Settlement.objects.count(), AuditEntry.objects.filter(action="track.settle").count()) == (1, 1)
    row = Verdict.objects.order_by("pk")[0]
    for change in (
        lambda: Verdict.objects.filter(pk=row.pk).update(outcome="stay"),
        lambda: Verdict.objects.filter(pk=row.pk).delete(),
        lambda: Settlement.objects.update(ranked_count=0),
    ):
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
            change()


def test_the_preview_is_what_the_settlement_writes() -> None:
    season, _field = make_race([30, 30, 25, 10, None])
    preview = settle_track_now(season.tracks.get())
    assert not Settlement.objects.exists()
    settle_season(season)
    settlement = Settlement.objects.get()
    assert (settlement.digest, settlement.counts) == (preview.digest, preview.counts)
    assert settlement.counts == {"play_off": 2, "stay": 1, "relegated": 1, "not_ranked": 1}


FAIL_ON = """
    CREATE FUNCTION fail_on() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF NEW.provider_id = {pk} THEN RAISE EXCEPTION 'the disk is full'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER fail_on BEFORE INSERT ON scoring_verdict FOR EACH ROW EXECUTE FUNCTION fail_on();
"""


def make_two_tracks() -> tuple[Season, Provider, Provider]:
    make_published_model()
    (food,), (beauty,) = make_old(1, category="food"), make_old(1, category="beauty")
    split = {**LEAGUE, "split_by": "category", "who": {"categories": ["food", "beauty"]}}
    season = start_season(split)
    score_field({food: 30, beauty: 10})
    return services.close(season_id=season.pk, by=make_staff(Role.RACE_STEWARD), now=SETTLED), food, beauty


def test_a_failure_in_the_middle_leaves_whole_tracks_done_or_untouched() -> None:
    season, food, beauty = make_two_tracks()
    steward = make_staff(Role.RACE_STEWARD)
    with connection.cursor() as cursor:
        cursor.execute(FAIL_ON.format(pk=beauty.pk))
    first, second = selectors.tracks_of(season)
    settle_track(track_id=first.pk, by=steward, now=SETTLED)
    with pytest.raises(InternalError, match="the disk is full"), transaction.atomic():
        settle_track(track_id=second.pk, by=steward, now=SETTLED)
    assert list(Verdict.objects.values_list("provider_id", flat=True)) == [food.pk]
    assert list(Settlement.objects.values_list("track_id", flat=True)) == [first.pk]
    with pytest.raises(Conflict) as unsettled:
        services.open_objections(season_id=season.pk, by=steward, now=SETTLED)
    assert unsettled.value.reason == "tracks_unsettled"
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER fail_on ON scoring_verdict")
    done = settle_all(season.pk, steward.pk, Silent())
    assert (done, Settlement.objects.count(), Verdict.objects.count()) == ({"tracks": 2}, 2, 2)


class StopAfterOne:
    """Somebody cancels when the first track is done."""

    def report(self, done: int, total: int | None = None, phase: str | None = None) -> None:
        if done:
            raise JobCancelled


def test_work_that_is_stopped_goes_on_where_it_was() -> None:
    season, food, _beauty = make_two_tracks()
    steward = make_staff(Role.RACE_STEWARD)
    with pytest.raises(JobCancelled):
        settle_all(season.pk, steward.pk, StopAfterOne())
    first = Settlement.objects.get()
    settle_all(season.pk, steward.pk, Silent())
    assert Settlement.objects.get(track=first.track).pk == first.pk
    assert Verdict.objects.get(provider=food).settlement_id == first.pk
    assert Settlement.objects.count() == 2


def test_who_settles_when_and_that_a_refusal_writes_nothing() -> None:
    season, _field = make_race([30, 10])
    track, steward = season.tracks.get(), make_staff(Role.RACE_STEWARD)
    with pytest.raises(NotPermitted):
        settle_track(track_id=track.pk, by=make_staff(Role.SCORING_ANALYST), now=SETTLED)
    with pytest.raises(NotPermitted):
        start_settlement(season_id=season.pk, by=make_staff(Role.APPEALS_OFFICER), now=SETTLED)
    with pytest.raises(Conflict) as early:
        settle_track(track_id=track.pk, by=steward, now=SETTLED - timedelta(days=1))
    running = start_season(code="next", starts_on=DAY + timedelta(days=1))
    with pytest.raises(Conflict) as resting:
        settle_track(track_id=running.tracks.get().pk, by=steward, now=SETTLED)
    assert [error.value.reason for error in (early, resting)] == ["too_early", "not_settling"]
    assert not Settlement.objects.exists()


def test_a_last_day_without_scores_is_named() -> None:
    make_published_model()
    make_old(1)
    season = start_season()
    with pytest.raises(Conflict) as refusal:
        settle_season(season)
    assert (refusal.value.reason, Settlement.objects.count()) == ("no_scores", 0)


def test_the_job_settles_every_track(django_capture_on_commit_callbacks: Any) -> None:
    season, _food, _beauty = make_two_tracks()
    steward = make_staff(Role.RACE_STEWARD)
    with django_capture_on_commit_callbacks(execute=True):
        job = start_settlement(season_id=season.pk, by=steward, version=season.version)
    job.refresh_from_db()
    assert (job.status, job.result) == ("done", {"tracks": 2})
    assert set(Settlement.objects.values_list("settled_by", flat=True)) == {steward.pk}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_verdict_is_told_in_sentences(language: str) -> None:
    season, _field = make_race([30, 30, 25, 24, 10, None], play_off=2, clear_out_after=3, **CAPABILITIES_FLOOR)
    settle_season(season)
    with translation.override(language):
        for verdict in Verdict.objects.select_related("settlement"):
            words = say_verdict(verdict)
            assert words["outcome"]
            assert words["deciding"] or verdict.outcome in ("stay", "not_ranked")
            for text in [words["outcome"], *words["deciding"], *words["others"]]:
                assert "%(" not in text
                assert (re.search("[\u4e00-\u9fff]", text) is not None) == (language == "zh-hans")


def test_each_code_of_the_engine_has_its_sentence() -> None:
    engine = Path(settings.BASE_DIR) / "engine"
    source = "".join((engine / name).read_text() for name in ("settlement.py", "duties.py"))
    codes = set(re.findall(r'"((?:ban|rank|promotion|relegation|play_off|clear_out)\.[a-z_]+)"', source))
    assert codes == set(SENTENCES)
    assert len(codes) == 19


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"outcome": "lucky"}, "verdict_outcome_known"),
        ({"outcome": "stay"}, "verdict_place_unless_out"),
        ({"outcome": "banned", "place": 1, "score": 1.0}, "verdict_place_unless_out"),
        ({"outcome": "banned", "to_level": 1}, "verdict_level_in_a_ladder"),
    ],
)
def test_the_database_holds_what_a_verdict_is(values: dict[str, Any], constraint: str) -> None:
    season, field = make_race([30])
    settle_season(season)
    (other,) = make_old(1)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Verdict.objects.create(settlement=Settlement.objects.get(), provider=other, **values)
    with pytest.raises(IntegrityError, match="verdict_once"), transaction.atomic():
        Verdict.objects.create(settlement=Settlement.objects.get(), provider=field[0], outcome="banned")


def test_a_track_has_one_first_settlement_and_each_is_superseded_once() -> None:
    season, _field = make_race([30])
    settle_season(season)
    first = Settlement.objects.get()
    values = {name: getattr(first, name) for name in ("track", "run", "ranked_count", "digest", "settled_by")}
    values |= {"promotion_places": 1, "relegation_places": 1}
    for more, constraint in (
        ({}, "settlement_first_once_per_track"),
        ({"cause": "Why."}, "settlement_says_why_it_supersedes"),
        ({"supersedes": first}, "settlement_says_why_it_supersedes"),
        ({"supersedes": first, "cause": "Why.", "digest": "x"}, "settlement_digest_is_one"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Settlement.objects.create(**{**values, **more})


def test_rules_that_the_portal_cannot_judge_are_refused() -> None:
    for bad in ({"requirements": ["helped"]}, {"floors": {"charm": 10.0}}):
        with pytest.raises(InvalidInput) as refusal:
            policies.read_rules({"settlement": bad})
        assert refusal.value.reason == "rule_not_judged"
    assert Track.objects.count() == 0
