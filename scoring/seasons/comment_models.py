"""What providers say about announced rules, and what staff answer."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Versioned
from providers.registry.models import Provider
from scoring.seasons.models import Season


@pghistory.track()
class SeasonComment(Versioned):
    """One provider's comment on the rules of an announced season. It is public, without a name, once it is answered."""

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="comments")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="season_comments")
    text = models.TextField(_("Comment"), max_length=2000)
    written_at = models.DateTimeField(_("Written"), default=timezone.now)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(_("Answer"), max_length=2000, blank=True)
    answered_at = models.DateTimeField(_("Answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="season_comment_says_something"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="season_comment_answer_triple",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.season} {self.provider.code}"
