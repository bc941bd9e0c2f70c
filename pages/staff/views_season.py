"""Seasons and their standings, as staff see them."""

import json
from datetime import date, timedelta
from typing import Any

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.days import business_day
from common.exceptions import InvalidInput, NotFound
from common.forms import DayInput
from common.templatetags.paddock import local_text
from pages.actions import ActionView
from pages.base import ListPage, StaffPage, TitledPage
from pages.charts_seasons import draw_cut_line
from pages.columns import DayColumn, StatusColumn
from pages.forms import FormPage
from scoring.capabilities.enums import ModelStatus
from scoring.capabilities.models import ScoringModel
from scoring.season_lab.policies import TRIABLE
from scoring.seasons import policies, selectors, services
from scoring.seasons.board_services import rank_night
from scoring.seasons.chance_words import explain_odds, explain_ranks
from scoring.seasons.filters import SeasonFilter
from scoring.seasons.models import Season
from scoring.seasons.permissions import offer_season_actions
from scoring.seasons.states import SEASON
from scoring.seasons.track_words import describe_tracks
from scoring.seasons.words import describe_pinned


class SeasonTable(tables.Table):
    code = tables.Column(linkify=lambda record: reverse("pages:staff:season_detail", args=[record.pk]))
    name = tables.Column(accessor="name_zh", verbose_name=_("Name"), orderable=False)
    status = StatusColumn(verbose_name=_("Status"))
    starts_on = DayColumn()
    ends_on = DayColumn()
    scoring_model = tables.Column(verbose_name=_("Scoring model"))
    digest = tables.Column(verbose_name=_("Digest"), orderable=False)

    class Meta:
        model = Season
        fields = ("code", "name", "status", "starts_on", "ends_on", "scoring_model", "digest")
        attrs = {"caption": _("Seasons")}

    def render_name(self, record: Season) -> str:
        return local_text(record, "name")

    def render_digest(self, value: str) -> SafeString:
        return format_html("<code>{}</code>", value[:12])

    def value_digest(self, value: str) -> str:
        return value


class SeasonList(StaffPage, ListPage):
    """All seasons, the newest first."""

    title = _("Seasons")
    lead = _("Who races whom, by which rules. Rules are announced before a season and pinned by a digest.")
    permission = "season.view"
    table_class = SeasonTable
    filterset_class = SeasonFilter
    template_name = "staff/season_list.html"
    export_name = "seasons"

    def get_queryset(self) -> Any:
        return selectors.visible_to(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            may_edit=has_permission(self.request.user, "season.edit"),
            next_missing=selectors.without_successor(),
            **kwargs,
        )


class SeasonPage(StaffPage):
    """What the pages of one season share."""

    permission = "season.view"

    def get_object(self) -> Season:
        season = selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if season is None:
            raise NotFound()
        return season

    @cached_property
    def season(self) -> Season:
        return self.get_object()


class SeasonDetail(SeasonPage, TitledPage):
    """State, rules, nights and the present places."""

    template_name = "staff/season_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        season, user = self.season, self.request.user
        tracks = list(selectors.counted_tracks(season))
        track = selectors.track_of(season, self.request.GET.get("track", ""))
        night = selectors.night_of(track)
        rules = policies.read_rules(track.rules)
        return super().get_context_data(
            title=local_text(season, "name"),
            back_url=reverse("pages:staff:season_list"),
            back_label=_("Seasons"),
            season=season,
            track=track,
            all_tracks=tracks,
            tracks=describe_tracks(tracks),
            offers=offer_season_actions(season, user),
            action_url=reverse("pages:staff:season_act", args=[season.pk]),
            may_edit=has_permission(user, "season.edit") and season.status == "draft",
            may_try=season.status in TRIABLE,
            may_compute=has_permission(user, "standing.compute") and season.status in selectors.RACING_SEASONS,
            yesterday=business_day(timezone.now()) - timedelta(days=1),
            night=night,
            nights=selectors.nights_of(track)[:10],
            standings=selectors.ranked_of(night)[:10] if night else [],
            cut=draw_cut_line(night, list(selectors.near_lines(night)), rules, odds=True) if night else None,
            ranks_note=explain_ranks(night) if night else "",
            odds_note=explain_odds(night) if night else "",
            unranked=selectors.unranked_of(night)[:20] if night else [],
            show_settlement=season.started_at is not None,
            pinned=describe_pinned(season),
            comments=selectors.comments_of(season, user),
            answer_address="pages:staff:season_comment_answer" if has_permission(user, "season.answer") else "",
            next_missing=[one for one in selectors.without_successor() if one.pk == season.pk],
            entries=entries_of(season),
            **kwargs,
        )


