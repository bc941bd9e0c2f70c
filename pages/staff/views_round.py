"""Match rounds: all requests that wait for a referral at once, as a preview that somebody commits or discards."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.exceptions import NotFound
from common.templatetags.paddock import number
from merchants.requests.selectors import referable
from merchants.rounds import selectors, services
from merchants.rounds.enums import RoundStatus
from merchants.rounds.filters import MatchRoundFilter, RoundPlaceFilter
from merchants.rounds.forms import RoundForm
from merchants.rounds.models import MatchRound, RoundPlace
from merchants.rounds.permissions import offer_actions
from merchants.rounds.states import MATCH_ROUND
from pages.actions import ActionView
from pages.base import ListPage, StaffPage, TitledPage
from pages.forms import FormPage
from pages.match_rounds import (
    count_by_class,
    describe_costs,
    describe_excluded,
    describe_figures,
    describe_others,
    describe_state,
    draw_loads,
    explain_others,
    show_fit,
)
from pages.staff.tables_rounds import MatchRoundTable, RoundPlaceTable, describe_outcome


class MatchRoundList(StaffPage, ListPage):
    """All rounds, the newest first."""

    title = _("Match rounds")
    lead = _("All requests that wait for a referral, assigned at once to the best total.")
    permission = "round.view"
    table_class = MatchRoundTable
    filterset_class = MatchRoundFilter
    template_name = "staff/match_round_list.html"
    export_name = "match-rounds"

    def get_queryset(self) -> QuerySet[MatchRound]:
        return selectors.visible_to(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            back_url=reverse("pages:staff:match_desk"),
            back_label=_("Match desk"),
            may_run=has_permission(self.request.user, "round.run"),
            waiting=referable().count(),
            empty_text=_("No round was started yet."),
            empty_hint=_("A round shows first what it would do; nobody is invited before somebody commits it."),
            **kwargs,
        )


class MatchRoundStart(StaffPage, FormPage):
    """Choose the settings of a round."""

    title = _("Start a match round")
    permission = "round.run"
    template_name = "staff/match_round_start.html"
    form_class = RoundForm
    submit_label = _("Prepare the preview")
    success_text = _("The preview is being prepared.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        requests, present = list(referable()), selectors.open_round()
        return super().get_context_data(
            lead=_("Prepares a preview. Nobody is invited before you commit it."),
            back_url=reverse("pages:staff:match_round_list"),
            back_label=_("Match rounds"),
            waiting=len(requests),
            classes=count_by_class(requests),
            present=present,
            present_url=reverse("pages:staff:match_round", args=[present.pk]) if present else "",
            **kwargs,
        )

    def save(self, form: forms.Form) -> MatchRound:
        return services.start_round(by=self.request.user, **form.cleaned_data)

    def get_success_url(self, saved: MatchRound) -> str:
        return reverse("pages:staff:match_round", args=[saved.pk])


class RoundPage(StaffPage):
    """What the pages of one round share."""

    permission = "round.view"

    def get_object(self) -> MatchRound:
        found = selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound()
        return found

    @cached_property
    def match_round(self) -> MatchRound:
        return self.get_object()


class MatchRoundDetail(RoundPage, ListPage):
    """One round: its figures beside the last one's, what each setting costs, and its places."""

    table_class = RoundPlaceTable
    filterset_class = RoundPlaceFilter
    template_name = "staff/match_round.html"
    export_name = "match-round"

    def get_queryset(self) -> QuerySet[RoundPlace]:
        places = selectors.places_visible_to(self.request.user).filter(round=self.match_round)
        return places.defer("candidates", "why_not").order_by("pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found, user = self.match_round, self.request.user
        last = selectors.last_committed(found)
        shown: dict[str, Any] = {}
        if found.has_figures:
            shown = {
                "figures": describe_figures(found, last),
                "costs": describe_costs(found),
                "chart": draw_loads(found),
                "counts": selectors.count_outcomes(found),
            }
        failed = found.status == RoundStatus.PREPARING and found.job is not None and not found.job.is_open
        return super().get_context_data(
            title=_t("Match round %(code)s") % {"code": found.code},
            lead=describe_state(found),
            back_url=reverse("pages:staff:match_round_list"),
            back_label=_("Match rounds"),
            match_round=found,
            last=last,
            failed=failed,
            offers=offer_actions(user, found),
            action_url=reverse("pages:staff:match_round_act", args=[found.pk]),
            entries=entries_of(found),
            **shown,
            **kwargs,
        )


class MatchRoundAct(RoundPage, ActionView):
    """Commit, discard or resume."""

    table = MATCH_ROUND
    actions = services.ACTIONS
    id_name = "round_id"
    done = {
        "commit": _("Committed. The providers are being invited."),
        "discard": _("Discarded. Nobody was invited."),
        "resume": _("The invitations go on."),
    }

    def get_success_url(self, subject: MatchRound) -> str:
        return reverse("pages:staff:match_round", args=[subject.pk])


class RoundPlaceDetail(RoundPage, TitledPage):
    """Why a request got its provider, and why not one that would fit better."""

    template_name = "staff/round_place.html"

    @cached_property
    def place(self) -> RoundPlace:
        places = selectors.places_visible_to(self.request.user).filter(round=self.match_round)
        found = places.filter(pk=self.kwargs["place_pk"]).first()
        if found is None:
            raise NotFound()
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        place = self.place
        why_not, more = explain_others(place)
        state, outcome = describe_outcome(place)
        return super().get_context_data(
            title=_t("%(request)s in round %(round)s") % {"request": place.request.code, "round": place.round.code},
            lead=place.request.title,
            back_url=reverse("pages:staff:match_round", args=[place.round_id]),
            back_label=_t("Match round %(code)s") % {"code": place.round.code},
            place=place,
            fit=show_fit(place.fit),
            state=state,
            outcome=outcome,
            others=describe_others(place),
            why_not=why_not,
            more=number(more) if more else "",
            excluded=describe_excluded(place),
            **kwargs,
        )
