"""What a season decided about the viewer's provider, in sentences."""

from datetime import date
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.days import business_day
from common.exceptions import NotFound
from common.states import ActionOffer
from common.templatetags.paddock import day, local_text
from pages.actions import ActionView
from pages.base import TitledPage
from pages.forms import FormPage
from pages.provider.views_scorecard import OwnProviderPage
from scoring.seasons import objection_policies, objection_selectors, objection_services, verdict_selectors
from scoring.seasons.enums import ObjectionStatus
from scoring.seasons.objection_models import Objection
from scoring.seasons.states import OBJECTION
from scoring.seasons.verdict_models import Verdict
from scoring.seasons.verdict_words import say_verdict


class VerdictBase(OwnProviderPage):
    """What the pages of one verdict share."""

    @cached_property
    def verdict(self) -> Verdict:
        verdict = verdict_selectors.own_verdicts(self.provider.pk).filter(pk=self.kwargs["pk"]).first()
        if verdict is None:
            raise NotFound()
        return verdict

    @cached_property
    def objections(self) -> list[Objection]:
        return list(objection_selectors.of_track(self.provider.pk, self.verdict.settlement.track_id))

    @cached_property
    def open_kind(self) -> str:
        """What would be heard now from the provider: an objection, an appeal, or nothing (empty)."""
        season = self.verdict.settlement.track.season
        kind = objection_policies.open_kind(season, business_day(timezone.now()))
        standing = {one.kind for one in self.objections if one.status != ObjectionStatus.WITHDRAWN}
        return "" if kind is None or kind in standing else str(kind)

    @property
    def appeals_until(self) -> date | None:
        """The last day for appeals while it is not over."""
        until = objection_policies.appeals_until(self.verdict.settlement.track.season)
        return until if until and business_day(timezone.now()) <= until else None

    def offers(self, objection: Objection) -> list[ActionOffer]:
        """What the provider itself can do about an objection."""
        found = objection_policies.offer_actions(self.request.user, objection)
        return [offer for offer in found if offer.action == "withdraw"]


class VerdictDetail(VerdictBase, TitledPage):
    """One verdict with every condition that was judged."""

    template_name = "provider/verdict_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        track = self.verdict.settlement.track
        return super().get_context_data(
            title=_("Verdict of %(season)s") % {"season": local_text(track.season, "name")},
            lead=local_text(track, "name"),
            back_url=reverse("pages:provider:race"),
            back_label=_("Race"),
            verdict=self.verdict,
            season=track.season,
            words=say_verdict(self.verdict),
            objections=[(one, self.offers(one)) for one in self.objections],
            may_object=self.open_kind if self.may("objection.open") else "",
            appeals_until=self.appeals_until,
            **kwargs,
        )


class ObjectForm(forms.Form):
    """What is wrong."""

    statement = forms.CharField(
        label=_("What is wrong with the verdict"),
        max_length=4000,
        help_text=_("Say which condition was judged wrongly, and how it can be seen."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class VerdictObject(VerdictBase, FormPage):
    """Object to a verdict."""

    permission = "objection.open"
    form_class = ObjectForm
    submit_label = _("Send the objection")
    success_text = _("Sent. Somebody who did not settle the track will decide.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        season = self.verdict.settlement.track.season
        words = {
            "title": _("Object to the verdict of %(season)s") % {"season": local_text(season, "name")},
            "lead": _("Objections are taken until %(day)s.") % {"day": day(season.objections_until)},
            "back_url": reverse("pages:provider:verdict_detail", args=[self.verdict.pk]),
            "back_label": _("Verdict"),
        }
        return super().get_context_data(**{**words, **kwargs})

    def save(self, form: forms.Form) -> Objection:
        return objection_services.open_objection(verdict_id=self.verdict.pk, by=self.request.user, **form.cleaned_data)

    def get_success_url(self, saved: Objection) -> str:
        return reverse("pages:provider:verdict_detail", args=[saved.verdict_id])


class VerdictAppeal(VerdictObject):
    """Appeal against a final verdict."""

    submit_label = _("Send the appeal")
    success_text = _("Sent. Somebody who neither settled the track nor decided on your objection will decide.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        season = self.verdict.settlement.track.season
        until = objection_policies.appeals_until(season)
        words = {
            "title": _("Appeal against the verdict of %(season)s") % {"season": local_text(season, "name")},
            "lead": _("Appeals are taken until %(day)s.") % {"day": day(until)} if until else "",
        }
        return super().get_context_data(**words, **kwargs)

    def save(self, form: forms.Form) -> Objection:
        return objection_services.open_appeal(verdict_id=self.verdict.pk, by=self.request.user, **form.cleaned_data)


class ObjectionAct(OwnProviderPage, ActionView):
    """Withdraw an objection."""

    permission = "objection.withdraw"
    table = OBJECTION
    actions = {"withdraw": objection_services.withdraw_objection}
    id_name = "objection_id"
    done = {"withdraw": _("Withdrawn.")}

    def get_object(self) -> Objection:
        found = objection_selectors.visible_to(self.request.user)
        objection = found.filter(pk=self.kwargs["pk"], provider=self.provider).first()
        if objection is None:
            raise NotFound()
        return objection

    def get_success_url(self, subject: Objection) -> str:
        return reverse("pages:provider:race")
