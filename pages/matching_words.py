"""Requests and engagements in words, for the pages of every audience."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.money import Money
from common.templatetags.paddock import number
from merchants.engagements.models import Engagement
from merchants.requests.enums import MONEY_METRICS, BudgetModel, Mode, RequestStatus
from merchants.requests.forms import NEED_WORDS
from merchants.requests.models import HelpRequest
from providers.enums import Capability

STATES: dict[str, str | Promise] = {
    RequestStatus.DRAFT: gettext_lazy("Only you see this draft. Submit it when it is complete."),
    RequestStatus.OPEN: gettext_lazy("The portal looks for providers that can do this."),
    RequestStatus.SHORTLISTED: gettext_lazy("The shortlist is ready. Choose whom to invite."),
    RequestStatus.INVITED: gettext_lazy("A provider is invited and has 24 hours to answer."),
    RequestStatus.ENGAGED: gettext_lazy("A provider accepted. The work has begun."),
    RequestStatus.UNMATCHED: gettext_lazy("No provider could be found so far. Staff look after it; you can widen it."),
    RequestStatus.CANCELLED: gettext_lazy("This request was cancelled."),
}


@dataclass(frozen=True)
class NeedLine:
    """How much one capability matters."""

    name: str
    label: str | Promise
    level: int
    word: str | Promise


def describe_state(request: HelpRequest) -> str | Promise:
    """One sentence of state."""
    if request.status == RequestStatus.SHORTLISTED and request.mode == Mode.REFER_ME:
        return gettext_lazy("The shortlist is ready. The portal invites for you, or you choose yourself.")
    return STATES[request.status]


CLOCKS: dict[str, str | Promise] = {
    RequestStatus.OPEN: gettext_lazy("The shortlist is ready by then."),
    RequestStatus.SHORTLISTED: gettext_lazy("Please choose by then."),
    RequestStatus.INVITED: gettext_lazy("The provider answers by then, else the next is asked."),
    RequestStatus.UNMATCHED: gettext_lazy("Staff look at it by then."),
}


def describe_clock(request: HelpRequest) -> str | Promise:
    """What the clock of the present state is for."""
    return CLOCKS.get(request.status, "")


def describe_needs(request: HelpRequest) -> list[NeedLine]:
    """The five capabilities, what matters most first."""
    words = dict(NEED_WORDS)
    lines = [
        NeedLine(name, Capability(name).label, level, words[level])
        for name, level in request.needs_by_capability.items()
    ]
    return sorted(lines, key=lambda line: -line.level)


def describe_amount(metric: str, amount: int | None, currency: str) -> str:
    """A target or what was measured of it: money, or a count."""
    if amount is None:
        return "—"
    return str(Money(amount, currency)) if metric in MONEY_METRICS else number(amount)


def describe_terms(request: HelpRequest | Engagement) -> str:
    """The budget in one line."""
    high = request.budget_max_minor
    if request.budget_model == BudgetModel.FIXED_FEE and high is not None:
        low = getattr(request, "budget_min_minor", None)
        if low:
            return _("%(low)s to %(high)s") % {
                "low": Money(low, request.currency),
                "high": Money(high, request.currency),
            }
        return _("up to %(high)s") % {"high": Money(high, request.currency)}
    if request.budget_model == BudgetModel.COMMISSION and request.commission_max_bp:
        return _("up to %(share)s %% of sales") % {"share": number(request.commission_max_bp / 100, 2)}
    return "—"


def describe_target(holder: HelpRequest | Engagement) -> dict[str, Any]:
    """The target for a list of facts."""
    return {
        "metric": holder.get_target_metric_display(),
        "amount": describe_amount(holder.target_metric, holder.target_amount, holder.currency),
        "by": holder.target_by,
    }
