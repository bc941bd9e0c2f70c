"""The same by the API: facts, disputes, corrections, related merchants, exclusions."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from common.days import business_day
from providers.registry.models import Provider
from scoring.capabilities.models import Scorecard
from scoring.disputes.models import Dispute
from tests.factories.accounts import make_staff
from tests.factories.disputes import make_dispute, make_fake_orders
from tests.factories.documents import make_pdf
from tests.factories.providers import make_provider, owner_of, unchanged
from tests.factories.scoring import make_facts, make_published_model, make_run, work

pytestmark = pytest.mark.django_db

NOW = timezone.now()
DAY = business_day(NOW) - timedelta(days=2)
V1 = "/api/v1"


def as_user(user: User) -> APIClient:
    client = APIClient(headers={"Accept-Language": "en"})
    client.force_authenticate(User.objects.get(pk=user.pk))
    return client


@pytest.fixture
def provider() -> Provider:
    provider = make_provider(status="admitted")
    make_facts([{"provider": provider.code, "day": DAY, "merchant": "M1", **work(500, 10, 40)}], day=DAY)
    return provider


def claim(provider: Provider) -> dict[str, object]:
    return {
        "provider": provider.code,
        "column": "refunded_orders",
        "day_from": DAY.isoformat(),
        "day_to": DAY.isoformat(),
        "should_be": 4,
        "statement": "Not ours.",
    }


def test_a_page_of_facts(provider: Provider) -> None:
    adjustment = make_fake_orders(provider, day=DAY, merchant="M1", orders=3)
    client = as_user(owner_of(provider))
    body = client.get(f"{V1}/providers/{provider.code}/facts", {"column": "orders"}).json()
    assert (body["count"], body["pages"], body["totals"]) == (2, 1, {"orders": 97})
    found = sorted((row["figures"]["orders"], row["adjustment"]) for row in body["results"])
    assert found == [(-3, adjustment.pk), (100, None)]
    assert client.get(f"{V1}/providers/{provider.code}/facts", {"column": "profit"}).status_code == 400
    stranger = as_user(owner_of(make_provider()))
    assert stranger.get(f"{V1}/providers/{provider.code}/facts").status_code == 404


def test_a_dispute_with_files_is_opened_once_per_key(provider: Provider) -> None:
    client = as_user(owner_of(provider))
    body = {**claim(provider), "file": [SimpleUploadedFile("a.pdf", make_pdf())]}
    opened = client.post(f"{V1}/disputes", body, format="multipart", headers={"Idempotency-Key": "k1"})
    assert opened.status_code == 201, opened.json()
    dispute = Dispute.objects.get()
    assert (opened.json()["number"], len(opened.json()["files"])) == (dispute.number, 1)
    added = client.post(
        f"{V1}/disputes/{dispute.pk}/evidence", {"file": SimpleUploadedFile("b.pdf", make_pdf())}, format="multipart"
    )
    assert added.status_code == 201
    file = client.get(f"{V1}/disputes/files/{added.json()['id']}")
    assert (file.getvalue()[:5], file.headers["Content-Type"]) == (b"%PDF-", "application/pdf")
    again = client.post(f"{V1}/disputes", claim(provider), format="json")
    assert (again.status_code, again.json()["code"]) == (409, "dispute_overlaps")


def test_decisions_by_the_api(provider: Provider) -> None:
    dispute = make_dispute(provider, now=NOW, day_from=DAY, day_to=DAY)
    appeals = as_user(make_staff(Role.APPEALS_OFFICER))
    address = f"{V1}/disputes/{dispute.pk}/actions"
    step = {"action": "uphold_partly", "note": "Half.", "version": dispute.version}
    steward = as_user(make_staff(Role.RACE_STEWARD))
    with unchanged():
        assert appeals.post(address, step).status_code == 400
        assert steward.post(address, step).status_code == 404
        assert as_user(owner_of(provider)).post(address, {**step, "granted": 7}).status_code == 403
    done = appeals.post(address, {**step, "granted": 7}).json()
    assert (done["status"], done["granted"], done["allowed_actions"]) == ("partly_upheld", 7, [])
    assert appeals.post(address, {**step, "granted": 7}).status_code == 409
    listed = appeals.get(f"{V1}/disputes", {"status": "partly_upheld"}).json()["results"]
    assert [one["number"] for one in listed] == [dispute.number]
    assert as_user(owner_of(make_provider())).get(f"{V1}/disputes").json()["results"] == []


def test_fake_orders_and_corrections(provider: Provider) -> None:
    entry = {"provider": provider.code, "merchant": "M1", "day": DAY.isoformat(), "orders": 2, "gmv_minor": 0}
    body = {"reason": "A ring.", "entries": [entry]}
    with unchanged():
        refused = as_user(owner_of(provider)).post(f"{V1}/adjustments/fake-orders", body, format="json")
    assert refused.status_code == 403
    officer = as_user(make_staff(Role.CONDUCT_OFFICER))
    made = officer.post(f"{V1}/adjustments/fake-orders", body, format="json")
    assert (made.status_code, made.json()["kind"]) == (201, "fake_orders")
    detail = as_user(owner_of(provider)).get(f"{V1}/adjustments/{made.json()['id']}").json()
    assert [(line["column"], line["before"], line["after"]) for line in detail["lines"]] == [("orders", 100, 98)]
    assert len(officer.get(f"{V1}/adjustments", {"provider": provider.code}).json()["results"]) == 1
    assert as_user(owner_of(make_provider())).get(f"{V1}/adjustments/{made.json()['id']}").status_code == 404


def test_related_merchants(provider: Provider) -> None:
    officer = as_user(make_staff(Role.CONDUCT_OFFICER))
    body = {"provider": provider.code, "merchant": "M1", "note": "Kin."}
    made = officer.post(f"{V1}/related-merchants", body, format="json").json()
    assert made["reasons"] == ["known_to_staff"]
    assert officer.post(f"{V1}/related-merchants", body, format="json").status_code == 409
    own = as_user(owner_of(provider))
    assert [one["merchant"] for one in own.get(f"{V1}/related-merchants").json()["results"]] == ["M1"]
    end = {"note": "Sold.", "version": made["version"]}
    assert own.post(f"{V1}/related-merchants/{made['id']}/end", end, format="json").status_code == 403
    assert officer.post(f"{V1}/related-merchants/{made['id']}/end", end, format="json").json()["end_note"] == "Sold."
    assert officer.get(f"{V1}/related-merchants", {"effect": "left_out"}).json()["results"] == []


def test_what_a_scorecard_left_out(provider: Provider) -> None:
    make_published_model(now=NOW)
    make_fake_orders(provider, day=DAY, merchant="M1", orders=1, now=NOW)
    run = make_run(as_of=DAY, now=NOW)
    card = Scorecard.objects.get(run=run, provider=provider)
    body = as_user(owner_of(provider)).get(f"{V1}/scorecards/{card.pk}/exclusions").json()
    assert [(one["reason"], one["orders"], one["rows"]) for one in body["exclusions"]] == [("fake_orders", 1, 1)]
    assert [line["after"] for line in body["corrections"]] == [99]
    stranger = as_user(owner_of(make_provider()))
    assert stranger.get(f"{V1}/scorecards/{card.pk}/exclusions").status_code == 404
