"""What the state and dates of a season allow once its race is over, whoever asks."""

from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from common.exceptions import Conflict
from common.templatetags.paddock import day as day_text
from scoring.seasons.enums import CLOSED_SEASONS, ObjectionStatus, Outcome, SeasonStatus
from scoring.seasons.models import Season
from scoring.seasons.policies import terms_of
from scoring.seasons.selectors import tracks_of
from scoring.seasons.verdict_models import Verdict


def check_settling(season: Season, today: date) -> None:
    """The race is closed, and refunds and late facts of the last day have come in."""
    if season.status != SeasonStatus.SETTLING:
        raise Conflict(
            _("A season is settled after its race is closed and before objections are heard."),
            remedy=_("Close the race first."),
            code="not_settling",
        )
    check_data_settled(season, today)


def check_data_settled(season: Season, today: date) -> None:
    """Late data are no longer taken."""
    lag = terms_of(season)["settlement_lag_days"]
    earliest = season.ends_on + timedelta(days=lag + 1)
    if today < earliest:
        raise Conflict(
            _("Facts settle for %(days)s days after the last day.") % {"days": lag},
            remedy=_("Come back on %(day)s.") % {"day": day_text(earliest)},
            code="too_early",
        )


def check_settled(season: Season, today: date) -> None:
    """Every track has its verdicts."""
    check_data_settled(season, today)
    tracks = tracks_of(season)
    open_tracks = tracks.filter(settlements__isnull=True).count()
    if open_tracks:
        raise Conflict(
            _("%(count)s of %(total)s tracks have no verdicts yet.") % {"count": open_tracks, "total": tracks.count()},
            remedy=_("Settle the season first."),
            code="tracks_unsettled",
        )


def check_clear_out(status: str, *, outcome: str, superseded: bool) -> None:
    """A verdict of clear-out that is final and in force."""
    if status not in CLOSED_SEASONS or outcome != Outcome.CLEARED_OUT or superseded:
        raise Conflict(
            _("There is no final verdict of clear-out here."),
            remedy=_("Read the verdict that is in force."),
            code="no_clear_out",
        )


def check_not_appealed(verdict: Verdict) -> None:
    """Nobody is cleared out while its appeal against the verdict waits."""
    track = verdict.settlement.track
    if track.objections.filter(provider=verdict.provider_id, status=ObjectionStatus.OPEN).exists():
        raise Conflict(
            _("The provider has appealed against this verdict."),
            remedy=_("Wait for the decision on the appeal."),
            code="appeal_open",
        )


def check_final(season: Season, today: date) -> None:
    """Everybody had the time to object."""
    last = season.objections_until
    if last is not None and today <= last:
        raise Conflict(
            _("Providers may object until %(day)s.") % {"day": day_text(last)},
            remedy=_("Make it final the day after."),
            code="too_early",
        )
    if season.tracks.filter(objections__status=ObjectionStatus.OPEN).exists():
        raise Conflict(
            _("Objections wait for a decision."), remedy=_("Let somebody decide them first."), code="objections_open"
        )


def check_archivable(season: Season, today: date) -> None:
    """The board has something newer to show."""
    if not Season.objects.filter(starts_on__gt=season.ends_on, started_at__isnull=False).exists():
        raise Conflict(
            _("No later season has started yet."),
            remedy=_("Archive this one when the next one runs."),
            code="no_later_season",
        )
