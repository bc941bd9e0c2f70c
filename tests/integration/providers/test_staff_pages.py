"""The admission pages of staff."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from providers.admission.models import Application
from providers.registry.models import Provider
from tests.factories.accounts import make_member, make_staff
from tests.factories.providers import (
    make_application,
    make_external_provider,
    make_provider,
    settle_panel,
    unchanged,
)

pytestmark = pytest.mark.django_db

QUEUE = "/staff/applications/"


def as_user(user: User) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def case(application: Application) -> str:
    return f"{QUEUE}{application.pk}/"


def numbers(response: object) -> list[str]:
    return [row.record.number for row in response.context["table"].rows]  # type: ignore[attr-defined]


def test_the_queue_shows_what_waits_longest_first() -> None:
    late, early, decided = make_application(), make_application(), make_application(status="rejected")
    make_application(status="draft")
    now = timezone.now()
    for application, days in ((late, 1), (early, 5)):
        Application.objects.filter(pk=application.pk).update(submitted_at=now - timedelta(days=days))
    client = as_user(make_staff(Role.AUDITOR))
    response = client.get(QUEUE)
    assert response.status_code == 200
    assert numbers(response) == [early.number, late.number]
    body = response.content.decode()
    assert '<span class="clock clock-overdue"><span>5 days of 5 days</span> <span class="clock-words">overdue' in body
    assert '<span class="clock clock-on_time"><span>1 day of 5 days</span> <span class="clock-words">on time' in body
    assert numbers(client.get(QUEUE, {"status": "rejected"})) == [decided.number]
    assert sorted(numbers(client.get(QUEUE, {"status": ""}))) == sorted([late.number, early.number, decided.number])
    assert numbers(client.get(QUEUE, {"waiting": "3"})) == [early.number]
    assert numbers(client.get(QUEUE, {"sort": "-clock"})) == [late.number, early.number]


def test_the_queue_filters() -> None:
    wanted = make_application(make_provider(name="Sea Silk", category="books", region="hunan", provider_type="brand"))
    make_application(make_provider(name="Other"))
    client = as_user(make_staff())
    for query in (
        {"q": "silk"},
        {"q": wanted.provider.code.lower()},
        {"q": wanted.provider.uscc},
        {"category": "books"},
        {"region": "hunan"},
        {"provider_type": "brand"},
    ):
        assert numbers(client.get(QUEUE, query)) == [wanted.number], query
    assert numbers(client.get(QUEUE, {"q": "nobody"})) == []


def test_the_empty_queue_says_so() -> None:
    assert "No application waits for a decision." in as_user(make_staff()).get(QUEUE).content.decode()


def test_the_queue_is_exported_as_it_is_seen() -> None:
    application = make_application(make_provider(name="=cmd()"))
    make_application(status="rejected")
    response = as_user(make_staff()).get(QUEUE, {"_export": "csv"})
    lines = response.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(f"{application.number},'=cmd(),")
    assert "<" not in lines[1]


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_costs_the_same_however_long(count: int, django_assert_num_queries: object) -> None:
    for _ in range(count):
        make_application()
    client = as_user(make_staff())
    with django_assert_num_queries(7):  # type: ignore[operator]
        assert client.get(QUEUE).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_providers_costs_the_same_however_long(count: int, django_assert_num_queries: object) -> None:
    for _ in range(count):
        make_provider()
    client = as_user(make_staff())
    with django_assert_num_queries(7):  # type: ignore[operator]
        assert client.get("/staff/providers/").status_code == 200


def test_the_case_puts_evidence_beside_the_decision() -> None:
    application = make_application()
    settle_panel(application)
    response = as_user(make_staff()).get(case(application))
    body = response.content.decode()
    assert [(offer.action, offer.allowed) for offer in response.context["offers"]] == [
        ("admit", True),
        ("return", True),
        ("reject", True),
    ]
    for text in ("We ran 300 live rooms in 2021.", "https://example.com/cases", "0571 8888 0000", "No evidence given."):
        assert text in body


def test_who_may_not_decide_sees_why() -> None:
    application = make_application()
    insider = make_staff()
    make_member(application.provider.organisation, Role.PROVIDER_MANAGER, insider)
    for person, reason in (
        (make_staff(Role.AUDITOR), "Your role does not allow this."),
        (insider, "You are or were a member of this company, so you cannot decide about it."),
    ):
        response = as_user(person).get(case(application))
        assert [(offer.allowed, str(offer.reason)) for offer in response.context["offers"]] == [(False, reason)] * 3


@pytest.mark.parametrize(
    ("action", "status", "message"),
    [
        ("admit", "admitted", "Admitted. The provider is on probation now."),
        ("return", "returned", "Returned. The applicant sees your reason and can submit again."),
    ],
)
def test_decide(action: str, status: str, message: str) -> None:
    application, reviewer = make_application(), make_staff()
    settle_panel(application)
    form = {"action": action, "note": "Because.", "version": application.version}
    response = as_user(reviewer).post(f"{case(application)}act/", form, follow=True)
    assert response.redirect_chain == [(case(application), 302)]
    assert message in response.content.decode()
    application.refresh_from_db()
    assert application.status == status


@pytest.mark.parametrize(
    ("form", "code", "says"),
    [
        ({"action": "admit", "note": ""}, 400, "This decision needs a reason."),
        ({"action": "admit", "note": "Good.", "version": "1"}, 409, "changed by somebody else"),
        ({"action": "admit", "note": "Good.", "version": ""}, 400, "does not say which version"),
        ({"action": "crown", "note": "Good."}, 409, "is not possible"),
        ({"action": "submit", "note": "Good."}, 409, "is not possible"),
        ({"action": "withdraw", "note": "Good."}, 409, "not taken on this page"),
        ({"action": "reject", "note": "Bad."}, 400, "A rejection needs a reason for each criterion"),
        ({}, 409, "is not possible"),
    ],
    ids=str,
)
def test_refused_decisions(form: dict[str, str], code: int, says: str) -> None:
    application, client = make_application(status="settled"), as_user(make_staff())
    with unchanged():
        response = client.post(f"{case(application)}act/", {"version": application.version, **form})
    assert response.status_code == code
    assert says in response.content.decode()


def test_the_same_form_twice() -> None:
    application, client = make_application(), as_user(make_staff())
    settle_panel(application)
    form = {"action": "return", "note": "Add figures.", "version": application.version}
    assert client.post(f"{case(application)}act/", form).status_code == 302
    with unchanged():
        assert client.post(f"{case(application)}act/", form).status_code == 409


def test_roles_without_the_permission_are_refused() -> None:
    application, client = make_application(), as_user(make_staff(Role.AUDITOR))
    with unchanged():
        form = {"action": "admit", "note": "Good.", "version": application.version}
        assert client.post(f"{case(application)}act/", form).status_code == 403


def test_what_was_never_submitted_is_not_there() -> None:
    draft, client = make_application(status="draft"), as_user(make_staff())
    for path in (case(draft), f"{QUEUE}0/"):
        assert client.get(path).status_code == 404
    assert client.post(f"{case(draft)}act/", {"action": "admit", "version": 1}).status_code == 404


def test_providers() -> None:
    provider, external = make_provider(name="Sea Silk", status="probation"), make_external_provider("X77")
    client = as_user(make_staff())
    rows = client.get("/staff/providers/").context["table"].rows
    assert [row.record for row in rows] == sorted([provider, external], key=lambda p: p.code)
    rows = client.get("/staff/providers/", {"status": "probation"}).context["table"].rows
    assert [row.record for row in rows] == [provider]
    assert "Known from outside data" in client.get("/staff/providers/X77/").content.decode()
    assert client.get("/staff/providers/P999999/").status_code == 404


def test_a_provider_in_full() -> None:
    application = make_application(status="admitted")
    response = as_user(make_staff()).get(f"/staff/providers/{application.provider.code}/")
    body = response.content.decode()
    for text in (application.number, application.provider.uscc, "Trader", "On probation", "Because of the evidence."):
        assert text in body
    assert [(offer.action, offer.allowed) for offer in response.context["offers"]] == [
        ("complete_probation", True),
        ("suspend", False),
        ("clear_out", False),
    ]


def test_nobody_is_let_in_past_the_application() -> None:
    provider, client = make_provider(), as_user(make_staff())
    response = client.get(f"/staff/providers/{provider.code}/")
    assert [(offer.action, offer.allowed) for offer in response.context["offers"]] == [("admit", False)]
    with unchanged():
        form = {"action": "admit", "note": "Friend.", "version": provider.version}
        assert client.post(f"/staff/providers/{provider.code}/act/", form).status_code == 409


def test_steps_of_a_provider() -> None:
    provider, client = make_provider(status="probation"), as_user(make_staff(Role.CONDUCT_OFFICER))
    address = f"/staff/providers/{provider.code}/act/"
    form = {"action": "suspend", "note": "Fake orders.", "version": provider.version}
    response = client.post(address, form, follow=True)
    assert "Suspended. The provider gets no new work." in response.content.decode()
    assert Provider.objects.get().status == "suspended"
    with unchanged():
        assert client.post(address, form).status_code == 409
        assert client.post(address, {**form, "action": "complete_probation", "version": 99}).status_code == 409


def test_moments_are_shown_in_the_platform_s_zone() -> None:
    application = make_application()
    Provider.objects.update(registered_at=datetime(2026, 3, 1, 17, 30, tzinfo=UTC))
    body = as_user(make_staff()).get(f"/staff/providers/{application.provider.code}/").content.decode()
    assert "Mar 2, 2026, 01:30" in body
