"""Traders by the API: who they are, what the platform decided about them, what a provider can claim through them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.roles import Role
from common.idempotency.models import StoredResponse
from providers.traders.models import Certificate, Trader
from tests.factories.accounts import make_staff, make_user
from tests.factories.providers import (
    make_certified_trader,
    make_identity_number,
    make_provider,
    make_trader,
    make_verified_trader,
    owner_of,
    unchanged,
)
from tests.integration.providers.test_api import TRADERS, actions, as_user, refuse

pytestmark = pytest.mark.django_db

NUMBER = make_identity_number(3)


def test_from_registration_to_certificate() -> None:
    provider = make_provider()
    client, reviewer = as_user(owner_of(provider)), as_user(make_staff())
    values = {"provider": provider.code, "name": "Chen Wei", "capabilities": ["live_operations", "supply_chain"]}
    created = client.post(TRADERS, {**values, "identity_number": NUMBER}, headers={"Idempotency-Key": "k"})
    assert created.status_code == 201
    body = created.json()
    assert body["identity_number"] == f"330{'*' * 13}{NUMBER[-2:]}"
    assert NUMBER not in created.content.decode()
    assert NUMBER not in str(list(StoredResponse.objects.values()))
    assert body["employment"]["ends_on"] is None
    assert (body["verification"], body["certificate"]) == ("unverified", None)
    assert [offer["action"] for offer in body["allowed_verification_actions"]] == ["ask"]

    address = f"{TRADERS}/{body['code']}"
    body = client.post(f"{address}/verification", {"action": "ask", "version": 1}).json()
    assert (body["verification"], body["allowed_verification_actions"]) == ("asked", [])
    seen = reviewer.get(address).json()
    offers = {offer["action"]: offer["allowed"] for offer in seen["allowed_verification_actions"]}
    assert (offers, actions(seen)) == ({"verify": True, "refuse": True}, {"release": False})
    body = reviewer.post(f"{address}/verification", {"action": "verify", "version": 2}).json()
    assert (body["verification"], body["version"]) == ("verified", 3)

    order = {"level": "senior", "capabilities": ["supply_chain"], "note": "Examined.", "version": 3}
    issued = reviewer.post(f"{address}/certificates", order)
    assert issued.status_code == 201
    certificate = issued.json()
    assert (certificate["trader"], certificate["status"], certificate["capabilities"]) == (
        body["code"],
        "valid",
        ["supply_chain"],
    )
    assert actions(certificate) == {"revoke": True}
    seen = client.get(address).json()
    assert (seen["level"], seen["certificate"]["id"], seen["version"]) == ("senior", certificate["id"], 4)
    assert actions(seen["certificate"]) == {"revoke": False}

    claims = client.get(f"/api/v1/providers/{provider.code}/claims").json()
    assert [claim["capability"] for claim in claims if claim["status"] == "thin"] == ["supply_chain"]
    assert claims[3] == {
        "capability": "supply_chain",
        "status": "thin",
        "traders": 1,
        "certified": 0,
        "senior": 1,
        "gold": 0,
    }

    step = {"action": "revoke", "note": "Fake.", "version": 1}
    with unchanged():
        refuse(client.post(f"/api/v1/certificates/{certificate['id']}/actions", step), 403, "not_permitted")
    body = reviewer.post(f"/api/v1/certificates/{certificate['id']}/actions", step).json()
    assert (body["status"], body["status_note"], body["allowed_actions"]) == ("revoked", "Fake.", [])
    listed = client.get(f"{address}/certificates").json()["results"]
    assert [(row["id"], row["status"]) for row in listed] == [(certificate["id"], "revoked")]


def test_refusals() -> None:
    provider = make_provider()
    trader, verified, foreign = (
        make_trader(provider),
        make_verified_trader(provider),
        make_certified_trader(make_provider()),
    )
    client, reviewer = as_user(owner_of(provider)), as_user(make_staff())
    mine, known, theirs = (f"{TRADERS}/{each.code}" for each in (trader, verified, foreign))
    stranger, version = as_user(make_user()), verified.version
    gold = {"level": "gold", "note": "Examined.", "version": version}
    revoke = {"action": "revoke", "note": "Fake.", "version": 1}
    with unchanged():
        refuse(
            client.post(f"{mine}/identity", {"identity_number": "1", "version": 1}),
            400,
            "invalid_input",
            "identity_number",
        )
        refuse(client.post(f"{mine}/identity", {"identity_number": NUMBER, "version": 9}), 409, "stale")
        refuse(client.post(f"{theirs}/identity", {"identity_number": NUMBER, "version": 1}), 404, "not_found")
        refuse(reviewer.post(f"{mine}/identity", {"identity_number": NUMBER, "version": 1}), 403, "not_permitted")
        ask = {"action": "ask", "version": 1}
        refuse(client.post(f"{mine}/verification", ask), 400, "invalid_input", "identity_number")
        refuse(client.post(f"{theirs}/verification", ask), 404, "not_found")
        refuse(client.post(f"{known}/verification", {**ask, "version": version}), 409, "illegal_transition", "action")
        refuse(client.post(f"{mine}/verification", {**ask, "action": "crown"}), 409, "illegal_transition", "action")
        refuse(client.post(f"{known}/certificates", gold), 403, "not_permitted")
        refuse(reviewer.post(f"{known}/certificates", {**gold, "level": "trainee"}), 400, "invalid_input", "level")
        refuse(
            reviewer.post(f"{known}/certificates", {**gold, "capabilities": ["supply_chain"]}),
            400,
            "invalid_input",
            "capabilities",
        )
        refuse(reviewer.post(f"{mine}/certificates", {**gold, "version": 1}), 409, "not_verified")
        refuse(client.get(f"{theirs}/certificates"), 404, "not_found")
        key = Certificate.objects.get().pk
        refuse(client.post(f"/api/v1/certificates/{key}/actions", revoke), 404, "not_found")
        refuse(
            reviewer.post(f"/api/v1/certificates/{key}/actions", {**revoke, "note": ""}), 400, "note_required", "note"
        )
        refuse(
            reviewer.post(f"/api/v1/certificates/{key}/actions", {**revoke, "action": "expire"}),
            409,
            "illegal_transition",
            "action",
        )
        refuse(client.get(f"/api/v1/providers/{foreign.provider.code}/claims"), 404, "not_found")
        refuse(stranger.get(f"/api/v1/providers/{provider.code}/claims"), 404, "not_found")


def test_who_works_elsewhere() -> None:
    first, second = make_provider(), make_provider()
    trader = make_trader(first, identity_number=NUMBER)
    client = as_user(owner_of(second))
    values = {"provider": second.code, "name": "Chen Wei", "capabilities": ["live_operations"]}
    response = client.post(TRADERS, {**values, "identity_number": NUMBER})
    body = refuse(response, 409, "employed_elsewhere", "identity_number")
    for secret in (first.code, first.name, trader.code, trader.name):
        assert secret not in str(body)
    assert Trader.objects.count() == 1
    officer = as_user(make_staff(Role.CONDUCT_OFFICER))
    step = {"action": "release", "note": "The company does not answer.", "version": 1}
    assert officer.post(f"{TRADERS}/{trader.code}/actions", step).json()["status"] == "left"
    created = client.post(TRADERS, {**values, "identity_number": NUMBER})
    assert created.status_code == 201
    assert created.json()["employment"]["starts_on"] == trader.employment.starts_on.isoformat()


def test_filters() -> None:
    provider = make_provider()
    now = timezone.now()
    soon = make_certified_trader(provider, now=now - timedelta(days=355))
    later = make_certified_trader(provider, level="gold", now=now)
    plain = make_trader(make_provider(name="Sea Silk"))
    client = as_user(make_staff(Role.AUDITOR))

    def codes(**query: str) -> set[str]:
        return {item["code"] for item in client.get(TRADERS, query).json()["results"]}

    assert codes(expires_within="14") == {soon.code}
    assert codes(expires_within="7") == set()
    assert codes(verification="verified") == {soon.code, later.code}
    assert codes(verification="unverified") == codes(q="silk") == codes(q=plain.provider.code) == {plain.code}
    assert codes(level="gold") == {later.code}
    refuse(client.get(TRADERS, {"expires_within": "8"}), 400, "invalid_input", "expires_within")


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_however_long(count: int, django_assert_num_queries: Any) -> None:
    provider = make_provider()
    for _ in range(count):
        trader = make_certified_trader(provider)
    for _ in range(count - 1):
        order = {"level": "gold", "note": "More.", "version": Trader.objects.get(pk=trader.pk).version}
        as_user(make_staff()).post(f"{TRADERS}/{trader.code}/certificates", order)
    client = as_user(make_staff())
    with django_assert_num_queries(6):
        assert len(client.get(TRADERS).json()["results"]) == count
    with django_assert_num_queries(6):
        assert len(client.get(f"{TRADERS}/{trader.code}/certificates").json()["results"]) == count
    with django_assert_num_queries(5):
        assert client.get(f"/api/v1/providers/{provider.code}/claims").json()[4]["traders"] == count
