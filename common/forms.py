"""Form rendering in Tabler's markup, and DomainError shown on a form."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting

from common.exceptions import DomainError, list_faults


class TablerRenderer(TemplatesSetting):
    """Renders every form and field by the templates under templates/components/."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"


class DayInput(forms.DateInput):
    """The browser's own day picker; it reads and sends ISO days in every language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, str] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


def add_faults(form: forms.BaseForm, error: ValidationError) -> None:
    """Put what a model's validation found on the fields it names, or on top of the form."""
    for field, text in list_faults(error):
        form.add_error(field if field in form.fields else None, text)


def add_domain_error(form: forms.BaseForm, error: DomainError) -> None:
    """Put the refusal on the field it names, or on top of the form."""
    field = error.field if error.field in form.fields else None
    form.add_error(field, str(error))
