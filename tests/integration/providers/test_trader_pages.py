"""The pages about traders, of providers and of staff."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.roles import Role
from providers.traders.models import Certificate, Trader
from tests.factories.accounts import make_member, make_staff
from tests.factories.providers import (
    make_certified_trader,
    make_identity_number,
    make_provider,
    make_trader,
    make_verified_trader,
    owner_of,
    unchanged,
)
from tests.integration.providers.test_staff_pages import as_user

pytestmark = pytest.mark.django_db

NUMBER = make_identity_number(4)
OWN, STAFF = "/provider/traders/", "/staff/traders/"


def test_a_provider_says_who_a_trader_is_and_asks() -> None:
    provider = make_provider()
    trader = make_trader(provider)
    client, address = as_user(owner_of(provider)), f"{OWN}{trader.code}/"
    body = client.get(address).content.decode()
    for text in ("Give the identity number", "Not verified", "Recorded once the identity number is given"):
        assert text in body
    assert "Ask for verification" not in body
    with unchanged():
        wrong = client.post(f"{address}identity/", {"identity_number": "330", "version": 1})
        assert wrong.status_code == 400
        assert "An identity number has 18 characters, this one has 3." in wrong.content.decode()
        assert client.post(f"{address}identity/", {"identity_number": NUMBER, "version": 4}).status_code == 409
    body = client.post(f"{address}identity/", {"identity_number": NUMBER, "version": 1}, follow=True).content.decode()
    assert f"330{'*' * 13}{NUMBER[-2:]}" in body
    assert NUMBER not in body
    for text in ("Ask for verification", "Correct the identity number", "since "):
        assert text in body
    with unchanged():
        assert client.post(f"{address}verification/", {"action": "verify", "version": 2}).status_code == 409
        assert client.post(f"{address}act/", {"action": "release", "note": "x", "version": 2}).status_code == 409
    asked = client.post(f"{address}verification/", {"action": "ask", "version": 2}, follow=True).content.decode()
    assert "Asked. The platform checks who the trader is and tells you." in asked
    assert "Correct the identity number" not in asked
    assert Trader.objects.get().verification == "asked"


def test_who_may_not_edit_sees_no_buttons() -> None:
    provider = make_provider()
    trader = make_trader(provider, identity_number=NUMBER)
    client = as_user(make_member(provider.organisation, Role.PROVIDER_TRADER))
    body = client.get(f"{OWN}{trader.code}/").content.decode()
    assert "Ask for verification" not in body
    assert "Correct the identity number" not in body
    with unchanged():
        form = {"identity_number": NUMBER, "version": 1}
        assert client.post(f"{OWN}{trader.code}/identity/", form).status_code == 403
        ask = {"action": "ask", "version": 1}
        assert client.post(f"{OWN}{trader.code}/verification/", ask).status_code == 403


def test_register_with_a_number() -> None:
    first, second = make_provider(), make_provider()
    values = {"name": "Chen Wei", "capabilities": ["live_operations"], "max_live_rooms": 3, "identity_number": NUMBER}
    assert as_user(owner_of(first)).post(f"{OWN}new/", values).status_code == 302
    refused = as_user(owner_of(second)).post(f"{OWN}new/", values)
    assert refused.status_code == 409
    body = refused.content.decode()
    assert "This person is employed by another provider; it must record the leaving first." in body
    assert first.name not in body
    assert Trader.objects.get().provider == first


def test_a_reviewer_verifies_certifies_and_revokes() -> None:
    provider = make_provider()
    trader = make_trader(provider, identity_number=NUMBER, capabilities=["supply_chain", "live_operations"])
    as_user(owner_of(provider)).post(f"{OWN}{trader.code}/verification/", {"action": "ask", "version": 1})
    client, address = as_user(make_staff()), f"{STAFF}{trader.code}/"
    body = client.get(address).content.decode()
    for text in ("Is this the person?", "A trader can be certified once the verification is done.", provider.name):
        assert text in body
    order = {"level": "gold", "capabilities": ["supply_chain"], "note": "Examined.", "version": 2}
    with unchanged():
        assert client.post(address, order).status_code == 409
        refuse = {"action": "refuse", "note": "", "version": 2}
        assert client.post(f"{address}verification/", refuse).status_code == 400
        assert client.post(f"{address}verification/", {"action": "ask", "version": 2}).status_code == 409
    done = client.post(f"{address}verification/", {"action": "verify", "version": 2}, follow=True).content.decode()
    assert "Verified. The trader can be certified now." in done
    order["version"] = 3
    with unchanged():
        assert client.post(address, {**order, "note": ""}).status_code == 400
        assert client.post(address, {**order, "level": "trainee"}).status_code == 400
        assert client.post(address, {**order, "capabilities": ["traffic_marketing"]}).status_code == 400
        assert client.post(address, {**order, "version": 1}).status_code == 409
    done = client.post(address, order, follow=True).content.decode()
    for text in ("The certificate is issued.", "Renew the certificate or change its level", "Gold medal"):
        assert text in done
    certificate = Certificate.objects.get()
    assert (certificate.level, certificate.capabilities) == ("gold", ["supply_chain"])
    revoke = f"/staff/certificates/{certificate.pk}/act/"
    auditor = as_user(make_staff(Role.AUDITOR))
    assert "Renew the certificate" not in auditor.get(address).content.decode()
    with unchanged():
        assert auditor.post(address, {**order, "version": 4}).status_code == 403
        assert auditor.post(revoke, {"action": "revoke", "note": "No.", "version": 1}).status_code == 403
        assert client.post(revoke, {"action": "revoke", "note": "", "version": 1}).status_code == 400
        assert client.post("/staff/certificates/0/act/", {"action": "revoke", "version": 1}).status_code == 404
    done = client.post(revoke, {"action": "revoke", "note": "Somebody else sat.", "version": 1}, follow=True)
    assert "Revoked. The trader is a trainee again." in done.content.decode()
    assert "Somebody else sat." in done.content.decode()
    assert client.get(f"{STAFF}T999999/").status_code == 404


def test_who_belongs_to_the_company_sees_why_not() -> None:
    provider, insider = make_provider(), make_staff()
    trader = make_certified_trader(provider)
    make_member(provider.organisation, Role.PROVIDER_MANAGER, insider)
    key = Certificate.objects.get().pk
    client = as_user(insider)
    response = client.get(f"{STAFF}{trader.code}/")
    assert [
        (offer.allowed, "were a member" in str(offer.reason)) for offer in response.context["certificate_offers"]
    ] == [(False, True)]
    with unchanged():
        revoke = {"action": "revoke", "note": "Mine.", "version": 1}
        assert client.post(f"/staff/certificates/{key}/act/", revoke).status_code == 403


def test_the_platform_records_a_leaving() -> None:
    trader = make_trader(make_provider(), identity_number=NUMBER)
    client = as_user(make_staff(Role.CONDUCT_OFFICER))
    form = {"action": "release", "note": "The company does not answer.", "version": 1}
    done = client.post(f"{STAFF}{trader.code}/act/", form, follow=True).content.decode()
    assert "Recorded. Another provider can register this person now." in done
    trader.refresh_from_db()
    assert trader.status == "left"


def test_staff_list_filters_and_exports() -> None:
    now = timezone.now()
    soon = make_certified_trader(make_provider(name="Sea Silk"), now=now - timedelta(days=355))
    make_verified_trader(make_provider())
    plain = make_trader(make_provider(), name="=cmd()")
    client = as_user(make_staff())

    def codes(**query: str) -> list[str]:
        return [row.record.code for row in client.get(STAFF, query).context["table"].rows]

    assert len(codes()) == 3
    assert codes(expires_within="14") == codes(level="certified") == codes(q="silk") == [soon.code]
    assert codes(verification="unverified") == [plain.code]
    assert codes(sort="-expires_on")[0] == soon.code or codes(sort="expires_on")[0] == soon.code
    lines = client.get(STAFF, {"_export": "csv", "verification": "unverified"}).content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Code,Name,Provider,Verification,Level,Certificate until,Capabilities,Live rooms at once,Status"
    provider = plain.provider.name
    assert lines[1:] == [f"{plain.code},'=cmd(),{provider},Not verified,Trainee,,Live operations,5,Active"]


def test_claims() -> None:
    provider = make_provider()
    client = as_user(owner_of(provider))
    empty = client.get("/provider/claims/").content.decode()
    assert empty.count("Nobody") == 5
    holder = make_certified_trader(provider, name="Chen Wei", level="gold")
    body = client.get("/provider/claims/").content.decode()
    assert body.count("Nobody") == 4
    for text in ("Rests on one person", "Chen Wei", f"/provider/traders/{holder.code}/", "Not supported"):
        assert text in body
    seen = as_user(make_staff(Role.AUDITOR)).get(f"/staff/providers/{provider.code}/claims/").content.decode()
    assert f"/staff/traders/{holder.code}/" in seen


@pytest.mark.parametrize("count", [1, 3])
def test_pages_cost_the_same_however_many(count: int, django_assert_num_queries: Any) -> None:
    provider = make_provider()
    for _ in range(count):
        trader = make_certified_trader(provider)
    owner, staff = as_user(owner_of(provider)), as_user(make_staff())
    owner.get(OWN)
    for client, address, queries in (
        (owner, OWN, 8),
        (owner, "/provider/claims/", 8),
        (owner, f"{OWN}{trader.code}/", 8),
        (staff, STAFF, 6),
        (staff, f"/staff/providers/{provider.code}/claims/", 7),
        (staff, f"{STAFF}{trader.code}/", 9),
    ):
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200, address