class SeasonAct(SeasonPage, ActionView):
    """Every step of a season."""

    table = SEASON
    actions = services.ACTIONS
    id_name = "season_id"
    done = {
        "announce": _("Announced. Dates, model and rules are pinned."),
        "start": _("Started. Places are computed every night."),
        "close": _("The race is closed."),
        "open_objections": _("The verdicts are shown. Providers may object."),
        "finalise": _("The result is final."),
        "archive": _("The season is archived."),
    }

    def get_success_url(self, subject: Season) -> str:
        return reverse("pages:staff:season_detail", args=[subject.pk])


class StandingCompute(SeasonPage):
    """Compute the places of a day now."""

    permission = "standing.compute"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        day = read_day(request.POST.get("day", "")) or business_day(timezone.now()) - timedelta(days=1)
        rank_night(season_id=self.season.pk, day=day, by=request.user)
        messages.success(request, _("The places of this day are on the board."))
        return redirect("pages:staff:season_detail", self.season.pk)


def read_day(text: str) -> date | None:
    """A day as the browser sends it; None for none, InvalidInput for anything else."""
    try:
        return date.fromisoformat(text) if text.strip() else None
    except ValueError as error:
        raise InvalidInput(_("This is no day."), field="day", remedy=_("Write it as 2026-01-31.")) from error


class RulesField(forms.JSONField):
    """JSON as people read it."""

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value, indent=2, ensure_ascii=False) if isinstance(value, dict) else value


class SeasonForm(forms.Form):
    """A season's dates, model and rules."""

    code = forms.CharField(label=_("Code"), max_length=20, help_text=_("Short and lasting, such as 2026Q1."))
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80)
    starts_on = forms.DateField(label=_("First day"), widget=DayInput())
    ends_on = forms.DateField(label=_("Last day"), widget=DayInput())
    scoring_model = forms.ModelChoiceField(
        label=_("Scoring model"), queryset=ScoringModel.objects.exclude(status=ModelStatus.RETIRED)
    )
    rules = RulesField(
        label=_("Rules and tracks"),
        required=False,
        help_text=_(
            "The order of the ranking keys, the settlement and the tracks, as JSON. Empty takes one for everybody."
        ),
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "class": "form-control font-monospace"}),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_rules(self) -> Any:
        rules = self.cleaned_data["rules"]
        if rules is not None and not isinstance(rules, dict):
            raise forms.ValidationError(_("The rules must be a JSON object."))
        return rules


class SeasonCreate(StaffPage, FormPage):
    """Prepare a season."""

    title = _("Prepare a season")
    lead = _("Rules are public at least 15 days before the first day.")
    permission = "season.edit"
    form_class = SeasonForm
    submit_label = _("Save the draft")
    success_text = _("The draft is saved.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"rules": policies.DEFAULT_RULES.as_mapping()}}

    def save(self, form: forms.Form) -> Season:
        data = dict(form.cleaned_data)
        data.pop("version")
        model = data.pop("scoring_model")
        return services.create_season(scoring_model_id=model.pk, by=self.request.user, **data)

    def get_success_url(self, saved: Season) -> str:
        return reverse("pages:staff:season_detail", args=[saved.pk])


class SeasonEdit(SeasonCreate):
    """Change a draft."""

    title = _("Edit the season")

    @cached_property
    def season(self) -> Season:
        season = selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if season is None:
            raise NotFound()
        return season

    def get_form_kwargs(self) -> dict[str, Any]:
        season = self.season
        names = ("code", "name_zh", "name_en", "starts_on", "ends_on", "scoring_model", "version")
        return {"initial": {**{name: getattr(season, name) for name in names}, "rules": season.plan}}

    def save(self, form: forms.Form) -> Season:
        data = dict(form.cleaned_data)
        version, rules, model = data.pop("version"), data.pop("rules"), data.pop("scoring_model")
        return services.edit_season(
            season_id=self.season.pk,
            changes={**data, "scoring_model_id": model.pk},
            rules=rules,
            by=self.request.user,
            version=version,
        )
