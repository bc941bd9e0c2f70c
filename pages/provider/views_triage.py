"""What the applicant says to a finding of triage."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.exceptions import NotFound
from common.templatetags.paddock import local_text
from pages.forms import FormPage
from pages.provider.views_application import OpenApplicationPage
from providers.admission.triage_models import MitigatingFact
from providers.admission.triage_selectors import Finding, findings_of, triage_of
from providers.admission.triage_services import add_mitigating_fact
from providers.criteria.forms import MitigatingFactForm


class MitigatingFacts(OpenApplicationPage, FormPage):
    """Write what speaks for the company about one discretionary criterion."""

    form_class = MitigatingFactForm
    template_name = "provider/mitigating_facts.html"
    success_text = _("Sent. It stands beside the finding.")

    @cached_property
    def finding(self) -> Finding:
        triage = triage_of(self.application)
        found = findings_of(triage) if triage is not None else []
        for finding in found:
            if finding.criterion.key == self.kwargs["key"] and finding.may_explain:
                return finding
        raise NotFound()

    def save(self, form: forms.Form) -> MitigatingFact:
        return add_mitigating_fact(
            application_id=self.application.pk,
            criterion_key=self.kwargs["key"],
            text=form.cleaned_data["text"],
            by=self.request.user,
        )

    def get_success_url(self, saved: MitigatingFact) -> str:
        return reverse("pages:provider:application")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=local_text(self.finding.criterion, "title"),
            lead=self.finding.sentence,
            finding=self.finding,
            back_url=reverse("pages:provider:application"),
            back_label=_("Application"),
            **kwargs,
        )
