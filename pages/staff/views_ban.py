"""Bans from the boards: the list, a new one, one with its way out."""

from typing import Any

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.audit.selectors import entries_of
from common.days import business_day
from common.exceptions import InvalidInput, NotFound
from pages.actions import read_version
from pages.base import ListPage, StaffPage, TitledPage
from pages.columns import DayColumn
from pages.forms import FormPage
from providers.registry import selectors as registry
from scoring.seasons import ban_selectors, ban_services
from scoring.seasons.ban_filters import BanFilter
from scoring.seasons.ban_forms import BanForm
from scoring.seasons.ban_models import BoardBan
from scoring.seasons.ban_words import say_state


class BanTable(tables.Table):
    number = tables.Column(
        verbose_name=_("Number"),
        order_by="pk",
        linkify=lambda record: reverse("pages:staff:ban_detail", args=[record.pk]),
    )
    provider = tables.Column(accessor="provider__name", order_by="provider__name", verbose_name=_("Provider"))
    code = tables.Column(accessor="provider__code", verbose_name=_("Code"), orderable=False)
    starts_on = DayColumn()
    ends_on = DayColumn()
    state = tables.Column(verbose_name=_("State"), empty_values=(), orderable=False)
    imposed_by = tables.Column(verbose_name=_("By"), orderable=False)

    class Meta:
        model = BoardBan
        fields = ("number", "provider", "code", "starts_on", "ends_on", "state", "imposed_by")
        attrs = {"caption": _("Bans from the boards")}

    def render_state(self, record: BoardBan) -> str:
        return say_state(record)


class BanList(StaffPage, ListPage):
    """All bans, the newest first."""

    title = _("Bans from the boards")
    lead = _("For some days a provider is shown on no board. Each season's rules say what that does to the others.")
    permission = "season.view"
    table_class = BanTable
    filterset_class = BanFilter
    template_name = "staff/ban_list.html"
    export_name = "board-bans"
    extra_context = {"empty_text": _("Nobody is banned from the boards.")}

    def get_queryset(self) -> Any:
        return ban_selectors.visible_to(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(may_ban=has_permission(self.request.user, "board.ban"), **kwargs)


class BanImpose(StaffPage, FormPage):
    """A new ban."""

    title = _("Ban a provider from the boards")
    lead = _("The provider is told at once, with the reason. The public sees neither the ban nor its reason.")
    permission = "board.ban"
    form_class = BanForm
    submit_label = _("Impose the ban")
    success_text = _("Imposed. The provider is told.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"provider": self.request.GET.get("provider", "")[:40]}}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("pages:staff:ban_list")
        return super().get_context_data(back_url=back, back_label=_("Bans from the boards"), **kwargs)

    def save(self, form: forms.Form) -> BoardBan:
        data = dict(form.cleaned_data)
        code = data.pop("provider").strip()
        provider = registry.visible_to(self.request.user).filter(code__iexact=code).first()
        if provider is None:
            raise InvalidInput(_("There is no such provider."), field="provider", remedy=_("Give a provider's code."))
        return ban_services.impose_ban(provider_id=provider.pk, by=self.request.user, **data)

    def get_success_url(self, saved: BoardBan) -> str:
        return reverse("pages:staff:ban_detail", args=[saved.pk])


class BanPage(StaffPage):
    """What the pages of one ban share."""

    permission = "season.view"

    @cached_property
    def ban(self) -> BoardBan:
        ban = ban_selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if ban is None:
            raise NotFound()
        return ban


class BanDetail(BanPage, TitledPage):
    """One ban: which days, why, by whom, and the way to lift it."""

    template_name = "staff/ban_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ban = self.ban
        open_still = ban.lifted_on is None and ban.ends_on >= business_day(timezone.now())
        return super().get_context_data(
            title=f"{ban.number} · {ban.provider.name}",
            lead=say_state(ban),
            back_url=reverse("pages:staff:ban_list"),
            back_label=_("Bans from the boards"),
            ban=ban,
            may_lift=open_still and has_permission(self.request.user, "board.lift_ban"),
            entries=entries_of(ban),
            **kwargs,
        )


class BanLift(BanPage):
    """The provider is shown again."""

    permission = "board.lift_ban"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        ban_services.lift_ban(
            ban_id=self.ban.pk, by=request.user, reason=request.POST.get("reason", ""), version=read_version(request)
        )
        messages.success(request, _("Lifted. The provider is told."))
        return redirect("pages:staff:ban_detail", pk)
