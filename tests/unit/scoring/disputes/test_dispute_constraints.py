"""What the database itself refuses of disputes, their files, related merchants and recomputations."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from providers.registry.models import Provider
from scoring.capabilities.recompute_models import Recomputation
from scoring.disputes.models import Dispute, DisputeFile
from scoring.facts.related_models import RelatedMerchant
from tests.factories.accounts import make_user
from tests.factories.disputes import make_fake_orders
from tests.factories.providers import make_provider
from tests.factories.scoring import DAY, make_facts, make_published_model, make_run, work

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def provider() -> Provider:
    return make_provider(status="admitted")


def sound(provider: Provider, **fields: Any) -> dict[str, Any]:
    return {
        "provider": provider,
        "column": "orders",
        "day_from": DAY,
        "day_to": DAY,
        "held": 1,
        "should_be": 2,
        "statement": "x",
        "opened_by": make_user(),
        "due_at": NOW,
        **fields,
    }


@pytest.mark.parametrize(
    "fault",
    [
        {"status": "lost"},
        {"column": "profit"},
        {"day_to": DAY - timedelta(days=1)},
        {"should_be": 1},
        {"held": -1},
        {"should_be": 10**15 + 1},
        {"statement": ""},
        {"status": "rejected"},
        {"status": "rejected", "decided_at": NOW, "held_then": 1},
        {"status": "upheld", "decided_at": NOW, "held_then": 1, "decision_note": "x", "granted": 2},
        {"decision_note": "too early"},
        {"granted": 2},
        {"status": "withdrawn"},
        {"withdrawn_at": NOW},
    ],
)
def test_disputes(provider: Provider, fault: dict[str, Any]) -> None:
    values = sound(provider, **fault)
    if "decided_at" in fault:
        values["decided_by"] = make_user()
    with pytest.raises(IntegrityError), transaction.atomic():
        Dispute.objects.create(**values)


def test_one_open_dispute_per_slice(provider: Provider) -> None:
    Dispute.objects.create(**sound(provider))
    with pytest.raises(IntegrityError), transaction.atomic():
        Dispute.objects.create(**sound(provider))
    Dispute.objects.create(**sound(provider, merchant="M1"))


@pytest.mark.parametrize("fault", [{"kind": "text/plain"}, {"size": 0}, {"digest": "x"}])
def test_files(provider: Provider, fault: dict[str, Any]) -> None:
    dispute = Dispute.objects.create(**sound(provider))
    values = {"file_name": "a", "path": "disputes/a", "kind": "application/pdf", "size": 1, "digest": "a" * 64}
    with pytest.raises(IntegrityError), transaction.atomic():
        DisputeFile.objects.create(dispute=dispute, added_by=make_user(), **{**values, **fault})
    DisputeFile.objects.create(dispute=dispute, added_by=make_user(), **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        DisputeFile.objects.create(dispute=dispute, added_by=make_user(), **{**values, "path": "disputes/b"})


@pytest.mark.parametrize(
    "fault",
    [
        {"reasons": []},
        {"reasons": ["love"]},
        {"merchant": ""},
        {"strength": 0.0},
        {"strength": 1.1},
        {"ended_at": NOW - timedelta(days=1)},
        {"end_note": "still open"},
    ],
)
def test_related_merchants(provider: Provider, fault: dict[str, Any]) -> None:
    values = {"provider": provider, "merchant": "M1", "reasons": ["same_phone"], "recorded_at": NOW, **fault}
    with pytest.raises(IntegrityError), transaction.atomic():
        RelatedMerchant.objects.create(**values)


def test_people_say_why_a_pair_ended_and_one_is_open(provider: Provider) -> None:
    values = {"provider": provider, "merchant": "M1", "reasons": ["same_phone"], "recorded_at": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        RelatedMerchant.objects.create(**values, ended_at=NOW, ended_by=make_user())
    RelatedMerchant.objects.create(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        RelatedMerchant.objects.create(**values)


def test_recomputations(provider: Provider) -> None:
    make_published_model()
    make_facts([{"provider": provider.code, **work(500, 10, 40)}])
    run = make_run()
    adjustment = make_fake_orders(provider)
    for fault in ({"after": run}, {"changed_count": 1}, {"finished_at": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Recomputation.objects.create(adjustment=adjustment, before=run, **fault)
    Recomputation.objects.create(adjustment=adjustment, before=run)
    with pytest.raises(IntegrityError), transaction.atomic():
        Recomputation.objects.create(adjustment=adjustment, before=run)
