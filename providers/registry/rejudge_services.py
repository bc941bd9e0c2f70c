"""Asking for a second look at a provider between two nights, when something that criteria read has changed."""

from datetime import datetime

from django.db import connection

from common.audit.services import check_in_transaction
from common.jobs.models import Job
from common.jobs.services import enqueue
from providers.registry.models import Provider

REJUDGE = "providers.rejudge_provider"


def ask_rejudge(provider: Provider, *, now: datetime) -> None:
    """Have an active provider judged again after this transaction, once however often this is called in it."""
    check_in_transaction()
    if not provider.is_active:
        return
    # A job of another transaction does not count: it may run before this one's changes can be seen.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        (cause,) = cursor.fetchone()
    arguments = {"provider_id": provider.pk, "cause": cause}
    if not Job.objects.filter(name=REJUDGE, arguments=arguments).exists():
        enqueue(REJUDGE, now=now, **arguments)
