"""Two connections at once about duties: one row for what both tell, one trial of a season's rules."""

import pytest

from accounts.roles import Role
from common.audit.models import AuditEntry
from scoring.duties.models import DutyWork
from scoring.duties.services import Work, record_work
from scoring.season_lab.models import SeasonTrial
from scoring.season_lab.services import start_trial
from tests.concurrency.test_admission import run_at_once, split
from tests.factories.accounts import make_staff
from tests.factories.providers import make_provider
from tests.factories.scoring import DAY
from tests.factories.season_lab import make_past_and_draft

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_tellers_of_the_same_work_at_once() -> None:
    provider = make_provider(status="admitted")
    work = Work("E000001", "M000001", "transition", "other", False, "completed", DAY, DAY, 10, 10, DAY)
    won, lost = split(run_at_once([lambda: record_work(provider_id=provider.pk, work=work, by=None)] * 2))
    assert ({one.pk for one in won}, lost) == ({DutyWork.objects.get().pk}, [])
    assert AuditEntry.objects.filter(action="duty.record").count() == 1


def test_two_stewards_try_one_draft_at_once() -> None:
    draft = make_past_and_draft()
    calls = [
        lambda by=by: start_trial(season_id=draft.pk, by=by, in_background=False)
        for by in (make_staff(Role.RACE_STEWARD), make_staff(Role.RACE_STEWARD))
    ]
    won, lost = split(run_at_once(calls))
    assert (len(won), [type(error).__name__ for error in lost]) == (1, ["Conflict"])
    assert SeasonTrial.objects.count() == 1
