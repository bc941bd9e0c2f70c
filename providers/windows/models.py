"""An admission window: when companies may apply, which ones, and by which clocks they are decided on."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Versioned
from providers.enums import Category, ProviderType
from providers.windows.enums import WindowKind, WindowStatus

S = WindowStatus
MAX_STANDSTILL_DAYS, MAX_REAPPLY_DAYS, MAX_GRACE_DAYS = 90, 730, 60
CODE = RegexValidator(r"^[A-Z0-9][A-Z0-9-]{1,19}$", _("Use 2 to 20 capital letters, digits and hyphens."))
PAST_DRAFT = (S.ANNOUNCED, S.OPEN, S.CLOSED, S.STANDSTILL, S.FINAL)
PAST_OPENING = (S.OPEN, S.CLOSED, S.STANDSTILL, S.FINAL)
PAST_CLOSING = (S.CLOSED, S.STANDSTILL, S.FINAL)


def stamped(name: str, states: tuple[str, ...]) -> Q:
    """`<name>_at` is set in `states` alone; `<name>_by` is NULL when the clock acted."""
    here = Q(status__in=states, **{f"{name}_at__isnull": False})
    return here | (~Q(status__in=states) & Q(**{f"{name}_at__isnull": True, f"{name}_by__isnull": True}))


@pghistory.track()
class AdmissionWindow(Versioned):
    """Terms are fixed by the announcement; only the clock, or a person with a reason, moves it on.

    A rolling window has no end until somebody closes it, and no standstill of its whole list.
    """

    code = models.CharField(_("Code"), max_length=20, unique=True, validators=[CODE])
    title_zh = models.CharField(_("Title in Chinese"), max_length=80)
    title_en = models.CharField(_("Title in English"), max_length=80)
    text_zh = models.TextField(_("What is asked, in Chinese"), max_length=4000)
    text_en = models.TextField(_("What is asked, in English"), max_length=4000)
    kind = models.CharField(_("Kind"), max_length=10, choices=WindowKind)
    provider_types = ArrayField(
        models.CharField(max_length=20, choices=ProviderType), verbose_name=_("Types"), default=list, blank=True
    )
    categories = ArrayField(
        models.CharField(max_length=20, choices=Category), verbose_name=_("Main categories"), default=list, blank=True
    )
    places = models.PositiveIntegerField(_("Places"), null=True, blank=True, validators=[MinValueValidator(1)])
    opens_at = models.DateTimeField(_("Opens"))
    closes_at = models.DateTimeField(_("Closes"), null=True, blank=True)
    standstill_days = models.PositiveSmallIntegerField(
        _("Days of standstill"), default=10, validators=[MaxValueValidator(MAX_STANDSTILL_DAYS)]
    )
    reapply_after_days = models.PositiveSmallIntegerField(
        _("Days until a new application"), default=90, validators=[MaxValueValidator(MAX_REAPPLY_DAYS)]
    )
    return_grace_days = models.PositiveSmallIntegerField(
        _("Days to mend a returned application"), default=7, validators=[MaxValueValidator(MAX_GRACE_DAYS)]
    )
    status = models.CharField(_("Status"), max_length=12, choices=WindowStatus, default=S.DRAFT)
    standstill_until = models.DateTimeField(_("Standstill until"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    announced_at = models.DateTimeField(null=True, blank=True)
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    finalised_at = models.DateTimeField(null=True, blank=True)
    finalised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-opens_at", "-pk"]
        indexes = [models.Index(fields=["status", "opens_at"], name="window_clock")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=WindowStatus.values), name="window_status_known"),
            models.CheckConstraint(condition=Q(kind__in=WindowKind.values), name="window_kind_known"),
            models.CheckConstraint(
                condition=Q(provider_types__contained_by=ProviderType.values), name="window_types_known"
            ),
            models.CheckConstraint(
                condition=Q(categories__contained_by=Category.values), name="window_categories_known"
            ),
            models.CheckConstraint(
                condition=Q(closes_at__isnull=True) | Q(closes_at__gt=F("opens_at")),
                name="window_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=Q(kind=WindowKind.FIXED, closes_at__isnull=False)
                | Q(kind=WindowKind.ROLLING, status__in=(S.DRAFT, S.ANNOUNCED, S.OPEN), closes_at__isnull=True)
                | Q(kind=WindowKind.ROLLING, status=S.CLOSED, closes_at__isnull=False),
                name="window_end_by_kind",
            ),
            models.CheckConstraint(condition=Q(places__isnull=True) | Q(places__gte=1), name="window_places_some"),
            models.CheckConstraint(
                condition=Q(
                    standstill_days__range=(0, MAX_STANDSTILL_DAYS),
                    reapply_after_days__range=(0, MAX_REAPPLY_DAYS),
                    return_grace_days__range=(0, MAX_GRACE_DAYS),
                ),
                name="window_days_in_range",
            ),
            models.CheckConstraint(condition=stamped("announced", PAST_DRAFT), name="window_announced_stamp"),
            models.CheckConstraint(condition=stamped("opened", PAST_OPENING), name="window_opened_stamp"),
            models.CheckConstraint(condition=stamped("closed", PAST_CLOSING), name="window_closed_stamp"),
            models.CheckConstraint(
                condition=Q(status__in=(S.STANDSTILL, S.FINAL), standstill_until__isnull=False)
                | (~Q(status__in=(S.STANDSTILL, S.FINAL)) & Q(standstill_until__isnull=True)),
                name="window_standstill_has_end",
            ),
            models.CheckConstraint(condition=stamped("finalised", (S.FINAL,)), name="window_finalised_stamp"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_rolling(self) -> bool:
        return self.kind == WindowKind.ROLLING

    @property
    def type_labels(self) -> list[str]:
        """The types it is for, in words; empty means all."""
        return [str(ProviderType(value).label) for value in self.provider_types]

    @property
    def category_labels(self) -> list[str]:
        """The categories it is for, in words; empty means all."""
        return [str(Category(value).label) for value in self.categories]
