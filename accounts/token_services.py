"""Writes about the tokens of programs."""

from datetime import datetime

from django.db import transaction
from rest_framework.authtoken.models import Token

from accounts.models import User
from common.audit.services import record
from common.locks import lock


@transaction.atomic
def issue_token(*, user: User, now: datetime | None = None) -> str:
    """The token of a person who has shown who they are; the present one when there is one."""
    user = lock(User.objects.all(), user.pk)
    token, _new = Token.objects.get_or_create(user=user)
    record("user.issue_token", user, by=user, now=now)
    return str(token.key)
