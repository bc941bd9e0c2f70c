"""Links, identifiers and the barred list by the API."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from common.jobs.models import Job
from providers.relations.check_services import check_relations
from providers.relations.models import BarredParty, PartyIdentifier
from tests.factories.accounts import make_staff
from tests.factories.providers import make_provider, owner_of
from tests.factories.relations import NAMESAKE, make_barred, make_cleared_out, make_link, nothing_changes

pytestmark = pytest.mark.django_db

LINKS, BARRED = "/api/v1/links", "/api/v1/barred-parties"


def as_user(user: User) -> APIClient:
    client = APIClient(headers={"Accept-Language": "en"})
    client.force_login(User.objects.get(pk=user.pk))
    return client


def test_staff_read_the_path() -> None:
    link = make_link()
    client = as_user(make_staff())
    (item,) = client.get(LINKS).json()["results"]
    assert (item["number"], item["other"], item["intercepts"]) == (link.number, link.other.provider.code, True)
    body = client.get(f"{LINKS}/{link.pk}").json()
    (step,) = body["path"]
    assert (step["one"], step["other"]) == (link.provider.code, link.other.provider.code)
    assert [ground["code"] for ground in step["grounds"]] == ["same_phone", "similar_name"]
    assert {offer["action"]: offer["allowed"] for offer in body["allowed_actions"]} == {
        "contest": False,
        "uphold": True,
        "lift": True,
        "override": True,
    }


def test_the_applicant_reads_its_own_grounds_alone() -> None:
    link = make_link()
    check_relations(provider_id=make_provider(name=NAMESAKE, region="hunan").pk)
    client = as_user(owner_of(link.provider))
    (item,) = client.get(LINKS, {"q": "nobody", "effect": "hint"}).json()["results"]
    assert (item["other"], item["strength"]) == (None, None)
    body = client.get(f"{LINKS}/{link.pk}").json()
    assert (body["path"], body["other"]) == ([], None)
    assert [(ground["code"], ground["masked"]) for ground in body["own_grounds"]] == [
        ("same_phone", "138****8000"),
        ("similar_name", ""),
    ]
    assert link.other.name not in str(body)


def test_contest_and_decide() -> None:
    link = make_link()
    owner, reviewer = as_user(owner_of(link.provider)), as_user(make_staff())
    actions = f"{LINKS}/{link.pk}/actions"
    body = owner.post(actions, {"action": "contest", "note": "Recycled.", "version": link.version}).json()
    assert (body["status"], body["contest_note"]) == ("contested", "Recycled.")
    with nothing_changes():
        assert owner.post(actions, {"action": "lift", "note": "x", "version": body["version"]}).status_code == 403
        assert reviewer.post(actions, {"action": "lift", "note": "x", "version": 1}).status_code == 409
        assert reviewer.post(actions, {"action": "lift", "version": body["version"]}).status_code == 400
    body = reviewer.post(actions, {"action": "override", "note": "Fine.", "version": body["version"]}).json()
    assert (body["status"], body["intercepts"]) == ("overridden", False)


def test_other_peoples_links_do_not_exist() -> None:
    link = make_link()
    client = as_user(owner_of(make_provider()))
    assert client.get(LINKS).json()["results"] == []
    with nothing_changes():
        assert client.get(f"{LINKS}/{link.pk}").status_code == 404
        data = {"action": "contest", "note": "x", "version": 1}
        assert client.post(f"{LINKS}/{link.pk}/actions", data).status_code == 404


def test_hold_by_hand_and_check_again() -> None:
    barred, provider = make_cleared_out(), make_provider()
    client = as_user(make_staff())
    given = {"provider": provider.code, "other": barred.code, "note": "Case 12."}
    response = client.post(LINKS, given)
    assert (response.status_code, response.json()["reasons"]) == (201, ["known_to_staff"])
    assert client.post(LINKS, given).status_code == 409
    response = client.post(f"/api/v1/providers/{provider.code}/links/check")
    assert response.status_code == 202
    assert Job.objects.get(pk=response.json()["job"]).name == "providers.check_relations"
    owner = as_user(owner_of(provider))
    with nothing_changes():
        assert owner.post(LINKS, given).status_code == 403
        assert owner.post(f"/api/v1/providers/{provider.code}/links/check").status_code == 403


def test_identity() -> None:
    provider = make_provider()
    owner, address = as_user(owner_of(provider)), f"/api/v1/providers/{provider.code}/identifiers"
    given = {"phones": ["13800138000"], "bank_account": "6222021200001234"}
    body: list[dict[str, Any]] = owner.post(address, given).json()
    assert [row["kind"] for row in body] == ["bank_account", "company", "phone"]
    assert [row["masked"] for row in body if row["kind"] != "company"] == ["622****1234", "138****8000"]
    ended = owner.post(f"{address}/{body[2]['id']}/end").json()
    assert [(row["id"], bool(row["ended_at"])) for row in ended][2:] == [(body[2]["id"], True)]
    stranger, reviewer = as_user(owner_of(make_provider())), as_user(make_staff())
    with nothing_changes():
        assert stranger.get(address).status_code == 404
        assert reviewer.post(address, {"phones": ["13800138000"]}).status_code == 403
        assert owner.post(address, {"phones": ["1"]}).status_code == 400


def test_a_feed() -> None:
    provider, officer = make_provider(), as_user(make_staff(Role.CONDUCT_OFFICER))
    row = {"provider": provider.code, "kind": "device", "value": "A1B2C3D4E5"}
    assert officer.post("/api/v1/identifiers", {"rows": [row]}).json() == {"added": 1}
    with nothing_changes():
        bad = {"rows": [row, {**row, "provider": "P999999"}]}
        assert officer.post("/api/v1/identifiers", bad).status_code == 400
        assert as_user(owner_of(provider)).post("/api/v1/identifiers", {"rows": [row]}).status_code == 403


def test_a_feed_by_command(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    provider, officer = make_provider(), make_staff(Role.CONDUCT_OFFICER)
    path = tmp_path / "devices.csv"
    path.write_text(f"provider,kind,value\n{provider.code},device,A1B2C3D4E5\n", encoding="utf-8")
    call_command("import_identifiers", str(path), by=officer.email)
    assert PartyIdentifier.objects.get(kind="device").source == "platform"
    path.write_text(f"provider,kind,value\n{provider.code},shoe,42\n", encoding="utf-8")
    with nothing_changes(), pytest.raises(SystemExit):
        call_command("import_identifiers", str(path), by=officer.email)


def test_the_barred_list() -> None:
    officer = as_user(make_staff(Role.CONDUCT_OFFICER))
    response = officer.post(BARRED, {"name": "甲乙丙网络科技", "reason": "Fraud.", "phone": "13800138000"})
    assert response.status_code == 201
    assert "13800138000" not in str(response.json())
    barred = BarredParty.objects.get()
    assert officer.get(f"{BARRED}/{barred.pk}").json()["number"] == barred.number
    withdrawal = f"{BARRED}/{barred.pk}/withdrawal"
    assert officer.post(withdrawal, {"note": "Over.", "version": 1}).json()["withdrawal_note"] == "Over."
    assert officer.get(BARRED, {"force": "listed"}).json()["results"] == []


def test_strangers_know_nothing_of_the_barred_list() -> None:
    barred = make_barred()
    client = as_user(owner_of(make_provider()))
    with nothing_changes():
        assert client.get(BARRED).json()["results"] == []
        assert client.get(f"{BARRED}/{barred.pk}").status_code == 404
        assert client.post(BARRED, {"name": "x", "reason": "y"}).status_code == 403


def test_the_barred_list_is_tried_and_imported() -> None:
    officer, reviewer = as_user(make_staff(Role.CONDUCT_OFFICER)), as_user(make_staff())

    def send(client: APIClient, content: str, **fields: str) -> Any:
        file = SimpleUploadedFile("barred.csv", content.encode())
        return client.post(f"{BARRED}/import", {"file": file, **fields}, format="multipart")

    good, bad = "name,reason\n甲乙丙网络,骗\n丁戊己商贸,假\n", "name,reason\n甲乙丙网络,骗\n丁戊己商贸,\n"
    with nothing_changes():
        tried = send(officer, bad, dry_run="true")
        assert tried.status_code == 200
        assert [(row["row"], row["taken"]) for row in tried.json()["rows"]] == [(1, True), (2, False)]
        assert tried.json()["rows"][1]["detail"] == "Name and reason are needed."
        refused = send(officer, bad)
        assert (refused.status_code, refused.json()["field"]) == (400, "file")
        assert officer.post(f"{BARRED}/import", {}, format="multipart").status_code == 400
        assert send(reviewer, good).status_code == 403
        assert send(reviewer, good, dry_run="true").status_code == 403
    taken = send(officer, good)
    assert (taken.status_code, taken.json()) == (201, {"dry_run": False, "entered": 2, "rows": []})
    assert BarredParty.objects.count() == 2
