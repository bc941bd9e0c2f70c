"""The upload form."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from scoring.facts.enums import FactBatchStatus
from scoring.facts.models import FactBatch
from scoring.facts.profiles import shipped
from scoring.facts.services import Options


class SupersededField(forms.ModelMultipleChoiceField):
    """Live batches, told by what they hold."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.pk} · {obj.source} · {obj.day_from} – {obj.day_to} · {obj.file_name}"


class UploadForm(forms.Form):
    """A file, how to read it, and what to do with what is wrong in it."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, CSV in gzip, Parquet or JSON lines. The content decides, not the name."),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty. Send a file with a header and at least one row."),
        },
    )
    profile = forms.ChoiceField(label=_("Profile"), help_text=_("How the columns of the file are read."))
    source = forms.SlugField(
        label=_("Source"),
        required=False,
        max_length=40,
        help_text=_("The system that the data come from. Empty means the source of the profile."),
    )
    dry_run = forms.BooleanField(
        label=_("Dry run"),
        required=False,
        initial=True,
        help_text=_("Check and report only. You decide afterwards, without sending the file again."),
    )
    skip_bad_rows = forms.BooleanField(
        label=_("Skip bad rows"),
        required=False,
        help_text=_("Take the good rows and report the bad ones. Otherwise one bad row rejects the file."),
    )
    register_unknown = forms.BooleanField(
        label=_("Register unknown providers"),
        required=False,
        help_text=_("They are scored as external ones, and never ranked or matched. Administrators only."),
    )
    supersedes = SupersededField(
        label=_("Supersedes"),
        required=False,
        queryset=FactBatch.objects.none(),
        help_text=_("Live batches that this file replaces whole."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chinese = (get_language() or "").startswith("zh")
        field = self.fields["profile"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(profile.name, profile.title_zh if chinese else profile.title_en) for profile in shipped()]
        live = self.fields["supersedes"]
        if isinstance(live, forms.ModelMultipleChoiceField):
            live.queryset = FactBatch.objects.filter(status=FactBatchStatus.LIVE).order_by("-pk")

    @property
    def options(self) -> Options:
        """What was chosen; after `is_valid`."""
        data = self.cleaned_data
        return Options(
            skip_bad_rows=data["skip_bad_rows"],
            register_unknown=data["register_unknown"],
            supersedes=tuple(batch.pk for batch in data["supersedes"]),
            dry_run=data["dry_run"],
        )
