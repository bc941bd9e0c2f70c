"""What the forms of a draft's parts share: flat fields to a part's content and back.

They check shape; the engine checks the rest. The content of a part may hold more than its form shows; what the form
does not know stays as it is.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

AGGREGATIONS = (("arithmetic", _("weighted arithmetic mean")), ("geometric", _("weighted geometric mean")))
ROUNDINGS = (("half_up", _("halves away from zero")), ("half_even", _("halves to even")))


class NumberList(forms.CharField):
    """Numbers separated by commas or spaces."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(f"{number:g}" for number in value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[float]:
        text = super().clean(value).replace("，", ",").replace("、", ",").replace(";", ",")
        try:
            return [float(part) for part in text.replace(",", " ").split()]
        except ValueError as error:
            raise forms.ValidationError(_("Write numbers separated by commas, as in 1, 2, 5.")) from error


class Formula(forms.CharField):
    """A formula; the page completes columns in it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(
            attrs={"rows": 2, "spellcheck": "false", "autocomplete": "off", "data-formula": "", "class": "formula"}
        )
        super().__init__(widget=widget, max_length=500, **kwargs)


class PartForm(forms.Form):
    """One part. `paths` maps a field to its place in the content when that is not its own name."""

    paths: Mapping[str, tuple[str, ...]] = {}
    sections: Sequence[tuple[Any, tuple[str, ...]]] = ()
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def content(self, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The part's content from the clean fields, over what it was before."""
        content = copy.deepcopy(dict(before or {}))
        for name, value in self.cleaned_data.items():
            if name != "version":
                place(content, self.paths.get(name, (name,)), value)
        return {name: value for name, value in content.items() if value != {}}

    @classmethod
    def flatten(cls, content: Mapping[str, Any]) -> dict[str, Any]:
        """Initial values of the fields from a part's content."""
        initial = {}
        for name in [name for name in cls.base_fields if name != "version"]:
            value: Any = content
            for step in cls.paths.get(name, (name,)):
                value = value.get(step) if isinstance(value, Mapping) else None
            if value is not None:
                initial[name] = value
        return initial

    @classmethod
    def field_of(cls, path: str) -> str:
        """The field that a fault's path means; empty when none does."""
        steps = path.partition("[")[0].split(".")
        for name, place_of in cls.paths.items():
            if list(place_of) == steps:
                return name
        found = [name for name, place_of in cls.paths.items() if place_of[0] == steps[0]]
        return steps[0] if steps[0] in cls.base_fields else (found[0] if found else "")

    def in_sections(self) -> Iterator[tuple[Any, list[forms.BoundField]]]:
        """The visible fields under their headings."""
        for heading, names in self.sections:
            yield heading, [self[name] for name in names]


def place(content: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Put a value into nested tables; nothing takes it out."""
    for step in path[:-1]:
        content = content.setdefault(step, {})
    if value is None or value == [] or value == "":
        content.pop(path[-1], None)
    else:
        content[path[-1]] = value


LABELS = {
    "label_zh": ("label", "zh"),
    "label_en": ("label", "en"),
    "description_zh": ("description", "zh"),
    "description_en": ("description", "en"),
}


def text(label: Any, **more: Any) -> forms.CharField:
    """An optional text of one line."""
    return forms.CharField(label=label, required=False, max_length=400, **more)


def lines(label: Any) -> forms.CharField:
    """An optional text of some lines."""
    return forms.CharField(label=label, required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


def key_field() -> forms.CharField:
    """The key of a part."""
    return forms.CharField(label=_("Key"), max_length=64, help_text=_("Small letters, digits and underscores."))


def number_of(label: Any, **more: Any) -> forms.FloatField:
    """An optional number."""
    return forms.FloatField(label=label, required=False, **more)


def whole(label: Any, **more: Any) -> forms.IntegerField:
    """An optional whole number."""
    return forms.IntegerField(label=label, required=False, **more)


def without_rounding(content: dict[str, Any]) -> dict[str, Any]:
    """A rounding without a step is none."""
    if "step" not in content.get("rounding", {}):
        content.pop("rounding", None)
    return content
