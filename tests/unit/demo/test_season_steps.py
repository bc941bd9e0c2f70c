"""The demo's seasons ask for duties before they are announced and pin them; a ban leaves a gap to look at."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from accounts.roles import Role
from common.days import business_day
from demo.cast import Cast
from demo.season_steps import BANNED, DUTIES, EARLY, advance, ask_for_duties, ban_one, create
from scoring.seasons.ban_models import BoardBan
from scoring.seasons.ban_selectors import banned_on
from tests.factories.accounts import make_staff
from tests.factories.providers import make_provider
from tests.factories.scoring import make_published_model

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


def test_a_season_of_the_demo_pins_its_duties() -> None:
    cast: Any = SimpleNamespace(staff={Role.RACE_STEWARD: make_staff(Role.RACE_STEWARD)})
    first = date(2026, 1, 1)
    season = create(cast, make_published_model(), first, first + timedelta(days=89), on=first - EARLY)
    ask_for_duties(cast, season, first - EARLY)
    announced = advance(cast, season, "announce", first - EARLY)
    pinned = announced.pinned["tracks"]
    assert {key: track["settlement"]["duties"] for key, track in pinned.items()} == dict.fromkeys(
        ("league-1", "league-2", "fresh"), DUTIES
    )
    assert pinned["league-1"]["settlement"]["entry_threshold"] == 72.0
