"""Invitations of a provider: what is asked, until when, yes with its traders or no with a reason."""

from typing import Any

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_tables2 import A

from common.audit.selectors import entries_of
from common.exceptions import DomainError, NotFound, NotPermitted
from common.forms import add_domain_error
from merchants.engagements.selectors import workloads_of
from merchants.matching import selectors
from merchants.matching.answer_services import accept_invitation, decline_invitation
from merchants.matching.enums import InvitationStatus
from merchants.matching.filters import InvitationFilter
from merchants.matching.models import Invitation
from merchants.matching.permissions import offer_actions
from merchants.matching.sentences import tell_reason
from merchants.matching.states import INVITATION
from pages.actions import ActionView
from pages.base import ListPage, ProviderPage, TitledPage
from pages.columns import MomentColumn, StatusColumn
from pages.matching_words import describe_needs, describe_target, describe_terms


class InvitationTable(tables.Table):
    code = tables.Column(
        verbose_name=_("Invitation"), order_by="pk", linkify=("pages:provider:invitation_detail", {"pk": A("pk")})
    )
    title = tables.Column(accessor="request__title", verbose_name=_("Title"))
    merchant = tables.Column(accessor="request__merchant__name", verbose_name=_("Shop"))
    goal = tables.Column(accessor="request__get_goal_display", verbose_name=_("Goal"), order_by="request__goal")
    status = StatusColumn()
    expires_at = MomentColumn()

    class Meta:
        model = Invitation
        fields = ("code", "title", "merchant", "goal", "status", "expires_at")
        attrs = {"caption": _("Invitations")}


class InvitationList(ProviderPage, ListPage):
    """All invitations, the open ones by their clock first."""

    title = _("Invitations")
    lead = _("Merchants whose request fits you. Answer within 24 hours, else the next provider is asked.")
    permission = "invitation.view"
    table_class = InvitationTable
    filterset_class = InvitationFilter
    export_name = "invitations"

    def get_queryset(self) -> QuerySet[Invitation]:
        own = selectors.visible_to(self.request.user).filter(provider__organisation=self.organisation)
        return selectors.open_first(own)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            empty_text=_("No invitation yet."),
            empty_hint=_("Merchants find you by your scores, your category and the places your traders have free."),
            **kwargs,
        )


class AcceptForm(forms.Form):
    """Which traders take the live rooms."""

    traders = forms.MultipleChoiceField(
        label=_("Traders"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Live rooms are given to the chosen traders in this order, each up to what is free."),
        error_messages={"required": _("Choose who will operate the live rooms.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class InvitationPage(ProviderPage):
    """What the pages of one invitation share."""

    permission = "invitation.view"

    def get_object(self) -> Invitation:
        own = selectors.visible_to(self.request.user).filter(provider__organisation=self.organisation)
        found = own.select_related("engagement").filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound()
        return found


class InvitationDetail(InvitationPage, TitledPage):
    """What is asked and how to answer. A POST accepts."""

    template_name = "provider/invitation_detail.html"

    @cached_property
    def invitation(self) -> Invitation:
        return self.get_object()

    def build_form(self, data: Any = None) -> AcceptForm:
        workloads = workloads_of(self.invitation.provider_id)
        form = AcceptForm(data, initial={"version": self.invitation.version})
        form.fields["traders"].choices = [  # type: ignore[attr-defined]
            (
                workload.trader.code,
                _("%(name)s: %(spare)s of %(all)s live rooms free")
                % {
                    "name": workload.trader.name,
                    "spare": workload.spare,
                    "all": workload.trader.max_live_rooms,
                },
            )
            for workload in workloads
        ]
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        invitation = self.invitation
        asked = invitation.request
        offers = {offer.action: offer for offer in offer_actions(self.request.user, invitation)}
        form = kwargs.pop("form", None) or self.build_form()
        return super().get_context_data(
            title=asked.title,
            lead=_("From %(shop)s") % {"shop": asked.merchant.name},
            back_url=reverse("pages:provider:invitation_list"),
            back_label=_("Invitations"),
            invitation=invitation,
            asked=asked,
            needs=[need for need in describe_needs(asked) if need.level],
            target=describe_target(asked),
            terms=describe_terms(asked),
            pros=[tell_reason(reason, currency=asked.currency) for reason in invitation.candidate.reasons_for],
            accept=offers.get("accept"),
            decline=[offers["decline"]] if "decline" in offers else [],
            is_open=invitation.status == InvitationStatus.PENDING,
            form=form,
            action_url=reverse("pages:provider:invitation_act", args=[invitation.pk]),
            entries=entries_of(invitation),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.build_form(request.POST)
        status = 400
        if form.is_valid():
            try:
                engagement = accept_invitation(
                    invitation_id=self.invitation.pk,
                    trader_codes=form.cleaned_data["traders"],
                    version=form.cleaned_data["version"],
                    by=request.user,
                )
            except NotPermitted:
                raise
            except DomainError as error:
                add_domain_error(form, error)
                status = error.status
            else:
                messages.success(request, _("Accepted. The engagement has begun."))
                return redirect("pages:provider:engagement_detail", pk=engagement.pk)
        return self.render_to_response(self.get_context_data(form=form), status=status)


class InvitationAct(InvitationPage, ActionView):
    """Decline with a reason."""

    table = INVITATION
    actions = {"decline": decline_invitation}
    id_name = "invitation_id"
    done = {"decline": _("Declined. The merchant sees your reason.")}

    def get_success_url(self, subject: Invitation) -> str:
        return reverse("pages:provider:invitation_list")
