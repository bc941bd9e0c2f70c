"""Providers, applications and traders by the API: the same services, the same filters, one shape of refusal."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from providers.admission.models import Application
from providers.registry.models import Provider
from providers.traders.models import Trader
from tests.factories.accounts import make_member, make_staff, make_user
from tests.factories.providers import (
    make_application,
    make_provider,
    make_trader,
    make_uscc,
    owner_of,
    settle_panel,
    unchanged,
)

pytestmark = pytest.mark.django_db

PROVIDERS, APPLICATIONS, TRADERS = "/api/v1/providers", "/api/v1/applications", "/api/v1/traders"
COMPANY = {"name": "Lantern Commerce", "provider_type": "brand", "category": "beauty", "region": "zhejiang"}


def as_user(user: User) -> APIClient:
    client = APIClient(headers={"Accept-Language": "en"})
    client.force_login(User.objects.get(pk=user.pk))
    return client


def refuse(response: Any, status: int, code: str, field: str | None = None) -> dict[str, Any]:
    """Check that `response` is a problem document of this kind and give its body."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert set(body) == {"type", "title", "status", "code", "detail", "field", "remedy", "errors"}
    assert (body["status"], body["code"], body["field"]) == (status, code, field)
    assert body["detail"]
    return body


def actions(body: dict[str, Any]) -> dict[str, bool]:
    return {offer["action"]: offer["allowed"] for offer in body["allowed_actions"]}


def test_register_a_provider() -> None:
    person = make_user()
    response = as_user(person).post(PROVIDERS, {**COMPANY, "uscc": f" {make_uscc(8).lower()}"})
    assert response.status_code == 201
    body = response.json()
    provider = Provider.objects.get()
    assert (body["code"], body["uscc"], body["status"], body["version"]) == (
        provider.code,
        make_uscc(8),
        "registered",
        1,
    )
    assert owner_of(provider) == person
    assert actions(body) == {"admit": False}


def test_bad_registrations() -> None:
    there, client = make_provider(name="Secret Name"), as_user(make_user())
    staff = as_user(make_staff())
    with unchanged():
        body = refuse(client.post(PROVIDERS, {**COMPANY, "uscc": "911100006000373410"}), 400, "invalid_input", "uscc")
        assert body["detail"] == "The check digit of this unified social credit code is wrong."
        assert body["remedy"] == "Compare all 18 characters with the business licence."
        body = refuse(client.post(PROVIDERS, {**COMPANY, "uscc": there.uscc}), 409, "conflict", "uscc")
        assert "Secret" not in str(body)
        body = refuse(client.post(PROVIDERS, {}), 400, "invalid_input", "uscc")
        fields = [error["field"] for error in body["errors"]]
        assert fields == ["uscc", "name", "provider_type", "category", "region"]
        refuse(client.post(PROVIDERS, {**COMPANY, "uscc": make_uscc(9), "region": "x"}), 400, "invalid_input", "region")
        refuse(staff.post(PROVIDERS, {**COMPANY, "uscc": make_uscc(9)}), 403, "not_permitted")


