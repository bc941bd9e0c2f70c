"""What strangers report: somebody claims to be, or to be more than, an admitted provider."""

import pghistory
from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Versioned
from providers.verification.enums import DECIDED, FalseClaimStatus


@pghistory.track()
class FalseClaim(Versioned):
    """A report as it came in. `claimed_code` is the code that the claimant shows: text, not looked up at the door."""

    status = models.CharField(_("Status"), max_length=10, choices=FalseClaimStatus, default=FalseClaimStatus.RECEIVED)
    claimant = models.CharField(_("Who claims it"), max_length=160)
    claimed_code = models.CharField(_("Code that is shown"), max_length=40, blank=True)
    seen_at_url = models.URLField(
        _("Where it was seen"), max_length=500, blank=True, validators=[URLValidator(schemes=["http", "https"])]
    )
    text = models.TextField(_("What is claimed"), max_length=2000)
    contact_email = models.EmailField(_("E-mail"), blank=True)
    created_at = models.DateTimeField(_("Reported"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("Decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decision_note = models.TextField(_("Reason"), max_length=2000, null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["status", "created_at"], name="false_claim_queue")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=FalseClaimStatus.values), name="false_claim_status_known"),
            models.CheckConstraint(condition=~Q(claimant="") & ~Q(text=""), name="false_claim_says_something"),
            models.CheckConstraint(
                condition=Q(
                    status__in=DECIDED,
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    decision_note__isnull=False,
                )
                | (
                    ~Q(status__in=DECIDED)
                    & Q(decided_at__isnull=True, decided_by__isnull=True, decision_note__isnull=True)
                ),
                name="false_claim_decision_triple",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.claimant}"

    @property
    def number(self) -> str:
        """How people call it, such as F000123."""
        return f"F{self.pk:06d}"
