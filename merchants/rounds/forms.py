"""The form that starts a round."""

from django import forms
from django.utils.translation import gettext_lazy as _

from merchants.rounds.enums import Balance
from merchants.rounds.rules import (
    DEFAULT_BALANCE,
    DEFAULT_LIMIT,
    DEFAULT_NEWCOMER_PLACES,
    LIMITS,
    MAX_NEWCOMER_PLACES,
)

BALANCE_WORDS = {
    Balance.NONE: _("None: fit alone decides; the best providers fill up first"),
    Balance.LIGHT: _("Light: a provider's last places cost a little, so that some work moves on"),
    Balance.MEDIUM: _("Medium: from two fifths of its live rooms on, every place costs more"),
    Balance.STRONG: _("Strong: nearly every further place costs; the work is spread as evenly as fit allows"),
}


class RoundForm(forms.Form):
    """What a round may trade for what."""

    balance = forms.ChoiceField(
        label=_("Balance of the load"),
        choices=[(name, BALANCE_WORDS[Balance(name)]) for name in Balance.values],
        initial=DEFAULT_BALANCE,
        widget=forms.RadioSelect,
        help_text=_("The preview shows what each of them would give, so you can compare before you commit."),
    )
    newcomer_places = forms.TypedChoiceField(
        label=_("Places kept for each newcomer"),
        choices=[(number, str(number)) for number in range(MAX_NEWCOMER_PLACES + 1)],
        coerce=int,
        initial=DEFAULT_NEWCOMER_PLACES,
        help_text=_("A newcomer's first places count 5 points more than its fit. 0 gives newcomers no advantage."),
    )
    candidate_limit = forms.IntegerField(
        label=_("Candidates of each request"),
        min_value=LIMITS[0],
        max_value=LIMITS[1],
        initial=DEFAULT_LIMIT,
        help_text=_(
            "How many of its best providers compete for a request, 5 to 100. More finds more, and takes longer."
        ),
    )
