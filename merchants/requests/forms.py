"""The three steps of asking for help: HTTP input to the fields of a request."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import DayInput
from common.money import Money
from merchants.fields import MoneyField, show_plain
from merchants.requests.enums import MONEY_METRICS, BudgetModel, Goal, Mode, TargetMetric
from merchants.requests.models import MAX_ROOMS, HelpRequest
from providers.enums import Capability, Category, Region

NEED_WORDS = (
    (0, _("Does not matter")),
    (1, _("Helps")),
    (2, _("Important")),
    (3, _("Decisive")),
)
BASIS_POINTS = 100  # of one percent


class StepForm(forms.Form):
    """One step of the wizard; `version` guards against a stale page."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def read_changes(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class GoalForm(StepForm):
    """Step 1: what is to be reached, measured how, by when."""

    title = forms.CharField(label=_("Title"), max_length=120, help_text=_("One line that a provider reads first."))
    goal = forms.ChoiceField(label=_("Goal"), choices=Goal.choices, widget=forms.RadioSelect)
    target_metric = forms.ChoiceField(label=_("Measured by"), choices=TargetMetric.choices)
    target_amount = forms.DecimalField(
        label=_("Target"),
        max_digits=14,
        decimal_places=2,
        min_value=Decimal("0.01"),
        help_text=_("In yuan for GMV, else a whole number."),
    )
    target_by = forms.DateField(label=_("By"), widget=DayInput())
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What you sell, what you tried, what is in the way. Invited providers read it."),
    )

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        amount = data.get("target_amount")
        if amount is None:
            return data
        if data.get("target_metric") in MONEY_METRICS:
            data["target_amount"] = Money.from_major(amount).minor
        elif amount != amount.to_integral_value():
            self.add_error("target_amount", _("Give a whole number."))
        else:
            data["target_amount"] = int(amount)
        return data


class NeedsForm(StepForm):
    """Step 2: what matters, and where."""

    category = forms.ChoiceField(label=_("Category"), choices=Category.choices)
    region = forms.ChoiceField(
        label=_("Preferred region"), required=False, choices=[("", _("No preference")), *Region.choices]
    )
    rooms = forms.IntegerField(label=_("Live rooms at once"), min_value=1, max_value=MAX_ROOMS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = list(self.fields.items())
        rated = {
            f"need_{name}": forms.TypedChoiceField(
                label=label,
                choices=NEED_WORDS,
                coerce=int,
                widget=forms.RadioSelect(attrs={"class": "form-check-inline"}),
            )
            for name, label in Capability.choices
        }
        self.fields = {**rated, **dict(others)}

    def read_changes(self) -> dict[str, Any]:
        changes = super().read_changes()
        needs = {name: changes.pop(f"need_{name}") for name in Capability.values}
        return {**changes, "needs": needs}


class TermsForm(StepForm):
    """Step 3: the budget, and who chooses."""

    budget_model = forms.ChoiceField(label=_("Budget model"), choices=BudgetModel.choices, widget=forms.RadioSelect)
    budget_min_minor = MoneyField(label=_("Budget from, in yuan"), required=False)
    budget_max_minor = MoneyField(
        label=_("Budget up to, in yuan"),
        required=False,
        help_text=_("Needed for a fixed fee: per month, all live rooms."),
    )
    commission_max_bp = forms.DecimalField(
        label=_("Highest commission, in percent of sales"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=Decimal("100"),
        decimal_places=2,
        help_text=_("Needed for a commission."),
    )
    mode = forms.ChoiceField(label=_("Who chooses"), choices=Mode.choices, widget=forms.RadioSelect)

    def clean_commission_max_bp(self) -> int | None:
        percent: Decimal | None = self.cleaned_data["commission_max_bp"]
        return None if percent is None else int(percent * BASIS_POINTS)


STEPS: tuple[type[StepForm], ...] = (GoalForm, NeedsForm, TermsForm)


def read_initial(request: HelpRequest) -> dict[str, Any]:
    """The request's fields as the three forms show them."""
    amount: Any = request.target_amount
    if amount is not None and request.target_metric in MONEY_METRICS:
        amount = show_plain(Money(amount, request.currency).major)
    share = request.commission_max_bp
    return {
        "version": request.version,
        "title": request.title,
        "goal": request.goal,
        "target_metric": request.target_metric,
        "target_amount": amount,
        "target_by": request.target_by,
        "description": request.description,
        "category": request.category,
        "region": request.region,
        "rooms": request.rooms,
        "budget_model": request.budget_model,
        "budget_min_minor": request.budget_min_minor,
        "budget_max_minor": request.budget_max_minor,
        "commission_max_bp": None if share is None else show_plain(Decimal(share) / BASIS_POINTS),
        "mode": request.mode,
        **{f"need_{name}": level for name, level in request.needs_by_capability.items()},
    }
