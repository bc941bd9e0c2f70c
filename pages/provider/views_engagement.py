"""A provider's engagements and who works on them."""

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
from django.views.generic.base import View
from django_tables2 import A

from common.exceptions import DomainError, NotFound, NotPermitted
from common.forms import add_domain_error
from merchants.engagements import selectors, services
from merchants.engagements.enums import RUNNING
from merchants.engagements.filters import EngagementFilter
from merchants.engagements.models import Assignment, Engagement
from merchants.engagements.states import ENGAGEMENT
from pages.actions import ActionView, read_version
from pages.base import ListPage, ProviderPage, TitledPage
from pages.columns import DayColumn, MomentColumn, StatusColumn
from pages.engagements import DONE, build_engagement


class EngagementTable(tables.Table):
    code = tables.Column(
        verbose_name=_("Engagement"), order_by="pk", linkify=("pages:provider:engagement_detail", {"pk": A("pk")})
    )
    title = tables.Column(accessor="request__title", verbose_name=_("Title"))
    merchant = tables.Column(accessor="merchant__name", verbose_name=_("Shop"))
    goal = tables.Column()
    target_by = DayColumn()
    status = StatusColumn()
    started_at = MomentColumn()

    class Meta:
        model = Engagement
        fields = ("code", "title", "merchant", "goal", "target_by", "status", "started_at")
        attrs = {"caption": _("Engagements")}


class EngagementList(ProviderPage, ListPage):
    """All engagements of the company."""

    title = _("Engagements")
    lead = _("Which shops you work for, on what, since when.")
    permission = "engagement.view"
    table_class = EngagementTable
    filterset_class = EngagementFilter
    export_name = "engagements"

    def get_queryset(self) -> QuerySet[Engagement]:
        return selectors.visible_to(self.request.user).filter(provider__organisation=self.organisation)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            empty_text=_("No engagement yet."),
            empty_hint=_("One begins when you accept an invitation."),
            **kwargs,
        )


class AssignForm(forms.Form):
    """Who takes how many live rooms."""

    trader = forms.ChoiceField(label=_("Trader"))
    rooms = forms.IntegerField(label=_("Live rooms"), min_value=1, initial=1)
    version = forms.IntegerField(widget=forms.HiddenInput)


class EngagementPage(ProviderPage):
    """What the pages of one engagement share."""

    permission = "engagement.view"

    @cached_property
    def engagement(self) -> Engagement:
        return self.get_object()

    def get_object(self) -> Engagement:
        own = selectors.visible_to(self.request.user).filter(provider__organisation=self.organisation)
        found = own.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound()
        return found


class EngagementDetail(EngagementPage, TitledPage):
    """Goal, progress, traders and the timeline. A POST puts a trader to work."""

    template_name = "provider/engagement_detail.html"

    def build_form(self, data: Any = None) -> AssignForm:
        form = AssignForm(data, initial={"version": self.engagement.version, "rooms": 1})
        form.fields["trader"].choices = [  # type: ignore[attr-defined]
            (
                workload.trader.code,
                _("%(name)s: %(spare)s free") % {"name": workload.trader.name, "spare": workload.spare},
            )
            for workload in selectors.workloads_of(self.engagement.provider_id)
        ]
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        engagement = self.engagement
        may_staff = engagement.status in RUNNING and self.may("engagement.staff")
        form = kwargs.pop("form", None) or (self.build_form() if may_staff else None)
        return super().get_context_data(
            title=engagement.request.title,
            lead=_("For %(shop)s") % {"shop": engagement.merchant.name},
            back_url=reverse("pages:provider:engagement_list"),
            back_label=_("Engagements"),
            action_url=reverse("pages:provider:engagement_act", args=[engagement.pk]),
            may_staff=may_staff,
            form=form,
            **build_engagement(engagement, self.request.user),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.build_form(request.POST)
        status = 400
        if form.is_valid():
            data = form.cleaned_data
            try:
                services.assign_trader(
                    engagement_id=self.engagement.pk,
                    trader_code=data["trader"],
                    rooms=data["rooms"],
                    version=data["version"],
                    by=request.user,
                )
            except NotPermitted:
                raise
            except DomainError as error:
                add_domain_error(form, error)
                status = error.status
            else:
                messages.success(request, _("The trader is assigned."))
                return redirect("pages:provider:engagement_detail", pk=self.engagement.pk)
        return self.render_to_response(self.get_context_data(form=form), status=status)


class EngagementAct(EngagementPage, ActionView):
    """Pause, resume or terminate."""

    table = ENGAGEMENT
    actions = services.ACTIONS
    id_name = "engagement_id"
    done = DONE

    def get_success_url(self, subject: Engagement) -> str:
        return reverse("pages:provider:engagement_detail", args=[subject.pk])


class AssignmentEnd(EngagementPage, View):
    """End a trader's work."""

    permission = "engagement.staff"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found: Assignment | None = self.engagement.assignments.filter(pk=self.kwargs["assignment"]).first()
        if found is None:
            raise NotFound()
        services.end_assignment(assignment_id=found.pk, by=request.user, version=read_version(request))
        messages.success(request, _("The assignment has ended."))
        return redirect("pages:provider:engagement_detail", pk=self.engagement.pk)
