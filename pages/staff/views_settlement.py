"""The settlement of a season: what it would be, what it is, and what follows."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.exceptions import Conflict
from common.templatetags.paddock import local_text
from pages.actions import read_version
from pages.base import StaffPage, TitledPage
from pages.staff.views_season import SeasonPage
from providers.registry.models import Provider
from scoring.seasons import selectors, settlement_services, verdict_selectors
from scoring.seasons.enums import Outcome, SeasonStatus
from scoring.seasons.models import Season, Track
from scoring.seasons.settling import settle_track_now
from scoring.seasons.verdict_models import Settlement, Verdict
from scoring.seasons.verdict_words import say_verdict

PER_PAGE = 50


class SettlementPage(SeasonPage, TitledPage):
    """One track: the preview before it is settled, the verdicts afterwards."""

    template_name = "staff/settlement.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        season, user = self.season, self.request.user
        track = selectors.track_of(season, self.request.GET.get("track", ""))
        settlement = verdict_selectors.current_settlement(track)
        wanted = self.request.GET.get("outcome", "")
        verdicts, counts, trouble = list_verdicts(season, track, settlement)
        page = Paginator([one for one in verdicts if wanted in ("", one.outcome)], PER_PAGE).get_page(
            self.request.GET.get("page")
        )
        name_providers(page.object_list)
        tracks = list(selectors.tracks_of(season))
        return super().get_context_data(
            title=_("Settlement of %(season)s") % {"season": local_text(season, "name")},
            back_url=reverse("pages:staff:season_detail", args=[season.pk]),
            back_label=local_text(season, "name"),
            season=season,
            tracks=tracks,
            track=track,
            settlement=settlement,
            settled=verdict_selectors.settlements_of(season).count(),
            counts=[(value, Outcome(value).label, count) for value, count in counts.items()],
            wanted=wanted,
            page=page,
            rows=[(one, say_verdict(one)) for one in page.object_list],
            trouble=trouble,
            may_settle=has_permission(user, "season.settle") and season.status == SeasonStatus.SETTLING,
            clear_outs=list(verdict_selectors.waiting_clear_outs(season)) if season.is_closed else [],
            may_clear_out=has_permission(user, "provider.clear_out"),
            **kwargs,
        )


def list_verdicts(
    season: Season, track: Track, settlement: Settlement | None
) -> tuple[list[Verdict], dict[str, int], Conflict | None]:
    """The verdicts in force, else what they would be now, unsaved; how many of each; why there is no preview."""
    if settlement is not None:
        return list(settlement.verdicts.order_by("place", "provider__code")), settlement.counts, None
    if season.status not in (SeasonStatus.RUNNING, SeasonStatus.SETTLING):
        return [], {}, None
    try:
        result = settle_track_now(track)
    except Conflict as refusal:
        return [], {}, refusal
    return [Verdict(**vars(draft)) for draft in result.drafts], result.counts, None


def name_providers(verdicts: Any) -> None:
    """Give each verdict its provider in one query."""
    found = Provider.objects.in_bulk({one.provider_id for one in verdicts})
    for one in verdicts:
        one.provider = found[one.provider_id]


class SettlementStart(SeasonPage):
    """Settle all tracks."""

    permission = "season.settle"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        job = settlement_services.start_settlement(
            season_id=self.season.pk, by=request.user, version=read_version(request)
        )
        messages.success(request, _("The tracks are being settled, one after the other."))
        return redirect("pages:job", job.pk)


class ClearOut(StaffPage):
    """Carry out a verdict of clear-out."""

    permission = "provider.clear_out"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        settlement_services.clear_out_by_verdict(verdict_id=pk, by=request.user, note=request.POST.get("note", ""))
        messages.success(request, _("Cleared out."))
        verdict = Verdict.objects.select_related("settlement__track").get(pk=pk)
        return redirect("pages:staff:settlement", verdict.settlement.track.season_id)
