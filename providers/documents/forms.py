"""Forms about documents: they check shape, services decide."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import DayInput
from providers.documents.enums import Blocks


class DocumentForm(forms.Form):
    """A document as the provider sends it."""

    issued_on = forms.DateField(label=_("Issued on"), widget=DayInput)
    expires_on = forms.DateField(
        label=_("Expires on"),
        required=False,
        widget=DayInput,
        help_text=_("From this day on it does not count any more. Leave it empty when the document has no term."),
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("PDF, PNG, JPEG or WebP, at most 10 MB. The content decides, not the name."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.webp"}),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty. Send a scan or a photo as PDF, PNG, JPEG or WebP."),
        },
    )


class DocumentRuleForm(forms.Form):
    """What one type of document needs."""

    is_required = forms.BooleanField(
        label=_("Required at the door"),
        required=False,
        help_text=_("Without it the criteria for admission are not met."),
    )
    has_expiry = forms.BooleanField(
        label=_("Must name its expiry"),
        required=False,
        help_text=_("Otherwise the day of expiry may be left empty."),
    )
    blocks = forms.ChoiceField(
        label=_("Its expiry blocks"),
        choices=Blocks.choices,
        help_text=_("It counts at once, also for documents that have expired already."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
