"""A filter that somebody keeps for one list."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.validation import Checked

MOST_PER_LIST = 20


@pghistory.track()
class SavedFilter(Checked):
    """The query of a list under a name of its owner's; nobody else sees it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_filters")
    list_name = models.CharField(_("List"), max_length=40)
    name = models.CharField(_("Name"), max_length=40)
    query = models.CharField(_("Query"), max_length=1000)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "list_name", "name"], name="saved_filter_name_once_per_list"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(query=""), name="saved_filter_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.list_name} · {self.name}"
