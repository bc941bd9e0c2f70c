"""Forms of a review and of a rubric: they check shape, services decide."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import DayInput
from common.templatetags.paddock import local_text
from providers.admission.forms import VersionedForm
from providers.admission.review.enums import Recommendation
from providers.admission.review.policies import MOST_COMMENT, MOST_REASONS, NO_EVIDENCE
from providers.admission.review.rubric_models import MOST_LEVEL, MOST_MARGIN, Rubric
from providers.enums import Capability


class ReviewForm(VersionedForm):
    """A level and a comment for each capability of the panel's rubric, and what to do with the application."""

    recommendation = forms.ChoiceField(
        label=_("Recommendation"), choices=reversed(Recommendation.choices), widget=forms.RadioSelect
    )
    reasons = forms.CharField(
        label=_("Reasons"),
        max_length=MOST_REASONS,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What decides the case. The decider and, after the panel has settled, the other reviewer read it."),
    )

    def __init__(self, *args: Any, rubric: Rubric, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        anchors: dict[str, list[tuple[str, str]]] = {}
        for level in rubric.levels.all():
            anchors.setdefault(level.capability, []).append(
                (str(level.level), f"{level.level} · {local_text(level, 'text')}")
            )
        for capability in Capability:
            choices = [*sorted(anchors.get(capability.value, [])), (NO_EVIDENCE, _("No evidence to judge"))]
            self.fields[f"level_{capability.value}"] = forms.ChoiceField(
                label=_("Level"), choices=choices, widget=forms.RadioSelect
            )
            self.fields[f"comment_{capability.value}"] = forms.CharField(
                label=_("Comment"),
                max_length=MOST_COMMENT,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text=_("The evidence that made you choose the level. Without evidence it may stay empty."),
            )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for key in Capability.values:
            if data.get(f"level_{key}", NO_EVIDENCE) != NO_EVIDENCE and not data.get(f"comment_{key}"):
                self.add_error(
                    f"comment_{key}", _("A level needs a comment. Name the evidence that made you choose it.")
                )
        return data

    def parts(self) -> Iterator[tuple[Capability, forms.BoundField, forms.BoundField]]:
        """For each capability its two fields."""
        for capability in Capability:
            yield capability, self[f"level_{capability.value}"], self[f"comment_{capability.value}"]

    def draft(self) -> dict[str, Any]:
        """What is there so far, clean or not, as `save_draft` takes it."""
        return {
            "levels": {key: self.data.get(f"level_{key}", "") for key in Capability.values},
            "comments": {key: self.data.get(f"comment_{key}", "") for key in Capability.values},
            "recommendation": self.data.get("recommendation", ""),
            "reasons": self.data.get("reasons", ""),
        }

    def scores(self) -> dict[str, tuple[int | None, str]]:
        """The clean levels and comments as the service takes them."""
        data = self.cleaned_data
        return {
            key: (None if data[f"level_{key}"] == NO_EVIDENCE else int(data[f"level_{key}"]), data[f"comment_{key}"])
            for key in Capability.values
        }


def fields_of_draft(content: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a ReviewForm as a draft left them."""
    return {
        **{f"level_{key}": level for key, level in content["levels"].items()},
        **{f"comment_{key}": comment for key, comment in content["comments"].items()},
        "recommendation": content["recommendation"],
        "reasons": content["reasons"],
    }


class RubricForm(VersionedForm):
    """All texts of a rubric in both languages."""

    margin = forms.IntegerField(
        label=_("Margin"),
        min_value=0,
        max_value=MOST_MARGIN,
        help_text=_("How far two reviewers may lie apart in a capability before a third one is asked."),
    )
    note = forms.CharField(label=_("What changed"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for capability in Capability:
            for level in range(MOST_LEVEL + 1):
                for language, label in (("zh", _("%(level)s, Chinese")), ("en", _("%(level)s, English"))):
                    self.fields[f"{capability.value}_{level}_{language}"] = forms.CharField(
                        label=label % {"level": level}, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
                    )

    def parts(self) -> Iterator[tuple[Capability, list[tuple[forms.BoundField, forms.BoundField]]]]:
        """For each capability its levels, each with its two fields."""
        for capability in Capability:
            names = [f"{capability.value}_{level}" for level in range(MOST_LEVEL + 1)]
            yield capability, [(self[f"{name}_zh"], self[f"{name}_en"]) for name in names]

    def anchors(self) -> dict[str, list[tuple[str, str]]]:
        """The clean texts as the service takes them."""
        data = self.cleaned_data
        return {
            key: [(data[f"{key}_{level}_zh"], data[f"{key}_{level}_en"]) for level in range(MOST_LEVEL + 1)]
            for key in Capability.values
        }


class PeriodForm(forms.Form):
    """The days of a period, both included."""

    since = forms.DateField(label=_("From day"), widget=DayInput())
    until = forms.DateField(label=_("To day"), widget=DayInput())

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            raise forms.ValidationError(_("The period ends before it begins. Exchange the two days."))
        return data
