"""The form of a window's terms: it checks shape, services decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import MomentField
from providers.enums import Category, ProviderType
from providers.windows.enums import WindowKind
from providers.windows.models import CODE, MAX_GRACE_DAYS, MAX_REAPPLY_DAYS, MAX_STANDSTILL_DAYS


class WindowForm(forms.Form):
    code = forms.CharField(
        label=_("Code"), max_length=20, validators=[CODE], help_text=_("Short and lasting, such as 2026-SPRING.")
    )
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=80)
    title_en = forms.CharField(label=_("Title in English"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind"), choices=WindowKind.choices, widget=forms.RadioSelect)
    opens_at = MomentField(label=_("Opens"))
    closes_at = MomentField(
        label=_("Closes"), required=False, help_text=_("Leave it empty for a window that is open until further notice.")
    )
    provider_types = forms.MultipleChoiceField(
        label=_("Types"),
        choices=ProviderType.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen means all."),
    )
    categories = forms.MultipleChoiceField(
        label=_("Main categories"),
        choices=Category.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen means all."),
    )
    places = forms.IntegerField(
        label=_("Places"),
        min_value=1,
        required=False,
        help_text=_("Empty for no limit. When all are taken, nobody more is admitted."),
    )
    text_zh = forms.CharField(
        label=_("What is asked, in Chinese"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )
    text_en = forms.CharField(
        label=_("What is asked, in English"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )
    standstill_days = forms.IntegerField(
        label=_("Days of standstill"),
        min_value=0,
        max_value=MAX_STANDSTILL_DAYS,
        initial=10,
        help_text=_("So long a rejected company may answer before the rejection is final."),
    )
    reapply_after_days = forms.IntegerField(
        label=_("Days until a new application"),
        min_value=0,
        max_value=MAX_REAPPLY_DAYS,
        initial=90,
        help_text=_("Counted from the day on which a rejection became final."),
    )
    return_grace_days = forms.IntegerField(
        label=_("Days to mend a returned application"),
        min_value=0,
        max_value=MAX_GRACE_DAYS,
        initial=7,
        help_text=_("So long it may come back after the window has closed."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def terms(self) -> dict[str, Any]:
        """The clean data without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}
