"""Forms of the parts of a draft: metrics, capabilities, gates."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engine.model import ScoringModel
from providers.enums import Capability
from scoring.capabilities.part_forms import (
    AGGREGATIONS,
    LABELS,
    ROUNDINGS,
    Formula,
    NumberList,
    PartForm,
    key_field,
    lines,
    number_of,
    text,
    whole,
    without_rounding,
)
from scoring.capabilities.words import in_language


class MetricForm(PartForm):
    """One metric of a draft."""

    paths = {
        **LABELS,
        "prior_kind": ("prior", "kind"),
        "prior_k": ("prior", "k"),
        "prior_noise": ("prior", "noise"),
        "normaliser_kind": ("normaliser", "kind"),
        "normaliser_lower": ("normaliser", "lower"),
        "normaliser_upper": ("normaliser", "upper"),
        "normaliser_log": ("normaliser", "log"),
        "normaliser_cuts": ("normaliser", "cuts"),
        "normaliser_points": ("normaliser", "points"),
        "normaliser_spread": ("normaliser", "spread"),
        "rounding_step": ("rounding", "step"),
        "rounding_mode": ("rounding", "mode"),
    }
    sections = (
        (_("What it is"), ("key", "capability", "label_zh", "label_en", "description_zh", "description_en", "unit")),
        (_("Formula"), ("numerator", "denominator", "factor", "direction", "weight")),
        (_("Evidence needed"), ("minimum", "evidence", "minimum_merchants")),
        (_("Time"), ("half_life", "days", "wider_days")),
        (_("Shrinkage"), ("prior_kind", "prior_noise", "prior_k")),
        (_("Clipping of outliers"), ("winsor_low", "winsor_high")),
        (
            pgettext_lazy("how they are given", "Points"),
            (
                "normaliser_kind",
                "normaliser_lower",
                "normaliser_upper",
                "normaliser_log",
                "normaliser_cuts",
                "normaliser_points",
                "normaliser_spread",
                "rounding_step",
                "rounding_mode",
            ),
        ),
    )

    key = key_field()
    capability = forms.ChoiceField(label=_("Capability"))
    label_zh = text(_("Name in Chinese"))
    label_en = text(_("Name in English"))
    description_zh = lines(_("Description in Chinese"))
    description_en = lines(_("Description in English"))
    unit = text(_("Unit"), help_text=_("“share” is shown in per cent."))
    numerator = Formula(label=_("Numerator"), help_text=_("Computed for each row of the facts, then summed."))
    denominator = Formula(
        label=_("Denominator"), required=False, help_text=_("Empty: the metric is the numerator alone.")
    )
    factor = number_of(_("Factor"), help_text=_("Scales the value for people: 10000 for “per ten thousand”. Empty: 1."))
    direction = forms.ChoiceField(
        label=_("Direction"), choices=(("higher", _("higher is better")), ("lower", _("lower is better")))
    )
    weight = forms.FloatField(label=_("Weight"), help_text=_("The weights inside a capability sum to 1."))
    minimum = number_of(_("Least evidence"), help_text=_("With less of it the metric is not assessed."))
    evidence = Formula(
        label=_("What counts as evidence"), required=False, help_text=_("Empty: the denominator, without decay.")
    )
    minimum_merchants = whole(_("Least number of merchants"))
    half_life = number_of(_("Half-life in days"), help_text=_("Empty: the model's. 0: old facts count like new ones."))
    days = whole(_("Window in days"), help_text=_("Empty: the model's."))
    wider_days = whole(_("Wider window in days"), help_text=_("Taken where evidence is thin. Empty: the model's."))
    prior_kind = forms.ChoiceField(
        label=_("Shrinkage"),
        choices=(
            ("none", _("none")),
            ("moments", _("by the method of moments")),
            ("fixed", _("by a fixed weight")),
            ("efron_morris", _("by Efron and Morris")),
        ),
        help_text=_("Pulls values that rest on little towards the mean of the peers."),
    )
    prior_k = number_of(_("Weight of the mean, K"), help_text=_("Only for a fixed weight."))
    prior_noise = forms.ChoiceField(
        label=_("How it varies by chance"),
        choices=(
            ("blocks", _("measured between weeks")),
            ("binomial", _("like a share")),
            ("poisson", _("like a count per unit")),
        ),
    )
    winsor_low = number_of(_("Clip below the quantile"), help_text=_("Both or neither, as in 0.01 and 0.99."))
    winsor_high = number_of(_("Clip above the quantile"))
    normaliser_kind = forms.ChoiceField(
        label=_("How values become points"),
        choices=(
            ("percentile", _("percentile among peers")),
            ("goalposts", _("between fixed goalposts")),
            ("thresholds", _("by thresholds")),
            ("z", _("standard score")),
            ("robust_z", _("robust standard score")),
            ("min_max", _("from the lowest to the highest")),
            ("identity", _("as it is")),
        ),
    )
    normaliser_lower = number_of(_("Lower goalpost"))
    normaliser_upper = number_of(_("Upper goalpost"))
    normaliser_log = forms.BooleanField(label=_("On a logarithmic scale"), required=False)
    normaliser_cuts = NumberList(
        label=_("Cut points"), required=False, help_text=_("Only for thresholds, rising, as in 1, 2, 5.")
    )
    normaliser_points = NumberList(
        label=_("Points between the cut points"), required=False, help_text=_("One more than there are cut points.")
    )
    normaliser_spread = number_of(
        _("Deviations to the end of the scale"), help_text=_("Only for standard scores. Empty: 3.")
    )
    rounding_step = number_of(_("Round the value to steps of"), help_text=_("Empty: not rounded."))
    rounding_mode = forms.ChoiceField(label=_("Rounding of halves"), choices=ROUNDINGS)

    def __init__(self, *args: Any, rule: ScoringModel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["capability"].choices = [  # type: ignore[attr-defined]
            (part.key, in_language(part.label, part.key)) for part in rule.capabilities
        ]

    def content(self, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
        content = super().content(before)
        limits = [content.pop(name, None) for name in ("winsor_low", "winsor_high")]
        content.pop("winsor", None)
        if any(limit is not None for limit in limits):
            content["winsor"] = [limit if limit is not None else end for limit, end in zip(limits, (0, 1), strict=True)]
        return without_rounding(content)

    @classmethod
    def flatten(cls, content: Mapping[str, Any]) -> dict[str, Any]:
        low, high = content.get("winsor") or (None, None)
        return {**super().flatten(content), "winsor_low": low, "winsor_high": high}

    @classmethod
    def field_of(cls, path: str) -> str:
        return "winsor_low" if path.startswith("winsor") else super().field_of(path)


class CapabilityForm(PartForm):
    """One capability of a draft."""

    paths = {**LABELS, "rounding_step": ("rounding", "step"), "rounding_mode": ("rounding", "mode")}
    sections = (
        (_("What it is"), ("key", "label_zh", "label_en", "description_zh", "description_en")),
        (
            _("How it is made"),
            ("weight", "aggregation", "minimum_metrics", "floor", "rounding_step", "rounding_mode"),
        ),
    )
    key = forms.ChoiceField(label=_("Capability"), choices=Capability.choices)
    label_zh = text(_("Name in Chinese"))
    label_en = text(_("Name in English"))
    description_zh = lines(_("Description in Chinese"))
    description_en = lines(_("Description in English"))
    weight = forms.FloatField(label=_("Weight"), help_text=_("The weights of all capabilities sum to 1."))
    aggregation = forms.ChoiceField(label=_("Across its metrics"), choices=AGGREGATIONS)
    minimum_metrics = whole(_("Least number of metrics"), help_text=_("With fewer it is not assessed. Empty: 1."))
    floor = number_of(_("Floor"), help_text=_("Shown when a score is below it; promotion rules read it."))
    rounding_step = number_of(_("Round the score to steps of"), help_text=_("Empty: not rounded."))
    rounding_mode = forms.ChoiceField(label=_("Rounding of halves"), choices=ROUNDINGS)

    def __init__(self, *args: Any, rule: ScoringModel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def content(self, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return without_rounding(super().content(before))


class GateForm(PartForm):
    """One gate of a draft."""

    paths = {"label_zh": ("label", "zh"), "label_en": ("label", "en")}
    sections = (
        (_("What it is"), ("key", "label_zh", "label_en")),
        (_("What it does"), ("when", "target", "at_most", "at_least")),
    )
    key = key_field()
    label_zh = text(_("Name in Chinese"))
    label_en = text(_("Name in English"))
    when = Formula(label=_("Condition"), help_text=_("As in service_fulfilment < 20 and composite > 60."))
    target = forms.ChoiceField(
        label=_("What it limits"), choices=(("level", _("the level")), ("composite", _("the score")))
    )
    at_most = number_of(_("At most"))
    at_least = number_of(_("At least"))

    def __init__(self, *args: Any, rule: ScoringModel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


FORMS: Mapping[str, type[PartForm]] = {"capabilities": CapabilityForm, "metrics": MetricForm, "gates": GateForm}
