"""The shortlist side by side, and inviting from it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic.base import View

from common.exceptions import NotFound
from merchants.matching import selectors
from merchants.matching.answer_services import withdraw_invitation
from merchants.matching.models import Invitation, Shortlist
from merchants.matching.services import invite
from merchants.matching.states import INVITATION
from merchants.requests.enums import RequestStatus
from pages.actions import ActionView, read_version
from pages.base import TitledPage
from pages.merchant.base import OwnMerchantPage
from pages.merchant.views_request import RequestPage
from pages.shortlists import build_columns, build_comparison, build_fit_chart, describe_excluded


class ShortlistPage(RequestPage, TitledPage):
    """The candidates with what speaks for and against each, and their figures side by side."""

    permission = "match.view"
    template_name = "merchant/shortlist_compare.html"

    @cached_property
    def shortlist(self) -> Shortlist:
        found = selectors.latest_shortlist(self.help_request)
        if found is None:
            raise NotFound()
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked, shortlist = self.help_request, self.shortlist
        columns = build_columns(shortlist, asked)
        return super().get_context_data(
            title=_("Shortlist"),
            lead=asked.title,
            back_url=reverse("pages:merchant:request_detail", args=[asked.pk]),
            back_label=_("Request"),
            asked=asked,
            shortlist=shortlist,
            columns=columns,
            comparison=build_comparison(columns, asked),
            chart=build_fit_chart(columns) if columns else None,
            excluded=describe_excluded(shortlist),
            may_invite=asked.status == RequestStatus.SHORTLISTED and self.may("match.invite"),
            invite_url=reverse("pages:merchant:request_invite", args=[asked.pk]),
            **kwargs,
        )


class RequestInvite(RequestPage, View):
    """Invite one candidate."""

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
        return redirect("pages:merchant:request_detail", pk=self.help_request.pk)


class InvitationAct(OwnMerchantPage, ActionView):
    """Take an invitation back."""

    permission = "invitation.view"
    table = INVITATION
    actions = {"withdraw": withdraw_invitation}
    id_name = "invitation_id"
    done = {"withdraw": _("The invitation is withdrawn. You can invite somebody else.")}

    def get_object(self) -> Invitation:
        own = selectors.visible_to(self.request.user).filter(request__merchant=self.merchant)
        found = own.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound()
        return found

    def get_success_url(self, subject: Invitation) -> str:
        return reverse("pages:merchant:request_detail", args=[subject.request_id])
