"""What a help request must be before it may move on; no person is asked here."""

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.exceptions import Conflict, InvalidInput
from merchants.clocks import business_day
from merchants.requests.enums import BudgetModel, RequestStatus
from merchants.requests.models import HelpRequest

EDITABLE_IN = (RequestStatus.DRAFT, RequestStatus.OPEN, RequestStatus.SHORTLISTED, RequestStatus.UNMATCHED)


def check_editable(request: HelpRequest) -> None:
    """A request is edited until a provider is invited; raises Conflict."""
    if request.status not in EDITABLE_IN:
        raise Conflict(
            _("This request cannot be changed any more: its state is “%(state)s”.")
            % {"state": request.get_status_display()},
            remedy=_("Withdraw the invitation first, or make a new request."),
        )


def check_complete(request: HelpRequest, now: datetime) -> None:
    """Everything a shortlist needs is there; raises InvalidInput for the first gap, in the order of the form."""
    gaps: tuple[tuple[bool, str, str | Promise, str | Promise], ...] = (
        (not request.target_metric, "target_metric", _("The target has no measure."), _("Choose what it counts.")),
        (not request.target_amount, "target_amount", _("The target is missing."), _("Give an amount above 0.")),
        (request.target_by is None, "target_by", _("The target has no date."), _("Give the day to reach it by.")),
        (not any(request.needs), "needs", _("No capability matters yet."), _("Rate at least one above 0.")),
        (not request.category, "category", _("The category is missing."), _("Choose what the work is about.")),
        (not request.budget_model, "budget_model", _("The budget model is missing."), _("Choose fee or commission.")),
        (
            request.budget_model == BudgetModel.FIXED_FEE and not request.budget_max_minor,
            "budget_max_minor",
            _("A fixed fee needs its upper limit."),
            _("Give the most you would pay."),
        ),
        (
            request.budget_model == BudgetModel.COMMISSION and not request.commission_max_bp,
            "commission_max_bp",
            _("A commission needs its upper limit."),
            _("Give the highest share of sales you would pay."),
        ),
        (not request.mode, "mode", _("It is open who chooses."), _("Choose “Refer me” or “I pick”.")),
    )
    for missing, field, message, remedy in gaps:
        if missing:
            raise InvalidInput(message, field=field, remedy=remedy, code="incomplete")
    if request.target_by is not None and request.target_by <= business_day(now):
        raise InvalidInput(
            _("The target date has passed."), field="target_by", remedy=_("Give a day after today."), code="past_day"
        )


def check_budget_order(request: HelpRequest) -> None:
    """The range is a range; raises InvalidInput."""
    low, high = request.budget_min_minor, request.budget_max_minor
    if low is not None and (high is None or high < low):
        raise InvalidInput(
            _("The lower end of the budget is above the upper end."),
            field="budget_max_minor",
            remedy=_("Give an upper end at or above the lower one."),
        )