def test_a_registration_sent_twice_is_done_once() -> None:
    client = as_user(make_user())
    company = {**COMPANY, "uscc": make_uscc(10)}
    first = client.post(PROVIDERS, company, headers={"Idempotency-Key": "k1"})
    second = client.post(PROVIDERS, company, headers={"Idempotency-Key": "k1"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["Idempotent-Replay"] == "true"
    assert Provider.objects.count() == 1


def test_list_and_filter_providers() -> None:
    first, second = make_provider(category="books", status="probation"), make_provider(name="Sea Silk")
    client = as_user(make_staff(Role.AUDITOR))

    def codes(**query: str) -> list[str]:
        return [item["code"] for item in client.get(PROVIDERS, query).json()["results"]]

    assert codes() == [first.code, second.code]
    assert codes(status="probation") == codes(category="books") == [first.code]
    assert codes(q="silk") == [second.code]
    refuse(client.get(PROVIDERS, {"status": "famous"}), 400, "invalid_input", "status")
    assert "allowed_actions" not in client.get(PROVIDERS).json()["results"][0]
    own = as_user(owner_of(second)).get(PROVIDERS).json()["results"]
    assert [item["code"] for item in own] == [second.code]
    refuse(as_user(owner_of(second)).get(f"{PROVIDERS}/{first.code}"), 404, "not_found")


def test_edit_a_provider() -> None:
    provider = make_provider()
    manager = as_user(make_member(provider.organisation, Role.PROVIDER_MANAGER))
    client, address = as_user(owner_of(provider)), f"{PROVIDERS}/{provider.code}"
    body = client.patch(address, {"region": "hunan", "version": 1}).json()
    assert (body["region"], body["version"]) == ("hunan", 2)
    leave = {"leave_from": "2026-02-01", "leave_until": "2026-02-10", "version": 2}
    assert client.post(f"{address}/leave", leave).json()["leave_until"] == "2026-02-10"
    with unchanged():
        refuse(client.patch(address, {"region": "hubei", "version": 1}), 409, "stale")
        refuse(client.patch(address, {"region": "hubei"}), 400, "invalid_input", "version")
        backwards = {"leave_from": "2026-02-02", "leave_until": "2026-02-01", "version": 3}
        refuse(client.post(f"{address}/leave", backwards), 400, "invalid_input", "leave_until")
        refuse(manager.patch(address, {"version": 3}), 403, "not_permitted")


def test_steps_of_a_provider() -> None:
    provider = make_provider(status="probation")
    address = f"{PROVIDERS}/{provider.code}/actions"
    client = as_user(make_staff(Role.CONDUCT_OFFICER))
    step = {"action": "suspend", "note": "Fake orders.", "version": provider.version}
    reviewer = as_user(make_staff())
    with unchanged():
        refuse(client.post(address, {**step, "note": ""}), 400, "note_required", "note")
        refuse(client.post(address, {**step, "action": "admit"}), 409, "illegal_transition", "action")
        refuse(client.post(address, {**step, "action": "reinstate"}), 409, "illegal_transition", "action")
        refuse(reviewer.post(address, step), 403, "not_permitted")
        refuse(as_user(owner_of(provider)).post(address, step), 403, "not_permitted")
    body = client.post(address, step).json()
    assert (body["status"], actions(body)) == ("suspended", {"reinstate": True, "clear_out": True})
    with unchanged():
        refuse(client.post(address, step), 409, "stale")


def test_from_application_to_admission() -> None:
    provider = make_provider()
    client = as_user(owner_of(provider))
    trader = client.post(
        TRADERS, {"provider": provider.code, "name": "Chen Wei", "capabilities": ["live_operations"]}
    ).json()
    assert (trader["provider"], trader["max_live_rooms"], trader["level"]) == (provider.code, 5, "trainee")
    begun = client.post(APPLICATIONS, {"provider": provider.code})
    assert begun.status_code == 201
    body = begun.json()
    assert [item["field"] for item in body["missing"]] == ["contact_name", "contact_phone", "evidence", "traders"]
    assert actions(body) == {"submit": False, "withdraw": True}

    address = f"{APPLICATIONS}/{body['id']}"
    early = client.post(f"{address}/actions", {"action": "submit", "version": 1})
    assert refuse(early, 400, "incomplete", "contact_name")["remedy"] == "Add what is missing and submit again."
    changes = {"contact_name": "Lin", "contact_phone": "0571 8888 0000", "traders": [trader["code"]], "version": 1}
    body = client.patch(address, changes).json()
    assert (body["traders"], body["version"]) == ([trader["code"]], 2)
    evidence = {"statement": "Live since 2019.", "links": ["https://example.com/a"], "version": 2}
    body = client.put(f"{address}/evidence/live_operations", evidence).json()
    assert [(item["capability"], item["links"]) for item in body["evidence"]] == [
        ("live_operations", ["https://example.com/a"])
    ]
    assert (body["missing"], actions(body)) == ([], {"submit": True, "withdraw": True})
    body = client.post(f"{address}/actions", {"action": "submit", "version": 3}).json()
    assert body["status"] == "submitted"
    assert actions(body) == {"admit": False, "return": False, "reject": False, "withdraw": True}
    assert body["window"] == "ROLLING"

    reviewer = as_user(make_staff())
    assert actions(reviewer.get(address).json()) == {"admit": False, "return": True, "reject": False, "withdraw": False}
    early = reviewer.post(f"{address}/actions", {"action": "admit", "note": "Good.", "version": 4})
    assert refuse(early, 409, "panel_open")["detail"] == "The reviewers' panel has not settled yet."
    settle_panel(Application.objects.get())
    assert actions(reviewer.get(address).json()) == {"admit": True, "return": True, "reject": True, "withdraw": False}
    body = reviewer.post(f"{address}/actions", {"action": "admit", "note": "Good.", "version": 4}).json()
    assert (body["status"], body["decision_note"], body["allowed_actions"]) == ("admitted", "Good.", [])
    assert client.get(f"{PROVIDERS}/{provider.code}").json()["status"] == "probation"


def test_bad_content_of_an_application() -> None:
    application = make_application(status="draft")
    client, address = as_user(owner_of(application.provider)), f"{APPLICATIONS}/{application.pk}"
    version = application.version
    bad_link = {"statement": "Here.", "links": ["javascript:alert(1)"], "version": version}
    good = {"statement": "Here.", "version": version}
    with unchanged():
        refuse(client.patch(address, {"traders": ["T999999"], "version": version}), 400, "invalid_input", "traders")
        refuse(client.patch(address, {"contact_email": "x", "version": version}), 400, "invalid_input", "contact_email")
        refuse(client.patch(address, {"contact_phone": "x", "version": version}), 400, "invalid_input", "contact_phone")
        refuse(client.patch(address, {"summary": "Late.", "version": 1}), 409, "stale")
        refuse(client.put(f"{address}/evidence/cooking", good), 400, "invalid_input", "capability")
        refuse(client.put(f"{address}/evidence/supply_chain", bad_link), 400, "invalid_input", "links.0")
        refuse(client.put(f"{address}/evidence/supply_chain", {"version": version}), 400, "invalid_input", "statement")
        refuse(client.delete(f"{address}/evidence/supply_chain"), 404, "not_found")
        refuse(client.post(APPLICATIONS, {"provider": application.provider.code}), 409, "conflict")
        refuse(client.post(APPLICATIONS, {"provider": "P999999"}), 400, "invalid_input", "provider")
        refuse(client.post(f"{address}/actions", {"action": "submit"}), 400, "invalid_input", "version")
    assert client.delete(f"{address}/evidence/live_operations").json()["evidence"] == []


@pytest.mark.parametrize("action", ["admit", "return", "reject"])
def test_refused_decisions(action: str) -> None:
    application = make_application()
    insider = make_staff()
    make_member(application.provider.organisation, Role.PROVIDER_MANAGER, insider)
    address = f"{APPLICATIONS}/{application.pk}/actions"
    step = {"action": action, "note": "Because.", "version": application.version}
    if action == "reject":
        step["reasons"] = [{"sentence": "Not theirs."}]
    reviewer, auditor = as_user(make_staff()), as_user(make_staff(Role.AUDITOR))
    with unchanged():
        refuse(reviewer.post(address, {**step, "note": " "}), 400, "note_required", "note")
        refuse(reviewer.post(address, {**step, "version": 1}), 409, "stale")
        refuse(
            reviewer.post(address, {"action": "crown", "version": application.version}),
            409,
            "illegal_transition",
            "action",
        )
        refuse(auditor.post(address, step), 403, "not_permitted")
        refuse(as_user(owner_of(application.provider)).post(address, step), 403, "not_permitted")
        refuse(as_user(insider).post(address, step), 403, "conflict_of_interest")
    settle_panel(application)
    assert reviewer.post(address, step).status_code == 200
    with unchanged():
        refuse(reviewer.post(address, step), 409, "stale")


def test_the_queue() -> None:
    waiting, rejected = make_application(), make_application(status="rejected")
    draft = make_application(status="draft")
    client = as_user(make_staff(Role.AUDITOR))

    def ids(**query: str) -> set[int]:
        return {item["id"] for item in client.get(APPLICATIONS, query).json()["results"]}

    assert ids() == {waiting.pk, rejected.pk}
    assert ids(status="submitted") == ids(q=waiting.provider.name) == {waiting.pk}
    assert ids(waiting="3") == set()
    item = client.get(APPLICATIONS, {"status": "submitted"}).json()["results"][0]
    assert (item["provider"], item["evidence_count"], item["trader_count"]) == (waiting.provider.code, 1, 1)
    refuse(client.get(f"{APPLICATIONS}/{draft.pk}"), 404, "not_found")
    refuse(as_user(owner_of(draft.provider)).get(f"{APPLICATIONS}/{waiting.pk}"), 404, "not_found")


def test_nobody_s_name_reaches_the_applicant() -> None:
    application = make_application(status="rejected")
    assert application.decided_by is not None
    body = as_user(owner_of(application.provider)).get(f"{APPLICATIONS}/{application.pk}").json()
    assert body["decision_note"] == "Because of the evidence."
    assert application.decided_by.email not in str(body)


def test_traders() -> None:
    provider, foreign = make_provider(), make_trader(make_provider())
    trader = make_trader(provider)
    client, address = as_user(owner_of(provider)), f"{TRADERS}/{trader.code}"
    assert [item["code"] for item in client.get(TRADERS).json()["results"]] == [trader.code]
    body = client.patch(address, {"max_live_rooms": 2, "version": 1}).json()
    assert (body["max_live_rooms"], body["version"], actions(body)) == (2, 2, {"leave": True})
    values = {"provider": provider.code, "name": "Chen", "capabilities": ["live_operations"]}
    reviewer = as_user(make_staff())
    with unchanged():
        refuse(client.post(TRADERS, {**values, "max_live_rooms": 6}), 400, "invalid_input", "max_live_rooms")
        refuse(client.post(TRADERS, {**values, "capabilities": []}), 400, "invalid_input", "capabilities")
        refuse(client.post(TRADERS, {**values, "provider": foreign.provider.code}), 400, "invalid_input", "provider")
        refuse(client.patch(address, {"name": "Late", "version": 1}), 409, "stale")
        refuse(client.get(f"{TRADERS}/{foreign.code}"), 404, "not_found")
        refuse(reviewer.post(TRADERS, values), 403, "not_permitted")
    body = client.post(f"{address}/actions", {"action": "leave", "note": "Moved on.", "version": 2}).json()
    assert (body["status"], body["allowed_actions"]) == ("left", [])
    assert Trader.objects.get(pk=trader.pk).left_by == owner_of(provider)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("address", "queries"), [(PROVIDERS, 5), (APPLICATIONS, 5), (TRADERS, 6)])
def test_lists_cost_the_same_however_long(
    address: str, queries: int, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        make_application()
    client = as_user(make_staff())
    with django_assert_num_queries(queries):
        assert len(client.get(address).json()["results"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_an_application_costs_the_same_however_full(count: int, django_assert_num_queries: Any) -> None:
    provider = make_provider()
    traders = [make_trader(provider).code for _ in range(count)]
    application = make_application(provider, traders=traders)
    client = as_user(make_staff())
    with django_assert_num_queries(18):
        assert len(client.get(f"{APPLICATIONS}/{application.pk}").json()["traders"]) == count
    assert Application.objects.count() == 1
