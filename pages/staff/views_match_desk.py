"""The match desk: requests by clock, a shortlist on demand, and why a provider is not on it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic.base import View

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.exceptions import NotFound
from merchants.clocks import business_day
from merchants.matching import selectors as matching
from merchants.matching.answer_services import withdraw_invitation
from merchants.matching.enums import InvitationStatus
from merchants.matching.judge import describe_reason, explain_why_not
from merchants.matching.models import Invitation
from merchants.matching.permissions import offer_actions as offer_invitation_actions
from merchants.matching.sentences import tell_reason
from merchants.matching.services import REQUEST_ACTIONS, invite
from merchants.matching.states import INVITATION
from merchants.requests import selectors
from merchants.requests.enums import RequestStatus
from merchants.requests.filters import MatchDeskFilter
from merchants.requests.models import HelpRequest
from merchants.requests.permissions import offer_actions
from merchants.requests.states import HELP_REQUEST
from pages.actions import ActionView, read_version
from pages.base import ListPage, StaffPage, TitledPage
from pages.matching_words import describe_needs, describe_state, describe_target, describe_terms
from pages.shortlists import build_columns, build_comparison, build_fit_chart, describe_excluded
from pages.staff.tables_matching import MatchDeskTable
from providers.registry.models import Provider


class MatchDesk(StaffPage, ListPage):
    """Every request that was sent, the most urgent clock first."""

    title = _("Match desk")
    lead = _("Requests of merchants by their clock; those that ended come last.")
    permission = "match.view"
    table_class = MatchDeskTable
    filterset_class = MatchDeskFilter
    template_name = "staff/match_desk.html"
    export_name = "help-requests"

    def get_queryset(self) -> QuerySet[HelpRequest]:
        return selectors.by_clock(selectors.visible_to(self.request.user))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            empty_text=_("No merchant asks for help at present."),
            may_see_rounds=has_permission(self.request.user, "round.view"),
            **kwargs,
        )


class WhyNotForm(forms.Form):
    """Which provider is asked about."""

    provider = forms.CharField(label=_("Provider code"), max_length=40, help_text=_("For example P000123."))


class MatchRequestPage(StaffPage):
    """What the pages of one request share."""

    permission = "match.view"

    @cached_property
    def help_request(self) -> HelpRequest:
        return self.get_object()

    def get_object(self) -> HelpRequest:
        found = selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound()
        return found


class MatchRequest(MatchRequestPage, TitledPage):
    """One request with its shortlist; `?provider=` asks why that one is not on it."""

    template_name = "staff/match_desk_request.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked, user = self.help_request, self.request.user
        shortlist = matching.latest_shortlist(asked)
        columns = build_columns(shortlist, asked) if shortlist else []
        invitations = list(matching.visible_to(user).filter(request=asked))
        pending = next((item for item in invitations if item.status == InvitationStatus.PENDING), None)
        may_invite = asked.status == RequestStatus.SHORTLISTED and has_permission(user, "match.invite")
        return super().get_context_data(
            title=asked.title,
            lead=describe_state(asked),
            back_url=reverse("pages:staff:match_desk"),
            back_label=_("Match desk"),
            asked=asked,
            target=describe_target(asked),
            needs=describe_needs(asked),
            terms=describe_terms(asked),
            offers=offer_actions(user, asked),
            action_url=reverse("pages:staff:match_request_act", args=[asked.pk]),
            shortlist=shortlist,
            columns=columns,
            comparison=build_comparison(columns, asked),
            chart=build_fit_chart(columns) if columns else None,
            excluded=describe_excluded(shortlist) if shortlist else [],
            may_invite=may_invite,
            invite_url=reverse("pages:staff:match_request_invite", args=[asked.pk]),
            invitations=invitations,
            pending=pending,
            pending_url=reverse("pages:staff:invitation_act", args=[pending.pk]) if pending else "",
            pending_offers=offer_invitation_actions(user, pending) if pending else [],
            entries=entries_of(asked),
            **self.ask_why_not(asked),
            **kwargs,
        )

    def ask_why_not(self, asked: HelpRequest) -> dict[str, Any]:
        """The form, and the answer when a provider was named."""
        if not has_permission(self.request.user, "match.manage"):
            return {}
        if "provider" not in self.request.GET:
            return {"why_form": WhyNotForm()}
        form = WhyNotForm(self.request.GET)
        if not form.is_valid():
            return {"why_form": form}
        provider = Provider.objects.filter(code=form.cleaned_data["provider"].strip().upper()).first()
        if provider is None:
            form.add_error("provider", _("There is no provider with this code."))
            return {"why_form": form}
        reasons = explain_why_not(asked, provider.pk, today=business_day(timezone.now()))
        texts = [tell_reason(describe_reason(reason), currency=asked.currency) for reason in reasons]
        return {"why_form": form, "why_provider": provider, "why_reasons": texts}


class MatchRequestAct(MatchRequestPage, ActionView):
    """Make a shortlist."""

    table = HELP_REQUEST
    actions = {"shortlist": REQUEST_ACTIONS["shortlist"]}
    id_name = "request_id"
    done = {"shortlist": _("The shortlist was made anew.")}

    def get_success_url(self, subject: HelpRequest) -> str:
        return reverse("pages:staff:match_request", args=[subject.pk])


class MatchRequestInvite(MatchRequestPage, View):
    """Invite one candidate for the merchant."""

    permission = "match.invite"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        invitation = invite(
            request_id=self.help_request.pk,
            provider_code=request.POST.get("provider", ""),
            by=request.user,
            version=read_version(request),
        )
        messages.success(
            request, _("%(name)s is invited and has 24 hours to answer.") % {"name": invitation.provider.name}
        )
        return redirect("pages:staff:match_request", pk=self.help_request.pk)


class InvitationAct(StaffPage, ActionView):
    """Take an invitation back."""

    permission = "invitation.withdraw"
    table = INVITATION
    actions = {"withdraw": withdraw_invitation}
    id_name = "invitation_id"
    done = {"withdraw": _("The invitation is withdrawn.")}

    def get_object(self) -> Invitation:
        found = matching.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound()
        return found

    def get_success_url(self, subject: Invitation) -> str:
        return reverse("pages:staff:match_request", args=[subject.request_id])
