"""Disputes, adjustments and related merchants for tests, made through the services."""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from accounts.roles import Role
from common.jobs.models import Job
from providers.registry.models import Provider
from scoring.capabilities.compute import Silent
from scoring.capabilities.recompute import recompute
from scoring.disputes.decision_services import reject_dispute, uphold_dispute, uphold_partly
from scoring.disputes.models import Dispute
from scoring.disputes.services import Upload, open_dispute, withdraw_dispute
from scoring.facts.adjustment_models import Adjustment
from scoring.facts.adjustment_services import RECOMPUTE, FakeOrders, enter_fake_orders
from tests.factories.accounts import make_staff
from tests.factories.documents import make_pdf
from tests.factories.providers import owner_of
from tests.factories.scoring import DAY, MORNING_AFTER

LATER = MORNING_AFTER + timedelta(hours=5)


def make_dispute(
    provider: Provider, *, status: str = "open", by: User | None = None, now: datetime = MORNING_AFTER, **claim: Any
) -> Dispute:
    """A dispute that 10 refunds of the day are 4, brought to `status`; the facts must exist."""
    values = {
        "column": "refunded_orders",
        "day_from": DAY,
        "day_to": DAY,
        "should_be": 4,
        "statement": "Six of the refunds were another shop's.",
        "files": [Upload("proof.pdf", [make_pdf()])],
        **claim,
    }
    dispute = open_dispute(provider_id=provider.pk, by=by or owner_of(provider), now=now, **values)
    decide = {"upheld": uphold_dispute, "partly_upheld": uphold_partly, "rejected": reject_dispute}
    if status in decide:
        part = {"granted": 7} if status == "partly_upheld" else {}
        appeals = make_staff(Role.APPEALS_OFFICER)
        return decide[status](dispute_id=dispute.pk, by=appeals, note="The papers show it.", now=LATER, **part)
    if status == "withdrawn":
        return withdraw_dispute(dispute_id=dispute.pk, by=owner_of(provider), now=LATER)
    return dispute


def make_fake_orders(provider: Provider, *, by: User | None = None, now: datetime = LATER, **entry: Any) -> Adjustment:
    """Orders of merchant M000001 on DAY that were ruled fake."""
    values = {"provider": provider.code, "merchant": "M000001", "day": DAY, "orders": 10, "gmv_minor": 0, **entry}
    officer = by or make_staff(Role.CONDUCT_OFFICER)
    return enter_fake_orders(entries=[FakeOrders(**values)], reason="Bought by the shop itself.", by=officer, now=now)


def run_recomputations() -> list[dict[str, object]]:
    """What a worker would do now with the waiting recomputations."""
    jobs = Job.objects.filter(name=RECOMPUTE, status="queued").order_by("created_at", "pk")
    done = []
    for job in jobs:
        done.append(recompute(job.arguments["adjustment_id"], Silent()))
        Job.objects.filter(pk=job.pk).update(status="done", finished_at=LATER)
    return done
