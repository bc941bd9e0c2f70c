"""What the database itself refuses, whoever writes."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Model

from providers.admission.models import Application, CapabilityEvidence
from providers.registry.models import Provider
from providers.traders.models import CapabilityClaim, Certificate, Employment, Person, Trader
from tests.factories.providers import (
    make_application,
    make_certified_trader,
    make_external_provider,
    make_provider,
    make_trader,
    make_uscc,
    make_verified_trader,
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
    ({"verification": "famous"}, "trader_verification_triple"),
    ({"verification": "asked"}, "trader_verification_triple"),
    ({"verification_at": NOW}, "trader_verification_triple"),
    ({"level": "gold"}, "trader_verified_above_trainee"),
]
VERIFIED_BREAKS: list[tuple[dict[str, Any], str]] = [
    ({"person": None}, "trader_verification_triple"),
    ({"verification_by": None}, "trader_verification_triple"),
    ({"verification": "refused"}, "trader_refusal_has_reason"),
]
PERSON_BREAKS: list[tuple[dict[str, Any], str]] = [
    ({"identity_hash": "330102199003170017"}, "person_hash_not_number"),
    ({"identity_masked": "330102199003170017"}, "person_masked"),
]
EMPLOYMENT_BREAKS: list[tuple[dict[str, Any], str]] = [
    ({"ends_on": date(2020, 1, 1)}, "employment_days_in_order"),
]
CERTIFICATE_BREAKS: list[tuple[dict[str, Any], str]] = [
    ({"status": "lost"}, "certificate_status_known"),
    ({"level": "trainee"}, "certificate_level_known"),
    ({"capabilities": []}, "certificate_capabilities_known"),
    ({"capabilities": ["cooking"]}, "certificate_capabilities_known"),
    ({"expires_on": date(2020, 1, 1)}, "certificate_days_in_order"),
    ({"note": ""}, "certificate_has_reason"),
    ({"status": "revoked"}, "certificate_revoked_with_reason"),
    ({"status": "revoked", "status_note": "Fake.", "status_by": None}, "certificate_revoked_with_reason"),
]
CLAIM_BREAKS: list[tuple[dict[str, Any], str]] = [
    ({"capability": "cooking"}, "claim_capability_known"),
    ({"gold": 1}, "claim_levels_add_up"),
    ({"status": "supported"}, "claim_status_follows_traders"),
    ({"status": "famous"}, "claim_status_follows_traders"),
    ({"since": date(2999, 1, 1)}, "claim_days_in_order"),
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


@pytest.mark.parametrize(("changes", "constraint"), VERIFIED_BREAKS, ids=str)
def test_verified_trader(changes: dict[str, Any], constraint: str) -> None:
    refuse_update(make_verified_trader(make_provider()), changes, constraint)


@pytest.mark.parametrize(("changes", "constraint"), PERSON_BREAKS, ids=str)
def test_person(changes: dict[str, Any], constraint: str) -> None:
    refuse_update(make_verified_trader(make_provider()).person, changes, constraint)


@pytest.mark.parametrize(("changes", "constraint"), EMPLOYMENT_BREAKS, ids=str)
def test_employment(changes: dict[str, Any], constraint: str) -> None:
    refuse_update(make_verified_trader(make_provider()).employment, changes, constraint)


@pytest.mark.parametrize(("changes", "constraint"), CERTIFICATE_BREAKS, ids=str)
def test_certificate(changes: dict[str, Any], constraint: str) -> None:
    refuse_update(make_certified_trader(make_provider()).certificates.get(), changes, constraint)


@pytest.mark.parametrize(("changes", "constraint"), CLAIM_BREAKS, ids=str)
def test_claim(changes: dict[str, Any], constraint: str) -> None:
    provider = make_certified_trader(make_provider()).provider
    refuse_update(provider.claims.get(capability="live_operations"), changes, constraint)


def test_one_claim_per_capability() -> None:
    provider = make_certified_trader(make_provider()).provider
    claim = provider.claims.get(capability="live_operations")
    refuse_update(claim, {"capability": "supply_chain"}, "claim_once_per_capability")


def test_one_valid_certificate() -> None:
    first = make_certified_trader(make_provider()).certificates.get()
    with pytest.raises(IntegrityError, match="certificate_one_valid"):
        Certificate.objects.create(
            trader=first.trader,
            level="gold",
            capabilities=["live_operations"],
            issued_on=first.issued_on,
            issued_by=first.issued_by,
            expires_on=first.expires_on,
            note="Again.",
        )


def test_one_person_one_hash() -> None:
    one, other = (make_verified_trader(make_provider()).person for _ in range(2))
    with pytest.raises(IntegrityError, match="identity_hash"):
        Person.objects.filter(pk=other.pk).update(identity_hash=one.identity_hash)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "fits"),
    [
        (date(2026, 2, 1), date(2026, 3, 1), True),  # ends where the other begins
        (date(2026, 2, 1), date(2026, 3, 2), False),
        (date(2026, 3, 5), date(2026, 3, 6), False),
        (date(2026, 3, 9), None, False),
        (date(2026, 3, 10), None, True),  # begins where the other ends
        (date(2026, 2, 1), None, False),
        (date(2026, 3, 5), date(2026, 3, 5), True),  # no day at all
    ],
)
def test_employment_periods_of_a_person_stand_apart(starts_on: date, ends_on: date | None, fits: bool) -> None:
    first = make_verified_trader(make_provider()).employment
    Employment.objects.filter(pk=first.pk).update(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 10))
    other = make_trader(make_provider())
    period = Employment(
        person=first.person, trader=other, provider=other.provider, starts_on=starts_on, ends_on=ends_on
    )
    if fits:
        period.full_clean()
        period.save()
        return
    with pytest.raises(ValidationError):
        period.full_clean()
    with pytest.raises(IntegrityError, match="employment_periods_apart"):
        period.save()


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


@pytest.mark.parametrize(
    "model",
    [Provider, Trader, Person, Employment, Certificate, CapabilityClaim, Application, CapabilityEvidence],
)
def test_every_constraint_has_its_test(model: type[Model]) -> None:
    people = VERIFIED_BREAKS + PERSON_BREAKS + EMPLOYMENT_BREAKS + CERTIFICATE_BREAKS + CLAIM_BREAKS
    tested = {constraint for _changes, constraint in PROVIDER_BREAKS + TRADER_BREAKS + people}
    tested |= {constraint for _status, _changes, constraint in APPLICATION_BREAKS}
    tested |= {
        "provider_status_known",
        "provider_uscc_once",
        "application_one_open_per_provider",
        "evidence_capability_known",
        "evidence_has_statement",
        "evidence_links_few",
        "evidence_once_per_capability",
        "employment_periods_apart",
        "certificate_one_valid",
        "claim_once_per_capability",
    }
    assert {constraint.name for constraint in model._meta.constraints} - tested == set()
