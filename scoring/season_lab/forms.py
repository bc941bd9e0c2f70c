"""The form that orders a trial of season rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.templatetags.paddock import day, local_text
from scoring.season_lab.options import LIMITS, MAX_SEASONS, Options
from scoring.season_lab.selectors import past_seasons
from scoring.seasons.models import Season

DEFAULTS = Options()


class SeasonChoice(forms.ModelMultipleChoiceField):
    """Past seasons by name and days."""

    def label_from_instance(self, obj: Any) -> str:
        season: Season = obj
        return f"{local_text(season, 'name')} · {day(season.starts_on)} – {day(season.ends_on)}"


def number_field(name: str, label: Any, help_text: Any) -> forms.IntegerField:
    """A whole number with the limits of the option."""
    low, high = LIMITS[name]
    return forms.IntegerField(
        label=label, help_text=help_text, min_value=low, max_value=high, initial=getattr(DEFAULTS, name)
    )


class SeasonTrialForm(forms.Form):
    """Which past seasons to try the rules on, and how often to draw the scores anew."""

    seasons = SeasonChoice(
        label=_("Past seasons"),
        queryset=Season.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They are run one after the other: who rises in one begins the next a level higher."),
    )
    draws = number_field("draws", _("Redrawn seasons"), _("To see what noise alone decides. 0 leaves it out."))
    seed = number_field("seed", _("Seed"), _("The same seed gives the same result."))

    def __init__(self, *args: Any, season: Season, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        past = past_seasons(season)
        field: Any = self.fields["seasons"]
        field.queryset = past
        field.initial = [one.pk for one in past[:MAX_SEASONS]]

    def options(self) -> dict[str, Any]:
        """What the service takes besides the seasons."""
        return {name: self.cleaned_data[name] for name in LIMITS}
