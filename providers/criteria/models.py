"""Criteria sets and their criteria. A published set never changes; the database holds that too."""

from functools import cached_property

import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Versioned
from common.validation import Checked
from providers.criteria.enums import CriterionKind, Direction, Moment, SetStatus
from providers.criteria.judge import Rule
from providers.criteria.rules import build_rule

KEY = RegexValidator(r"^[a-z][a-z0-9_]{1,39}$", _("Use small letters, digits and underscores, such as refund_rate."))
NOT_A_DRAFT = """
    IF EXISTS (
        SELECT 1 FROM providers_criteriaset
        WHERE id IN (OLD.criteria_set_id, NEW.criteria_set_id) AND status <> 'draft'
    ) THEN
        RAISE EXCEPTION 'the criteria of a set that is no draft do not change';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


@pghistory.track()
class CriteriaSet(Versioned):
    """One version of the criteria. At most one is a draft and at most one in force.

    `number` is what people call it; `digest` identifies its content and changes with every edit. No person stands in
    `_by` where the portal itself acted (the set that comes with it). A discarded draft is retired without having been
    published.
    """

    number = models.PositiveIntegerField(_("Number"), unique=True)
    title_zh = models.CharField(_("Title in Chinese"), max_length=120)
    title_en = models.CharField(_("Title in English"), max_length=120)
    status = models.CharField(_("Status"), max_length=10, choices=SetStatus, default=SetStatus.DRAFT)
    digest = models.CharField(_("Digest"), max_length=64, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    edited_at = models.DateTimeField(_("Last edited"), default=timezone.now)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(_("In force since"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    publish_note = models.TextField(_("Reason for the publication"), max_length=4000, blank=True)
    retired_at = models.DateTimeField(_("Retired at"), null=True, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=SetStatus.values), name="criteria_set_status_known"),
            models.UniqueConstraint(
                fields=["status"], condition=Q(status=SetStatus.DRAFT), name="criteria_set_one_draft"
            ),
            models.UniqueConstraint(
                fields=["status"], condition=Q(status=SetStatus.PUBLISHED), name="criteria_set_one_published"
            ),
            models.CheckConstraint(
                condition=Q(status=SetStatus.DRAFT, published_at__isnull=True, retired_at__isnull=True)
                | Q(status=SetStatus.PUBLISHED, published_at__isnull=False, retired_at__isnull=True)
                | (~Q(status__in=(SetStatus.DRAFT, SetStatus.PUBLISHED)) & Q(retired_at__isnull=False)),
                name="criteria_set_moments_fit_status",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | Q(edited_by__isnull=True) | ~Q(published_by=F("edited_by")),
                name="criteria_set_published_by_another",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="content_fixed",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__status=SetStatus.DRAFT)
                & (
                    pgtrigger.Q(old__digest__df=pgtrigger.F("new__digest"))
                    | pgtrigger.Q(old__number__df=pgtrigger.F("new__number"))
                    | pgtrigger.Q(old__title_zh__df=pgtrigger.F("new__title_zh"))
                    | pgtrigger.Q(old__title_en__df=pgtrigger.F("new__title_en"))
                ),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"C{self.number} {self.title_en}"


@pghistory.track()
class Criterion(Checked):
    """One criterion of a set: what it asks, how signals decide it, and what to do about it.

    It fails when `fail_when` is true, else passes when `pass_when` is true, else needs a human. `measure`, `limit` and
    `direction` say what a threshold counts, for sentences and forecasts. It changes with its set and counts that one's
    versions.
    """

    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.PROTECT, related_name="criteria")
    key = models.CharField(_("Key"), max_length=40, validators=[KEY])
    position = models.PositiveSmallIntegerField(_("Position"))
    kind = models.CharField(_("Kind"), max_length=24, choices=CriterionKind)
    title_zh = models.CharField(_("Title in Chinese"), max_length=120)
    title_en = models.CharField(_("Title in English"), max_length=120)
    text_zh = models.TextField(_("Text in Chinese"), max_length=1000)
    text_en = models.TextField(_("Text in English"), max_length=1000)
    at_door = models.BooleanField(_("At the door"), default=True)
    at_night = models.BooleanField(_("Every night"), default=True)
    pass_when = models.CharField(_("Passes when"), max_length=500)
    fail_when = models.CharField(_("Fails when"), max_length=500, blank=True)
    measure = models.CharField(_("Measure"), max_length=40, blank=True)
    limit = models.FloatField(_("Limit"), null=True, blank=True)
    direction = models.CharField(_("Direction"), max_length=10, choices=Direction, blank=True)
    remedy_zh = models.TextField(_("What to do, in Chinese"), max_length=1000)
    remedy_en = models.TextField(_("What to do, in English"), max_length=1000)

    class Meta:
        ordering = ["criteria_set", "position", "key"]
        constraints = [
            models.UniqueConstraint(fields=["criteria_set", "key"], name="criterion_key_once"),
            models.CheckConstraint(condition=Q(kind__in=CriterionKind.values), name="criterion_kind_known"),
            models.CheckConstraint(condition=Q(at_door=True) | Q(at_night=True), name="criterion_has_a_moment"),
            models.CheckConstraint(condition=~Q(pass_when=""), name="criterion_has_a_formula"),
            models.CheckConstraint(
                condition=Q(measure="", limit__isnull=True, direction="")
                | (~Q(measure="") & Q(limit__isnull=False, direction__in=Direction.values)),
                name="criterion_threshold_triple",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="fixed_with_its_set",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=NOT_A_DRAFT,
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} · {self.criteria_set_id}"

    @cached_property
    def rule(self) -> Rule:
        """The criterion as `judge` reads it."""
        return build_rule(self)

    def is_judged_at(self, moment: str) -> bool:
        """Whether it counts at `moment`."""
        return self.at_door if moment == Moment.DOOR else self.at_night
