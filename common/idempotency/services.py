"""Idempotency keys: the second POST with the same key gets the first one's answer."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.exceptions import Conflict, InvalidInput
from common.idempotency.models import StoredResponse

KEEP = timedelta(hours=24)
ABANDONED_AFTER = timedelta(minutes=5)


def begin(*, user: AbstractBaseUser, key: str, request_digest: str, now: datetime | None = None) -> StoredResponse:
    """Claim `key`. A row with a status is the stored answer; one without is this caller's to `finish` or `abandon`.

    Raises InvalidInput when the key was used for another request, Conflict while the first try is still running.
    """
    now = now or timezone.now()
    if not key or len(key) > 80:
        raise InvalidInput(_("The idempotency key must have 1 to 80 characters."), field="Idempotency-Key")
    mine = StoredResponse.objects.filter(user_id=user.pk, key=key)
    mine.filter(created_at__lt=now - KEEP).delete()
    mine.filter(status=None, created_at__lt=now - ABANDONED_AFTER).delete()
    try:
        with transaction.atomic():
            return StoredResponse.objects.create(
                user_id=user.pk, key=key, request_digest=request_digest, created_at=now
            )
    except IntegrityError:
        stored = mine.get()
    if stored.request_digest != request_digest:
        raise InvalidInput(
            _("This idempotency key was used for a different request."),
            field="Idempotency-Key",
            remedy=_("Use a new key for each new request."),
        )
    if stored.status is None:
        raise Conflict(
            _("The first request with this key is still running."), remedy=_("Wait a moment and send it again.")
        )
    return stored


def finish(stored: StoredResponse, *, status: int, body: Any) -> None:
    """Keep the answer for the next 24 hours."""
    stored.status, stored.body = status, body
    stored.save(update_fields=["status", "body"])


def abandon(stored: StoredResponse) -> None:
    """Free the key: the request failed in a way that a repeat may mend."""
    stored.delete()
