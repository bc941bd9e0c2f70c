"""The filter of single facts: days, merchant, trader, and which figures; page and endpoint use the same."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import DayInput
from engine.columns import FACT_COLUMN_NAMES
from engine.model import Metric
from engine.model import ScoringModel as Rule
from engine.reach import columns_of
from scoring.capabilities.words import figure_name, label_of
from scoring.facts.rows import MOST_DAYS, Slice

SHOWN_DAYS = 30
USUAL = ("orders", "gmv_minor", "refunded_orders", "exposures", "clicks", "viewers", "live_minutes")


def column_choices() -> list[tuple[str, str]]:
    """The fact columns by their label in the viewer's language."""
    return [(name, figure_name(name)) for name in FACT_COLUMN_NAMES]


class FactQuery(forms.Form):
    """Which facts to show. Without days it is the last 30 before `until`, by default yesterday."""

    since = forms.DateField(label=_("From day"), required=False, widget=DayInput)
    until = forms.DateField(label=_("To day"), required=False, widget=DayInput)
    merchant = forms.CharField(label=_("Merchant"), required=False, max_length=40)
    trader = forms.CharField(label=_("Trader"), required=False, max_length=40)
    metric = forms.ChoiceField(label=_("Metric"), required=False)
    column = forms.ChoiceField(label=_("Figure"), required=False)

    def __init__(self, data: Any, *, rule: Rule | None, today: date) -> None:
        super().__init__(data)
        self.rule, self.today = rule, today
        metrics = [(metric.key, label_of(metric)) for metric in rule.metrics] if rule else []
        for name, choices in (("metric", metrics), ("column", column_choices())):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [("", _("Any")), *choices]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        until = data.get("until") or self.today - timedelta(days=1)
        since = data.get("since") or until - timedelta(days=SHOWN_DAYS - 1)
        if since > until:
            self.add_error("until", _("The last day lies before the first."))
        elif (until - since).days >= MOST_DAYS:
            self.add_error("since", _("At most %(days)s days are shown at once.") % {"days": MOST_DAYS})
        return {**data, "since": since, "until": until}

    def slice_of(self, provider_code: str) -> Slice:
        """The facts meant; after `is_valid`."""
        data = self.cleaned_data
        return Slice(provider_code, data["since"], data["until"], data["merchant"].strip(), data["trader"].strip())

    @property
    def columns(self) -> tuple[str, ...]:
        """The figures to show: those that the metric reads, the one chosen, else the usual ones."""
        data = self.cleaned_data
        if data["column"]:
            return (data["column"],)
        metric = next((one for one in self.rule.metrics if one.key == data["metric"]), None) if self.rule else None
        return tuple(dict.fromkeys(read_by(self.rule, metric))) if self.rule and metric else USUAL


def read_by(rule: Rule, metric: Metric) -> Iterator[str]:
    """The fact columns that a metric reads, those of the numerator first."""
    for text in (metric.numerator, metric.denominator, metric.evidence):
        yield from columns_of(text, rule.columns) if text else ()
