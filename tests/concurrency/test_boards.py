"""Two connections at once about the boards: one night of them, one ban over one span of days."""

import pytest

from accounts.roles import Role
from common.audit.models import AuditEntry
from common.exceptions import Conflict
from scoring.seasons.ban_models import BoardBan
from scoring.seasons.board_models import BoardNight
from scoring.seasons.board_services import compute_boards
from scoring.seasons.enums import STORED_BOARDS
from scoring.seasons.standings import compute_standings
from tests.concurrency.test_admission import run_at_once, split
from tests.factories.accounts import make_staff
from tests.factories.providers import make_provider
from tests.factories.scoring import DAY
from tests.factories.seasons import SETTLED, make_race
from tests.integration.scoring.test_board_bans import ban

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_workers_compute_the_boards_of_one_night_at_once() -> None:
    season, _field = make_race((30, 25, 10))
    compute_standings(season_id=season.pk, day=DAY, by=None, now=SETTLED)
    calls = [lambda: compute_boards(season_id=season.pk, day=DAY, by=None, now=SETTLED)] * 2
    won, lost = split(run_at_once(calls))
    assert ([len(nights) for nights in won], lost) == ([len(STORED_BOARDS) - 1] * 2, [])
    assert BoardNight.objects.count() == len(STORED_BOARDS) - 1
    assert AuditEntry.objects.filter(action="board.compute").count() == 1


def test_two_officers_ban_one_provider_for_the_same_days_at_once() -> None:
    provider = make_provider(status="admitted")
    officers = [make_staff(Role.CONDUCT_OFFICER) for _ in range(2)]
    won, lost = split(run_at_once([lambda by=by: ban(provider, by=by) for by in officers]))
    assert ([one.pk for one in won], [type(one) for one in lost]) == ([BoardBan.objects.get().pk], [Conflict])
