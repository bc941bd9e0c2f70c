"""Criteria, triage and dry runs on pages: staff, applicant, public."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.roles import Role
from providers.admission.models import Application
from providers.admission.triage_models import MitigatingFact, Triage
from providers.admission.triage_services import triage_application
from providers.criteria.models import CriteriaSet, Criterion
from providers.criteria.selectors import draft_set, published_set
from tests.factories.accounts import make_member, make_staff
from tests.factories.criteria import REFUNDS, TEAM, criterion_content, make_draft, make_published_set
from tests.factories.providers import make_application, make_trader, owner_of, unchanged

pytestmark = pytest.mark.django_db

SETS = "/staff/criteria/"
QUEUE = "/staff/applications/"


def as_user(user: User | None, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    client.cookies["django_language"] = language
    if user is not None:
        client.force_login(user)
    return client


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]


def form_of(**fields: object) -> dict[str, object]:
    """What the criterion form sends."""
    return {"key": "complaints", "position": 2, "at_night": "on", **criterion_content(**fields)}


def test_the_list_of_sets() -> None:
    client = as_user(make_staff())
    assert "There are no criteria yet." in text(client.get(SETS))
    make_published_set()
    page = text(client.get(SETS))
    assert "Draft the next set" in page
    assert "Draft the next set" not in text(as_user(make_staff(Role.AUDITOR)).get(SETS))
    make_draft()
    response = client.get(SETS)
    assert [row.record.number for row in response.context["table"].rows] == [2, 1]
    assert "Draft the next set" not in text(response)
    assert [row.record.number for row in client.get(SETS, {"status": "draft"}).context["table"].rows] == [2]
    assert text(client.get(SETS, {"_export": "csv"})).splitlines()[1].startswith("2,Criteria,Draft,1,")


@pytest.mark.parametrize("count", [1, 3])
def test_statements_of_a_set_do_not_grow(count: int) -> None:
    extra = "".join(REFUNDS.replace("refunds", f"refunds{number}", 1) for number in range(count - 1))
    make_published_set(TEAM + extra)
    client = as_user(make_staff())
    client.get(f"{SETS}1/")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"{SETS}1/").status_code == 200
    assert len(queries) <= 14
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/criteria/").status_code == 200
    assert len(queries) <= 8


def test_from_a_copy_to_publication() -> None:
    make_published_set()
    reviewer, administrator = make_staff(), make_staff(Role.ADMINISTRATOR)
    waiting = make_application()
    client = as_user(reviewer)
    assert client.post(f"{SETS}copy/").headers["Location"] == f"{SETS}2/"
    draft = draft_set()
    assert draft is not None
    response = client.post(f"{SETS}2/new/", {**form_of(pass_when="complaint_rate <= 0.01"), "version": draft.version})
    assert response.status_code == 400
    assert "&#x27;complaint_rate&#x27; at position 1 is not a column." in text(response)
    assert not response.context["form"].has_error("fail_when")
    assert response.context["form"].has_error("pass_when")
    assert client.post(f"{SETS}2/new/", {**form_of(), "version": draft.version}).status_code == 302
    criterion = Criterion.objects.get(criteria_set=draft, key="complaints")
    assert (criterion.at_door, criterion.at_night, criterion.limit) == (False, True, 0.01)
    draft.refresh_from_db()
    edited = {**form_of(limit=0.02), "at_door": "on", "version": draft.version}
    assert client.post(f"{SETS}2/edit/complaints/", edited).status_code == 302
    criterion.refresh_from_db()
    assert (criterion.limit, criterion.at_door) == (0.02, True)
    assert client.post(f"{SETS}2/edit/complaints/", edited).status_code == 409

    page = text(client.get(f"{SETS}2/"))
    assert "A draft is published only after this." in page
    assert "Complaint rate, 90 days: at most 2.0%" in page
    compared = text(client.get(f"{SETS}2/compare/"))
    assert "From set 1 to set 2" in compared
    assert "1 other criterion is the same." in compared
    assert client.post(f"{SETS}2/dry-run/").headers["Location"] == f"{SETS}2/#dry-run"
    page = text(client.get(f"{SETS}2/"))
    assert "Exactly this draft was tried." in page
    assert "0 of 1 open applications would get another outcome." in page

    draft.refresh_from_db()
    step = {"action": "publish", "note": "Agreed.", "version": draft.version}
    with unchanged():
        assert client.post(f"{SETS}2/act/", step).status_code == 403
    assert as_user(administrator).post(f"{SETS}2/act/", step).status_code == 302
    present = published_set()
    assert present is not None
    assert present.number == 2
    assert as_user(reviewer).get(f"{SETS}2/new/").status_code == 409
    assert Application.objects.get(pk=waiting.pk).status == "submitted"


def test_titles_toml_and_removal() -> None:
    client = as_user(make_staff())
    assert client.post(f"{SETS}draft/", {"definition": "x"}).status_code == 400
    assert client.post(f"{SETS}draft/", {"definition": TEAM + REFUNDS}).status_code == 302
    download = client.get(f"{SETS}1/criteria.toml")
    assert download.headers["Content-Disposition"] == 'attachment; filename="criteria-1.toml"'
    changed = text(download).replace('en = "Criteria"', 'en = "Stricter"')
    assert client.post(f"{SETS}1/import/", {"definition": changed, "version": 1}).status_code == 302
    assert client.post(f"{SETS}1/titles/", {"title_zh": "条件", "title_en": "Final", "version": 2}).status_code == 302
    assert "refunds" in text(client.get(f"{SETS}1/edit/refunds/"))
    assert client.get(f"{SETS}1/edit/luck/").status_code == 404
    assert client.post(f"{SETS}1/edit/refunds/remove/", {"version": 3}).status_code == 302
    assert client.post(f"{SETS}1/edit/refunds/remove/", {"version": 4}).status_code == 404
    draft = CriteriaSet.objects.get()
    assert (draft.title_en, [row.key for row in draft.criteria.all()]) == ("Final", ["team"])
    assert client.get(f"{SETS}1/compare/").status_code == 404
    assert client.post(f"{SETS}1/act/", {"action": "discard", "note": "No.", "version": 4}).status_code == 302


def test_who_may_not_edit() -> None:
    make_published_set()
    make_draft()
    client = as_user(make_staff(Role.AUDITOR))
    assert client.get(f"{SETS}2/").status_code == 200
    with unchanged():
        for path in ("copy/", "draft/", "2/dry-run/", "2/new/", "2/import/", "2/edit/team/remove/"):
            assert client.post(f"{SETS}{path}", {}).status_code == 403, path


def test_the_public_page() -> None:
    assert "No criteria are in force yet." in text(as_user(None).get("/criteria/"))
    make_published_set(TEAM + REFUNDS)
    english, chinese = text(as_user(None).get("/criteria/")), text(as_user(None, "zh-hans").get("/criteria/"))
    assert "At least two traders." in english
    assert "Traders who work there now: at least 2" in english
    assert "至少两名操盘手。" in chinese
    assert "酌情排除" in chinese


def test_triage_on_the_case_and_in_the_queue() -> None:
    make_published_set(TEAM + REFUNDS)
    application, other = make_application(), make_application()
    client = as_user(make_staff())
    assert "Not triaged yet." in text(client.get(f"{QUEUE}{application.pk}/"))
    assert client.post(f"{QUEUE}{application.pk}/triage/").headers["Location"] == f"{QUEUE}{application.pk}/"
    page = text(client.get(f"{QUEUE}{application.pk}/"))
    assert "0 passed, 2 need a human, 0 failed." in page
    assert "Traders who work there now: 1 of at least 2." in page
    make_trader(application.provider)
    queue = client.get(QUEUE, {"triage": "human"})
    assert [row.record.pk for row in queue.context["table"].rows] == [application.pk]
    assert text(queue).count("state-human") == 1
    assert [row.record.pk for row in client.get(QUEUE, {"triage": "definite_pass"}).context["table"].rows] == []
    auditor = as_user(make_staff(Role.AUDITOR))
    with unchanged():
        assert auditor.post(f"{QUEUE}{other.pk}/triage/").status_code == 403
    assert Triage.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_statements_of_the_queue_do_not_grow(count: int) -> None:
    make_published_set()
    for _number in range(count):
        triage_application(application_id=make_application().pk)
    client = as_user(make_staff())
    client.get(QUEUE)
    with CaptureQueriesContext(connection) as queries:
        assert text(client.get(QUEUE)).count("state-human") == count
    assert len(queries) <= 10


def test_the_applicant_explains() -> None:
    make_published_set(TEAM + REFUNDS)
    application = make_application()
    owner = owner_of(application.provider)
    triage_application(application_id=application.pk)
    client = as_user(owner)
    page = text(client.get("/provider/application/"))
    assert "First check" in page
    assert page.count("Write what speaks for you") == 1
    address = "/provider/application/facts/refunds/"
    assert "Say why." in text(client.get(address))
    assert client.get("/provider/application/facts/team/").status_code == 404
    assert client.post(address, {"text": ""}).status_code == 400
    assert client.post(address, {"text": "A recall in May."}).status_code == 302
    assert "A recall in May." in text(client.get("/provider/application/"))
    assert "A recall in May." in text(as_user(make_staff()).get(f"{QUEUE}{application.pk}/"))
    trader = make_member(application.provider.organisation, Role.PROVIDER_TRADER)
    assert "Write what speaks for you" not in text(as_user(trader).get("/provider/application/"))
    assert as_user(trader).post(address, {"text": "x"}).status_code == 403
    assert as_user(owner_of(make_application().provider)).get(address).status_code == 404
    assert MitigatingFact.objects.count() == 1
