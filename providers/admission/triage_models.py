"""What triage found about an application, and what the applicant says to it. Rows are added, never changed."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.validation import Checked
from providers.admission.models import Application
from providers.criteria.enums import Outcome, Verdict
from providers.criteria.models import CriteriaSet, Criterion

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class Triage(Checked):
    """An application judged by one criteria set as of a day. The newest one counts. `created_by` is who asked for it
    again; nobody when the portal did it by itself."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="triages")
    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.PROTECT, related_name="triages")
    judged_on = models.DateField(_("Judged as of"))
    outcome = models.CharField(_("Outcome"), max_length=16, choices=Outcome)
    created_at = models.DateTimeField(_("Judged at"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["application", "-id"], name="triage_newest")]
        constraints = [models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="triage_outcome_known")]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.application_id} · {self.outcome}"


class TriageVerdict(Checked):
    """The verdict on one criterion and the signals that it rested on, by name; null is unknown."""

    triage = models.ForeignKey(Triage, on_delete=models.PROTECT, related_name="verdicts")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    verdict = models.PositiveSmallIntegerField(_("Verdict"), choices=Verdict)
    signals = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["criterion__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["triage", "criterion"], name="triage_verdict_once"),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="triage_verdict_known"),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.triage_id} · {self.criterion_id} · {self.verdict}"


class MitigatingFact(Checked):
    """What the applicant says to a discretionary exclusion; it stands beside the verdict and changes none."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="mitigating_facts")
    criterion_key = models.CharField(max_length=40)
    text = models.TextField(_("Mitigating facts"), max_length=2000)
    created_at = models.DateTimeField(_("Written at"), default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="mitigating_fact_says_something")]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.application_id} · {self.criterion_key}"
