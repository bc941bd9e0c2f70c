"""Match rounds and their places: what a round decided is written once, what became of each place is added once."""

import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Job, Versioned
from common.validation import Checked
from merchants.matching.models import Invitation
from merchants.requests.models import HelpRequest
from merchants.rounds.enums import FIGURED, OPEN_ROUNDS, SKIP_CODES, SKIPS, Balance, PlaceOutcome, RoundStatus
from merchants.rounds.rules import DEFAULT_LIMIT, DEFAULT_NEWCOMER_PLACES, LIMITS, MAX_NEWCOMER_PLACES
from providers.registry.models import Provider
from scoring.capabilities.models import ScoreRun, changed

DIGEST = r"^[0-9a-f]{64}$"
CHOSEN = ("balance", "newcomer_places", "candidate_limit", "created_at", "created_by")
FIGURES = (
    "as_of",
    "score_run",
    "digest",
    "request_count",
    "matched_count",
    "mean_fit",
    "utility_units",
    "gini_before",
    "gini_after",
    "idle_before",
    "idle_after",
    "newcomer_count",
    "costs",
    "loads",
)
IS_OPEN = Q(status__in=OPEN_ROUNDS)


@pghistory.track()
class MatchRound(Versioned):
    """All waiting requests assigned at once, by the settings, as things stood at `as_of`.

    `utility_units` is the sum of the fits in millionths, exact. `digest` covers settings and every input. `costs` holds
    what each setting would have given; `loads` counts providers by the share of their rooms that is taken, before and
    after. `job` is the work that runs, or the last that ran.
    """

    balance = models.CharField(_("Balance of the load"), max_length=10, choices=Balance)
    newcomer_places = models.PositiveSmallIntegerField(
        _("Places kept for each newcomer"),
        default=DEFAULT_NEWCOMER_PLACES,
        validators=[MaxValueValidator(MAX_NEWCOMER_PLACES)],
    )
    candidate_limit = models.PositiveSmallIntegerField(
        _("Candidates of each request"),
        default=DEFAULT_LIMIT,
        validators=[MinValueValidator(LIMITS[0]), MaxValueValidator(LIMITS[1])],
    )
    status = models.CharField(_("Status"), max_length=10, choices=RoundStatus, default=RoundStatus.PREPARING)
    as_of = models.DateTimeField(_("As things stood"), null=True, blank=True)
    score_run = models.ForeignKey(ScoreRun, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    digest = models.CharField(max_length=64, blank=True)
    request_count = models.PositiveIntegerField(_("Requests"), null=True, blank=True)
    matched_count = models.PositiveIntegerField(_("With a provider"), null=True, blank=True)
    mean_fit = models.FloatField(_("Mean fit"), null=True, blank=True)
    utility_units = models.BigIntegerField(null=True, blank=True)
    gini_before = models.FloatField(null=True, blank=True)
    gini_after = models.FloatField(_("Gini of the load"), null=True, blank=True)
    idle_before = models.PositiveIntegerField(null=True, blank=True)
    idle_after = models.PositiveIntegerField(_("Idle providers"), null=True, blank=True)
    newcomer_count = models.PositiveIntegerField(_("Newcomers with a place"), null=True, blank=True)
    costs = models.JSONField(default=list, blank=True)
    loads = models.JSONField(default=dict, blank=True)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("Started"), default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    committed_at = models.DateTimeField(_("Committed at"), null=True, blank=True)
    committed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    discarded_at = models.DateTimeField(null=True, blank=True)
    discarded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    finished_at = models.DateTimeField(_("All invitations settled"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RoundStatus.values), name="match_round_status_known"),
            models.CheckConstraint(condition=Q(balance__in=Balance.values), name="match_round_balance_known"),
            models.CheckConstraint(
                condition=Q(newcomer_places__range=(0, MAX_NEWCOMER_PLACES), candidate_limit__range=LIMITS),
                name="match_round_settings_in_range",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=FIGURED)
                | Q(
                    as_of__isnull=False,
                    digest__regex=DIGEST,
                    request_count__isnull=False,
                    matched_count__isnull=False,
                    utility_units__isnull=False,
                    gini_before__isnull=False,
                    gini_after__isnull=False,
                    idle_before__isnull=False,
                    idle_after__isnull=False,
                    newcomer_count__isnull=False,
                ),
                name="match_round_has_figures",
            ),
            models.CheckConstraint(
                condition=Q(matched_count__isnull=True) | Q(matched_count__lte=F("request_count")),
                name="match_round_matched_within",
            ),
            models.CheckConstraint(
                condition=Q(mean_fit__isnull=True) | Q(mean_fit__range=(0, 1)), name="match_round_mean_in_range"
            ),
            models.CheckConstraint(
                condition=Q(
                    ~Q(status=RoundStatus.COMMITTED),
                    committed_at__isnull=True,
                    committed_by__isnull=True,
                    finished_at__isnull=True,
                )
                | Q(status=RoundStatus.COMMITTED, committed_at__isnull=False, committed_by__isnull=False),
                name="match_round_committed_triple",
            ),
            models.CheckConstraint(
                condition=Q(~Q(status=RoundStatus.DISCARDED), discarded_at__isnull=True, discarded_by__isnull=True)
                | Q(status=RoundStatus.DISCARDED, discarded_at__isnull=False),
                name="match_round_discarded_triple",
            ),
            # Of one value in all open rows there can be one row.
            models.UniqueConstraint(
                models.ExpressionWrapper(IS_OPEN, output_field=models.BooleanField()),
                condition=IS_OPEN,
                name="match_round_one_open",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="what_was_chosen_stays", operation=pgtrigger.Update, condition=changed(*CHOSEN)),
            pgtrigger.Protect(
                name="what_was_found_stays",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__status=RoundStatus.PREPARING) & changed(*FIGURES),
            ),
            pgtrigger.Protect(name="rounds_are_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """What people call the round by."""
        return f"MR{self.pk:05d}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_ROUNDS

    @property
    def has_figures(self) -> bool:
        return self.request_count is not None


@pghistory.track(exclude=["candidates", "why_not"])
class RoundPlace(Checked):
    """What a round gives one request: a provider or nobody, and why.

    `candidates` are ready to become a shortlist: the round's provider first, then the best others, who are asked when
    it declines; each with fit, contributions, reasons and scores. `why_not` tells of every provider that would have
    fitted better. What became of the place is added once: `invitation`, or `skipped` with why.
    """

    round = models.ForeignKey(MatchRound, on_delete=models.PROTECT, related_name="places")
    request = models.ForeignKey(HelpRequest, on_delete=models.PROTECT, related_name="round_places")
    request_version = models.PositiveIntegerField()
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, null=True, blank=True, related_name="round_places")
    fit = models.FloatField(_("Fit"), null=True, blank=True)
    candidates = models.JSONField(default=list, blank=True)
    why_not = models.JSONField(default=list, blank=True)
    digest = models.CharField(max_length=64)
    considered = models.PositiveIntegerField()
    eligible = models.PositiveIntegerField()
    excluded = models.JSONField(default=dict, blank=True)
    invitation = models.OneToOneField(
        Invitation, on_delete=models.PROTECT, null=True, blank=True, related_name="round_place"
    )
    skipped = models.CharField(_("Not invited because"), max_length=20, choices=SKIPS, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["round", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "request"], name="round_place_once_per_request"),
            models.CheckConstraint(
                condition=Q(provider__isnull=True, fit__isnull=True)
                | Q(provider__isnull=False, fit__isnull=False, fit__range=(0, 1)),
                name="round_place_fit_with_provider",
            ),
            models.CheckConstraint(condition=Q(digest__regex=DIGEST), name="round_place_digest_shape"),
            models.CheckConstraint(condition=Q(eligible__lte=F("considered")), name="round_place_eligible_within"),
            models.CheckConstraint(condition=Q(skipped__in=["", *SKIP_CODES]), name="round_place_skip_known"),
            models.CheckConstraint(
                condition=Q(invitation__isnull=True, skipped="", finished_at__isnull=True)
                | Q(Q(invitation__isnull=False, skipped="") | Q(~Q(skipped=""), invitation__isnull=True))
                & Q(provider__isnull=False, finished_at__isnull=False),
                name="round_place_one_outcome",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="only_the_outcome_is_added",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__finished_at__isnull=False)
                | changed(
                    "round",
                    "request",
                    "request_version",
                    "provider",
                    "fit",
                    "candidates",
                    "why_not",
                    "digest",
                    "considered",
                    "eligible",
                    "excluded",
                ),
            ),
            pgtrigger.Protect(name="places_are_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} · {self.request_id}"

    @property
    def outcome(self) -> str:
        """One of PlaceOutcome."""
        if self.provider_id is None:
            return PlaceOutcome.NOBODY
        if self.finished_at is None:
            return PlaceOutcome.PLANNED
        return PlaceOutcome.SKIPPED if self.skipped else PlaceOutcome.INVITED
