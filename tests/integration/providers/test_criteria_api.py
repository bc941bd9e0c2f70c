"""Criteria, triage and dry runs by the API."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from providers.admission.triage_models import MitigatingFact
from providers.criteria.definition import read_definition
from tests.factories.accounts import make_staff, make_user
from tests.factories.criteria import REFUNDS, TEAM, criterion_content, make_draft, make_published_set
from tests.factories.providers import make_application, owner_of, unchanged
from tests.integration.providers.test_api import as_user, refuse

pytestmark = pytest.mark.django_db

SETS, APPLICATIONS = "/api/v1/criteria-sets", "/api/v1/applications"


def client_of(role: str = Role.ADMISSION_REVIEWER) -> APIClient:
    return as_user(make_staff(role))


def test_a_draft_from_beginning_to_publication() -> None:
    client = client_of()
    body = client.post(SETS, {"definition": TEAM}).json()
    assert (body["number"], body["status"], [row["key"] for row in body["criteria"]]) == (1, "draft", ["team"])
    assert {offer["action"]: offer["allowed"] for offer in body["allowed_actions"]} == {
        "publish": False,
        "discard": True,
    }
    path = f"{SETS}/1"
    body = client.put(f"{path}/criteria/complaints", {**criterion_content(), "version": 1}).json()
    assert (body["version"], body["criteria"][1]["measure"]) == (2, "complaint_rate_90d")
    refusal = client.put(f"{path}/criteria/complaints", {"pass_when": "gold > 1", "version": 2})
    assert "'gold' at position 1" in refuse(refusal, 400, "formula_column", "pass_when")["detail"]
    refuse(client.put(f"{path}/criteria/complaints", {"limit": 0.5, "version": 1}), 409, "stale")
    assert client.delete(f"{path}/criteria/complaints").json()["version"] == 3
    assert client.patch(path, {"title_en": "Stricter", "version": 3}).json()["title_en"] == "Stricter"
    text = client.get(f"{path}/definition").content.decode()
    assert read_definition(text).title.en == "Stricter"
    assert client.put(f"{path}/definition", {"definition": text + REFUNDS, "version": 4}).json()["version"] == 5

    administrator = client_of(Role.ADMINISTRATOR)
    step = {"action": "publish", "note": "Agreed.", "version": 5}
    refuse(administrator.post(f"{path}/actions", step), 409, "no_dry_run")
    answer = client.post(f"{path}/dry-runs")
    assert answer.status_code == 201
    assert (answer.json()["job"], answer.json()["dry_run"]["application_count"]) == (None, 0)
    assert [row["id"] for row in client.get(f"{path}/dry-runs").json()] == [answer.json()["dry_run"]["id"]]
    refuse(client.post(f"{path}/actions", step), 403, "not_permitted")
    assert administrator.post(f"{path}/actions", step).json()["status"] == "published"
    refuse(client.post(f"{path}/dry-runs"), 409, "set_fixed")
    refuse(client.put(f"{path}/definition", {"definition": TEAM, "version": 6}), 409, "set_fixed")


def test_lists_and_comparison() -> None:
    make_published_set()
    make_draft(
        TEAM.replace("traders_active >= 2", "traders_active >= 3").replace("limit = 2.0", "limit = 3.0") + REFUNDS
    )
    client = client_of(Role.AUDITOR)
    body = client.get(SETS).json()
    assert [(row["number"], row["status"], row["criteria_count"]) for row in body["results"]] == [
        (2, "draft", 2),
        (1, "published", 1),
    ]
    assert [row["number"] for row in client.get(SETS, {"status": "draft"}).json()["results"]] == [2]
    changes = client.get(f"{SETS}/2/comparison").json()
    assert [(row["key"], row["change"]) for row in changes] == [("team", "changed"), ("refunds", "added")]
    assert [(field["name"], field["before"], field["after"]) for field in changes[0]["fields_changed"]] == [
        ("pass_when", "traders_active >= 2", "traders_active >= 3"),
        ("limit", "at least 2", "at least 3"),
    ]
    signals = client.get("/api/v1/criteria-signals").json()
    assert {"name": "refund_rate_90d", "label": "Refund rate, 90 days", "unit": "share"} in signals
    outsider = as_user(make_user())
    assert [row["number"] for row in outsider.get(SETS).json()["results"]] == [1]
    assert outsider.get(f"{SETS}/2").status_code == 404
    refuse(outsider.get("/api/v1/criteria-signals"), 403, "not_permitted")
    refuse(outsider.post(SETS, {"definition": TEAM}), 403, "not_permitted")


@pytest.mark.parametrize("count", [1, 3])
def test_statements_of_the_list_do_not_grow(count: int) -> None:
    for _number in range(count):
        make_published_set()
    client = client_of()
    client.get(SETS)
    with CaptureQueriesContext(connection) as queries:
        assert len(client.get(SETS).json()["results"]) == count
    assert len(queries) <= 8


def test_the_criteria_in_force_are_open_to_everybody() -> None:
    stranger = APIClient(headers={"Accept-Language": "en"})
    assert stranger.get("/api/v1/criteria").status_code == 404
    make_published_set()
    body = stranger.get("/api/v1/criteria").json()
    assert (body["number"], body["criteria"][0]["pass_when"]) == (1, "traders_active >= 2")
    assert not any(offer["allowed"] for offer in body["allowed_actions"])


def test_triage_and_mitigating_facts() -> None:
    make_published_set(TEAM + REFUNDS)
    application = make_application()
    path, owner = f"{APPLICATIONS}/{application.pk}", owner_of(application.provider)
    reviewer = client_of()
    assert reviewer.get(f"{path}/triage").status_code == 404
    body: dict[str, Any] = reviewer.post(f"{path}/triage").json()
    assert (body["outcome"], body["criteria_set"]) == ("human", 1)
    assert body["findings"][0] == {
        "criterion": "team",
        "kind": "people",
        "verdict": "human",
        "sentence": "Traders who work there now: 1 of at least 2.",
        "signals": {"traders_active": 1.0},
        "facts": [],
        "may_explain": False,
    }
    applicant = as_user(owner)
    assert applicant.get(f"{path}/triage").json()["outcome"] == "human"
    refuse(applicant.post(f"{path}/triage"), 403, "not_permitted")
    with unchanged():
        fact = {"criterion": "team", "text": "Why."}
        refuse(applicant.post(f"{path}/mitigating-facts", fact), 400, "invalid_input", "criterion")
        fact = {"criterion": "refunds", "text": "Why."}
        refuse(reviewer.post(f"{path}/mitigating-facts", fact), 403, "not_permitted")
    headers = {"Idempotency-Key": "once"}
    for _attempt in range(2):
        assert applicant.post(f"{path}/mitigating-facts", fact, headers=headers).status_code == 201
    assert MitigatingFact.objects.count() == 1
    assert applicant.get(f"{path}/triage").json()["findings"][1]["facts"][0]["text"] == "Why."
    assert reviewer.get(APPLICATIONS).json()["results"][0]["triage_outcome"] == "human"
    assert reviewer.get(APPLICATIONS, {"triage": "definite_fail"}).json()["results"] == []


def test_other_companies_learn_nothing() -> None:
    make_published_set(TEAM + REFUNDS)
    application = make_application()
    stranger: User = owner_of(make_application().provider)
    client = as_user(stranger)
    for method, path in (("get", "triage"), ("post", "triage"), ("post", "mitigating-facts")):
        answer = getattr(client, method)(
            f"{APPLICATIONS}/{application.pk}/{path}", {"criterion": "refunds", "text": "x"}
        )
        assert answer.status_code == 404
