"""Two connections at once about a season: one settlement, one chain of them."""

import pytest

from accounts.roles import Role
from common.audit.models import AuditEntry
from common.exceptions import IllegalTransition
from scoring.seasons.objection_models import Objection
from scoring.seasons.objection_services import reject_objection, uphold_objection
from scoring.seasons.settlement_services import settle_track
from scoring.seasons.verdict_models import Settlement, Verdict
from tests.concurrency.test_admission import run_at_once, split
from tests.factories.accounts import make_staff
from tests.factories.seasons import OBJECTED, SETTLED, finish_season, make_race, settle_season, verdicts_of
from tests.integration.scoring.test_objections import object_to

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_workers_settle_one_track_at_once() -> None:
    season, field = make_race((30, 25, 10))
    track, steward = season.tracks.get(), make_staff(Role.RACE_STEWARD)
    won, lost = split(run_at_once([lambda: settle_track(track_id=track.pk, by=steward, now=SETTLED)] * 2))
    assert ({one.pk for one in won}, lost) == ({Settlement.objects.get().pk}, [])
    assert Verdict.objects.count() == len(field)
    assert AuditEntry.objects.filter(action="track.settle").count() == 1


def test_two_officers_decide_two_objections_of_one_track_at_once() -> None:
    season, field = make_race((30, 12, 10), relegate=2)
    settle_season(season)
    season = finish_season(season, until="standstill")
    pairs = [(object_to(season, one).pk, make_staff(Role.APPEALS_OFFICER)) for one in field[1:]]
    calls = [
        lambda pk=pk, by=by: uphold_objection(objection_id=pk, relief="spare", by=by, note="Yes.", now=OBJECTED)
        for pk, by in pairs
    ]
    won, lost = split(run_at_once(calls))
    assert (len(won), lost) == (2, [])
    first, second, third = Settlement.objects.order_by("pk")
    assert (first.supersedes, second.supersedes, third.supersedes) == (None, first, second)
    assert Settlement.objects.filter(superseded_by__isnull=True).count() == 1
    assert [verdicts_of(season)[one.pk].outcome for one in field] == ["promoted", "stay", "stay"]


def test_two_officers_decide_one_objection_at_once() -> None:
    season, field = make_race((30, 25, 10))
    settle_season(season)
    objection = object_to(finish_season(season, until="standstill"), field[2])
    first, second = make_staff(Role.APPEALS_OFFICER), make_staff(Role.APPEALS_OFFICER)
    won, lost = split(
        run_at_once(
            [
                lambda: uphold_objection(
                    objection_id=objection.pk, relief="spare", by=first, note="Yes.", now=OBJECTED
                ),
                lambda: reject_objection(objection_id=objection.pk, by=second, note="No.", now=OBJECTED),
            ]
        )
    )
    assert (len(won), [type(one) for one in lost]) == (1, [IllegalTransition])
    upheld = Objection.objects.get().status == "upheld"
    assert Settlement.objects.count() == (2 if upheld else 1)
