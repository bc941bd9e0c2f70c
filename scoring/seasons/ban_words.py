"""Bans from the boards, in the viewer's language."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from common.days import business_day
from common.templatetags.paddock import day as day_text
from scoring.seasons.ban_models import BoardBan
from scoring.seasons.enums import Bans


def say_bans_rule(rule: Bans) -> str:
    """What a season's rule does to the others while somebody is banned from the boards."""
    if rule == Bans.LEAVE_OUT:
        return _("Who is banned from the boards is out of the race meanwhile; the others move up.")
    return _("Who is banned from the boards is not shown and goes on racing; the others keep their places.")


def say_ban(ban: BoardBan, rule: Bans | None = None) -> list[str]:
    """A ban in sentences, to the provider that it hides."""
    words = {"first": day_text(ban.starts_on), "last": day_text(ban.ends_on), "number": ban.number}
    told = [_("From %(first)s to %(last)s no board shows your company (%(number)s).") % words]
    told.append(_("Reason: %(reason)s") % {"reason": ban.reason})
    if ban.lifted_on is not None:
        told.append(_("Lifted on %(day)s: %(reason)s") % {"day": day_text(ban.lifted_on), "reason": ban.lift_reason})
    elif rule == Bans.HOLD_PLACE:
        told.append(_("You go on racing: your place counts, and only you and the platform see it."))
    elif rule == Bans.LEAVE_OUT:
        told.append(_("While it lasts you hold no place in the race."))
    return told


def say_state(ban: BoardBan, today: date | None = None) -> str:
    """Where today stands in the days of a ban."""
    today = today or business_day(timezone.now())
    if ban.lifted_on is not None:
        return _("Lifted on %(day)s") % {"day": day_text(ban.lifted_on)}
    if ban.ends_on < today:
        return _("Over")
    if ban.starts_on > today:
        return _("Begins on %(day)s") % {"day": day_text(ban.starts_on)}
    return _("In force until %(day)s") % {"day": day_text(ban.ends_on)}
