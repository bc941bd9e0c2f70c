"""Template helpers of scoring models: names of parts and fields."""

from functools import cache

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scoring.capabilities.comparison import PartChange
from scoring.capabilities.forms import FORMS
from scoring.capabilities.settings_forms import SettingsForm
from scoring.capabilities.words import in_language

register = template.Library()
OTHERS: dict[str, str | Promise] = {
    "winsor": gettext_lazy("Clipping"),
    "composite.rounding.step": gettext_lazy("Round the score to steps of"),
    "scale": gettext_lazy("Scale"),
    "columns": gettext_lazy("Columns"),
}


@cache
def field_labels() -> dict[str, str | Promise]:
    """The labels of the editor's fields by their place in the model."""
    labels = dict(OTHERS)
    for form in (SettingsForm, *FORMS.values()):
        for name, field in form.base_fields.items():
            labels.setdefault(".".join(form.paths.get(name, (name,))), field.label)
    return labels


@register.filter
def field_name(path: str) -> str:
    """A field of a model in the viewer's language; its path when it has no name."""
    return str(field_labels().get(path, path))


@register.filter
def part_title(part: PartChange) -> str:
    """The name of a part of a comparison."""
    return _("Settings") if part.kind == "settings" else in_language(part.label, part.key)
