"""What a shop is known by, to find whom it belongs to."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from merchants.registry.models import Merchant
from providers.relations.enums import IdentifierKind


@pghistory.track()
class MerchantIdentifier(models.Model):
    """One thing by which a shop is known: never the value, only its keyed hash and a masked form, sealed as those of
    providers are. It is added and ended, never edited."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(_("Kind"), max_length=20, choices=IdentifierKind)
    digest = models.CharField(max_length=64)
    masked = models.CharField(_("Shown as"), max_length=80)
    recorded_at = models.DateTimeField(_("Since"), default=timezone.now)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("Until"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["kind", "pk"]
        indexes = [models.Index(fields=["digest"], name="merchant_identifier_digest")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=IdentifierKind.values), name="merchant_identifier_kind_known"),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="merchant_identifier_is_a_digest"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_at__gte=F("recorded_at")),
                name="merchant_identifier_ends_after_it_began",
            ),
            models.UniqueConstraint(
                fields=["merchant", "digest"],
                condition=Q(ended_at__isnull=True),
                name="merchant_identifier_once_at_a_time",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="never_edited", fields=["merchant", "kind", "digest", "masked", "recorded_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.get_kind_display()} {self.masked}"
