"""Why an application was rejected, and what the applicant says to it. Rows stay as they were written."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.templatetags.paddock import local_text
from common.validation import Checked
from providers.admission.models import Application
from providers.admission.reasons import name_subject
from providers.enums import Capability


class RejectionReason(Checked):
    """One reason of one round: about a criterion (by its key, with the title that it had), about a capability, or about
    neither."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="reasons")
    decision_round = models.PositiveSmallIntegerField()
    criterion = models.CharField(_("Criterion"), max_length=60, blank=True)
    title_zh = models.CharField(max_length=120, blank=True)
    title_en = models.CharField(max_length=120, blank=True)
    capability = models.CharField(_("Capability"), max_length=20, choices=Capability, blank=True)
    sentence = models.TextField(_("Reason"), max_length=1000)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["decision_round", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(criterion="") | Q(capability=""), name="reason_about_one_thing"),
            models.CheckConstraint(
                condition=Q(capability__in=["", *Capability.values]), name="reason_capability_known"
            ),
            models.CheckConstraint(condition=~Q(sentence=""), name="reason_has_sentence"),
            models.CheckConstraint(condition=Q(decision_round__gte=1), name="reason_round_counts"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.application_id} {self.criterion or self.capability} {self.sentence[:40]}"

    @property
    def about(self) -> str | Promise:
        """What it is about, in words."""
        return local_text(self, "title") or name_subject(self.criterion, self.capability)


class ApplicationAnswer(Checked):
    """What the applicant answers to the rejection of one round, once."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="answers")
    decision_round = models.PositiveSmallIntegerField()
    text = models.TextField(_("Answer"), max_length=4000)
    answered_at = models.DateTimeField(_("Answered at"), default=timezone.now)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["decision_round"]
        constraints = [
            models.UniqueConstraint(fields=["application", "decision_round"], name="answer_once_per_round"),
            models.CheckConstraint(condition=~Q(text=""), name="answer_has_text"),
            models.CheckConstraint(condition=Q(decision_round__gte=1), name="answer_round_counts"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.application_id} {self.text[:40]}"
