"""A review that is being written: read by its writer alone, and gone with the review that comes of it."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from common.validation import Checked
from providers.admission.review.models import Review


class ReviewDraft(Checked):
    """What a reviewer has put down so far. `content` has `levels` and `comments` by capability (a level is a digit,
    "none" for no evidence, or empty), `recommendation` and `reasons`. It decides nothing, so it keeps no history."""

    review = models.OneToOneField(Review, on_delete=models.CASCADE, related_name="draft")
    content = models.JSONField(default=dict, blank=True)
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.review_id}"
