"""The season lab: draft rules on past seasons, chained, compared, kept beside the draft; no season changes."""

from datetime import timedelta

import pytest

from accounts.roles import Role
from common.audit.models import AuditEntry
from common.exceptions import Conflict, InvalidInput, NotPermitted
from scoring.duties.services import Work, record_work
from scoring.season_lab import services
from scoring.season_lab.models import SeasonTrial
from scoring.season_lab.options import read_options
from scoring.seasons.verdict_models import Verdict
from tests.factories.accounts import make_staff
from tests.factories.scoring import DAY, make_facts, make_published_model, make_run, small_model, work
from tests.factories.season_lab import make_draft, outcomes, race, try_it
from tests.factories.seasons import LEAGUE, finish_season, make_old, settle_season, start_season

pytestmark = pytest.mark.django_db


def test_one_season_by_a_wider_quota_and_by_its_own_rules() -> None:
    make_published_model()
    field = make_old(6)
    points = dict(zip(field, (38.0, 30.0, 22.0, 17.0, 15.0, 10.0), strict=True))
    season = race(points)
    # Seeded by no earlier score, so all begin in level 2, where the first rises; nobody falls out of the lowest.
    own = try_it(make_draft({**LEAGUE, "levels": 2}, code="SAME"))
    replay = own.replays.get()
    assert (own.status, replay.season, replay.differing_count, replay.provider_count) == ("done", season, 0, 6)
    assert (replay.summary["reproduced"], replay.summary["verdicts"]) == (6, 6)
    wide = try_it(make_draft(LEAGUE, code="WIDE", promote=2, relegate=2)).replays.get()
    assert outcomes(wide, field) == [
        ("promoted", "promoted"),
        ("stay", "promoted"),
        ("stay", "stay"),
        ("stay", "stay"),
        ("stay", "relegated"),
        ("stay", "relegated"),
    ]
    assert wide.differing_count == 3
    assert wide.summary["churn"] == {
        "before": {"ranked": 6, "promoted": 1, "relegated": 0, "cleared_out": 0, "play_off": 0},
        "after": {"ranked": 6, "promoted": 2, "relegated": 2, "cleared_out": 0, "play_off": 0},
    }
    assert wide.summary["reversals"] == {"before": None, "after": None}
    risen = wide.moves.get(provider=field[1])
    assert (risen.track, risen.level, risen.place, risen.real_track, risen.real_level, risen.reversed) == (
        "league",
        None,
        2,
        "league-2",
        2,
        None,
    )
    assert [reason["code"] for reason in risen.reasons] == ["promotion.place", "promotion.entry_threshold"]


def test_three_seasons_are_chained_and_the_next_one_tells_what_it_turns_round() -> None:
    make_published_model()
    first, second, third, fourth = make_old(4)
    race({first: 38.0, second: 30.0, third: 22.0, fourth: 10.0}, quarters_ago=2)
    race({first: 10.0, second: 30.0, third: 22.0, fourth: 38.0}, quarters_ago=1)
    race({first: 38.0, second: 30.0, third: 22.0, fourth: 10.0})
    trial = try_it(make_draft(LEAGUE, promote=1, relegate=1, protect_promoted=False))
    oldest, middle, newest = trial.replays.order_by("season__starts_on")
    everybody = [first, second, third, fourth]
    tried = [[outcome for _real, outcome in outcomes(replay, everybody)] for replay in (oldest, middle, newest)]
    assert tried == [
        ["promoted", "stay", "stay", "relegated"],
        ["relegated", "stay", "stay", "promoted"],
        ["promoted", "stay", "stay", "relegated"],
    ]
    turned = {replay: replay.summary["reversals"]["after"] for replay in (oldest, middle, newest)}
    assert turned == {
        oldest: {"judged": 2, "reversed": 2},
        middle: {"judged": 2, "reversed": 2},
        newest: None,
    }
    assert [oldest.moves.get(provider=one).reversed for one in everybody] == [True, None, None, True]
    # With the protection that the house gives, who rose does not fall at once.
    spared = try_it(make_draft(LEAGUE, code="SPARED", promote=1, relegate=1))
    middle = spared.replays.order_by("season__starts_on")[1]
    assert dict(zip(everybody, outcomes(middle, everybody), strict=True))[first][1] == "stay"


def test_levels_go_on_from_season_to_season_and_who_is_cleared_out_does_not_return() -> None:
    make_published_model()
    first, second, last = make_old(3)
    race({first: 38.0, second: 30.0, last: 10.0}, quarters_ago=1)
    race({first: 38.0, second: 30.0, last: 10.0})
    trial = try_it(make_draft({**LEAGUE, "levels": 2}, code="LEVELS"))
    older, newer = trial.replays.order_by("season__starts_on")
    assert [older.moves.get(provider=first).level, newer.moves.get(provider=first).level] == [2, 1]
    strict = try_it(make_draft(LEAGUE, code="STRICT", clear_out_after=1))
    older, newer = strict.replays.order_by("season__starts_on")
    assert older.moves.get(provider=last).outcome == "cleared_out"
    gone = newer.moves.get(provider=last)
    assert (gone.outcome, gone.track, gone.real_outcome, gone.differs) == ("", "", "stay", True)
    assert {"code": "cleared_out_before", "params": {"count": 1}} in newer.summary["notes"]


