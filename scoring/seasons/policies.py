"""What the state and dates of a season allow, whoever asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.exceptions import Conflict, InvalidInput
from common.refusals import refuse
from common.templatetags.paddock import day as day_text
from engine.errors import EngineError
from engine.season_rules import SettlementRules, rules_from_mapping
from engine.standings import DEFAULT_ORDER, parse_order
from providers.enums import Capability
from scoring.capabilities.enums import ModelStatus
from scoring.duties.enums import Duty
from scoring.seasons.enums import RACING_SEASONS, SeasonStatus
from scoring.seasons.models import Season
from scoring.seasons.odds_rules import DEFAULT_ODDS, OddsRules, read_odds_rules

NOTICE_DAYS = 15
SETTLEMENT_LAG_DAYS = 14
OBJECTION_DAYS = 7
APPEAL_DAYS = 14
DEFAULT_TERMS = {
    "notice_days": NOTICE_DAYS,
    "settlement_lag_days": SETTLEMENT_LAG_DAYS,
    "objection_days": OBJECTION_DAYS,
    "appeal_days": APPEAL_DAYS,
}
MOST_COMMENTS = 5
ORDER_KEYS = ("lower", "score", "evidence")


@dataclass(frozen=True)
class TrackRules:
    """The rules of a track as values: the chain of ranking keys, how it is settled, and how its odds are drawn."""

    order: tuple[str, ...]
    settlement: SettlementRules
    odds: OddsRules = DEFAULT_ODDS

    def as_mapping(self) -> dict[str, Any]:
        """Plain values for storage and digest."""
        odds = self.odds.as_mapping()
        return {
            "order": list(self.order),
            "settlement": self.settlement.as_mapping(),
            **({"odds": odds} if odds else {}),
        }


DEFAULT_RULES = TrackRules(order=DEFAULT_ORDER, settlement=SettlementRules(entry_threshold=60.0))


def terms_of(season: Season) -> Mapping[str, int]:
    """The periods in days that the season announced; those of the house before it did."""
    return {**DEFAULT_TERMS, **season.pinned.get("terms", {})}


def read_rules(mapping: Mapping[str, Any]) -> TrackRules:
    """Rules from stored or given values; raises InvalidInput (field `rules`) with the path of the fault."""
    unknown = sorted(set(mapping) - {"order", "settlement", "odds"})
    if unknown:
        raise InvalidInput(
            _("There is no rule named “%(name)s”.") % {"name": unknown[0]},
            field="rules",
            remedy=_("Use order, settlement and odds."),
            code="unknown_rule",
        )
    order, settlement = mapping.get("order", DEFAULT_ORDER), mapping.get("settlement", {})
    if not (isinstance(order, list | tuple) and all(isinstance(key, str) for key in order)):
        raise InvalidInput(
            _("The order must be a list of ranking keys."), field="rules", remedy=keys_remedy(), code="bad_rules"
        )
    if not isinstance(settlement, Mapping):
        raise InvalidInput(
            _("The settlement must be a table of rules."), field="rules", remedy=_("Give a table."), code="bad_rules"
        )
    try:
        parse_order(order, dict.fromkeys(ORDER_KEYS))  # type: ignore[arg-type]  # only the names matter
        rules = TrackRules(tuple(order), rules_from_mapping(settlement), read_odds_rules(mapping.get("odds", {})))
    except EngineError as error:
        raise refuse(error, field="rules") from error
    settlement = rules.settlement
    unknown = sorted({*settlement.floors} - {*Capability.values}) or sorted(settlement.requirements)
    if unknown:
        raise InvalidInput(
            _("The portal cannot judge “%(name)s”.") % {"name": unknown[0]},
            field="rules",
            remedy=_("Use floors for %(keys)s, and no requirements.") % {"keys": ", ".join(Capability.values)},
            code="rule_not_judged",
        )
    unknown = sorted({*settlement.duties} - {*Duty.values})
    if unknown:
        raise InvalidInput(
            _("There is no duty named “%(name)s”.") % {"name": unknown[0]},
            field="rules",
            remedy=_("Use %(keys)s.") % {"keys": ", ".join(Duty.values)},
            code="unknown_duty",
        )
    return rules


def keys_remedy() -> str | Promise:
    """Which ranking keys there are."""
    return _("Use %(keys)s.") % {"keys": ", ".join(ORDER_KEYS)}


def check_days(season: Season) -> None:
    """A season ends after it began."""
    if season.ends_on <= season.starts_on:
        raise InvalidInput(
            _("The last day must come after the first."),
            field="ends_on",
            remedy=_("Choose a later last day."),
            code="days_reversed",
        )


def refuse_code() -> Conflict:
    """Two seasons with one code."""
    return Conflict(_("A season with this code exists already."), field="code", remedy=_("Choose another code."))


def check_editable(season: Season) -> None:
    """Only a draft changes."""
    if season.status != SeasonStatus.DRAFT:
        raise Conflict(
            _("This season was announced; its dates and rules are fixed."),
            remedy=_("Prepare the next season."),
            code="season_announced",
        )


def check_announceable(season: Season, today: date) -> None:
    """Rules are public NOTICE_DAYS before the first day, and rest on a model that cannot change any more.

    The very first season has nobody who could have prepared for it under other rules.
    """
    if season.scoring_model.status == ModelStatus.DRAFT:
        raise Conflict(
            _("The season's scoring model is still a draft."),
            field="scoring_model",
            remedy=_("Announce or publish it first."),
            code="model_is_draft",
        )
    first_ever = not Season.objects.exclude(status=SeasonStatus.DRAFT).exists()
    earliest = today + timedelta(days=NOTICE_DAYS)
    if season.starts_on < earliest and not first_ever:
        raise Conflict(
            _("Rules are public %(days)s days before a season starts.") % {"days": NOTICE_DAYS},
            field="starts_on",
            remedy=_("Let it start on %(day)s or later.") % {"day": day_text(earliest)},
            code="notice_too_short",
        )


def check_commentable(season: Season) -> None:
    """Rules are commented on between their announcement and the first day."""
    if season.status != SeasonStatus.ANNOUNCED:
        raise Conflict(
            _("Comments are taken while a season is announced and has not started."),
            remedy=_("Read the rules of the next season."),
            code="not_commentable",
        )


def check_startable(season: Season, today: date) -> None:
    """The first day has come and the pinned model has been in force."""
    if today < season.starts_on:
        raise Conflict(
            _("The season starts on %(day)s.") % {"day": day_text(season.starts_on)},
            remedy=_("Start it then."),
            code="too_early",
        )
    if season.scoring_model.published_at is None:
        raise Conflict(
            _("The season's scoring model was never published."),
            field="scoring_model",
            remedy=_("Publish it first."),
            code="model_not_published",
        )
    if season.comments.filter(answered_at__isnull=True).exists():
        raise Conflict(
            _("Comments on the rules wait for an answer."), remedy=_("Answer them first."), code="comments_open"
        )


def check_closable(season: Season, today: date) -> None:
    """The last day is over."""
    if today <= season.ends_on:
        raise Conflict(
            _("The season runs until %(day)s.") % {"day": day_text(season.ends_on)},
            remedy=_("Close it the day after."),
            code="too_early",
        )


def check_racing(season: Season) -> None:
    """Places exist while a season runs or settles."""
    if season.status not in RACING_SEASONS:
        raise Conflict(_("This season is not running."), remedy=_("Start it first."), code="not_racing")


def check_day(season: Season, day: date, today: date) -> None:
    """A day of the season that is over."""
    if not season.starts_on <= day <= season.ends_on:
        raise InvalidInput(
            _("This day does not belong to the season."),
            field="day",
            remedy=_("Choose a day from %(first)s to %(last)s.")
            % {
                "first": day_text(season.starts_on),
                "last": day_text(season.ends_on),
            },
            code="day_outside",
        )
    if day >= today:
        raise InvalidInput(
            _("This business day has not ended yet."),
            field="day",
            remedy=_("Choose a day before today."),
            code="day_not_over",
        )
