"""Shortlists with their candidates, written once, and the invitations that follow from them."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Versioned
from common.validation import Checked
from merchants.matching.enums import InvitationStatus, Seat
from merchants.requests.models import HelpRequest
from providers.registry.models import Provider
from scoring.capabilities.models import ScoreRun


def no_points() -> list[None]:
    """Not assessed, one entry per capability."""
    return [None] * 5


class Shortlist(Checked):
    """The answer to one request at one moment; superseded by a later one, never changed.

    `digest` covers all that decided: the request as it stood, the features of every candidate, weights and seats.
    `excluded` counts by filter whom it kept out; one provider may fail several.
    """

    request = models.ForeignKey(HelpRequest, on_delete=models.PROTECT, related_name="shortlists")
    request_version = models.PositiveIntegerField()
    made_at = models.DateTimeField(_("Made"), default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    score_run = models.ForeignKey(ScoreRun, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    digest = models.CharField(max_length=64)
    considered = models.PositiveIntegerField(_("Providers considered"))
    eligible = models.PositiveIntegerField(_("Providers that pass every filter"))
    excluded = models.JSONField(default=dict, blank=True)
    weights = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(eligible__lte=F("considered")), name="shortlist_eligible_within"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.request_id} · {self.pk}"


class Candidate(Checked):
    """One provider on a shortlist: its fit as named contributions, the reasons, and the scores it was judged by."""

    shortlist = models.ForeignKey(Shortlist, on_delete=models.PROTECT, related_name="candidates")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="candidacies")
    position = models.PositiveSmallIntegerField()
    seat = models.CharField(max_length=10, choices=Seat)
    fit = models.FloatField()
    contributions = models.JSONField()
    reasons_for = models.JSONField(default=list, blank=True)
    reasons_against = models.JSONField(default=list, blank=True)
    spare_rooms = models.PositiveIntegerField(null=True, blank=True)
    composite = models.FloatField(null=True, blank=True)
    lower = models.FloatField(null=True, blank=True)
    upper = models.FloatField(null=True, blank=True)
    capability_scores = ArrayField(models.FloatField(null=True), default=no_points, size=5)
    capability_lowers = ArrayField(models.FloatField(null=True), default=no_points, size=5)
    capability_uppers = ArrayField(models.FloatField(null=True), default=no_points, size=5)

    class Meta:
        ordering = ["shortlist", "position"]
        constraints = [
            models.UniqueConstraint(fields=["shortlist", "provider"], name="candidate_once_per_shortlist"),
            models.UniqueConstraint(fields=["shortlist", "position"], name="candidate_one_per_position"),
            models.CheckConstraint(condition=Q(seat__in=Seat.values), name="candidate_seat_known"),
            models.CheckConstraint(condition=Q(fit__gte=0, fit__lte=1), name="candidate_fit_in_range"),
            models.CheckConstraint(condition=Q(position__range=(1, 5)), name="candidate_position_in_range"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.position} · {self.provider_id}"


@pghistory.track()
class Invitation(Versioned):
    """A request offered to one provider until `expires_at`; the next candidate is asked when it ends without a yes."""

    request = models.ForeignKey(HelpRequest, on_delete=models.PROTECT, related_name="invitations")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="invitations")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="invitations")
    status = models.CharField(_("Status"), max_length=10, choices=InvitationStatus, default=InvitationStatus.PENDING)
    created_at = models.DateTimeField(_("Invited"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    expires_at = models.DateTimeField(_("Answer by"))
    decided_at = models.DateTimeField(_("Answered"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(_("Reason"), max_length=2000, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(status=InvitationStatus.PENDING), name="invitation_pending_by_clock"
            ),
            models.Index(fields=["provider", "status"], name="invitation_provider_status"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=InvitationStatus.values), name="invitation_status_known"),
            models.UniqueConstraint(
                fields=["request"], condition=Q(status=InvitationStatus.PENDING), name="invitation_one_open"
            ),
            models.UniqueConstraint(fields=["request", "provider"], name="invitation_never_twice"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="invitation_clock_ahead"),
            models.CheckConstraint(
                condition=Q(
                    status=InvitationStatus.PENDING,
                    decided_at__isnull=True,
                    decided_by__isnull=True,
                )
                | Q(status=InvitationStatus.EXPIRED, decided_at__isnull=False, decided_by__isnull=True)
                | Q(
                    status__in=[InvitationStatus.ACCEPTED, InvitationStatus.DECLINED],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                )
                | Q(status=InvitationStatus.WITHDRAWN, decided_at__isnull=False),
                name="invitation_decision_triple",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[InvitationStatus.DECLINED, InvitationStatus.WITHDRAWN]) | ~Q(note=""),
                name="invitation_reason_when_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.provider_id}"

    @property
    def code(self) -> str:
        """What people call the invitation by."""
        return f"I{self.pk:06d}"
