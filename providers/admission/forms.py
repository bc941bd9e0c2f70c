"""Forms of an application: they check shape, services decide."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from providers.admission.models import MAX_LINKS, PHONE
from providers.admission.reasons import MAX_SENTENCE, Reason, subject_choices
from providers.traders.models import Trader

REASON_ROWS = 6


class VersionedForm(forms.Form):
    """A form that says which version of the application the sender saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ContactForm(VersionedForm):
    contact_name = forms.CharField(
        label=_("Contact person"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    contact_phone = forms.CharField(
        label=_("Phone"),
        max_length=20,
        validators=[PHONE],
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )
    contact_email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    summary = forms.CharField(
        label=_("Why you apply"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What you want to do for merchants, in a few sentences."),
    )


class EvidenceForm(VersionedForm):
    statement = forms.CharField(
        label=_("What you do well"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What you did, for whom, and what came of it."),
    )
    figures = forms.CharField(
        label=_("Figures"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example live hours, settled GMV, refund rate, with the months they cover."),
    )
    cases = forms.CharField(
        label=_("Cases"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Merchants or brands that you worked for, one per line."),
    )
    links = forms.CharField(
        label=_("Links"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("Pages that show it, one address per line, at most five."),
    )

    def clean_links(self) -> list[str]:
        links = self.cleaned_data["links"].split()
        if len(links) > MAX_LINKS:
            raise ValidationError(_("There are more than five links. Keep the strongest ones."))
        check = URLValidator(schemes=["http", "https"])
        for link in links:
            try:
                check(link)
            except ValidationError as error:
                raise ValidationError(
                    _("“%(link)s” is not a web address. Begin it with https://."), params={"link": link[:60]}
                ) from error
            if len(link) > 300:
                raise ValidationError(_("A link is longer than 300 characters. Give a shorter address."))
        return links


class RejectionForm(VersionedForm):
    """A rejection: the note, and rows of a subject and a sentence each; empty rows count for nothing."""

    note = forms.CharField(
        label=_("In short"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One or two sentences that stand above the reasons. The applicant reads all of it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        subjects = subject_choices()
        for row in range(1, REASON_ROWS + 1):
            self.fields[f"about_{row}"] = forms.ChoiceField(
                label=_("About"), choices=subjects, required=False, widget=forms.Select
            )
            self.fields[f"sentence_{row}"] = forms.CharField(
                label=_("Why"), max_length=MAX_SENTENCE, required=False, widget=forms.Textarea(attrs={"rows": 2})
            )

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Subject and sentence of each row."""
        return [(self[f"about_{row}"], self[f"sentence_{row}"]) for row in range(1, REASON_ROWS + 1)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["reasons"] = []
        for row in range(1, REASON_ROWS + 1):
            about, sentence = data.get(f"about_{row}", ""), data.get(f"sentence_{row}", "")
            if about and not sentence:
                self.add_error(f"sentence_{row}", _("Say why, or choose nothing in this row."))
            elif sentence:
                part, _colon, key = about.partition(":")
                data["reasons"].append(Reason(sentence, **({part: key} if part else {})))
        return data


class NamedTradersForm(VersionedForm):
    traders = forms.MultipleChoiceField(
        label=_("Traders who will work for merchants"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, traders: QuerySet[Trader], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(trader.code, f"{trader.name} · {trader.code}") for trader in traders]
        self.fields["traders"].choices = choices  # type: ignore[attr-defined]
