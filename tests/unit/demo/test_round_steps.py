"""The match rounds of the demo world: one carried out, one to decide on."""

from datetime import UTC, datetime

import numpy as np
import pytest

from accounts.roles import Role
from demo.cast import Cast
from demo.round_steps import add_rounds
from merchants.matching.models import Invitation
from merchants.rounds.models import MatchRound
from tests.factories.accounts import make_staff
from tests.factories.merchants import make_merchant, make_ready_provider

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)


def test_one_round_was_carried_out_and_one_waits() -> None:
    for _ in range(6):
        make_ready_provider()
    shops = [make_merchant() for _ in range(14)]
    manager = make_staff(Role.PROGRAMME_MANAGER)
    add_rounds(Cast(staff={Role.PROGRAMME_MANAGER: manager}, panel=[]), shops, np.random.default_rng(3), now=NOW)
    preview, past = MatchRound.objects.all()
    assert (past.status, past.request_count, past.committed_by) == ("committed", 12, manager)
    assert past.finished_at is not None
    assert Invitation.objects.filter(round_place__round=past).count() == past.matched_count
    assert (preview.status, preview.balance, preview.newcomer_places) == ("preview", "medium", 1)
    assert preview.request_count is not None and preview.request_count >= 2
    assert all(round_.created_at < NOW for round_ in (past, preview))
