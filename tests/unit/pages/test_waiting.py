"""Clocks in words."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from pages.waiting import say_days, say_left, say_wait

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "words"),
    [(5, "5 hours left"), (0.25, "15 minutes left"), (0.001, "1 minute left"), (72, "3 days left")],
)
def test_time_left(hours: float, words: str) -> None:
    with translation.override("en"):
        assert say_left(NOW + timedelta(hours=hours), NOW) == words


def test_the_last_moment_is_over() -> None:
    with translation.override("en"):
        assert say_left(NOW, NOW) == "overdue by 1 minute"
        assert say_left(NOW - timedelta(hours=2), NOW) == "overdue by 2 hours"


def test_waiting() -> None:
    with translation.override("en"):
        assert say_wait(NOW - timedelta(days=4), NOW) == "waiting 4 days"


@pytest.mark.parametrize(
    ("day", "words"),
    [(2, "today"), (3, "in 1 day"), (12, "in 10 days"), (1, "1 day ago")],
)
def test_days(day: int, words: str) -> None:
    with translation.override("en"):
        assert say_days(date(2026, 3, day), date(2026, 3, 2)) == words
