"""The form that orders a trial."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.templatetags.paddock import day
from scoring.capabilities.models import ScoreRun
from scoring.lab.enums import Variation
from scoring.lab.options import LIMITS, Options
from scoring.lab.selectors import offered_runs

DEFAULTS = Options()


def number_field(kind: type[forms.Field], name: str, label: Any, help_text: Any) -> Any:
    """A number with the limits of the option."""
    low, high = LIMITS[name]
    limits: dict[str, Any] = {"min_value": low, "max_value": high}
    return kind(label=label, help_text=help_text, initial=getattr(DEFAULTS, name), **limits)


class RunChoice(forms.ModelMultipleChoiceField):
    """Finished runs by day and model."""

    def label_from_instance(self, obj: Any) -> str:
        run: ScoreRun = obj
        return f"{day(run.as_of)} · {run.scoring_model.model_version} · {run.provider_count}"


class TrialForm(forms.Form):
    """Which runs to try a model on, and what to vary."""

    runs = RunChoice(
        label=_("Past runs"),
        queryset=ScoreRun.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Day, version and providers of the run. Each is scored again on the facts that it pinned."),
    )
    least = number_field(
        forms.FloatField, "least", _("Affected from a change of points"), _("Or when the level changes.")
    )
    top = number_field(forms.IntegerField, "top", _("The first places"), _("How often a provider stays among them."))
    draws = number_field(forms.IntegerField, "draws", _("Draws of weights"), _("0 leaves it out."))
    spread = number_field(forms.FloatField, "spread", _("Spread of the weights"), _("0.2: by a fifth up or down."))
    variation = forms.ChoiceField(label=_("How weights vary"), choices=Variation.choices, initial=DEFAULTS.variation)
    across = forms.BooleanField(label=_("Weights of capabilities"), required=False, initial=True)
    inside = forms.BooleanField(label=_("Weights of metrics"), required=False, initial=True)
    replicates = number_field(
        forms.IntegerField, "replicates", _("Redraws of the facts"), _("For both models. 0 leaves it out.")
    )
    seed = number_field(forms.IntegerField, "seed", _("Seed"), _("The same seed gives the same result."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        runs = offered_runs()
        pks = [run.pk for run in runs]
        field: Any = self.fields["runs"]
        field.queryset = ScoreRun.objects.filter(pk__in=pks).select_related("scoring_model").order_by("-as_of", "-pk")
        field.initial = pks[:1]

    def options(self) -> dict[str, Any]:
        """What the service takes besides the runs."""
        return {name: value for name, value in self.cleaned_data.items() if name != "runs"}
