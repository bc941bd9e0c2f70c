"""Objections to verdicts, as those who decide see them."""

from typing import Any

import django_tables2 as tables
from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.audit.selectors import entries_of
from common.exceptions import NotFound
from common.states import ActionOffer
from common.templatetags.paddock import local_text
from pages.actions import ActionView
from pages.base import ListPage, StaffPage, TitledPage
from pages.columns import MomentColumn, ToneColumn
from pages.forms import FormPage
from scoring.seasons import objection_policies, objection_selectors, objection_services
from scoring.seasons.enums import Relief
from scoring.seasons.filters import ObjectionFilter
from scoring.seasons.objection_models import Objection
from scoring.seasons.states import DECISIONS, OBJECTION
from scoring.seasons.verdict_words import say_verdict


class ObjectionTable(tables.Table):
    number = tables.Column(
        verbose_name=_("Objection"),
        order_by="pk",
        linkify=lambda record: reverse("pages:staff:objection_detail", args=[record.pk]),
    )
    kind = tables.Column(orderable=False)
    status = ToneColumn()
    provider = tables.Column(verbose_name=_("Provider"), accessor="provider__name", order_by="provider__name")
    season = tables.Column(verbose_name=_("Season"), accessor="track__season__code", orderable=False)
    track = tables.Column(verbose_name=_("Track"), accessor="track", orderable=False)
    opened_at = MomentColumn()

    class Meta:
        model = Objection
        fields = ("number", "kind", "status", "provider", "season", "track", "opened_at")
        attrs = {"caption": _("Objections")}

    def render_track(self, record: Objection) -> str:
        return local_text(record.track, "name")

    def value_track(self, record: Objection) -> str:
        return record.track.key


class ObjectionList(StaffPage, ListPage):
    """The queue."""

    title = _("Objections and appeals")
    lead = _(
        "Providers object to their verdicts while a season stands still, and appeal when it is final. Who settled a "
        "track does not decide, nor does who decided on the objection decide on the appeal."
    )
    permission = "objection.view"
    table_class = ObjectionTable
    filterset_class = ObjectionFilter
    export_name = "objections"
    extra_context = {"empty_text": _("Nobody objects to any verdict.")}

    def get_queryset(self) -> Any:
        return objection_selectors.by_clock(objection_selectors.visible_to(self.request.user))


class ObjectionPage(StaffPage):
    """What the pages of one objection share."""

    permission = "objection.view"

    @cached_property
    def objection(self) -> Objection:
        found = objection_selectors.visible_to(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise NotFound()
        return found

    def get_object(self) -> Objection:
        return self.objection


class ObjectionDetail(ObjectionPage, TitledPage):
    """One case: the statement beside the verdict, and what an upheld one changed for whom."""

    template_name = "staff/objection_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        objection = self.objection
        offers = objection_policies.offer_actions(self.request.user, objection)
        changed = objection_services.list_changed(objection.settlement) if objection.settlement else []
        return super().get_context_data(
            title=f"{objection.get_kind_display()} {objection.number} · {objection.provider.name}",
            lead=f"{local_text(objection.track.season, 'name')} · {local_text(objection.track, 'name')}",
            back_url=reverse("pages:staff:objection_list"),
            back_label=_("Objections"),
            objection=objection,
            words=say_verdict(objection.verdict),
            changed=changed,
            offers=[self.with_page(offer) for offer in offers if offer.action in DECISIONS],
            action_url=reverse("pages:staff:objection_act", args=[objection.pk]),
            entries=entries_of(objection),
            **kwargs,
        )

    def with_page(self, offer: ActionOffer) -> ActionOffer:
        """Upholding asks which relief, so it has a page of its own."""
        if offer.action != "uphold":
            return offer
        url = reverse("pages:staff:objection_uphold", args=[self.objection.pk])
        return ActionOffer(offer.action, offer.label, offer.to, offer.needs_note, offer.allowed, offer.reason, url)


class ObjectionAct(ObjectionPage, ActionView):
    """Reject."""

    table = OBJECTION
    actions = {"reject": objection_services.reject_objection}
    id_name = "objection_id"
    done = {"reject": _("Rejected. The provider reads your reason.")}

    def get_success_url(self, subject: Objection) -> str:
        return reverse("pages:staff:objection_detail", args=[subject.pk])


class UpholdForm(forms.Form):
    """Which relief, and why."""

    relief = forms.ChoiceField(label=_("Relief"), choices=Relief.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        help_text=_("One or two sentences that the other side can act on. They will read it."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ObjectionUphold(ObjectionPage, FormPage):
    """Uphold: the track is settled again."""

    permission = "objection.decide"
    form_class = UpholdForm
    submit_label = _("Uphold and settle again")
    success_text = _("Upheld. The track is settled again, and everybody whose outcome changed is told.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"version": self.objection.version, "relief": Relief.RECOUNT}}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        objection = self.objection
        return super().get_context_data(
            title=_("Uphold %(number)s") % {"number": objection.number},
            lead=_("The track is settled again as a whole. What is already decided for it stays in force."),
            back_url=reverse("pages:staff:objection_detail", args=[objection.pk]),
            back_label=objection.number,
            **kwargs,
        )

    def save(self, form: forms.Form) -> Objection:
        return objection_services.uphold_objection(
            objection_id=self.objection.pk, by=self.request.user, **form.cleaned_data
        )

    def get_success_url(self, saved: Objection) -> str:
        return reverse("pages:staff:objection_detail", args=[saved.pk])
