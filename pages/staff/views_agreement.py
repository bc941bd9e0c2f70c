"""How well reviewers agree, and the rubric that they judge by."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_permission
from common.days import business_day
from common.exceptions import NotFound
from pages.base import StaffPage, TitledPage
from pages.forms import FormPage
from providers.admission.review import agreement, selectors
from providers.admission.review.forms import PeriodForm, RubricForm
from providers.admission.review.rubric_models import MOST_LEVEL, Rubric
from providers.admission.review.rubric_services import publish_rubric
from providers.enums import Capability

DEFAULT_DAYS = 365
LEVELS = range(MOST_LEVEL + 1)


class AgreementPage(StaffPage, TitledPage):
    """Weighted kappa over a period; the leniency of each reviewer for those who may see it."""

    title = _("Agreement")
    lead = _("How well the first and the second reviewer of a panel agree, over panels that have settled.")
    permission = "agreement.view"
    template_name = "staff/agreement.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = business_day(timezone.now())
        default = {"since": today - timedelta(days=DEFAULT_DAYS), "until": today}
        form = PeriodForm(self.request.GET if "since" in self.request.GET else default)
        context = super().get_context_data(form=form, levels=LEVELS, **kwargs)
        if not form.is_valid():
            return context
        since, until = form.cleaned_data["since"], form.cleaned_data["until"]
        found = agreement.read_agreement(since, until)
        lines = [(_("All capabilities"), found.overall)] + [(one.label, kappa) for one, kappa in found.by_capability]
        context |= {"found": found, "lines": [(label, kappa, kappa.table.tolist()) for label, kappa in lines]}
        if has_permission(self.request.user, "leniency.view"):
            context["leniency"] = agreement.read_leniency(since, until)
        return context


class RubricPage(StaffPage, TitledPage):
    """One version of the rubric, the newest by itself, and all there are."""

    title = _("Rubric")
    lead = _("What each level of each capability means. A version never changes; a panel keeps the one it began with.")
    permission = "review.view"
    template_name = "staff/rubric.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rubrics = selectors.all_rubrics()
        number = self.kwargs.get("number")
        rubric = next((one for one in rubrics if number in (None, one.number)), None)
        if number is not None and rubric is None:
            raise NotFound()
        levels = list(rubric.levels.all()) if rubric else []
        return super().get_context_data(
            rubric=rubric,
            rubrics=rubrics,
            anchors=[(one, [level for level in levels if level.capability == one.value]) for one in Capability],
            may_publish=has_permission(self.request.user, "rubric.publish"),
            **kwargs,
        )


class RubricCreate(StaffPage, FormPage):
    """The next version, begun from the newest."""

    title = _("New version of the rubric")
    lead = _("It counts for panels that are opened after it is published.")
    permission = "rubric.publish"
    form_class = RubricForm
    template_name = "staff/rubric_form.html"
    submit_label = _("Publish")
    success_text = _("Published. New panels judge by it.")
    extra_context = {"back_label": _("Rubric")}

    @cached_property
    def newest(self) -> Rubric:
        rubric = selectors.newest_rubric()
        if rubric is None:
            raise NotFound()
        return rubric

    def get_form_kwargs(self) -> dict[str, Any]:
        initial: dict[str, Any] = {"version": self.newest.number, "margin": self.newest.margin}
        for level in self.newest.levels.all():
            initial[f"{level.capability}_{level.level}_zh"] = level.text_zh
            initial[f"{level.capability}_{level.level}_en"] = level.text_en
        return {"initial": initial}

    def save(self, form: RubricForm) -> Rubric:
        return publish_rubric(
            anchors=form.anchors(),
            margin=form.cleaned_data["margin"],
            note=form.cleaned_data["note"],
            by=self.request.user,
            version=form.cleaned_data["version"],
        )

    def get_success_url(self, saved: Rubric) -> str:
        return reverse("pages:staff:rubric")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(back_url=reverse("pages:staff:rubric"), **kwargs)
