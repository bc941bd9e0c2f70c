"""The form of what a draft has besides its parts."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from engine.model import ScoringModel
from scoring.capabilities.part_forms import AGGREGATIONS, LABELS, Formula, NumberList, PartForm, lines, number_of, text
from scoring.capabilities.subjects import ATTRIBUTES


class SettingsForm(PartForm):
    """What a draft has besides its parts."""

    paths = {
        **LABELS,
        "model_version": ("version",),
        **{
            f"window_{name}": ("window", name)
            for name in ("days", "wider_days", "half_life", "settlement_lag", "settled")
        },
        "merchant_share": ("integrity", "merchant_share"),
        "share_of": ("integrity", "share_of"),
        "peers_columns": ("peers", "columns"),
        "peers_minimum": ("peers", "minimum"),
        "aggregation": ("composite", "aggregation"),
        "minimum_capabilities": ("composite", "minimum_capabilities"),
        "log_floor": ("composite", "log_floor"),
        "levels": ("composite", "levels"),
        "replicates": ("bootstrap", "replicates"),
        "seed": ("bootstrap", "seed"),
        "confidence": ("bootstrap", "confidence"),
    }
    sections = (
        (_("Names"), ("model_version", "label_zh", "label_en", "description_zh", "description_en")),
        (_("Time"), ("window_days", "window_wider_days", "window_half_life")),
        (_("Settlement"), ("window_settlement_lag", "window_settled")),
        (_("Share of one merchant"), ("merchant_share", "share_of")),
        (_("Peer groups"), ("peers_columns", "peers_minimum", "extras")),
        (_("Across capabilities"), ("aggregation", "minimum_capabilities", "log_floor", "levels")),
        (_("Interval"), ("replicates", "confidence", "seed")),
    )
    model_version = forms.CharField(label=_("Version"), max_length=40)
    label_zh = text(_("Name in Chinese"))
    label_en = text(_("Name in English"))
    description_zh = lines(_("Description in Chinese"))
    description_en = lines(_("Description in English"))
    window_days = forms.IntegerField(label=_("Window in days"))
    window_wider_days = forms.IntegerField(
        label=_("Wider window in days"), help_text=_("Taken where evidence is thin.")
    )
    window_half_life = forms.FloatField(label=_("Half-life in days"), help_text=_("0: old facts count like new ones."))
    window_settlement_lag = forms.IntegerField(
        label=_("Settlement lag in days"), help_text=_("The last days that still settle do not count.")
    )
    window_settled = Formula(
        label=_("Figures that settle"),
        required=False,
        help_text=_("Columns separated by commas; metrics that read one of them wait. Empty: all metrics wait."),
    )
    merchant_share = forms.FloatField(
        label=_("Largest share of one merchant"),
        help_text=_("A number such as 0.4: what one merchant brings above it does not count. 1: no limit."),
    )
    share_of = Formula(label=_("Share of what"), help_text=_("A formula over the facts, as in orders."))
    peers_columns = forms.CharField(
        label=_("Compared within"),
        required=False,
        help_text=_("Names separated by commas; too small a group drops the last. Empty: everybody together."),
    )
    peers_minimum = forms.IntegerField(label=_("Least size of a group"))
    extras = forms.CharField(
        label=_("What gates read besides scores"), required=False, help_text=_("Names separated by commas.")
    )
    aggregation = forms.ChoiceField(label=_("Across capabilities"), choices=AGGREGATIONS)
    minimum_capabilities = forms.IntegerField(label=_("Least number of capabilities"))
    log_floor = number_of(_("Floor of a geometric mean"), help_text=_("Lower scores are lifted to it. Empty: 0."))
    levels = NumberList(
        label=_("Levels from"), required=False, help_text=_("Cut points, rising, as in 20, 40, 60, 75.")
    )
    replicates = forms.IntegerField(label=_("Redraws"), help_text=_("0: no intervals."))
    confidence = forms.FloatField(label=_("Confidence"))
    seed = forms.IntegerField(label=_("Seed"))

    def __init__(self, *args: Any, rule: ScoringModel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = ", ".join(ATTRIBUTES)
        self.fields["peers_columns"].widget.attrs["placeholder"] = names
        self.fields["extras"].widget.attrs["placeholder"] = names

    def clean_window_settled(self) -> list[str]:
        return split_names(self.cleaned_data["window_settled"])

    def clean_peers_columns(self) -> list[str]:
        return split_names(self.cleaned_data["peers_columns"])

    def clean_extras(self) -> list[str]:
        return split_names(self.cleaned_data["extras"])

    def content(self, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
        content = super().content(before)
        content.setdefault("extras", [])
        for name in ("label", "description"):
            content.setdefault(name, {})
        return content

    @classmethod
    def flatten(cls, content: Mapping[str, Any]) -> dict[str, Any]:
        initial = super().flatten(content)
        for name in ("peers_columns", "extras", "window_settled"):
            initial[name] = ", ".join(initial.get(name, ()))
        return initial


def split_names(names: str) -> list[str]:
    """Names separated by commas or spaces."""
    return names.replace("，", " ").replace("、", " ").replace(",", " ").split()
