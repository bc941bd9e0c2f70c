"""What may be disputed, and by what state of things a dispute is decided."""

from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.exceptions import Conflict, InvalidInput, NotPermitted
from engine.columns import FACT_COLUMN_NAMES
from providers.registry.models import Provider
from scoring.disputes.clocks import MOST_BACK_DAYS, MOST_DAYS
from scoring.disputes.enums import DisputeStatus
from scoring.disputes.models import Dispute
from scoring.facts.limits import MAX_VALUE
from scoring.facts.rows import Slice

MOST_OPEN = 20
MOST_FILES = 5


def check_claim(chosen: Slice, column: str, should_be: int, statement: str, today: date) -> None:
    """The shape of a claim; raises InvalidInput by field."""
    if column not in FACT_COLUMN_NAMES:
        raise InvalidInput(_("There is no such figure."), field="column", remedy=_("Choose one of the list."))
    if chosen.until < chosen.since:
        raise InvalidInput(_("The last day lies before the first."), field="day_to", remedy=_("Swap them."))
    if chosen.until >= today:
        raise InvalidInput(
            _("This business day has not ended yet."), field="day_to", remedy=_("Choose a day before today.")
        )
    if chosen.since < today - timedelta(days=MOST_BACK_DAYS):
        raise InvalidInput(
            _("Facts older than %(days)s days count in no score.") % {"days": MOST_BACK_DAYS},
            field="day_from",
            remedy=_("Choose a later day."),
        )
    if (chosen.until - chosen.since).days >= MOST_DAYS:
        raise InvalidInput(
            _("One dispute covers at most %(days)s days.") % {"days": MOST_DAYS},
            field="day_to",
            remedy=_("Open one for each quarter."),
        )
    if not 0 <= should_be <= MAX_VALUE:
        raise InvalidInput(_("A total lies between 0 and 10^15."), field="should_be", remedy=_("Check the number."))
    if not statement.strip():
        raise InvalidInput(
            _("The statement is missing."), field="statement", remedy=_("Say what happened, and what your papers show.")
        )


def check_differs(held: int, should_be: int) -> None:
    """Raise Conflict when there is nothing to dispute."""
    if held == should_be:
        raise Conflict(
            _("The portal holds this very number already."),
            field="should_be",
            remedy=_("Give the number that it should be."),
            code="nothing_to_change",
        )


def check_room(provider: Provider, chosen: Slice, column: str) -> None:
    """No two open disputes about the same facts, and not too many; call it with the provider's row locked."""
    open_ones = Dispute.objects.filter(provider=provider, status=DisputeStatus.OPEN)
    if open_ones.count() >= MOST_OPEN:
        raise Conflict(
            _("%(most)s disputes of your company are open.") % {"most": MOST_OPEN},
            remedy=_("Wait for a decision, or withdraw one."),
            code="too_many_open",
        )
    same = open_ones.filter(column=column, day_from__lte=chosen.until, day_to__gte=chosen.since)
    for name in ("merchant", "trader"):
        if value := getattr(chosen, name):
            same = same.filter(Q(**{name: value}) | Q(**{name: ""}))
    overlapping = same.order_by("pk").first()
    if overlapping is not None:
        raise Conflict(
            _("The open dispute %(number)s is about the same facts.") % {"number": overlapping.number},
            field="day_from",
            remedy=_("Add your evidence there, or withdraw it first."),
            code="dispute_overlaps",
        )


def check_files(count: int) -> None:
    """Raise Conflict when a dispute has all the files that it may have."""
    if count > MOST_FILES:
        raise Conflict(
            _("A dispute has at most %(most)s files.") % {"most": MOST_FILES},
            field="file",
            remedy=_("Put several pages into one file."),
            code="too_many_files",
        )


def check_new_file(dispute: Dispute, digest: str) -> None:
    """Raise Conflict when the dispute has this very file."""
    if dispute.files.filter(digest=digest).exists():
        raise Conflict(
            _("This very file is among the evidence already."),
            field="file",
            remedy=_("Nothing needs to be done."),
            code="same_file",
        )


def check_granted(dispute: Dispute, held: int, granted: int) -> None:
    """A part of what was asked for lies strictly between what is held and what was asked; raises InvalidInput."""
    low, high = sorted((held, dispute.should_be))
    if not low < granted < high:
        raise InvalidInput(
            _("A part lies between %(low)s and %(high)s.") % {"low": low, "high": high},
            field="granted",
            remedy=_("Uphold the whole, reject, or give a number in between."),
            code="not_a_part",
        )


def check_impartial(user_id: int, concerned: set[int]) -> None:
    """Who brought the facts into the portal does not decide whether they are right; raises NotPermitted."""
    if user_id in concerned:
        raise NotPermitted(
            _("You brought these facts into the portal, so you cannot decide whether they are right."),
            remedy=_("Leave the decision to a colleague."),
            code="conflict_of_interest",
        )