def test_rules_that_do_not_fit_are_told_in_notes() -> None:
    make_published_model()
    field = make_old(2, category="beauty")
    race(dict(zip(field, (38.0, 10.0), strict=True)))
    narrow = {**LEAGUE, "key": "food", "name_en": "Food", "who": {"categories": ["food"]}}
    replay = try_it(make_draft(narrow)).replays.get()
    assert replay.summary["notes"] == [
        {"code": "admitted_nowhere", "params": {"count": 2}},
        {"code": "empty_track", "params": {"name_zh": "联赛", "name_en": "Food"}},
    ]
    assert outcomes(replay, field) == [("promoted", ""), ("stay", "")]
    deep = try_it(make_draft({**LEAGUE, "levels": 3}, code="DEEP")).replays.get()
    codes = [note["code"] for note in deep.summary["notes"]]
    assert codes == ["other_levels", "empty_track", "empty_track", "no_interval"]
    other = try_it(make_draft({**LEAGUE, "key": "other", "levels": 2}, code="OTHER")).replays.get()
    assert "levels_by_score" in [note["code"] for note in other.summary["notes"]]
    # A provider with one ladder then and one now is compared across them.
    assert other.moves.get(provider=field[0]).real_track == "league-2"


def test_duties_of_past_seasons_count_as_they_are_known() -> None:
    make_published_model()
    field = make_old(2)
    race(dict(zip(field, (38.0, 10.0), strict=True)))
    draft = make_draft(LEAGUE, duties={"transition": 1})
    replay = try_it(draft).replays.get()
    assert outcomes(replay, field) == [("promoted", "stay"), ("stay", "relegated")]
    assert {"code": "no_duty_work", "params": {}} in replay.summary["notes"]
    known = Work("E000001", "M000001", "transition", "other", False, "completed", DAY, DAY, 1, 1, DAY)
    record_work(provider_id=field[0].pk, work=known, by=None)
    replay = try_it(draft).replays.get()
    assert outcomes(replay, field) == [("promoted", "promoted"), ("stay", "relegated")]
    assert "no_duty_work" not in [note["code"] for note in replay.summary["notes"]]


def test_noise_is_drawn_from_the_intervals_and_left_out_when_nothing_is_drawn() -> None:
    make_published_model()
    field = make_old(3)
    race(dict(zip(field, (38.0, 30.0, 10.0), strict=True)))
    exact = try_it(make_draft(LEAGUE)).replays.get()
    # The model of the tests gives no intervals: every score counts as exact.
    assert exact.summary["noise"]["after"] == {
        "judged": 3,
        "differ": 0.0,
        "moves": 2,
        "moves_differ": 0.0,
        "unsure": 0,
    }
    assert {"code": "no_interval", "params": {"count": 3}} in exact.summary["notes"]
    silent = try_it(make_draft(LEAGUE, code="SILENT"), draws=0).replays.get()
    assert silent.summary["noise"] == {"before": None, "after": None}
    assert {move.kept for move in silent.moves.all()} == {None}


def test_scores_that_vary_from_week_to_week_make_verdicts_of_chance() -> None:
    make_published_model(small_model(replicates=20))
    field = make_old(3)
    season = start_season(LEAGUE, code="S9")
    for age, clicks in ((0, (900, 700, 100)), (8, (300, 700, 100)), (15, (700, 300, 100))):
        day = DAY - timedelta(days=age)
        rows = [
            {"provider": one.code, "day": day, **work(number, 100, 0)}
            for one, number in zip(field, clicks, strict=True)
        ]
        make_facts(rows, day=day)
    make_run()
    settle_season(season)
    finish_season(season)
    replay = try_it(make_draft(LEAGUE), draws=200).replays.get()
    noise = replay.summary["noise"]["after"]
    first, second, last = (replay.moves.get(provider=one) for one in field)
    assert (first.outcome, last.kept, last.down_odds) == ("promoted", 1.0, 1.0)
    assert 0 < noise["moves_differ"] < 1
    assert first.kept == first.up_odds
    assert first.up_odds + second.up_odds <= 1
    assert noise["differ"] == pytest.approx(3 - sum(one.kept for one in (first, second, last)))
    assert replay.summary["notes"] == []


def test_a_trial_changes_no_season_and_the_same_one_gives_the_same_digest() -> None:
    make_published_model()
    field = make_old(4)
    season = race(dict(zip(field, (38.0, 30.0, 20.0, 10.0), strict=True)))
    before = list(Verdict.objects.order_by("pk").values())
    draft = make_draft(LEAGUE, promote=2)
    version = draft.version
    one, two = (try_it(draft).replays.get() for _ in range(2))
    assert one.result_digest == two.result_digest
    assert list(Verdict.objects.order_by("pk").values()) == before
    draft.refresh_from_db()
    assert (draft.version, draft.status, one.season_digest) == (version, "draft", season.digest)


def test_what_cannot_be_tried_is_refused_and_leaves_nothing() -> None:
    make_published_model()
    draft, steward = make_draft(), make_staff(Role.RACE_STEWARD)
    with pytest.raises(Conflict) as nothing:
        services.start_trial(season_id=draft.pk, by=steward)
    assert nothing.value.reason == "no_past_seasons"
    field = make_old(2)
    season = race(dict(zip(field, (38.0, 10.0), strict=True)))
    for given, name in (
        ({"season_ids": [draft.pk]}, "season_ids"),
        ({"options": {"draws": 1001}}, "draws"),
        ({"options": {"seed": -1}}, "seed"),
        ({"options": {"luck": 1}}, "luck"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            services.start_trial(season_id=draft.pk, by=steward, **given)  # type: ignore[arg-type]
        assert refusal.value.field == name
    with pytest.raises(Conflict) as started:
        services.start_trial(season_id=season.pk, by=steward)
    assert started.value.reason == "not_triable"
    with pytest.raises(NotPermitted):
        services.start_trial(season_id=draft.pk, by=make_staff(Role.AUDITOR))
    assert SeasonTrial.objects.count() == 0
    assert not AuditEntry.objects.filter(action__startswith="season_trial").exists()
    assert read_options({"draws": None}).draws == 200
