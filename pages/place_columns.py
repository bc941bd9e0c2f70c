"""Columns of a table of places that the board and the staff's list share."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from common.templatetags.paddock import number
from engine.season_rules import NONE
from pages.charts_scoring import interval_text
from pages.columns import NumberColumn
from scoring.seasons.chance_words import say_ranks, say_share, say_tie_break
from scoring.seasons.models import Standing, StandingNight
from scoring.seasons.policies import TrackRules
from scoring.seasons.selectors import has_ties
from scoring.seasons.words import say_movement


class PlaceColumns(tables.Table):
    """What every table of places has beside place and provider. The view gives `night` and `rules`."""

    score = NumberColumn(verbose_name=_("Score"))
    interval = NumberColumn(verbose_name=_("Interval"), accessor="lower", order_by="lower")
    rank_interval = NumberColumn(verbose_name=_("Rank interval"), accessor="rank_lower", order_by="rank_lower")
    movement = NumberColumn(verbose_name=_("Movement"), empty_values=())
    to_promotion = NumberColumn(verbose_name=_("To promotion"))
    above_relegation = NumberColumn(verbose_name=_("Above relegation"))
    evidence = NumberColumn(verbose_name=_("Metrics"))
    decided_by = tables.Column(verbose_name=_("Tie-break"), empty_values=(), orderable=False)

    def __init__(
        self, *args: Any, night: StandingNight | None = None, rules: TrackRules | None = None, **kwargs: Any
    ) -> None:
        self.night, self.rules = night, rules
        super().__init__(*args, **kwargs)

    def render_score(self, value: float) -> str:
        return number(value, 1)

    def value_score(self, value: float) -> str:
        return repr(value)

    def render_interval(self, record: Standing) -> str:
        return interval_text(record.lower, record.upper)

    def render_rank_interval(self, record: Standing) -> str:
        return say_ranks(record, self.night) if self.night else "—"

    def render_movement(self, record: Standing) -> str:
        return say_movement(record)

    def render_to_promotion(self, value: float) -> str:
        return number(value, 1)

    def value_to_promotion(self, value: float) -> str:
        return repr(value)

    def render_above_relegation(self, value: float) -> str:
        return number(value, 1)

    def value_above_relegation(self, value: float) -> str:
        return repr(value)

    def render_evidence(self, value: float) -> str:
        return number(value)

    def render_decided_by(self, record: Standing) -> str:
        return say_tie_break(record, self.rules) if self.rules else "—"


class OddsColumns(tables.Table):
    """The odds of each row, for who may read those of everybody."""

    odds_promotion = NumberColumn(verbose_name=_("Promotion"))
    odds_play_off = NumberColumn(verbose_name=_("Play-off"))
    odds_stay = NumberColumn(verbose_name=_("Stay"))
    odds_relegation = NumberColumn(verbose_name=_("Relegation"))

    def render_odds_promotion(self, value: float) -> str:
        return say_share(value)

    render_odds_play_off = render_odds_stay = render_odds_relegation = render_odds_promotion

    def value_odds_promotion(self, value: float) -> str:
        return repr(value)

    value_odds_play_off = value_odds_stay = value_odds_relegation = value_odds_promotion


def idle_columns(night: StandingNight | None, rules: TrackRules) -> list[str]:
    """The columns that would say nothing about this night: lines that the track does not have, ties that did not
    happen."""
    if night is None:
        return []
    idle = {
        "to_promotion": not night.promotion_places,
        "odds_promotion": not night.promotion_places,
        "odds_play_off": rules.settlement.play_off == NONE,
        "above_relegation": not night.relegation_places,
        "odds_relegation": not night.relegation_places,
        "rank_interval": not night.rank_method,
        "decided_by": not has_ties(night, rules.order[0]),
    }
    return [name for name, useless in idle.items() if useless]
