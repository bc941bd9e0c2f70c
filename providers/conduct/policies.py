"""What the state of a probation or watch entry and the clock allow, whoever asks."""

from collections.abc import Sequence
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.days import business_day
from common.exceptions import Conflict, InvalidInput
from common.templatetags.paddock import day
from providers.conduct.enums import ProbationStatus
from providers.conduct.models import Probation, WatchEntry
from providers.conduct.targets import Target
from providers.criteria.measures import MEASURE_NAMES

PLAN_DAYS = 10
CURE_DAYS = 30
ANSWER_DAYS = 14
CLEAR_NIGHTS = 14
FORECAST_DAYS = 30
HISTORY_DAYS = 28
MOST_EXTENSION_DAYS = 90


def check_due(entry: WatchEntry, action: str, today: date | None = None) -> None:
    """Raise Conflict for a suspension or clear-out before the provider's time to act is over."""
    today = today or business_day(timezone.now())
    if action in ("suspend", "clear_out") and entry.due_on is not None and today <= entry.due_on:
        raise Conflict(
            _("The provider has until %(day)s to act.") % {"day": day(entry.due_on)},
            remedy=_("Wait until then."),
            code="too_early",
        )


def check_extension(ends_on: date, until: date, today: date) -> None:
    """Raise InvalidInput (field `ends_on`) unless the new end is after today and not too far away."""
    if until <= max(today, ends_on):
        raise InvalidInput(
            _("The new end is not after the present one."), field="ends_on", remedy=_("Choose a later day.")
        )
    if (until - today).days > MOST_EXTENSION_DAYS:
        raise InvalidInput(
            _("A probation is extended by at most %(days)s days.") % {"days": MOST_EXTENSION_DAYS},
            field="ends_on",
            remedy=_("Choose an earlier day."),
        )


def check_targets(targets: Sequence[Target]) -> None:
    """Raise InvalidInput (field `targets`) unless there is at least one target, each known and once."""
    names = [target.measure for target in targets]
    if not names or len(set(names)) != len(names) or set(names) - set(MEASURE_NAMES):
        raise InvalidInput(
            _("A contract needs at least one target, each on another known measure."),
            field="targets",
            remedy=_("Choose from the listed measures, each once."),
        )


def check_end(ends_on: date, today: date) -> None:
    """Raise InvalidInput (field `ends_on`) unless the contract has a sensible length."""
    if not 14 <= (ends_on - today).days <= 365:
        raise InvalidInput(
            _("A probation lasts from two weeks to one year."),
            field="ends_on",
            remedy=_("Choose a day in this range."),
        )


def check_replaceable(probation: Probation) -> None:
    """Raise Conflict when the open contract was signed: both sides are bound by it."""
    if probation.status != ProbationStatus.PROPOSED:
        raise Conflict(
            _("The present contract was signed already."), remedy=_("Judge or extend it instead."), code="signed"
        )
