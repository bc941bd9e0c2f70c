"""Places by night: exact places, ties, who is left out, movement, and that a night stays what it was."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, InternalError, transaction

from accounts.roles import Role
from common.exceptions import Conflict, InvalidInput, NotPermitted
from common.jobs.models import Job, JobStatus
from providers.registry.enums import ProviderStatus
from providers.registry.models import Provider
from providers.registry.status_services import ACTIONS as PROVIDER_ACTIONS
from scoring.capabilities.compute import Silent
from scoring.capabilities.models import ScoreRun
from scoring.seasons import nightly, selectors
from scoring.seasons.enums import NotRanked
from scoring.seasons.models import Season, Standing, StandingNight
from scoring.seasons.standings import compute_standings
from scoring.seasons.tasks import start_nightly
from tests.factories.accounts import make_staff
from tests.factories.providers import make_external_provider, make_provider
from tests.factories.scoring import DAY, MORNING_AFTER, make_facts, make_published_model, make_run, make_season, work

pytestmark = pytest.mark.django_db
RULES = {
    "order": ["score"],
    "settlement": {"promote": {"count": 1}, "relegate": {"count": 1}, "entry_threshold": 50.0},
}


def rank(season: Season, *, day=DAY) -> dict[str, Standing]:
    compute_standings(season_id=season.pk, day=day, by=None, now=MORNING_AFTER + timedelta(days=30))
    rows = Standing.objects.filter(track__season=season, day=day).select_related("provider")
    return {row.provider.name: row for row in rows}


@pytest.fixture
def field() -> dict[str, Provider]:
    """Clicks alone differ: 甲 and 乙 tie on top, 丙 follows, 丁 has no facts, 戊 is suspended, 外 is from outside."""
    make_published_model()
    names = {name: make_provider(status="admitted", name=f"{name}公司") for name in "甲乙丙丁戊"}
    names["外"] = make_external_provider("OUT-1", "外公司")
    clicks = {"甲": 500, "乙": 500, "丙": 100, "戊": 800, "外": 900}
    make_facts([{"provider": names[name].code, **work(count, 0, 50)} for name, count in clicks.items()])
    PROVIDER_ACTIONS["suspend"](
        provider_id=names["戊"].pk,
        by=make_staff(Role.CONDUCT_OFFICER),
        note="Fake orders.",
        version=names["戊"].version,
    )
    make_run()
    return names


def test_places_ties_lines_and_who_is_left_out(field: dict[str, Provider]) -> None:
    rows = rank(make_season(ScoreRun.objects.get().scoring_model, rules=RULES))
    # 0.4 * 50 + 0.6 * 100 = 80 twice, 0.4 * 10 + 0.6 * 100 = 64. Ties share a place and the next is skipped.
    assert [(rows[f"{name}公司"].place, rows[f"{name}公司"].score) for name in "甲乙丙"] == [
        (1, 80.0),
        (1, 80.0),
        (3, 64.0),
    ]
    assert (rows["甲公司"].tied_to, rows["丙公司"].tied_to) == (2, 3)
    assert (rows["丙公司"].to_promotion, rows["甲公司"].above_relegation) == (16.0, 16.0)
    assert rows["丙公司"].decided_by == "score"
    assert {name: rows[f"{name}公司"].reason for name in "丁戊"} == {
        "丁": NotRanked.NOT_ASSESSED,
        "戊": NotRanked.SUSPENDED,
    }
    assert all(rows[f"{name}公司"].place is None for name in "丁戊")
    assert "外公司" not in rows
    night = StandingNight.objects.get()
    assert (night.ranked_count, night.unranked_count, night.promotion_places, night.relegation_places) == (3, 2, 1, 1)


def test_movement_is_told_against_the_night_before(field: dict[str, Provider]) -> None:
    season = make_season(ScoreRun.objects.get().scoring_model, rules=RULES)
    rank(season)
    next_day = DAY + timedelta(days=1)
    make_facts([{"provider": field["丙"].code, **work(1000, 0, 50, orders=100)}] * 1, day=next_day)
    make_facts([{"provider": field["丁"].code, **work(10, 0, 50)}], day=next_day)
    make_run(as_of=next_day, now=MORNING_AFTER + timedelta(days=1))
    rows = rank(season, day=next_day)
    # 丙 now has 1,100 of 2,000 clicks: 0.4 * 55 + 60 = 82, the best.
    assert [(rows[f"{name}公司"].place, rows[f"{name}公司"].movement) for name in "丙甲乙丁"] == [
        (1, 2),
        (2, -1),
        (2, -1),
        (4, None),
    ]
    assert StandingNight.objects.get(day=next_day).previous == StandingNight.objects.get(day=DAY)


def test_a_night_is_computed_once_and_never_changes(field: dict[str, Provider]) -> None:
    season = make_season(ScoreRun.objects.get().scoring_model, rules=RULES)
    rank(season)
    before = list(Standing.objects.order_by("pk").values())
    make_facts([{"provider": field["丙"].code, **work(900, 0, 50)}])
    make_run()
    rank(season)
    assert list(Standing.objects.order_by("pk").values()) == before
    row = Standing.objects.exclude(place=None).first()
    assert row is not None
    for change in (
        lambda: Standing.objects.filter(pk=row.pk).update(place=9),
        lambda: Standing.objects.filter(pk=row.pk).delete(),
        lambda: StandingNight.objects.update(ranked_count=0),
    ):
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
            change()
    row.pk = None
    with pytest.raises(IntegrityError, match="standing_once"), transaction.atomic():
        row.save()


def test_refusals_write_nothing(field: dict[str, Provider]) -> None:
    season = make_season(ScoreRun.objects.get().scoring_model, rules=RULES)
    with pytest.raises(NotPermitted):
        compute_standings(season_id=season.pk, day=DAY, by=make_staff(Role.SCORING_ANALYST), now=MORNING_AFTER)
    with pytest.raises(InvalidInput) as outside:
        compute_standings(season_id=season.pk, day=season.starts_on - timedelta(days=1), by=None, now=MORNING_AFTER)
    with pytest.raises(InvalidInput) as future:
        compute_standings(season_id=season.pk, day=DAY + timedelta(days=1), by=None, now=MORNING_AFTER)
    with pytest.raises(Conflict) as scoreless:
        compute_standings(season_id=season.pk, day=DAY - timedelta(days=1), by=None, now=MORNING_AFTER)
    draft = make_season(season.scoring_model, code="NEXT", running=False)
    with pytest.raises(Conflict) as resting:
        compute_standings(season_id=draft.pk, day=DAY, by=None, now=MORNING_AFTER)
    reasons = [error.value.reason for error in (outside, future, scoreless, resting)]
    assert reasons == ["day_outside", "day_not_over", "no_scores", "not_racing"]
    assert not StandingNight.objects.exists()


def test_what_others_may_see_of_a_night(field: dict[str, Provider]) -> None:
    rank(make_season(ScoreRun.objects.get().scoring_model, rules=RULES))
    suspended = field["戊"].registered_by
    assert suspended is not None
    assert selectors.standings_visible_to(make_staff(Role.AUDITOR)).count() == 5
    assert selectors.standings_visible_to(suspended).count() == 4
    assert selectors.standings_visible_to(field["甲"].registered_by).count() == 3  # type: ignore[arg-type]


def test_the_night_scores_and_ranks_and_may_be_repeated(field: dict[str, Provider]) -> None:
    season = make_season(ScoreRun.objects.get().scoring_model, rules=RULES)
    first = nightly.run_night(Silent(), now=MORNING_AFTER)
    again = nightly.run_night(Silent(), now=MORNING_AFTER)
    assert first == again
    assert (first["day"], first["skipped"]) == (DAY.isoformat(), [])
    assert list(first["nights"]) == [season.code]  # type: ignore[call-overload]
    assert (ScoreRun.objects.count(), StandingNight.objects.count()) == (1, 1)


def test_a_night_without_facts_says_so_and_harms_nothing() -> None:
    make_season(make_published_model(), rules=RULES)
    told = nightly.run_night(Silent(), now=MORNING_AFTER)
    assert (told["runs"], told["nights"], len(told["skipped"])) == ([], {}, 2)  # type: ignore[arg-type]


def test_the_clock_enqueues_the_night(django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        start_nightly()
    job = Job.objects.get(name="scoring.nightly")
    assert job.status == JobStatus.DONE
    assert Job.objects.filter(name="providers.judge_night").count() == 1


def test_the_command_ranks_running_seasons(field: dict[str, Provider], capsys: pytest.CaptureFixture[str]) -> None:
    make_season(ScoreRun.objects.get().scoring_model, rules=RULES)
    call_command("compute_standings", "--day", DAY.isoformat())
    assert "3 ranked, 2 not" in capsys.readouterr().out
    assert Provider.objects.get(pk=field["戊"].pk).status == ProviderStatus.SUSPENDED
