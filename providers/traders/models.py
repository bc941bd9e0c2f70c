"""The people of a provider: who they are, what they may do, since when they work there."""

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, BigIntegerRangeField, DateRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Versioned
from common.validation import Checked
from providers.enums import Capability
from providers.registry.models import Provider
from providers.traders.enums import (
    CERTIFIED_LEVELS,
    CertificateStatus,
    ClaimStatus,
    TraderLevel,
    TraderStatus,
    VerificationStatus,
)

MAX_LIVE_ROOMS = 5
FINAL_VERIFICATION = (VerificationStatus.ASKED, VerificationStatus.VERIFIED)


@pghistory.track()
class Person(Checked):
    """A human being, the same one at every provider; the identity number itself is kept nowhere."""

    identity_hash = models.CharField(max_length=64, unique=True, editable=False)
    identity_masked = models.CharField(_("Identity number"), max_length=18, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(identity_hash__regex=r"^[0-9a-f]{64}$"), name="person_hash_not_number"),
            models.CheckConstraint(condition=Q(identity_masked__regex=r"^\d{3}\*{13}[0-9X]{2}$"), name="person_masked"),
        ]

    def __str__(self) -> str:
        return self.identity_masked


@pghistory.track()
class Trader(Versioned):
    """A person at one provider; who goes to another provider is registered there anew."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="traders")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="traders")
    code = models.CharField(_("Code"), max_length=20, unique=True)
    name = models.CharField(_("Name"), max_length=80)
    level = models.CharField(_("Level"), max_length=10, choices=TraderLevel, default=TraderLevel.TRAINEE)
    max_live_rooms = models.PositiveSmallIntegerField(
        _("Live rooms at once"),
        default=MAX_LIVE_ROOMS,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_LIVE_ROOMS)],
    )
    capabilities = ArrayField(
        models.CharField(max_length=20, choices=Capability), verbose_name=_("Capabilities"), size=len(Capability)
    )
    status = models.CharField(_("Status"), max_length=10, choices=TraderStatus, default=TraderStatus.ACTIVE)
    joined_at = models.DateTimeField(_("Joined"), default=timezone.now)
    joined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    left_at = models.DateTimeField(_("Left at"), null=True, blank=True)
    left_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    verification = models.CharField(
        _("Verification"), max_length=12, choices=VerificationStatus, default=VerificationStatus.UNVERIFIED
    )
    verification_at = models.DateTimeField(null=True, blank=True)
    verification_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    verification_note = models.TextField(_("Reason"), max_length=2000, blank=True)

    class Meta:
        ordering = ["code"]
        indexes = [
            models.Index(fields=["provider", "status"], name="trader_provider_status"),
            models.Index(fields=["verification"], name="trader_verification"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=TraderStatus.values), name="trader_status_known"),
            models.CheckConstraint(condition=Q(level__in=TraderLevel.values), name="trader_level_known"),
            models.CheckConstraint(
                condition=Q(max_live_rooms__range=(1, MAX_LIVE_ROOMS)), name="trader_live_rooms_in_range"
            ),
            models.CheckConstraint(
                condition=Q(capabilities__contained_by=Capability.values, capabilities__len__gte=1),
                name="trader_capabilities_known",
            ),
            models.CheckConstraint(
                condition=(~Q(status=TraderStatus.LEFT) & Q(left_at__isnull=True, left_by__isnull=True))
                | Q(status=TraderStatus.LEFT, left_at__isnull=False, left_by__isnull=False),
                name="trader_left_triple",
            ),
            models.CheckConstraint(
                condition=Q(
                    verification=VerificationStatus.UNVERIFIED,
                    verification_at__isnull=True,
                    verification_by__isnull=True,
                )
                | Q(
                    verification__in=(*FINAL_VERIFICATION, VerificationStatus.REFUSED),
                    verification_at__isnull=False,
                    verification_by__isnull=False,
                    person__isnull=False,
                ),
                name="trader_verification_triple",
            ),
            models.CheckConstraint(
                condition=~Q(verification=VerificationStatus.REFUSED) | ~Q(verification_note=""),
                name="trader_refusal_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(level=TraderLevel.TRAINEE) | Q(verification=VerificationStatus.VERIFIED),
                name="trader_verified_above_trainee",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


@pghistory.track()
class Employment(Checked):
    """From which day a person works for a provider; `ends_on` is the first day without, None while it goes on."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="employments")
    trader = models.OneToOneField(Trader, on_delete=models.PROTECT, related_name="employment")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="employments")
    starts_on = models.DateField(_("From"))
    ends_on = models.DateField(_("Until"), null=True, blank=True)

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="employment_days_in_order"
            ),
            # A range of one person stands where btree_gist would let the plain number stand.
            ExclusionConstraint(
                name="employment_periods_apart",
                expressions=[
                    (
                        Func(
                            F("person"),
                            F("person"),
                            Value("[]"),
                            function="int8range",
                            output_field=BigIntegerRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(
                            F("starts_on"),
                            F("ends_on"),
                            Value("[)"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trader_id} · {self.starts_on} – {self.ends_on or ''}"


@pghistory.track()
class Certificate(Versioned):
    """What the platform certified of a trader. `expires_on` is the first day without it; `noticed_days` the nearest of
    the announced distances to that day of which the provider was told."""

    trader = models.ForeignKey(Trader, on_delete=models.PROTECT, related_name="certificates")
    level = models.CharField(_("Level"), max_length=10, choices=CERTIFIED_LEVELS)
    capabilities = ArrayField(
        models.CharField(max_length=20, choices=Capability), verbose_name=_("Capabilities"), size=len(Capability)
    )
    issued_on = models.DateField(_("Issued on"))
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    expires_on = models.DateField(_("Expires on"))
    note = models.TextField(_("What it rests on"), max_length=4000)
    noticed_days = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    status = models.CharField(_("Status"), max_length=12, choices=CertificateStatus, default=CertificateStatus.VALID)
    status_at = models.DateTimeField(default=timezone.now)
    status_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    status_note = models.TextField(_("Reason"), max_length=2000, blank=True)

    class Meta:
        ordering = ["-issued_on", "-pk"]
        indexes = [models.Index(fields=["status", "expires_on"], name="certificate_clock")]
        constraints = [
            models.UniqueConstraint(
                fields=["trader"], condition=Q(status=CertificateStatus.VALID), name="certificate_one_valid"
            ),
            models.CheckConstraint(condition=Q(status__in=CertificateStatus.values), name="certificate_status_known"),
            models.CheckConstraint(
                condition=Q(level__in=[value for value, _label in CERTIFIED_LEVELS]), name="certificate_level_known"
            ),
            models.CheckConstraint(
                condition=Q(capabilities__contained_by=Capability.values, capabilities__len__gte=1),
                name="certificate_capabilities_known",
            ),
            models.CheckConstraint(condition=Q(expires_on__gt=F("issued_on")), name="certificate_days_in_order"),
            models.CheckConstraint(condition=~Q(note=""), name="certificate_has_reason"),
            models.CheckConstraint(
                condition=~Q(status=CertificateStatus.REVOKED) | (~Q(status_note="") & Q(status_by__isnull=False)),
                name="certificate_revoked_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trader_id} · {self.level} · {self.issued_on}"


@pghistory.track()
class CapabilityClaim(Checked):
    """How a provider's claim to a capability was held by its traders on `as_of`; `since` is the day of its status."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="claims")
    capability = models.CharField(_("Capability"), max_length=20, choices=Capability)
    status = models.CharField(_("Status"), max_length=12, choices=ClaimStatus)
    certified = models.PositiveIntegerField(_("Certified"))
    senior = models.PositiveIntegerField(_("Senior"))
    gold = models.PositiveIntegerField(_("Gold medal"))
    traders = models.PositiveIntegerField(_("Certified traders"))
    since = models.DateField(_("Since"))
    as_of = models.DateField(_("As of"))

    class Meta:
        ordering = ["provider", "capability"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "capability"], name="claim_once_per_capability"),
            models.CheckConstraint(condition=Q(capability__in=Capability.values), name="claim_capability_known"),
            models.CheckConstraint(
                condition=Q(traders=F("certified") + F("senior") + F("gold")), name="claim_levels_add_up"
            ),
            models.CheckConstraint(
                condition=Q(status=ClaimStatus.UNSUPPORTED, traders=0)
                | Q(status=ClaimStatus.THIN, traders=1)
                | Q(status=ClaimStatus.SUPPORTED, traders__gte=2),
                name="claim_status_follows_traders",
            ),
            models.CheckConstraint(condition=Q(since__lte=F("as_of")), name="claim_days_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} · {self.capability} · {self.status}"
