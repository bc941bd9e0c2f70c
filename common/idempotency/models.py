"""Answers kept for repeated POSTs."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class StoredResponse(models.Model):
    """The answer to one POST under the sender's idempotency key; `status` is NULL while the first try is running."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="stored_response_once")]

    def __str__(self) -> str:
        return self.key
