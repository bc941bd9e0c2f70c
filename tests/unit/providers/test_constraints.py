"""What the database itself refuses, whoever writes."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.models import Model

from providers.admission.models import Application, CapabilityEvidence
from providers.registry.models import Provider
from providers.traders.models import Trader
from tests.factories.providers import (
    make_application,
    make_external_provider,
    make_provider,
    make_trader,
    make_uscc,
    owner_of,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
PROVIDER_BREAKS: list[tuple[dict[str, Any], str]] = [
    ({"provider_type": "bank"}, "provider_type_known"),
    ({"category": "arms"}, "provider_category_known"),
    ({"region": "atlantis"}, "provider_region_known"),
    ({"uscc": None}, "provider_origin_consistent"),
    ({"organisation": None}, "provider_origin_consistent"),
    ({"code": "X1"}, "provider_origin_consistent"),
    ({"origin": "external"}, "provider_origin_consistent"),
    ({"admitted_at": NOW}, "provider_admission_triple"),
    ({"newcomer_until": date(2026, 1, 1)}, "provider_admission_triple"),
    ({"status": "admitted"}, "provider_admitted_once_past_door"),
    ({"leave_from": date(2026, 1, 1)}, "provider_leave_in_order"),
    ({"leave_until": date(2026, 1, 1)}, "provider_leave_in_order"),
    ({"leave_from": date(2026, 1, 2), "leave_until": date(2026, 1, 1)}, "provider_leave_in_order"),
]
TRADER_BREAKS: list[tuple[dict[str, Any], str]] = [
    ({"status": "asleep"}, "trader_status_known"),
    ({"level": "legend"}, "trader_level_known"),
    ({"max_live_rooms": 0}, "trader_live_rooms_in_range"),
    ({"max_live_rooms": 6}, "trader_live_rooms_in_range"),
    ({"capabilities": []}, "trader_capabilities_known"),
    ({"capabilities": ["cooking"]}, "trader_capabilities_known"),
    ({"status": "left"}, "trader_left_triple"),
    ({"left_at": NOW}, "trader_left_triple"),
]
# By the state in which the application is, the change that must fail.
APPLICATION_BREAKS: list[tuple[str, dict[str, Any], str]] = [
    ("draft", {"status": "lost"}, "application_status_known"),
    ("draft", {"status": "submitted"}, "application_submitted_past_draft"),
    ("submitted", {"status": "draft"}, "application_submitted_past_draft"),
    ("submitted", {"submitted_by": None}, "application_submission_pair"),
    ("submitted", {"status": "returned"}, "application_returned_with_reason"),
    ("submitted", {"status": "admitted"}, "application_decision_triple"),
    ("submitted", {"decision_note": "Good."}, "application_decision_triple"),
    ("submitted", {"status": "standstill"}, "application_decision_triple"),
    ("standstill", {"standstill_until": None}, "application_rejection_stands_still"),
    ("submitted", {"standstill_until": NOW}, "application_rejection_stands_still"),
    ("withdrawn", {"standstill_until": NOW}, "application_rejection_stands_still"),
    ("standstill", {"finalised_at": NOW}, "application_rejected_is_final"),
    ("rejected", {"finalised_at": None}, "application_rejected_is_final"),
    ("rejected", {"final_note": "Bad."}, "application_final_pair"),
    ("draft", {"decision_round": 0}, "application_round_counts"),
    ("rejected", {"decision_note": None}, "application_decision_triple"),
    ("rejected", {"decided_by": None}, "application_decision_triple"),
    ("rejected", {"decided_at": None}, "application_decision_triple"),
    ("returned", {"return_note": None}, "application_return_triple"),
    ("returned", {"returned_at": None}, "application_return_triple"),
    ("submitted", {"status": "withdrawn"}, "application_withdrawal_pair"),
    ("withdrawn", {"withdrawn_by": None}, "application_withdrawal_pair"),
]


def begin_another(application: Application) -> Application:
    return Application.objects.create(
        provider=application.provider, window=application.window, created_by=application.created_by
    )


def refuse_update(row: Model, changes: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError) as error:
        type(row)._default_manager.filter(pk=row.pk).update(**changes)
    assert f'"{constraint}"' in str(error.value)


@pytest.mark.parametrize(("changes", "constraint"), PROVIDER_BREAKS, ids=str)
def test_provider(changes: dict[str, Any], constraint: str) -> None:
    refuse_update(make_provider(), changes, constraint)


def test_provider_status() -> None:
    refuse_update(make_provider(status="probation"), {"status": "famous"}, "provider_status_known")


def test_one_company_one_provider() -> None:
    first = make_provider(uscc=make_uscc(900_001))
    refuse_update(make_provider(), {"uscc": first.uscc}, "provider_uscc_once")


def test_external_providers_get_no_portal_code() -> None:
    refuse_update(make_external_provider(), {"code": "P000777"}, "provider_origin_consistent")


def test_external_providers_are_not_let_in() -> None:
    let_in = {
        "status": "probation",
        "admitted_at": NOW,
        "admitted_by": owner_of(make_provider()),
        "newcomer_until": date(2026, 1, 1),
    }
    refuse_update(make_external_provider(), let_in, "provider_origin_consistent")


@pytest.mark.parametrize(("changes", "constraint"), TRADER_BREAKS, ids=str)
def test_trader(changes: dict[str, Any], constraint: str) -> None:
    refuse_update(make_trader(make_provider()), changes, constraint)


@pytest.mark.parametrize(("status", "changes", "constraint"), APPLICATION_BREAKS, ids=str)
def test_application(status: str, changes: dict[str, Any], constraint: str) -> None:
    refuse_update(make_application(status=status), changes, constraint)


@pytest.mark.parametrize("status", ["draft", "submitted", "returned", "standstill"])
def test_one_open_application(status: str) -> None:
    application = make_application(status=status)
    with pytest.raises(IntegrityError, match="application_one_open_per_provider"):
        begin_another(application)


@pytest.mark.parametrize("status", ["rejected", "withdrawn"])
def test_another_application_after_a_closed_one(status: str) -> None:
    application = make_application(status=status)
    begin_another(application)
    assert Application.objects.filter(provider=application.provider).count() == 2


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"capability": "cooking"}, "evidence_capability_known"),
        ({"statement": ""}, "evidence_has_statement"),
        ({"links": ["https://example.com"] * 6}, "evidence_links_few"),
    ],
    ids=str,
)
def test_evidence(changes: dict[str, Any], constraint: str) -> None:
    refuse_update(make_application(status="draft").evidence.get(), changes, constraint)


def test_one_evidence_per_capability() -> None:
    evidence = make_application(status="draft").evidence.get()
    with pytest.raises(IntegrityError, match="evidence_once_per_capability"):
        CapabilityEvidence.objects.create(
            application=evidence.application, capability=evidence.capability, statement="Again."
        )


@pytest.mark.parametrize("model", [Provider, Trader, Application, CapabilityEvidence])
def test_every_constraint_has_its_test(model: type[Model]) -> None:
    tested = {constraint for _changes, constraint in PROVIDER_BREAKS + TRADER_BREAKS}
    tested |= {constraint for _status, _changes, constraint in APPLICATION_BREAKS}
    tested |= {
        "provider_status_known",
        "provider_uscc_once",
        "application_one_open_per_provider",
        "evidence_capability_known",
        "evidence_has_statement",
        "evidence_links_few",
        "evidence_once_per_capability",
    }
    assert {constraint.name for constraint in model._meta.constraints} - tested == set()
