"""Parties, what they are known by, and who was barred elsewhere."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Versioned
from common.validation import Checked
from providers.enums import Region
from providers.registry.models import Provider
from providers.relations.enums import IdentifierKind, IdentifierSource


@pghistory.track()
class BarredParty(Versioned):
    """Somebody who was barred outside the portal. In force from its entry to `until`, or until it is taken off."""

    name = models.CharField(_("Company name"), max_length=160)
    uscc = models.CharField(_("Unified social credit code"), max_length=18, blank=True)
    region = models.CharField(_("Region"), max_length=20, choices=Region, blank=True)
    reason = models.TextField(_("Reason"), max_length=4000)
    until = models.DateField(_("Barred until"), null=True, blank=True)
    created_at = models.DateTimeField(_("Entered"), default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(_("Taken off"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawal_note = models.TextField(_("Reason"), max_length=4000, null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(reason=""), name="barred_party_has_name_and_reason"),
            models.CheckConstraint(condition=Q(region="") | Q(region__in=Region.values), name="barred_region_known"),
            models.UniqueConstraint(
                fields=["uscc"],
                condition=Q(withdrawn_at__isnull=True) & ~Q(uscc=""),
                name="barred_party_uscc_once",
                violation_error_code="unique",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawal_note__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, withdrawal_note__isnull=False),
                name="barred_party_withdrawal_triple",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def number(self) -> str:
        """How people call it, such as B000012."""
        return f"B{self.pk:06d}"


class Party(Checked):
    """A node of the network: a provider or a barred party, with its name in parts. Derived, so it keeps no history."""

    provider = models.OneToOneField(Provider, on_delete=models.PROTECT, null=True, blank=True, related_name="party")
    barred = models.OneToOneField(BarredParty, on_delete=models.PROTECT, null=True, blank=True, related_name="party")
    name = models.CharField(_("Company name"), max_length=160)
    core = models.CharField(max_length=160, blank=True)
    city = models.CharField(max_length=20, blank=True)
    region = models.CharField(max_length=20, blank=True)
    grams = ArrayField(models.CharField(max_length=2), default=list, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["core"], name="party_core"),
            GinIndex(fields=["grams"], name="party_grams", fastupdate=False),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(provider__isnull=False, barred__isnull=True)
                | Q(provider__isnull=True, barred__isnull=False),
                name="party_is_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class PartyIdentifier(Checked):
    """One thing by which a party is known: never the value, only its keyed hash and a masked form. It is added and
    ended, never edited."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(_("Kind"), max_length=20, choices=IdentifierKind)
    digest = models.CharField(max_length=64)
    masked = models.CharField(_("Shown as"), max_length=80)
    source = models.CharField(_("Source"), max_length=12, choices=IdentifierSource)
    recorded_at = models.DateTimeField(_("Since"), default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(_("Until"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["kind", "pk"]
        indexes = [models.Index(fields=["digest", "party"], name="identifier_digest")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=IdentifierKind.values), name="identifier_kind_known"),
            models.CheckConstraint(condition=Q(source__in=IdentifierSource.values), name="identifier_source_known"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="identifier_is_a_digest"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True) | Q(ended_at__gte=F("recorded_at")),
                name="identifier_ends_after_it_began",
            ),
            models.UniqueConstraint(
                fields=["party", "digest"], condition=Q(ended_at__isnull=True), name="identifier_once_at_a_time"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="never_edited", fields=["party", "kind", "digest", "masked", "source", "recorded_at"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.masked}"
