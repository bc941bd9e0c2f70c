"""Writes about bans from the boards: impose one, lift it early."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notices.services import send_notice
from accounts.permissions import check_permission
from common.audit.services import record
from common.days import business_day
from common.exceptions import Conflict, InvalidInput
from common.locks import lock
from common.templatetags.paddock import day as day_text
from providers.registry.models import Provider
from providers.registry.permissions import check_unbiased
from scoring.seasons.ban_models import BoardBan

MOST_DAYS = 366


@transaction.atomic
def impose_ban(
    *, provider_id: int, starts_on: date, ends_on: date, reason: str, by: User, now: datetime | None = None
) -> BoardBan:
    """Keep a provider off all boards from one day to another; it is told, with the reason.

    Nights that are over keep their boards, so the first day is today at the earliest. The lock on the provider makes
    two bans at once meet. Raises InvalidInput (fields `starts_on`, `ends_on`, `reason`), Conflict when a ban covers
    some of the days, NotPermitted, also for members of the company, NotFound.
    """
    now = now or timezone.now()
    provider = lock(Provider.objects.all(), provider_id)
    check_days(starts_on, ends_on, business_day(now))
    check_permission(by, "board.ban")
    check_unbiased(by, provider)
    said = read_reason(reason, "reason")
    other = BoardBan.objects.filter(provider=provider, starts_on__lte=ends_on, ends_on__gte=starts_on)
    if clash := other.filter(lifted_on__isnull=True).first():
        raise Conflict(
            _("The ban %(number)s covers some of these days.") % {"number": clash.number},
            field="starts_on",
            remedy=_("Choose days after %(day)s.") % {"day": day_text(clash.ends_on)},
            code="banned_already",
        )
    ban = BoardBan(provider=provider, starts_on=starts_on, ends_on=ends_on, reason=said, imposed_at=now, imposed_by=by)
    ban.full_clean()
    ban.save(force_insert=True)
    record("board_ban.impose", ban, by=by, now=now, note=said, changes={"from": starts_on, "to": ends_on})
    tell("board_ban.impose", ban, now, reason=said)
    return ban


@transaction.atomic
def lift_ban(
    *, ban_id: int, reason: str, by: User, version: int | None = None, now: datetime | None = None
) -> BoardBan:
    """End a ban before its last day: from today's night on the provider is shown again. Past nights stay as they were.

    Raises InvalidInput (field `reason`), Conflict when it is over or was lifted, Stale, NotPermitted, also for members
    of the company, NotFound.
    """
    now = now or timezone.now()
    ban = lock(BoardBan.objects.select_related("provider"), ban_id)
    ban.check_version(version)
    today = business_day(now)
    check_liftable(ban, today)
    check_permission(by, "board.lift_ban")
    check_unbiased(by, ban.provider)
    ban.lift_reason = read_reason(reason, "reason")
    ban.lifted_on, ban.lifted_at, ban.lifted_by = max(today, ban.starts_on), now, by
    ban.save_checked()
    record("board_ban.lift", ban, by=by, now=now, note=ban.lift_reason)
    tell("board_ban.lift", ban, now, reason=ban.lift_reason)
    return ban


def check_days(starts_on: date, ends_on: date, today: date) -> None:
    """The days of a ban lie ahead, in order, and within a year."""
    if starts_on < today:
        raise InvalidInput(
            _("A ban cannot reach back."),
            field="starts_on",
            remedy=_("Let it start on %(day)s or later.") % {"day": day_text(today)},
            code="reaches_back",
        )
    if ends_on < starts_on:
        raise InvalidInput(
            _("The last day comes before the first."),
            field="ends_on",
            remedy=_("Choose a later last day."),
            code="days_reversed",
        )
    if ends_on - starts_on >= timedelta(days=MOST_DAYS):
        raise InvalidInput(
            _("A ban lasts at most %(days)s days.") % {"days": MOST_DAYS},
            field="ends_on",
            remedy=_("Choose an earlier last day."),
            code="too_long",
        )


def check_liftable(ban: BoardBan, today: date) -> None:
    """Whether a ban is still to run or running; raises Conflict."""
    if ban.lifted_on is not None or ban.ends_on < today:
        raise Conflict(_("This ban is over."), remedy=_("Reload the page."), code="ban_over")


def read_reason(text: str, field: str) -> str:
    """The reason as it is kept; raises InvalidInput when there is none."""
    said = text.strip()
    if not said:
        raise InvalidInput(
            _("The reason is missing."),
            field=field,
            remedy=_("Say why in a sentence."),
        )
    return said


def tell(kind: str, ban: BoardBan, now: datetime, *, reason: str) -> None:
    """Tell the provider, in its own words' language."""
    if ban.provider.organisation_id is not None:
        send_notice(
            kind,
            organisation_id=ban.provider.organisation_id,
            now=now,
            number=ban.number,
            starts_on=ban.starts_on.isoformat(),
            ends_on=ban.ends_on.isoformat(),
            reason=reason,
        )
