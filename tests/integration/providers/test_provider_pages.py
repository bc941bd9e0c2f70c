"""Registration, the application and the traders, as a company sees them."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from providers.admission.models import Application
from providers.registry.models import Provider
from providers.traders.models import Trader
from tests.factories.accounts import make_member, make_staff, make_user
from tests.factories.providers import make_application, make_provider, make_trader, make_uscc, owner_of, unchanged

pytestmark = pytest.mark.django_db

HOME = "/provider/application/"
COMPANY = {
    "uscc": "",
    "name": "Lantern Commerce",
    "provider_type": "brand",
    "category": "beauty",
    "region": "zhejiang",
}


def as_user(user: User) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def test_register_a_company() -> None:
    person = make_user()
    client = as_user(person)
    assert "Register your company" in client.get("/provider/register/").content.decode()
    response = client.post("/provider/register/", {**COMPANY, "uscc": make_uscc(5).lower()}, follow=True)
    assert response.redirect_chain == [(HOME, 302)]
    provider = Provider.objects.get()
    assert (provider.uscc, owner_of(provider)) == (make_uscc(5), person)
    assert "You have not applied yet." in response.content.decode()


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        ({"uscc": "911100006000373410"}, 400, "The check digit of this unified social credit code is wrong."),
        ({"uscc": "12"}, 400, "has 18 characters, this one has 2."),
        ({"uscc": ""}, 400, "This field is required."),
        ({"region": "atlantis"}, 400, "Select a valid choice"),
    ],
    ids=str,
)
def test_bad_registrations_name_the_field(change: dict[str, str], code: int, says: str) -> None:
    client = as_user(make_user())
    with unchanged():
        response = client.post("/provider/register/", {**COMPANY, "uscc": make_uscc(6), **change})
    assert response.status_code == code
    field = response.context["form"][next(iter(change))]
    assert any(says in error for error in field.errors)
    assert response.context["form"]["name"].value() == "Lantern Commerce"


def test_a_company_that_is_there_already() -> None:
    provider, client = make_provider(name="Secret Name"), as_user(make_user())
    with unchanged():
        response = client.post("/provider/register/", {**COMPANY, "uscc": provider.uscc})
    assert response.status_code == 409
    assert "This company is registered already." in response.content.decode()
    assert "Secret Name" not in response.content.decode()


def test_staff_do_not_register() -> None:
    client = as_user(make_staff())
    with unchanged():
        assert client.get("/provider/register/").status_code == 403
        assert client.post("/provider/register/", {**COMPANY, "uscc": make_uscc(7)}).status_code == 403


def test_from_beginning_to_submission() -> None:
    provider = make_provider()
    trader = make_trader(provider)
    client = as_user(owner_of(provider))
    client.post(f"{HOME}begin/")
    application = Application.objects.get()

    response = client.get(HOME)
    assert [item.field for item in response.context["missing"]] == [
        "contact_name",
        "contact_phone",
        "evidence",
        "traders",
    ]
    assert "Show evidence for at least one capability." in response.content.decode()

    contact = {"contact_name": "Lin", "contact_phone": "0571 8888 0000", "contact_email": "lin@example.com"}
    assert client.post(f"{HOME}contact/", {**contact, "version": 1}).status_code == 302
    evidence = {"statement": "Live since 2019.", "links": "https://example.com/a\nhttps://example.com/b"}
    assert client.post(f"{HOME}evidence/live_operations/", {**evidence, "version": 2}).status_code == 302
    assert client.post(f"{HOME}traders/", {"traders": [trader.code], "version": 3}).status_code == 302

    response = client.get(HOME)
    assert response.context["missing"] == []
    assert [(offer.action, offer.allowed) for offer in response.context["offers"]] == [
        ("submit", True),
        ("withdraw", True),
    ]
    response = client.post(f"{HOME}act/", {"action": "submit", "version": 4}, follow=True)
    assert "A reviewer has your application." in response.content.decode()
    application.refresh_from_db()
    assert (application.status, application.contact_name) == ("submitted", "Lin")
    assert application.evidence.get().links == ["https://example.com/a", "https://example.com/b"]
    assert list(application.traders.all()) == [trader]


def test_a_returned_application_shows_the_reason_and_can_be_mended() -> None:
    application = make_application(status="returned")
    client = as_user(owner_of(application.provider))
    response = client.get(HOME)
    assert "The reviewer asks for changes." in response.content.decode()
    assert "Because of the evidence." in response.content.decode()
    assert response.context["may_edit"]
    version = application.version
    assert client.post(f"{HOME}evidence/supply_chain/", {"statement": "Depots.", "version": version}).status_code == 302
    removed = client.post(f"{HOME}evidence/live_operations/remove/", {"version": version + 1})
    assert removed.status_code == 302
    assert [item.capability for item in application.evidence.all()] == ["supply_chain"]
    assert client.post(f"{HOME}act/", {"action": "submit", "version": version + 2}).status_code == 302


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("admitted", "You are admitted."),
        ("rejected", "The application was rejected."),
        ("withdrawn", "You withdrew this application."),
    ],
)
def test_how_it_ended(status: str, says: str) -> None:
    application = make_application(status=status)
    reviewer = application.decided_by
    body = as_user(owner_of(application.provider)).get(HOME).content.decode()
    assert says in body
    assert ("Begin a new application" in body) == (status == "withdrawn")
    if reviewer:
        assert "Because of the evidence." in body
        assert reviewer.email not in body


@pytest.mark.parametrize("part", ["contact/", "traders/", "evidence/supply_chain/"])
def test_nothing_is_edited_while_a_reviewer_has_it(part: str) -> None:
    application = make_application()
    client = as_user(owner_of(application.provider))
    values = {
        "contact_name": "Lin",
        "contact_phone": "0571 8888 0000",
        "contact_email": "lin@example.com",
        "statement": "Depots.",
        "version": application.version,
    }
    with unchanged():
        assert client.get(f"{HOME}{part}").status_code == 409
        assert client.post(f"{HOME}{part}", values).status_code == 409


def test_bad_parts() -> None:
    application = make_application(status="draft")
    client, version = as_user(owner_of(application.provider)), application.version
    contact = {"contact_name": "Lin", "contact_phone": "call me", "contact_email": "lin", "version": version}
    with unchanged():
        response = client.post(f"{HOME}contact/", contact)
        assert response.status_code == 400
        assert set(response.context["form"].errors) == {"contact_phone", "contact_email"}
        response = client.post(
            f"{HOME}evidence/supply_chain/",
            {"statement": "Depots.", "links": "javascript:alert(1)", "version": version},
        )
        assert response.status_code == 400
        assert set(response.context["form"].errors) == {"links"}
        stale = {"statement": "Depots.", "version": 1}
        response = client.post(f"{HOME}evidence/supply_chain/", stale)
        assert response.status_code == 409
        assert "changed by somebody else" in response.content.decode()
        assert client.post(f"{HOME}evidence/cooking/", stale).status_code == 404
        assert client.post(f"{HOME}evidence/supply_chain/remove/", {"version": version}).status_code == 404
        assert client.post(f"{HOME}traders/", {"traders": ["T999999"], "version": version}).status_code == 400
        assert client.post(f"{HOME}begin/").status_code == 409
        response = client.post(f"{HOME}act/", {"action": "admit", "note": "Us!", "version": version})
        assert response.status_code == 409


def test_incomplete_submission_says_all_that_is_missing() -> None:
    provider = make_provider()
    client = as_user(owner_of(provider))
    client.post(f"{HOME}begin/")
    with unchanged():
        response = client.post(f"{HOME}act/", {"action": "submit", "version": 1})
    assert response.status_code == 400
    for sentence in ("Name the person", "Give a phone number", "Show evidence", "Name at least one trader"):
        assert sentence in response.content.decode()


def test_a_trader_of_the_company_reads_and_does_nothing() -> None:
    application = make_application(status="draft")
    client = as_user(make_member(application.provider.organisation, Role.PROVIDER_TRADER))
    response = client.get(HOME)
    assert response.status_code == 200
    assert not response.context["may_edit"]
    assert {offer.allowed for offer in response.context["offers"]} == {False}
    with unchanged():
        assert client.get(f"{HOME}contact/").status_code == 403
        assert client.post(f"{HOME}begin/").status_code == 403
        assert client.post(f"{HOME}act/", {"action": "withdraw", "version": application.version}).status_code == 403
        assert client.get("/provider/traders/new/").status_code == 403
        assert client.get("/provider/company/").status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_application_costs_the_same_however_full(count: int, django_assert_num_queries: object) -> None:
    provider = make_provider()
    traders = [make_trader(provider) for _ in range(count)]
    application = make_application(provider, status="draft", traders=[trader.code for trader in traders])
    client = as_user(owner_of(provider))
    for capability in ["supply_chain", "traffic_marketing", "anchor_incubation"][: count - 1]:
        version = Application.objects.get().version
        client.post(f"{HOME}evidence/{capability}/", {"statement": "Here.", "version": version})
    assert application.traders.count() == count
    client.get(HOME)
    with django_assert_num_queries(13):  # type: ignore[operator]
        assert client.get(HOME).status_code == 200


def test_company_data() -> None:
    provider = make_provider()
    client = as_user(owner_of(provider))
    values = {"provider_type": "brand", "category": "books", "region": "hunan", "introduction": "Hi.", "version": 1}
    assert client.post("/provider/company/", values).status_code == 302
    provider.refresh_from_db()
    assert (provider.provider_type, provider.category, provider.region) == ("brand", "books", "hunan")
    with unchanged():
        assert client.post("/provider/company/", values).status_code == 409


def test_traders() -> None:
    provider = make_provider()
    client = as_user(owner_of(provider))
    foreign = make_trader(make_provider())
    values = {"name": "Chen Wei", "capabilities": ["live_operations", "supply_chain"], "max_live_rooms": 3}
    assert client.post("/provider/traders/new/", values).status_code == 302
    trader = Trader.objects.get(provider=provider)
    rows = client.get("/provider/traders/").context["table"].rows
    assert [row.record for row in rows] == [trader]
    address = f"/provider/traders/{trader.code}/"
    assert client.post(address, {**values, "max_live_rooms": 1, "version": 1}).status_code == 302
    with unchanged():
        assert client.post("/provider/traders/new/", {**values, "max_live_rooms": 6}).status_code == 400
        assert client.post("/provider/traders/new/", {**values, "capabilities": []}).status_code == 400
        assert client.post(address, {**values, "version": 1}).status_code == 409
        assert client.get(f"/provider/traders/{foreign.code}/").status_code == 404
        assert client.post(f"/provider/traders/{foreign.code}/act/", {"action": "leave"}).status_code == 404
        assert client.post(f"{address}act/", {"action": "leave", "note": "", "version": 2}).status_code == 400
    left = client.post(f"{address}act/", {"action": "leave", "note": "Moved on.", "version": 2}, follow=True)
    assert "Recorded. The trader gets no new work." in left.content.decode()
    trader.refresh_from_db()
    assert (trader.status, trader.max_live_rooms) == ("left", 1)
    assert "Save" not in left.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_traders_cost_the_same_however_many(count: int, django_assert_num_queries: object) -> None:
    provider = make_provider()
    for _ in range(count):
        make_trader(provider)
    client = as_user(owner_of(provider))
    with django_assert_num_queries(8):  # type: ignore[operator]
        assert client.get("/provider/traders/").status_code == 200
