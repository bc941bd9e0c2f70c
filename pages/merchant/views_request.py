"""A merchant's help requests: the list, one request with its clock and the one action that is due."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.audit.selectors import entries_of
from common.exceptions import NotFound
from merchants.matching import selectors as matching
from merchants.matching.enums import InvitationStatus
from merchants.matching.permissions import offer_actions as offer_invitation_actions
from merchants.matching.services import REQUEST_ACTIONS
from merchants.requests import selectors
from merchants.requests.enums import RequestStatus
from merchants.requests.filters import HelpRequestFilter
from merchants.requests.models import HelpRequest
from merchants.requests.permissions import offer_actions
from merchants.requests.policies import EDITABLE_IN
from merchants.requests.states import HELP_REQUEST
from pages.actions import ActionView
from pages.base import ListPage, TitledPage
from pages.matching_words import describe_clock, describe_needs, describe_state, describe_target, describe_terms
from pages.merchant.base import OwnMerchantPage
from pages.merchant.tables_matching import RequestTable


class RequestList(OwnMerchantPage, ListPage):
    """All requests of the shop."""

    title = _("Help requests")
    lead = _("Say what you want to reach; the portal answers with a short explained list.")
    permission = "request.view"
    table_class = RequestTable
    filterset_class = HelpRequestFilter
    export_name = "help-requests"
    template_name = "merchant/request_list.html"

    def get_queryset(self) -> QuerySet[HelpRequest]:
        return selectors.visible_to(self.request.user).filter(merchant=self.merchant)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        new_url = reverse("pages:merchant:request_new") if self.may("request.edit") else ""
        return super().get_context_data(
            new_url=new_url,
            empty_text=_("You have not asked for help yet."),
            empty_hint=_("Three short steps: the goal, what matters, the budget."),
            empty_url=new_url,
            empty_label=_("Ask for help"),
            **kwargs,
        )


class RequestPage(OwnMerchantPage):
    """What the pages of one request share."""

    permission = "request.view"

    @cached_property
    def help_request(self) -> HelpRequest:
        return self.get_object()

    def get_object(self) -> HelpRequest:
        own = selectors.visible_to(self.request.user).filter(merchant=self.merchant)
        found = own.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound()
        return found


class RequestDetail(RequestPage, TitledPage):
    """State, clock, what is due, what was asked, who was invited."""

    template_name = "merchant/request_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked, user = self.help_request, self.request.user
        invitations = list(matching.visible_to(user).filter(request=asked).select_related("engagement"))
        pending = next(
            (invitation for invitation in invitations if invitation.status == InvitationStatus.PENDING), None
        )
        shortlisted = asked.status == RequestStatus.SHORTLISTED
        may_edit = asked.status in EDITABLE_IN and self.may("request.edit")
        return super().get_context_data(
            title=asked.title,
            lead=describe_state(asked),
            back_url=reverse("pages:merchant:request_list"),
            back_label=_("Help requests"),
            asked=asked,
            needs=describe_needs(asked),
            target=describe_target(asked),
            terms=describe_terms(asked),
            clock_hint=describe_clock(asked),
            offers=[offer for offer in offer_actions(user, asked) if not (shortlisted and offer.action == "reopen")],
            shortlisted=shortlisted,
            action_url=reverse("pages:merchant:request_act", args=[asked.pk]),
            edit_url=reverse("pages:merchant:request_edit", args=[asked.pk, 1]) if may_edit else "",
            shortlist=matching.latest_shortlist(asked) if self.may("match.view") else None,
            job=asked.shortlist_job if asked.status == RequestStatus.OPEN else None,
            invitations=invitations,
            pending=pending,
            pending_url=reverse("pages:merchant:invitation_act", args=[pending.pk]) if pending else "",
            pending_offers=offer_invitation_actions(user, pending) if pending else [],
            entries=entries_of(asked),
            **kwargs,
        )


class RequestAct(RequestPage, ActionView):
    """Submit, make a shortlist, open again or cancel."""

    table = HELP_REQUEST
    actions = REQUEST_ACTIONS
    id_name = "request_id"
    done = {
        "submit": _("Submitted. The shortlist is being made."),
        "shortlist": _("The shortlist was made anew."),
        "reopen": _("Opened again. A new shortlist is being made."),
        "cancel": _("Cancelled."),
    }

    def get_success_url(self, subject: HelpRequest) -> str:
        return reverse("pages:merchant:request_detail", args=[subject.pk])
