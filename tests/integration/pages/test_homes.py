"""The home pages: what they show, and that they cost the same however much waits."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from providers.admission.models import Application
from providers.documents.models import Document
from providers.documents.services import ask_revision
from tests.factories.accounts import make_staff
from tests.factories.documents import make_required_documents
from tests.factories.merchants import (
    make_engagement,
    make_invitation,
    make_merchant,
    make_open_request,
    make_ready_provider,
    make_request,
    make_scores,
    make_shortlisted_request,
    owner_of_shop,
)
from tests.factories.providers import ensure_window, make_provider, owner_of

pytestmark = pytest.mark.django_db


def sign_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=user.pk))
    return client


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def make_submitted_application() -> Application:
    """Waiting for a reviewer, by the clock of the machine."""
    provider = make_provider()
    owner = owner_of(provider)
    now = timezone.now() - timedelta(days=4)
    return Application.objects.create(
        provider=provider,
        window=ensure_window(),
        status="submitted",
        created_by=owner,
        submitted_at=now,
        submitted_by=owner,
    )


def test_today_lists_what_waits_by_clock() -> None:
    application = make_submitted_application()
    overdue = make_open_request(now=timezone.now() - timedelta(days=1))
    invitation = make_invitation(make_shortlisted_request(now=timezone.now()), now=timezone.now())
    text = read(sign_in(make_staff(Role.ADMISSION_REVIEWER)), "/staff/")
    assert application.provider.name in text
    assert "waiting 4 days" in text
    assert f"{overdue.code} {overdue.title}" in text
    assert "overdue by 24 hours" in text or "overdue by 1 day" in text
    assert invitation.provider.name in text


@pytest.mark.parametrize(
    ("role", "first"),
    [(Role.ADMISSION_REVIEWER, "Your reviews due"), (Role.PROGRAMME_MANAGER, "Requests that are stuck")],
)
def test_what_the_own_role_decides_stands_first(role: str, first: str) -> None:
    text = read(sign_in(make_staff(role)), "/staff/")
    assert text.split('<h2 class="card-title"')[1].split(">")[1].split("<")[0].strip() == first


@pytest.mark.parametrize("count", [1, 3])
def test_today_costs_the_same_however_much_waits(count: int, django_assert_num_queries: Any) -> None:
    for _ in range(count):
        make_submitted_application()
        make_open_request(now=timezone.now() - timedelta(days=1))
        make_invitation(make_shortlisted_request(now=timezone.now()), now=timezone.now())
    client = sign_in(make_staff())
    with django_assert_num_queries(26):
        client.get("/staff/")


def test_provider_before_admission_is_led_to_the_application() -> None:
    provider = make_provider()
    text = read(sign_in(owner_of(provider)), "/provider/")
    assert "Apply to be admitted" in text
    assert "Live rooms free" not in text


def test_provider_sees_score_with_interval_and_the_step() -> None:
    provider = make_ready_provider()
    make_required_documents(provider)
    make_scores({provider: [70.0, 60.0, None, 80.0, 90.0]})
    text = read(sign_in(owner_of(provider)), "/provider/")
    assert "75.0" in text
    assert "70.0 – 80.0" in text
    assert "Work on Anchor incubation" in text


def test_provider_reads_which_documents_are_missing() -> None:
    provider = make_ready_provider()
    text = read(sign_in(owner_of(provider)), "/provider/")
    assert "Send the documents that are missing" in text
    assert "Business licence, " in text
    make_required_documents(provider)
    document = Document.objects.get(provider=provider, document_type="tax_certificate")
    ask_revision(document_id=document.pk, by=make_staff(), note="The stamp cannot be read.")
    text = read(sign_in(owner_of(provider)), "/provider/")
    assert "Send this document anew: Tax certificate" in text
    assert "The stamp cannot be read." in text


def test_provider_not_assessed_reads_no_number() -> None:
    provider = make_ready_provider()
    make_scores({provider: [None] * 5})
    text = read(sign_in(owner_of(provider)), "/provider/")
    assert "Not assessed" in text
    assert "No facts in the window" in text
    assert "data-chart" not in text


@pytest.mark.parametrize("count", [1, 3])
def test_provider_home_costs_the_same_however_much_waits(count: int, django_assert_num_queries: Any) -> None:
    engagements = []
    provider = make_ready_provider(traders=count)
    make_scores({provider: [70.0] * 5})
    for _ in range(count):
        request = make_shortlisted_request(0, now=timezone.now())
        engagements.append(make_engagement(make_invitation(request, now=timezone.now()), now=timezone.now()))
    assert {engagement.provider_id for engagement in engagements} == {provider.pk}
    make_invitation(make_shortlisted_request(0, now=timezone.now()), now=timezone.now())
    client = sign_in(owner_of(provider))
    with django_assert_num_queries(18):
        client.get("/provider/")


def test_new_merchant_finds_one_door() -> None:
    merchant = make_merchant()
    text = read(sign_in(owner_of_shop(merchant)), "/merchant/")
    assert "Ask for help for the first time" in text
    assert text.count("/merchant/requests/new/") == 1


@pytest.mark.parametrize("count", [1, 3])
def test_merchant_home_lists_requests_at_a_constant_cost(count: int, django_assert_num_queries: Any) -> None:
    merchant = make_merchant()
    requests = [make_request(merchant, title=f"Goal {number}") for number in range(count)]
    client = sign_in(owner_of_shop(merchant))
    with django_assert_num_queries(8):
        response = client.get("/merchant/")
    assert all(request.title in response.content.decode() for request in requests)
