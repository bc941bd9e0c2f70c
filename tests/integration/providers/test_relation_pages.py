"""Links, the barred list and a company's identity by page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.roles import Role
from common.jobs.models import Job
from providers.registry.models import Provider
from providers.relations.check_services import check_relations
from providers.relations.link_models import Link
from providers.relations.models import BarredParty, PartyIdentifier
from tests.factories.accounts import make_member, make_staff
from tests.factories.providers import make_application, make_provider, owner_of
from tests.factories.relations import (
    NAMESAKE,
    RENAMED,
    declare,
    make_barred,
    make_cleared_out,
    make_link,
    nothing_changes,
)

pytestmark = pytest.mark.django_db

LINKS, BARRED = "/staff/links/", "/staff/barred/"


def as_user(user: User) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(address).status_code == 200
    return len(found)


def numbers(response: object) -> list[str]:
    return [row.record.number for row in response.context["table"].rows]  # type: ignore[attr-defined]


def test_the_list_counts_and_filters() -> None:
    link = make_link()
    (hint,) = check_relations(provider_id=make_provider(name=NAMESAKE, region="hunan").pk)
    client = as_user(make_staff(Role.AUDITOR))
    response = client.get(LINKS)
    assert numbers(response) == [link.number, hint.number]
    assert response.context["intercepted"] == 1
    assert numbers(client.get(LINKS, {"effect": "intercepts"})) == [link.number]
    assert numbers(client.get(LINKS, {"effect": "hint"})) == [hint.number]
    assert numbers(client.get(LINKS, {"reason": "same_phone"})) == [link.number]
    assert numbers(client.get(LINKS, {"status": "lifted"})) == []
    assert numbers(client.get(LINKS, {"q": hint.provider.code})) == [hint.number]


def test_the_empty_list_says_so() -> None:
    assert "No applicant is linked to a barred party." in as_user(make_staff()).get(LINKS).content.decode()


def test_the_case_draws_the_path() -> None:
    barred = make_cleared_out(phones=["13800138000"])
    application = make_application(make_provider(name=RENAMED), status="settled")
    declare(application.provider, phones=["13800138000"])
    check_relations(provider_id=application.provider_id)
    link = Link.objects.get(provider=application.provider)
    page = as_user(make_staff()).get(f"/staff/applications/{application.pk}/").content.decode()
    for part in (link.number, "138****8000", "same_phone", "similar_name", barred.name, "Cleared out"):
        assert part in page
    assert "A link to a barred party is held against this company." in page


def test_a_link_is_decided_by_page() -> None:
    link = make_link("contested")
    address = f"{LINKS}{link.pk}/"
    reviewer = as_user(make_staff())
    assert "Looked at." in reviewer.get(address).content.decode()
    response = reviewer.post(f"{address}act/", {"action": "lift", "note": "It is fine.", "version": link.version})
    assert response.headers["Location"] == address
    link.refresh_from_db()
    assert (link.status, link.decision_note) == ("lifted", "It is fine.")


@pytest.mark.parametrize(
    ("role", "data", "status"),
    [
        (Role.AUDITOR, {"action": "lift", "note": "No."}, 403),
        (Role.ADMISSION_REVIEWER, {"action": "lift", "note": " "}, 400),
        (Role.ADMISSION_REVIEWER, {"action": "contest", "note": "No."}, 409),
        (Role.ADMISSION_REVIEWER, {"action": "lift", "note": "No.", "version": 99}, 409),
    ],
)
def test_refused_decisions(role: str, data: dict[str, object], status: int) -> None:
    link = make_link()
    client = as_user(make_staff(role))
    with nothing_changes():
        assert client.post(f"{LINKS}{link.pk}/act/", {"version": link.version, **data}).status_code == status


def test_a_link_is_held_and_a_check_asked_for_by_page() -> None:
    barred, provider = make_cleared_out(), make_provider()
    client = as_user(make_staff())
    address = f"/staff/providers/{provider.code}/links/"
    assert client.get(f"{address}new/").status_code == 200
    response = client.post(f"{address}new/", {"other": barred.code, "note": "Case 12."})
    assert response.headers["Location"] == f"{LINKS}{Link.objects.get().pk}/"
    assert client.post(f"{address}check/").status_code == 302
    assert Job.objects.get(created_by__isnull=False).name == "providers.check_relations"
    auditor = as_user(make_staff(Role.AUDITOR))
    with nothing_changes():
        assert auditor.post(f"{address}new/", {}).status_code == 403
        assert client.post(f"{address}new/", {"other": "P999999", "note": "x"}).status_code == 400


def test_the_applicant_sees_its_own_part_and_contests() -> None:
    link = make_link()
    owner = as_user(owner_of(link.provider))
    page = owner.get("/provider/links/").content.decode()
    assert "138****8000" in page
    for private in (link.other.name, link.other.provider.code, "金蹄网络"):
        assert private not in page
    data = {"action": "contest", "note": "The number was recycled.", "version": link.version}
    assert owner.post(f"/provider/links/{link.pk}/act/", data).status_code == 302
    link.refresh_from_db()
    assert (link.status, link.contest_note) == ("contested", "The number was recycled.")
    assert "The number was recycled." in owner.get("/provider/links/").content.decode()


def test_a_hint_and_another_companys_link_do_not_exist_for_an_applicant() -> None:
    link = make_link()
    provider = make_provider(name=NAMESAKE, region="hunan")
    (hint,) = check_relations(provider_id=provider.pk)
    owner = as_user(owner_of(provider))
    assert "Nothing is held against you." in owner.get("/provider/links/").content.decode()
    with nothing_changes():
        for pk in (hint.pk, link.pk):
            data = {"action": "contest", "note": "No.", "version": 1}
            assert owner.post(f"/provider/links/{pk}/act/", data).status_code == 404


def test_the_application_page_tells_of_it() -> None:
    make_cleared_out()
    application = make_application(make_provider(name=RENAMED))
    check_relations(provider_id=application.provider_id)
    page = as_user(owner_of(application.provider)).get("/provider/application/").content.decode()
    assert "A link to a barred party is held against you." in page


def test_identity_is_declared_and_ended_by_page() -> None:
    provider = make_provider()
    owner = as_user(owner_of(provider))
    assert owner.get("/provider/identity/").status_code == 200
    response = owner.post("/provider/identity/", {"phones": "13800138000\n139 0013 9000", "representative": "王小明"})
    assert response.status_code == 302
    page = owner.get("/provider/identity/").content.decode()
    assert "138****8000" in page
    assert "13800138000" not in page
    row = PartyIdentifier.objects.get(masked="138****8000")
    assert owner.post(f"/provider/identity/{row.pk}/end/").status_code == 302
    row.refresh_from_db()
    assert row.ended_by == owner_of(provider)


def test_refused_declarations_stand_on_the_form() -> None:
    provider = make_provider()
    trader = as_user(make_member(provider.organisation, Role.PROVIDER_TRADER))
    stranger = make_provider()
    (row,) = declare(stranger, phones=["13800138000"])
    owner = as_user(owner_of(provider))
    with nothing_changes():
        response = owner.post("/provider/identity/", {"phones": "12"})
        assert response.status_code == 400
        assert "This is no phone number." in response.content.decode()
        assert trader.post("/provider/identity/", {"phones": "13800138000"}).status_code == 403
        assert owner.post(f"/provider/identity/{row.pk}/end/").status_code == 404


def test_the_barred_list_by_page() -> None:
    officer = as_user(make_staff(Role.CONDUCT_OFFICER))
    assert "The list is empty." in officer.get(BARRED).content.decode()
    response = officer.post(f"{BARRED}new/", {"name": "甲乙丙网络科技", "reason": "Fraud.", "representative": "王小明"})
    barred = BarredParty.objects.get()
    assert response.headers["Location"] == f"{BARRED}{barred.pk}/"
    page = officer.get(f"{BARRED}{barred.pk}/").content.decode()
    assert "王**" in page
    assert "王小明" not in page
    data = {"note": "Over.", "version": barred.version}
    assert officer.post(f"{BARRED}{barred.pk}/withdraw/", data).status_code == 302
    assert numbers(officer.get(BARRED, {"force": "listed"})) == []
    assert numbers(officer.get(BARRED, {"force": "off"})) == [barred.number]


def test_the_barred_list_is_imported_by_page() -> None:
    officer = as_user(make_staff(Role.CONDUCT_OFFICER))

    def send(content: bytes) -> int:
        return officer.post(f"{BARRED}import/", {"file": SimpleUploadedFile("barred.csv", content)}).status_code

    assert officer.get(f"{BARRED}import/").status_code == 200
    with nothing_changes():
        assert send("name,reason\n甲乙丙,\n".encode()) == 400
        assert send("name,reason\n甲乙丙,骗\n".encode("gbk")) == 400
        assert officer.post(f"{BARRED}import/", {}).status_code == 400
        file = SimpleUploadedFile("barred.csv", "name,reason\n甲乙丙网络,骗\n丁戊己商贸,\n".encode())
        tried = officer.post(f"{BARRED}import/", {"file": file, "try": "1"})
        assert [row.taken for row in tried.context["report"]] == [True, False]
        assert "1 of 2 rows would be taken." in tried.content.decode()
        file = SimpleUploadedFile("barred.csv", "甲乙丙".encode("gbk"))
        assert officer.post(f"{BARRED}import/", {"file": file, "try": "1"}).status_code == 400
    assert send("name,reason\n甲乙丙网络,骗\n丁戊己商贸,假\n".encode()) == 302
    assert BarredParty.objects.count() == 2


def test_reviewers_read_the_barred_list_and_change_nothing() -> None:
    barred = make_barred()
    reviewer = as_user(make_staff())
    assert numbers(reviewer.get(BARRED)) == [barred.number]
    with nothing_changes():
        assert reviewer.get(f"{BARRED}new/").status_code == 403
        assert reviewer.post(f"{BARRED}{barred.pk}/withdraw/", {"note": "x", "version": 1}).status_code == 403


def link_to_one(target: Provider, at: int) -> Provider:
    provider = make_provider(name=f"成都甲{at}乙商贸有限公司")
    declare(provider, phones=["13800138000"])
    check_relations(provider_id=provider.pk)
    return provider


def test_query_budgets() -> None:
    """One link or three, one barred party or three: the same statements."""
    barred = make_cleared_out(phones=["13800138000"])
    application = make_application(link_to_one(barred, 1))
    make_barred()
    staff, owner = as_user(make_staff()), as_user(owner_of(application.provider))
    addresses = [(staff, LINKS), (staff, BARRED), (staff, f"/staff/applications/{application.pk}/")]
    addresses.append((owner, "/provider/links/"))
    for client, address in addresses:
        client.get(address)
    before = [queries(client, address) for client, address in addresses]
    for at in (2, 3):
        link_to_one(barred, at)
        make_barred(name=f"广州丙{at}丁文化传媒")
        make_cleared_out(name=f"武汉戊{at}己网络科技", phones=["13800138000"])
    check_relations(provider_id=application.provider_id)
    assert Link.objects.filter(provider=application.provider).count() == 3
    assert [queries(client, address) for client, address in addresses] == before
