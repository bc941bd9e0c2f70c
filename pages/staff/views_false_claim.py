"""False claims that strangers reported."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_tables2 import A

from common.audit.selectors import entries_of
from common.exceptions import NotFound
from pages.actions import ActionView
from pages.base import ListPage, StaffPage, TitledPage
from pages.columns import MomentColumn, StatusColumn
from providers.registry.selectors import visible_to as providers_visible_to
from providers.verification import selectors, services
from providers.verification.filters import FalseClaimFilter
from providers.verification.models import FalseClaim
from providers.verification.permissions import check_act
from providers.verification.states import FALSE_CLAIM


class FalseClaimTable(tables.Table):
    number = tables.Column(
        verbose_name=_("Report"), order_by="pk", linkify=("pages:staff:false_claim_detail", {"pk": A("pk")})
    )
    claimant = tables.Column()
    claimed_code = tables.Column()
    status = StatusColumn()
    created_at = MomentColumn()

    class Meta:
        model = FalseClaim
        fields = ("number", "claimant", "claimed_code", "status", "created_at")
        attrs = {"caption": _("False claims")}


class FalseClaimList(StaffPage, ListPage):
    """Every report, the newest on top."""

    title = _("False claims")
    lead = _("Who is reported for posing as a provider, or as more than it is.")
    permission = "false_claim.view"
    table_class = FalseClaimTable
    filterset_class = FalseClaimFilter
    export_name = "false-claims"
    extra_context = {"empty_text": _("Nobody has reported a false claim.")}

    def get_queryset(self) -> Any:
        return selectors.visible_to(self.request.user)


class FalseClaimPage(StaffPage):
    """What the pages of one report share."""

    permission = "false_claim.view"

    def get_object(self) -> FalseClaim:
        return self.claim

    @cached_property
    def claim(self) -> FalseClaim:
        claim = selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if claim is None:
            raise NotFound()
        return claim


class FalseClaimDetail(FalseClaimPage, TitledPage):
    """The report, the provider that it names, and the decision."""

    template_name = "staff/false_claim_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        claim, user = self.claim, self.request.user
        named = providers_visible_to(user).filter(code=claim.claimed_code).first() if claim.claimed_code else None
        return super().get_context_data(
            title=claim.claimant,
            back_url=reverse("pages:staff:false_claim_list"),
            back_label=_("False claims"),
            claim=claim,
            named=named,
            offers=FALSE_CLAIM.offer_actions(claim, lambda row: check_act(user, claim, row)),
            action_url=reverse("pages:staff:false_claim_act", args=[claim.pk]),
            entries=entries_of(claim),
            **kwargs,
        )


class FalseClaimAct(FalseClaimPage, ActionView):
    """Confirm or dismiss."""

    table = FALSE_CLAIM
    actions = services.ACTIONS
    id_name = "claim_id"
    done = {"confirm": _("Confirmed: the claim is false."), "dismiss": _("Dismissed.")}

    def get_success_url(self, subject: FalseClaim) -> str:
        return reverse("pages:staff:false_claim_detail", args=[subject.pk])
