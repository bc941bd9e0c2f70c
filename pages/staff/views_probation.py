"""Probation contracts: the list, one contract, its steps, a proposal and an extension."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.days import business_day
from common.exceptions import NotFound
from pages.actions import ActionView
from pages.base import ListPage, StaffPage, TitledPage
from pages.conduct_words import describe_entries, describe_targets
from pages.forms import FormPage
from pages.staff.tables_conduct import ProbationTable
from providers.conduct import permissions, probation_services, selectors
from providers.conduct.filters import ProbationFilter
from providers.conduct.forms import ExtensionForm, ProposalForm
from providers.conduct.models import Probation
from providers.conduct.states import PROBATION
from providers.conduct.targets import DEFAULT_TARGETS, PROBATION_DAYS
from providers.registry import selectors as registry
from providers.registry.enums import ProviderStatus
from providers.registry.models import Provider


class ProbationList(StaffPage, ListPage):
    """Every contract."""

    title = _("Probations")
    lead = _("What newly admitted providers promised to reach, and what came of it.")
    permission = "probation.view"
    table_class = ProbationTable
    filterset_class = ProbationFilter
    export_name = "probations"
    extra_context = {
        "empty_text": _("There is no probation contract."),
        "empty_hint": _("One begins with each admission."),
    }

    def get_queryset(self) -> Any:
        return selectors.probations_visible_to(self.request.user)


class ProbationBase(StaffPage):
    """What the pages of one contract share."""

    permission = "probation.view"

    def get_object(self) -> Probation:
        probation = selectors.probations_visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if probation is None:
            raise NotFound()
        return probation


class ProbationDetail(ProbationBase, TitledPage):
    """One contract: targets, verdict, decision."""

    template_name = "staff/probation_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        probation, user = self.get_object(), self.request.user
        offers = PROBATION.offer_actions(probation, lambda row: permissions.check_probation_act(user, probation, row))
        extend_url = reverse("pages:staff:probation_extend", args=[probation.pk])
        return super().get_context_data(
            title=_("Probation of %(name)s") % {"name": probation.provider.name},
            back_url=reverse("pages:staff:probation_list"),
            back_label=_("Probations"),
            probation=probation,
            targets=describe_targets(probation, selectors.figures_of(probation.provider_id)),
            offers=[
                replace(offer, url=extend_url) if offer.action == "extend" else offer
                for offer in offers
                if offer.action not in permissions.OF_THE_PROVIDER
            ],
            action_url=reverse("pages:staff:probation_act", args=[probation.pk]),
            may_replace=probation.status == "proposed" and has_permission(user, "probation.propose"),
            entries=entries_of(probation),
            **kwargs,
        )


class ProbationAct(ProbationBase, ActionView):
    """Judge, pass, fail, end without a verdict; an extension by its form."""

    table = PROBATION
    actions = {name: act for name, act in probation_services.ACTIONS.items() if name not in permissions.OF_THE_PROVIDER}
    id_name = "probation_id"
    done = {
        "judge": _("Judged from the figures of today."),
        "complete": _("Signed. The provider is admitted for good."),
        "extend": _("Extended."),
        "fail": _("Signed. The provider is cleared out."),
        "lapse": _("Ended without a verdict."),
    }

    def get_success_url(self, subject: Probation) -> str:
        return reverse("pages:staff:probation_detail", args=[subject.pk])


class ProbationExtend(ProbationBase, FormPage):
    """More time, until a chosen day."""

    title = _("Extend the probation")
    permission = "probation.decide"
    form_class = ExtensionForm
    submit_label = _("Extend")
    success_text = _("Extended.")

    @cached_property
    def probation(self) -> Probation:
        return self.get_object()

    def get_form_kwargs(self) -> dict[str, Any]:
        until = max(business_day(timezone.now()), self.probation.ends_on) + timedelta(days=30)
        return {"initial": {"ends_on": until, "version": self.probation.version}}

    def save(self, form: forms.Form) -> Probation:
        return probation_services.extend_probation(
            probation_id=self.probation.pk, by=self.request.user, **form.cleaned_data
        )

    def get_success_url(self, saved: Probation) -> str:
        return reverse("pages:staff:probation_detail", args=[saved.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            back_url=reverse("pages:staff:probation_detail", args=[self.probation.pk]),
            back_label=self.probation.provider.name,
            **kwargs,
        )


class ProbationPropose(StaffPage, FormPage):
    """A contract with other targets."""

    permission = "probation.propose"
    form_class = ProposalForm
    lead = _("Leave a limit empty and that measure is no target. The provider signs the contract.")
    submit_label = _("Propose")
    success_text = _("Proposed. The provider is told and signs it.")

    @cached_property
    def provider(self) -> Provider:
        provider = registry.visible_to(self.request.user).filter(code=self.kwargs["code"]).first()
        if provider is None:
            raise NotFound()
        return provider

    def get_form_kwargs(self) -> dict[str, Any]:
        present = selectors.open_probation_of(self.provider)
        targets = [row.as_target() for row in present.targets.all()] if present else DEFAULT_TARGETS
        until = business_day(timezone.now()) + timedelta(days=PROBATION_DAYS)
        return {"targets": targets, "initial": {"ends_on": until}}

    def save(self, form: ProposalForm) -> Probation:  # type: ignore[override]
        return probation_services.propose_probation(
            provider_id=self.provider.pk,
            targets=form.targets(),
            ends_on=form.cleaned_data["ends_on"],
            note=form.cleaned_data["note"],
            by=self.request.user,
        )

    def get_success_url(self, saved: Probation) -> str:
        return reverse("pages:staff:probation_detail", args=[saved.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=_("Probation contract for %(name)s") % {"name": self.provider.name},
            back_url=reverse("pages:staff:provider_detail", args=[self.provider.code]),
            back_label=self.provider.name,
            **kwargs,
        )


def describe_conduct(provider: Provider, user: Any) -> dict[str, Any]:
    """The card of contract and watch list on a provider's page."""
    contract = selectors.open_probation_of(provider)
    may_propose = has_permission(user, "probation.propose") and provider.status == ProviderStatus.PROBATION
    return {
        "contract": contract,
        "watched": describe_entries(
            list(selectors.open_watch(selectors.watch_visible_to(user)).filter(provider=provider))
        ),
        "may_propose": may_propose and (contract is None or contract.status == "proposed"),
    }
