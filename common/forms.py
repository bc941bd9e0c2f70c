"""Form rendering in Tabler's markup, and DomainError shown on a form."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.timezone import is_aware, make_aware

from common.exceptions import DomainError, list_faults
from common.templatetags.paddock import business_zone


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


class MomentField(forms.DateTimeField):
    """A moment in the platform's zone, by the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        super().__init__(**{"widget": widget, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime) and is_aware(value):
            return value.astimezone(business_zone()).replace(tzinfo=None)
        return value

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
        return found if is_aware(found) else make_aware(found, business_zone())

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except (ValueError, OverflowError) as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error


def add_domain_error(form: forms.BaseForm, error: DomainError) -> None:
    """Put the refusal on the field it names, or on top of the form."""
    field = error.field if error.field in form.fields else None
    form.add_error(field, str(error))
