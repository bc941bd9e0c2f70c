"""Merchants whose orders say nothing about a provider, because both belong to the same people."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Versioned
from providers.registry.models import Provider
from providers.relations.enums import Reason


@pghistory.track()
class RelatedMerchant(Versioned):
    """A provider and a merchant code that belong together. While it is open the facts of the pair do not count.

    `grounds` are fingerprints of what they share: a pair that a person ended comes back only on a ground it did not
    have. `recorded_by` is empty when the portal found it in the registries.
    """

    provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, related_name="related_merchants", verbose_name=_("Provider")
    )
    merchant = models.CharField(_("Merchant"), max_length=40)
    reasons = ArrayField(models.CharField(max_length=32, choices=Reason.choices), verbose_name=_("Reasons"))
    strength = models.FloatField(_("Strength"), default=1.0)
    grounds = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    note = models.TextField(_("Note"), max_length=2000, blank=True)
    recorded_at = models.DateTimeField(_("Since"), default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(_("Until"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    end_note = models.TextField(_("Why it ended"), max_length=2000, blank=True)

    class Meta:
        ordering = ["-recorded_at", "-pk"]
        indexes = [models.Index(fields=["merchant"], name="related_merchant_code")]
        constraints = [
            models.CheckConstraint(
                condition=Q(reasons__contained_by=Reason.values, reasons__len__gte=1),
                name="related_merchant_reasons_known",
            ),
            models.CheckConstraint(condition=~Q(merchant=""), name="related_merchant_has_code"),
            models.CheckConstraint(
                condition=Q(strength__gt=0, strength__lte=1), name="related_merchant_strength_is_a_share"
            ),
            models.UniqueConstraint(
                fields=["provider", "merchant"],
                condition=Q(ended_at__isnull=True),
                name="related_merchant_one_open_per_pair",
                violation_error_code="unique",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, end_note="")
                | Q(ended_at__isnull=False, ended_at__gte=F("recorded_at")),
                name="related_merchant_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | ~Q(end_note=""), name="related_merchant_people_say_why_it_ended"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider.code} · {self.merchant}"

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def reason_labels(self) -> list[str]:
        """The reasons in words."""
        return [str(Reason(reason).label) for reason in self.reasons]
