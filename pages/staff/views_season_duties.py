"""Duties of a season: what promotion asks for, set on a draft, and how far everybody is."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.templatetags.paddock import local_text
from pages.forms import FormPage
from pages.staff.views_season import SeasonPage
from scoring.duties.enums import Duty
from scoring.seasons import selectors
from scoring.seasons.duties import targets_of
from scoring.seasons.duty_selectors import entries_visible_to, progress_of
from scoring.seasons.duty_services import set_duties
from scoring.seasons.duty_words import describe_progress
from scoring.seasons.enums import SeasonStatus
from scoring.seasons.models import Season

PER_PAGE = 25
MOST = 1000


class DutiesForm(forms.Form):
    """A number for each duty; 0 or nothing does not ask for it."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for value, label in Duty.choices:
            self.fields[value] = forms.IntegerField(
                label=label, required=False, min_value=0, max_value=MOST, help_text=_("0 does not ask for it.")
            )

    def duties(self) -> dict[str, int]:
        """The numbers given."""
        return {name: self.cleaned_data[name] or 0 for name in Duty.values}


class SeasonDuties(SeasonPage, FormPage):
    """Progress of everybody in one track; on a draft also the numbers."""

    template_name = "staff/season_duties.html"
    form_class = DutiesForm
    submit_label = _("Save the duties")
    success_text = _("The duties are saved.")

    def get_form_kwargs(self) -> dict[str, Any]:
        asked = self.season.plan.get("settlement", {}).get("duties", {})
        return {"initial": {**{name: asked.get(name, 0) for name in Duty.values}, "version": self.season.version}}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        season, user = self.season, self.request.user
        track = selectors.track_of(season, self.request.GET.get("track", ""))
        page = Paginator(entries_visible_to(user, track), PER_PAGE).get_page(self.request.GET.get("page"))
        entries = list(page.object_list)
        found = progress_of(season, track, [entry.provider_id for entry in entries])
        return super().get_context_data(
            title=_t("Duties of %(season)s") % {"season": local_text(season, "name")},
            lead=_("What a provider must have helped merchants with before it may rise."),
            back_url=reverse("pages:staff:season_detail", args=[season.pk]),
            back_label=local_text(season, "name"),
            season=season,
            track=track,
            tracks=list(selectors.tracks_of(season)),
            asked=[(Duty(name).label, target) for name, target in targets_of(track).items()],
            rows=[(entry, [describe_progress(one) for one in found[entry.provider_id]]) for entry in entries],
            page=page,
            may_edit=has_permission(user, "season.edit") and season.status == SeasonStatus.DRAFT,
            **kwargs,
        )

    def save(self, form: forms.Form) -> Season:
        return set_duties(
            season_id=self.season.pk,
            duties=form.duties(),  # type: ignore[attr-defined]
            by=self.request.user,
            version=form.cleaned_data["version"],
        )

    def get_success_url(self, saved: Season) -> str:
        return reverse("pages:staff:season_duties", args=[saved.pk])
