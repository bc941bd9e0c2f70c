"""Forms of contracts: they check shape, services decide."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from providers.conduct.targets import DEFAULT_TARGETS, Target
from providers.criteria.enums import Direction
from providers.criteria.measures import SIGNALS

# Of these less is better; of all other measures more is.
KEPT_LOW = frozenset({"refund_rate_90d", "complaint_rate_90d", "days_since_last_work"})
HINTS = {"share": _("From 0 to 1."), "minor": _("In fen.")}


class ProposalForm(forms.Form):
    """A limit for each measure that becomes a target; an empty one is none."""

    ends_on = forms.DateField(label=_("Ends"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, targets: Sequence[Target] = DEFAULT_TARGETS, **kwargs: Any) -> None:
        """`targets` are filled in first."""
        super().__init__(*args, **kwargs)
        limits = {target.measure: target.limit for target in targets}
        for signal in SIGNALS:
            words = _("%(measure)s, at most") if signal.name in KEPT_LOW else _("%(measure)s, at least")
            self.fields[signal.name] = forms.FloatField(
                label=words % {"measure": signal.label},
                required=False,
                min_value=0,
                max_value=1 if signal.unit == "share" else None,
                initial=limits.get(signal.name),
                help_text=HINTS.get(signal.unit, ""),
            )
        self.fields["note"] = forms.CharField(
            label=_("Reason"),
            required=False,
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("Kept when the contract replaces one that was not signed."),
        )

    def targets(self) -> list[Target]:
        """The targets that were asked for."""
        limits = {signal.name: self.cleaned_data[signal.name] for signal in SIGNALS}
        return [
            Target(name, Direction.AT_MOST if name in KEPT_LOW else Direction.AT_LEAST, limit)
            for name, limit in limits.items()
            if limit is not None
        ]


class ExtensionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    ends_on = forms.DateField(label=_("New end"), widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One or two sentences that the other side can act on. They will read it."),
    )
