"""Admission windows on pages and in the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from providers.admission.models import Application
from providers.windows.models import AdmissionWindow
from tests.factories.accounts import make_staff, make_user
from tests.factories.providers import ensure_window, make_application, make_provider, make_window, owner_of, unchanged

pytestmark = pytest.mark.django_db

STAFF, PUBLIC, API, HOME = "/staff/windows/", "/windows/", "/api/v1/windows", "/provider/application/"
FORM: dict[str, Any] = {
    "code": "2099-SPRING",
    "title_zh": "春季招募",
    "title_en": "Spring",
    "kind": "fixed",
    "opens_at": "2099-03-01T09:00",
    "closes_at": "2099-03-31T18:00",
    "text_zh": "请提供证据。",
    "text_en": "Show evidence.",
    "standstill_days": 10,
    "reapply_after_days": 90,
    "return_grace_days": 7,
}
TERMS = {**FORM, "opens_at": "2099-03-01T01:00:00Z", "closes_at": "2099-03-31T10:00:00Z"}


def as_user(user: User) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.cookies["django_language"] = "en"
    client.force_login(User.objects.get(pk=user.pk))
    return client


def by_api(user: User) -> APIClient:
    client = APIClient(headers={"Accept-Language": "en"})
    client.force_login(User.objects.get(pk=user.pk))
    return client


def test_prepare_edit_announce() -> None:
    client = as_user(make_staff(Role.PROGRAMME_MANAGER))
    response = client.post(f"{STAFF}create/", {**FORM, "categories": ["books", "food"], "places": "5"}, follow=True)
    assert response.redirect_chain == [(f"{STAFF}2099-SPRING/", 302)]
    assert "The draft is saved." in response.content.decode()
    window = AdmissionWindow.objects.get()
    assert window.opens_at.isoformat() == "2099-03-01T01:00:00+00:00"  # 9 in the morning in Shanghai
    assert (window.categories, window.provider_types, window.places) == (["books", "food"], [], 5)
    form = client.get(f"{STAFF}2099-SPRING/edit/").context["form"]
    assert form["opens_at"].value() == form.fields["opens_at"].prepare_value(window.opens_at)
    assert 'value="2099-03-01T09:00"' in str(form["opens_at"])
    assert client.post(f"{STAFF}2099-SPRING/edit/", {**FORM, "places": "6", "version": 1}).status_code == 302
    announced = client.post(f"{STAFF}2099-SPRING/act/", {"action": "announce", "version": 2}, follow=True)
    assert "The window is public and its terms are fixed." in announced.content.decode()
    window.refresh_from_db()
    assert (window.status, window.places, window.version) == ("announced", 6, 3)


def test_bad_forms() -> None:
    window = make_window(status="announced")
    client = as_user(make_staff(Role.PROGRAMME_MANAGER))
    with unchanged():
        for change, field in (
            ({"opens_at": "soon"}, "opens_at"),
            ({"closes_at": ""}, "closes_at"),
            ({"closes_at": "2099-02-01T09:00"}, "closes_at"),
            ({"code": window.code}, "code"),
            ({"code": "bad code"}, "code"),
            ({"standstill_days": "91"}, "standstill_days"),
        ):
            response = client.post(f"{STAFF}create/", {**FORM, **change})
            assert response.status_code == 400, change
            assert set(response.context["form"].errors) == {field}, change
        assert client.post(f"{STAFF}{window.code}/edit/", {**FORM, "version": window.version}).status_code == 409
        act = {"action": "open", "note": "", "version": window.version}
        assert client.post(f"{STAFF}{window.code}/act/", act).status_code == 400
        assert client.post(f"{STAFF}{window.code}/act/", {**act, "note": "Now.", "version": 1}).status_code == 409


def test_who_may_not() -> None:
    window = make_window(status="announced")
    client = as_user(make_staff())
    response = client.get(f"{STAFF}{window.code}/")
    assert [(offer.action, offer.allowed) for offer in response.context["offers"]] == [("open", False)]
    with unchanged():
        assert client.get(f"{STAFF}create/").status_code == 403
        act = {"action": "open", "note": "Now.", "version": window.version}
        assert client.post(f"{STAFF}{window.code}/act/", act).status_code == 403
    assert client.get(f"{STAFF}NONE/").status_code == 404


def test_the_detail_counts_and_lists() -> None:
    window = make_window()
    applications = {s: make_application(window=window, status=s) for s in ("submitted", "admitted", "rejected")}
    response = as_user(make_staff(Role.AUDITOR)).get(f"{STAFF}{window.code}/")
    counts = {value: count for value, _label, count in response.context["counts"]}
    assert (counts["submitted"], counts["admitted"], counts["rejected"], counts["draft"]) == (1, 1, 1, 0)
    listed = [row.record.pk for row in response.context["companies"].rows]
    assert listed == [applications["admitted"].pk, applications["rejected"].pk]
    assert "List so far" in response.content.decode()


def test_the_public_page() -> None:
    shown, soon = make_window(text_en="Show live rooms."), make_window(status="announced")
    hidden = make_window(status="draft")
    client = Client()
    client.cookies["django_language"] = "en"
    body = client.get(PUBLIC).content.decode()
    for text in (shown.title_en, "Show live rooms.", soon.title_en, "within 10 days"):
        assert text in body
    assert hidden.title_en not in body
    AdmissionWindow.objects.all().delete()
    assert "No admission window is open or announced." in client.get(PUBLIC).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_however_long(count: int, django_assert_num_queries: Any) -> None:
    for _ in range(count):
        make_window()
    client, api = as_user(make_staff()), by_api(make_staff())
    with django_assert_num_queries(6):
        assert client.get(STAFF).status_code == 200
    with django_assert_num_queries(5):
        assert len(api.get(API).json()["results"]) == count
    with django_assert_num_queries(2):
        assert Client().get(PUBLIC).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_detail_costs_the_same_however_full(count: int, django_assert_num_queries: Any) -> None:
    window = make_window()
    for _ in range(count):
        make_application(window=window, status="admitted")
    client = as_user(make_staff())
    with django_assert_num_queries(8):
        assert client.get(f"{STAFF}{window.code}/").status_code == 200


def test_the_provider_chooses_a_window() -> None:
    provider = make_provider()
    client = as_user(owner_of(provider))
    response = client.get(HOME)
    assert [window.code for window in response.context["windows"]] == ["ROLLING"]
    window = make_window()
    response = client.get(HOME)
    assert "In which admission window?" in response.content.decode()
    with unchanged():
        assert client.post(f"{HOME}begin/").status_code == 400
    assert client.post(f"{HOME}begin/", {"window": window.code}).status_code == 302
    assert provider.applications.get().window == window


def test_the_provider_sees_when_the_next_window_opens() -> None:
    provider = make_provider()
    AdmissionWindow.objects.all().delete()
    window = make_window(status="announced", opens_at=timezone.now() + timedelta(days=2))
    client = as_user(owner_of(provider))
    body = client.get(HOME).content.decode()
    assert "No admission window is open for your company now." in body
    assert f"The next one, {window.code}, opens on" in body
    with unchanged():
        assert client.post(f"{HOME}begin/").status_code == 409


def test_the_api() -> None:
    client = by_api(make_staff(Role.PROGRAMME_MANAGER))
    created = client.post(API, TERMS)
    assert created.status_code == 201, created.content
    body = created.json()
    assert (body["code"], body["status"], body["places"]) == ("2099-SPRING", "draft", None)
    assert [offer["action"] for offer in body["allowed_actions"]] == ["announce"]
    address = f"{API}/2099-SPRING"
    body = client.patch(address, {"places": 3, "version": 1}).json()
    assert (body["places"], body["version"], body["applications"]["submitted"]) == (3, 2, 0)
    with unchanged():
        assert client.patch(address, {"places": 4, "version": 1}).status_code == 409
        assert client.patch(address, {"places": 0, "version": 2}).status_code == 400
        assert client.post(API, TERMS).json()["field"] == "code"
        assert client.post(API, {**TERMS, "code": "B2", "closes_at": None}).json()["field"] == "closes_at"
        assert client.post(f"{address}/actions", {"action": "close", "note": "x", "version": 2}).status_code == 409
    body = client.post(f"{address}/actions", {"action": "announce", "version": 2}).json()
    assert body["status"] == "announced"
    outsider = by_api(make_user())
    body = outsider.get(address).json()
    assert (body["code"], body["applications"]) == ("2099-SPRING", None)
    assert outsider.get(f"{address}/list").json() == []
    assert outsider.get(API, {"status": "open"}).json()["results"] == []
    with unchanged():
        assert outsider.post(API, {**TERMS, "code": "C3"}).status_code == 403
        assert outsider.post(f"{address}/actions", {"action": "open", "note": "x", "version": 3}).status_code == 403


def test_the_api_hides_drafts_and_shows_lists_to_staff() -> None:
    draft, window = make_window(status="draft"), make_window()
    application = make_application(window=window, status="admitted")
    assert by_api(make_user()).get(f"{API}/{draft.code}").status_code == 404
    assert by_api(make_staff()).get(f"{API}/{window.code}/list").json() == [
        {
            "application": application.number,
            "provider": application.provider.code,
            "provider_name": application.provider.name,
            "status": "admitted",
        }
    ]


def test_the_api_begins_in_a_window() -> None:
    ensure_window()
    provider, window = make_provider(), make_window()
    client = by_api(owner_of(provider))
    refused = client.post("/api/v1/applications", {"provider": provider.code})
    assert (refused.status_code, refused.json()["field"]) == (400, "window")
    begun = client.post("/api/v1/applications", {"provider": provider.code, "window": window.code})
    assert (begun.status_code, begun.json()["window"]) == (201, window.code)


def list_in(window: AdmissionWindow, *statuses: str) -> list[Application]:
    """Applications of these states on the list of a window that has ended."""
    found = [make_application(status=status) for status in statuses]
    Application.objects.filter(pk__in=[one.pk for one in found]).update(window=window)
    return found


def test_the_final_list_is_public_and_names_nobody_who_was_rejected() -> None:
    public = Client(headers={"Accept-Language": "en"})
    for status in ("draft", "announced", "open", "closed", "standstill"):
        code = make_window(status=status).code
        for address in (f"{PUBLIC}{code}/", f"{API}/{code}/final-list"):
            assert public.get(address).status_code == 404
    window = make_window(status="final")
    admitted, *others = list_in(window, "admitted", "rejected", "withdrawn")
    page, endpoint = f"{PUBLIC}{window.code}/", f"{API}/{window.code}/final-list"
    shown = public.get(page).content.decode()
    assert f'href="{page}"' in public.get(PUBLIC).content.decode()
    rows = public.get(endpoint).json()["results"]
    assert [(row["provider"], row["provider_name"]) for row in rows] == [
        (admitted.provider.code, admitted.provider.name)
    ]
    assert set(rows[0]) == {"provider", "provider_name", "admitted_at"}
    assert admitted.provider.name in shown
    for other in others:
        for hidden in (other.provider.name, other.provider.code, other.number):
            assert hidden not in shown


def test_an_empty_final_list_says_so() -> None:
    window = make_window(status="final")
    shown = Client(headers={"Accept-Language": "en"}).get(f"{PUBLIC}{window.code}/").content.decode()
    assert "No company was admitted in this window." in shown
    assert Client().get(f"{PUBLIC}2099-NOT/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_final_list_costs_the_same_however_long(count: int, django_assert_num_queries: Any) -> None:
    window = make_window(status="final")
    list_in(window, *["admitted"] * count)
    with django_assert_num_queries(4):
        assert Client().get(f"{PUBLIC}{window.code}/").status_code == 200
    with django_assert_num_queries(3):
        assert len(Client().get(f"{API}/{window.code}/final-list").json()["results"]) == count
