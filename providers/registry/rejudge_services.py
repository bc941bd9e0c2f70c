"""Asking for a second look at a provider when something that criteria read has changed."""

from datetime import datetime

from django.db import connection

from common.audit.services import check_in_transaction
from common.jobs.models import Job
from common.jobs.services import enqueue
from providers.registry.enums import ACTIVE, ProviderStatus
from providers.registry.models import Provider

# What judges a provider by its status: the night's criteria who may work, triage who stands at the door.
REJUDGE = "providers.rejudge_provider"
RETRIAGE = "providers.retriage_provider"
JUDGES: dict[str, str] = {ProviderStatus.REGISTERED: RETRIAGE, **dict.fromkeys(ACTIVE, REJUDGE)}


def ask_rejudge(provider: Provider, *, now: datetime) -> None:
    """Have a provider judged again after this transaction, once however often this is called in it; nobody judges one
    that is suspended or cleared out."""
    check_in_transaction()
    judge = JUDGES.get(provider.status)
    if judge is None:
        return
    # A job of another transaction does not count: it may run before this one's changes can be seen.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        (cause,) = cursor.fetchone()
    arguments = {"provider_id": provider.pk, "cause": cause}
    if not Job.objects.filter(name=judge, arguments=arguments).exists():
        enqueue(judge, now=now, **arguments)
