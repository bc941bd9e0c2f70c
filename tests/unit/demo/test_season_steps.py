"""The demo's seasons ask for duties before they are announced, and pin them."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.roles import Role
from demo.season_steps import DUTIES, EARLY, advance, ask_for_duties, create
from tests.factories.accounts import make_staff
from tests.factories.scoring import make_published_model

pytestmark = pytest.mark.django_db


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
