"""The demo world's ban: the last nights have a gap to look at, and the company knows why."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from common.days import business_day
from demo.cast import Cast
from demo.season_steps import BANNED, ban_one
from scoring.seasons.ban_models import BoardBan
from scoring.seasons.ban_selectors import banned_on
from tests.factories.accounts import make_staff
from tests.factories.providers import make_provider

pytestmark = pytest.mark.django_db


def test_one_company_is_off_the_boards_of_the_last_nights() -> None:
    provider, today = make_provider(status="admitted"), business_day(timezone.now())
    officer = make_staff(Role.CONDUCT_OFFICER)
    cast = Cast(staff={Role.CONDUCT_OFFICER: officer}, panel=[], providers=[provider] * (BANNED + 1))
    ban_one(cast, today)
    ban = BoardBan.objects.get()
    assert (ban.provider, ban.starts_on, ban.ends_on) == (
        provider,
        today - timedelta(days=3),
        today + timedelta(days=11),
    )
    assert [list(banned_on(today - timedelta(days=back))) for back in (1, 3, 4)] == [[provider.pk]] * 2 + [[]]
