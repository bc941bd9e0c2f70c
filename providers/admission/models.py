"""An application and the evidence in it."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Versioned
from common.validation import Checked
from providers.admission.enums import DECIDED, OPEN, REFUSED, ApplicationStatus
from providers.enums import Capability
from providers.registry.models import Provider
from providers.traders.models import Trader
from providers.windows.models import AdmissionWindow

MAX_LINKS = 5
PHONE = RegexValidator(
    r"^\+?[0-9][0-9 \-]{5,18}[0-9]$", _("Give a phone number of 7 to 20 digits, such as 0571 8888 0000.")
)


@pghistory.track()
class Application(Versioned):
    """A provider asks to be let in. One may be open at a time; decided ones stay as they are.

    A rejection stands still until `standstill_until`; `decision_round` counts up when it is reconsidered.
    """

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="applications")
    window = models.ForeignKey(
        AdmissionWindow, on_delete=models.PROTECT, related_name="applications", verbose_name=_("Admission window")
    )
    status = models.CharField(_("Status"), max_length=12, choices=ApplicationStatus, default=ApplicationStatus.DRAFT)
    summary = models.TextField(_("Why we apply"), max_length=2000, blank=True)
    contact_name = models.CharField(_("Contact person"), max_length=80, blank=True)
    contact_phone = models.CharField(_("Phone"), max_length=20, blank=True, validators=[PHONE])
    contact_email = models.EmailField(_("E-mail"), blank=True)
    traders = models.ManyToManyField(Trader, verbose_name=_("Traders"), blank=True, related_name="applications")
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(_("Submitted at"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    return_note = models.TextField(_("Reason for the return"), max_length=4000, null=True, blank=True)
    decided_at = models.DateTimeField(_("Decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decision_note = models.TextField(_("Reason"), max_length=4000, null=True, blank=True)
    decision_round = models.PositiveSmallIntegerField(default=1, editable=False)
    standstill_until = models.DateTimeField(_("Standstill until"), null=True, blank=True)
    finalised_at = models.DateTimeField(_("Final since"), null=True, blank=True)
    finalised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    final_note = models.TextField(_("Reason of the second decision"), max_length=4000, null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["status", "submitted_at"], name="application_queue"),
            models.Index(
                fields=["standstill_until"],
                condition=Q(status=ApplicationStatus.STANDSTILL),
                name="application_standstill",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ApplicationStatus.values), name="application_status_known"),
            models.UniqueConstraint(
                fields=["provider"], condition=Q(status__in=OPEN), name="application_one_open_per_provider"
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, submitted_by__isnull=True)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="application_submission_pair",
            ),
            models.CheckConstraint(
                condition=Q(status=ApplicationStatus.DRAFT, submitted_at__isnull=True)
                | Q(status=ApplicationStatus.WITHDRAWN)
                | (
                    ~Q(status__in=(ApplicationStatus.DRAFT, ApplicationStatus.WITHDRAWN))
                    & Q(submitted_at__isnull=False)
                ),
                name="application_submitted_past_draft",
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True, returned_by__isnull=True, return_note__isnull=True)
                | Q(returned_at__isnull=False, returned_by__isnull=False, return_note__isnull=False),
                name="application_return_triple",
            ),
            models.CheckConstraint(
                condition=~Q(status=ApplicationStatus.RETURNED) | Q(returned_at__isnull=False),
                name="application_returned_with_reason",
            ),
            models.CheckConstraint(
                # Who withdraws while a rejection stands still keeps it: the time until the next application counts.
                condition=Q(
                    status__in=(*DECIDED, ApplicationStatus.WITHDRAWN),
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    decision_note__isnull=False,
                )
                | (
                    ~Q(status__in=DECIDED)
                    & Q(decided_at__isnull=True, decided_by__isnull=True, decision_note__isnull=True)
                ),
                name="application_decision_triple",
            ),
            models.CheckConstraint(
                condition=Q(status__in=REFUSED, standstill_until__isnull=False)
                | Q(status=ApplicationStatus.WITHDRAWN, standstill_until__isnull=False, decided_at__isnull=False)
                | (~Q(status__in=REFUSED) & Q(standstill_until__isnull=True)),
                name="application_rejection_stands_still",
            ),
            models.CheckConstraint(
                condition=Q(status=ApplicationStatus.REJECTED, finalised_at__isnull=False)
                | (~Q(status=ApplicationStatus.REJECTED) & Q(finalised_at__isnull=True)),
                name="application_rejected_is_final",
            ),
            models.CheckConstraint(
                condition=Q(finalised_by__isnull=True, final_note__isnull=True)
                | Q(finalised_at__isnull=False, finalised_by__isnull=False, final_note__isnull=False),
                name="application_final_pair",
            ),
            models.CheckConstraint(condition=Q(decision_round__gte=1), name="application_round_counts"),
            models.CheckConstraint(
                condition=Q(status=ApplicationStatus.WITHDRAWN, withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                | (~Q(status=ApplicationStatus.WITHDRAWN) & Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)),
                name="application_withdrawal_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.provider.name}"

    @property
    def number(self) -> str:
        """How people call it, such as A000123."""
        return f"A{self.pk:06d}"


@pghistory.track()
class CapabilityEvidence(Checked):
    """What an applicant shows for one capability. It changes with its application and counts that one's versions."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="evidence")
    capability = models.CharField(_("Capability"), max_length=20, choices=Capability)
    statement = models.TextField(_("What you do well"), max_length=2000)
    figures = models.TextField(_("Figures"), max_length=1000, blank=True)
    cases = models.TextField(_("Cases"), max_length=2000, blank=True)
    links = ArrayField(
        models.URLField(max_length=300, validators=[URLValidator(schemes=["http", "https"])]),
        verbose_name=_("Links"),
        size=MAX_LINKS,
        default=list,
        blank=True,
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "capability"], name="evidence_once_per_capability"),
            models.CheckConstraint(condition=Q(capability__in=Capability.values), name="evidence_capability_known"),
            models.CheckConstraint(condition=~Q(statement=""), name="evidence_has_statement"),
            models.CheckConstraint(condition=Q(links__len__lte=MAX_LINKS), name="evidence_links_few"),
        ]

    def __str__(self) -> str:
        return f"{self.get_capability_display()} · {self.application_id}"
