"""Triage by itself again, when something that it judges has changed."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.roles import Role
from common.jobs.models import Job
from common.jobs.services import enqueue
from providers.admission.models import Application
from providers.admission.triage_models import Triage
from providers.admission.triage_services import add_mitigating_fact, triage_application, triage_provider
from providers.documents.services import accept_document, ask_revision, expire_document
from providers.registry.models import Provider
from providers.registry.status_services import clear_out_provider, suspend_provider
from providers.relations.check_services import check_relations, recheck_relations
from providers.relations.link_services import contest_link, enter_link, lift_link
from providers.traders.services import leave_trader, register_trader
from providers.traders.verification_services import ask_verification, refuse_trader, verify_trader
from tests.factories.accounts import make_staff
from tests.factories.criteria import REFUNDS, TEAM, make_published_set
from tests.factories.documents import make_document, send
from tests.factories.providers import make_application, make_provider, make_trader, make_verified_trader, owner_of
from tests.factories.relations import make_cleared_out, make_link

pytestmark = pytest.mark.django_db

RETRIAGE = "providers.retriage_provider"
LAST_DAY = datetime(2026, 12, 31, 4, tzinfo=UTC)


def asked() -> list[int]:
    return [job.arguments["provider_id"] for job in Job.objects.filter(name=RETRIAGE).order_by("created_at")]


def forget() -> None:
    """As if a new transaction began: one asks once for each provider."""
    Job.objects.filter(name=RETRIAGE).delete()


def verify(provider: Provider) -> None:
    trader = make_trader(provider, identity_number="11010519491231002X")
    ask_verification(trader_id=trader.pk, by=owner_of(provider))
    forget()
    verify_trader(trader_id=trader.pk, by=make_staff())


def refuse(provider: Provider) -> None:
    trader = make_trader(provider, identity_number="11010519491231002X")
    ask_verification(trader_id=trader.pk, by=owner_of(provider))
    forget()
    refuse_trader(trader_id=trader.pk, by=make_staff(), note="Another person.")


def leave(provider: Provider) -> None:
    trader = make_verified_trader(provider)
    forget()
    leave_trader(trader_id=trader.pk, by=owner_of(provider), note="Gone.")


def document(provider: Provider, step: Callable[[Any], object]) -> None:
    sent = make_document(provider)
    forget()
    step(sent)


def link(provider: Provider, status: str, step: Callable[[Any], object]) -> None:
    held = make_link(status, provider=provider)
    forget()
    step(held)


CHANGES: dict[str, Callable[[Provider], object]] = {
    "uploaded": lambda provider: send(provider),
    "accepted": lambda provider: document(
        provider, lambda one: accept_document(document_id=one.pk, by=make_staff(), now=one.uploaded_at)
    ),
    "revision": lambda provider: document(
        provider, lambda one: ask_revision(document_id=one.pk, by=make_staff(), note="Blurred.")
    ),
    "expired": lambda provider: document(provider, lambda one: expire_document(document_id=one.pk, now=LAST_DAY)),
    "registered": lambda provider: register_trader(
        provider_id=provider.pk, name="步云", capabilities=["live_operations"], by=owner_of(provider)
    ),
    "verified": verify,
    "refused": refuse,
    "left": leave,
    "entered": lambda provider: enter_link(
        provider_id=provider.pk, other=make_cleared_out().code, by=make_staff(), note="From a case file."
    ),
    "contested": lambda provider: link(
        provider, "held", lambda one: contest_link(link_id=one.pk, by=owner_of(provider), note="Another company.")
    ),
    "lifted": lambda provider: link(
        provider, "held", lambda one: lift_link(link_id=one.pk, by=make_staff(), note="A namesake.")
    ),
    "rechecked": lambda provider: recheck_relations(provider_id=provider.pk),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_at_the_door_asks_for_triage_once(change: str) -> None:
    provider = make_provider(name="杭州银杏网络有限公司")
    CHANGES[change](provider)
    assert asked() == [provider.pk]
    CHANGES["registered"](provider)
    assert asked() == [provider.pk]


def test_a_mitigating_fact_asks_for_it() -> None:
    make_published_set(TEAM + REFUNDS)
    application = make_application()
    triage_application(application_id=application.pk)
    forget()
    add_mitigating_fact(
        application_id=application.pk, criterion_key="refunds", text="One lot.", by=owner_of(application.provider)
    )
    assert asked() == [application.provider_id]


def test_the_check_within_a_submission_leaves_it_to_the_submission() -> None:
    provider = make_provider()
    check_relations(provider_id=provider.pk)
    assert asked() == []


@pytest.mark.parametrize("step", [suspend_provider, clear_out_provider])
def test_nobody_judges_who_is_out(step: Callable[..., Provider]) -> None:
    provider = make_provider(status="probation")
    step(provider_id=provider.pk, by=make_staff(Role.CONDUCT_OFFICER), note="Fake orders.")
    Job.objects.all().delete()
    recheck_relations(provider_id=provider.pk)
    assert not Job.objects.exists()


def run(capture: Any, application: Application) -> dict[str, Any]:
    with capture(execute=True):
        job = enqueue(RETRIAGE, provider_id=application.provider_id, cause="1")
    job.refresh_from_db()
    assert job.status == "done", job.error
    return job.result or {}


def test_the_job_adds_to_the_history_what_is_new(django_capture_on_commit_callbacks: Any) -> None:
    make_published_set()
    application = make_application()
    capture = django_capture_on_commit_callbacks
    assert run(capture, application) == {"outcome": "human"}
    assert run(capture, application) == {"outcome": "human"}
    make_trader(application.provider)
    assert run(capture, application) == {"outcome": "definite_pass"}
    kept = Triage.objects.filter(application=application).order_by("pk")
    assert [(row.outcome, row.created_by) for row in kept] == [("human", None), ("definite_pass", None)]


@pytest.mark.parametrize("status", ["draft", "returned", "withdrawn"])
def test_what_does_not_wait_is_left_alone(status: str) -> None:
    make_published_set()
    application = make_application(status=status)
    assert triage_provider(provider_id=application.provider_id) is None
    assert not Triage.objects.exists()
