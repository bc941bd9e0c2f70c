"""Reviews, panels, rubric, agreement, bulk actions and saved filters by the API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import SavedFilter, User
from accounts.roles import Role
from providers.admission.review.models import Review
from providers.admission.review.rubric_models import Rubric
from providers.enums import Capability
from tests.factories.accounts import make_staff, make_user
from tests.factories.providers import make_application, make_review, owner_of, settle_panel, unchanged

pytestmark = pytest.mark.django_db

APPLICATIONS, REVIEWS, FILTERS = "/api/v1/applications", "/api/v1/reviews", "/api/v1/saved-filters"
LEVELS = (None, None, None, None, 3)


def as_user(user: User) -> APIClient:
    client = APIClient(headers={"Accept-Language": "en"})
    client.force_login(User.objects.get(pk=user.pk))
    return client


def refuse(response: Any, status: int, code: str, field: str | None = None) -> dict[str, Any]:
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["code"], body["field"]) == (status, code, field), body
    assert response.headers["Content-Type"] == "application/problem+json"
    return body


def judgement(**changes: Any) -> dict[str, Any]:
    scores = [
        {"capability": key, "level": level, "comment": "Seen."}
        for key, level in zip(Capability.values, LEVELS, strict=True)
    ]
    return {"version": 1, "scores": scores, "recommendation": "admit", "reasons": "Good.", **changes}


def test_take_hand_in_and_read_the_result() -> None:
    application = make_application()
    one, two = as_user(make_staff()), as_user(make_staff())
    taken = one.post(f"{REVIEWS}/next")
    assert taken.status_code == 201
    body = taken.json()
    assert (body["number"], body["status"], body["scores"], body["rubric"]) == (application.number, "assigned", None, 1)
    assert {offer["action"]: offer["allowed"] for offer in body["allowed_actions"]} == {
        "submit": True,
        "recuse": True,
        "release": False,
    }
    seat = two.post(f"{APPLICATIONS}/{application.pk}/reviews", {}).json()
    first = one.post(f"{REVIEWS}/{body['id']}/judgement", judgement()).json()
    assert (first["status"], first["recommendation"], first["scores"][4]["level"]) == ("submitted", "admit", 3)
    assert first["scores"][0]["level"] is None
    panel = two.get(f"{APPLICATIONS}/{application.pk}/panel").json()
    assert (panel["settled"], panel["result"], panel["reviews"], panel["own_review"]) == (False, None, [], seat["id"])
    refuse(two.get(f"{REVIEWS}/{body['id']}"), 404, "not_found")
    assert two.post(f"{REVIEWS}/{seat['id']}/judgement", judgement()).status_code == 200
    panel = one.get(f"{APPLICATIONS}/{application.pk}/panel").json()
    assert panel["result"]["how"] == "consensus"
    assert [item["score"] for item in panel["result"]["scores"]] == [None, None, None, None, "3.0"]
    assert [review["reasons"] for review in panel["reviews"]] == ["Good.", "Good."]
    refuse(as_user(owner_of(application.provider)).get(f"{APPLICATIONS}/{application.pk}/panel"), 404, "not_found")


def test_refused_judgements() -> None:
    review = make_review(make_application(), status="assigned")
    client, address = as_user(review.reviewer), f"{REVIEWS}/{review.pk}/judgement"
    scores = judgement()["scores"]
    other, admin = as_user(make_staff()), as_user(make_staff(Role.ADMINISTRATOR))
    with unchanged():
        refuse(client.post(address, judgement(scores=scores[:4])), 400, "invalid_input", "scores")
        refuse(client.post(address, judgement(scores=[*scores, scores[0]])), 400, "invalid_input", "scores")
        high = [{**scores[0], "level": 5}, *scores[1:]]
        assert client.post(address, judgement(scores=high)).json()["field"].startswith("scores.0")
        bare = [*scores[:4], {**scores[4], "comment": ""}]
        refuse(client.post(address, judgement(scores=bare)), 400, "invalid_input", "scores.live_operations")
        refuse(client.post(address, judgement(reasons="")), 400, "invalid_input", "reasons")
        refuse(client.post(address, judgement(version=4)), 409, "stale")
        refuse(other.post(address, judgement()), 404, "not_found")
        refuse(admin.post(address, judgement()), 403, "not_permitted")


def test_no_endpoint_tells_reviewers_of_each_other() -> None:
    application = make_application()
    first, second = make_review(application), make_review(application, status="assigned")
    client = as_user(second.reviewer)
    for address in (
        REVIEWS,
        APPLICATIONS,
        f"{APPLICATIONS}/{application.pk}",
        f"{APPLICATIONS}/{application.pk}/panel",
        f"{REVIEWS}/{second.pk}",
        "/api/v1/agreement",
    ):
        body = client.get(address).content.decode()
        assert first.reviewer.email not in body
        assert "Because of the evidence." not in body
        assert "handed_in" not in body
    assert client.get(APPLICATIONS).json()["results"][0]["panel_state"] == "mine"
    assert as_user(first.reviewer).get(APPLICATIONS).json()["results"][0]["panel_state"] == "handed_in"
    assert as_user(owner_of(application.provider)).get(APPLICATIONS).json()["results"][0]["panel_state"] is None
    assert as_user(owner_of(application.provider)).get(APPLICATIONS, {"panel": "under_review"}).json()["results"] == []


def test_assign_step_back_and_take_away() -> None:
    application, reviewer, admin = make_application(), make_staff(), as_user(make_staff(Role.ADMINISTRATOR))
    address = f"{APPLICATIONS}/{application.pk}"
    assert [one["id"] for one in admin.get(f"{address}/panel").json()["assignable"]] == [reviewer.pk]
    outsider, other = as_user(make_user()), as_user(make_staff())
    with unchanged():
        refuse(other.post(f"{address}/reviews", {"reviewer": reviewer.pk}), 403, "not_permitted")
        refuse(admin.post(f"{address}/reviews", {}), 403, "not_permitted")
        refuse(admin.post(f"{address}/reviews", {"reviewer": 0}), 404, "not_found")
        refuse(outsider.post(f"{address}/reviews", {}), 404, "not_found")
    body = admin.post(f"{address}/reviews", {"reviewer": reviewer.pk}).json()
    assert (body["reviewer"], body["status"], body["reasons"]) == (reviewer.email, "assigned", None)
    step = {"action": "release", "note": "Ill.", "version": 1}
    with unchanged():
        refuse(as_user(reviewer).post(f"{REVIEWS}/{body['id']}/actions", step), 403, "not_permitted")
        refuse(admin.post(f"{REVIEWS}/{body['id']}/actions", {**step, "note": ""}), 400, "note_required", "note")
        refuse(admin.post(f"{REVIEWS}/{body['id']}/actions", {**step, "version": 3}), 409, "stale")
    assert admin.post(f"{REVIEWS}/{body['id']}/actions", step).json()["status"] == "lapsed"
    own = make_review(application, status="assigned")
    step = {"action": "recuse", "note": "I know them.", "version": 1}
    assert as_user(own.reviewer).post(f"{REVIEWS}/{own.pk}/actions", step).json()["status"] == "recused"


def test_lists_and_filters() -> None:
    reviewer = make_staff()
    waiting = make_review(make_application(), reviewer, status="assigned")
    done = make_review(make_application(), reviewer)
    client = as_user(reviewer)
    assert [item["id"] for item in client.get(REVIEWS).json()["results"]] == [waiting.pk, done.pk]
    assert [item["id"] for item in client.get(REVIEWS, {"status": "submitted"}).json()["results"]] == [done.pk]
    assert as_user(make_user()).get(REVIEWS).json()["results"] == []
    mine = client.get(APPLICATIONS, {"panel": "mine"}).json()["results"]
    assert [item["own_review"] for item in mine] == [waiting.pk]
    assert client.get(APPLICATIONS, {"clock": "overdue"}).json()["results"] == []
    assert len(client.get(APPLICATIONS, {"clock": "on_time"}).json()["results"]) == 2


def test_bulk() -> None:
    free, full = make_application(), make_application()
    settle_panel(full)
    client = as_user(make_staff())
    items = [{"id": one.pk, "version": one.version} for one in (free, full)]
    rows = client.post(f"{APPLICATIONS}/bulk", {"action": "take", "items": items}).json()["rows"]
    assert [(row["number"], row["done"]) for row in rows] == [(free.number, True), (full.number, False)]
    assert rows[1]["detail"] == "This application needs no reviewer any more."
    outsider, auditor = as_user(make_user()), as_user(make_staff(Role.AUDITOR))
    with unchanged():
        body = client.post(f"{APPLICATIONS}/bulk", {"action": "reject", "note": "Fake.", "items": items}).json()
        assert [row["done"] for row in body["rows"]] == [False, False]
        refuse(client.post(f"{APPLICATIONS}/bulk", {"action": "crown", "items": items}), 400, "invalid_input", "action")
        refuse(client.post(f"{APPLICATIONS}/bulk", {"action": "take", "items": []}), 400, "invalid_input", "items")
        refuse(outsider.post(f"{APPLICATIONS}/bulk", {"action": "take", "items": items}), 404, "not_found")
        body = auditor.post(f"{APPLICATIONS}/bulk", {"action": "take", "items": items}).json()
        assert [row["done"] for row in body["rows"]] == [False, False]


def test_agreement() -> None:
    application = make_application()
    make_review(application, levels=(1, 2, 3, 4, None))
    make_review(application, levels=(1, 2, 3, 3, None))
    body = as_user(make_staff(Role.AUDITOR)).get("/api/v1/agreement").json()
    overall = body["agreement"][0]
    assert (body["panels"], body["thirds"], overall["capability"], overall["pairs"]) == (1, 0, None, 4)
    # Observed disagreement 1/16/4; expected over all pairings of (1, 2, 3, 4) with (1, 2, 3, 3): 32/16/16.
    assert overall["value"] == pytest.approx(1 - (1 / 64) / (32 / 256))
    assert [one["capability"] for one in body["agreement"][1:]] == Capability.values
    assert sorted(one["difference"] for one in body["leniency"]) == [-0.25, 0.25]
    reviewer = as_user(make_staff())
    assert reviewer.get("/api/v1/agreement").json()["leniency"] is None
    assert reviewer.get("/api/v1/agreement", {"until": "2020-01-01"}).json()["panels"] == 0
    assert reviewer.get("/api/v1/agreement", {"until": "0001-01-01"}).json()["panels"] == 0
    assert reviewer.get("/api/v1/agreement", {"since": "0001-01-01", "until": "9999-12-31"}).json()["panels"] == 1
    backwards = {"since": "9999-12-31", "until": "0001-01-01"}
    refuse(reviewer.get("/api/v1/agreement", backwards), 400, "invalid_input", "until")
    refuse(reviewer.get("/api/v1/agreement", {"since": "soon"}), 400, "invalid_input", "since")
    refuse(as_user(make_staff(Role.RACE_STEWARD)).get("/api/v1/agreement"), 403, "not_permitted")


def test_rubrics() -> None:
    make_application()
    admin = as_user(make_staff(Role.ADMINISTRATOR))
    shipped = admin.get("/api/v1/rubrics").json()[0]
    assert (shipped["number"], shipped["margin"], len(shipped["levels"])) == (1, 1, 25)
    other = as_user(make_staff())
    request = {"version": 1, "margin": 2, "note": "Milder.", "levels": list(reversed(shipped["levels"]))}
    with unchanged():
        refuse(admin.post("/api/v1/rubrics", {**request, "levels": []}), 400, "invalid_input", "levels")
        refuse(admin.post("/api/v1/rubrics", {**request, "version": 5}), 409, "conflict", "version")
        refuse(other.post("/api/v1/rubrics", request), 403, "not_permitted")
        refuse(admin.get("/api/v1/rubrics/2"), 404, "not_found")
    made = admin.post("/api/v1/rubrics", request)
    assert (made.status_code, made.json()["number"]) == (201, 2)
    assert admin.get("/api/v1/rubrics/2").json()["levels"] == shipped["levels"]
    assert Rubric.objects.count() == 2


def test_saved_filters() -> None:
    client = as_user(make_user())
    made = client.post(FILTERS, {"list_name": "applications", "name": "Mine", "query": "panel=mine"})
    assert (made.status_code, made.json()["query"]) == (201, "panel=mine")
    address = f"{FILTERS}/{made.json()['id']}"
    assert [one["name"] for one in client.get(FILTERS).json()["results"]] == ["Mine"]
    assert client.get(address).json()["name"] == "Mine"
    other = as_user(make_user())
    with unchanged():
        assert other.get(FILTERS).json()["results"] == []
        refuse(other.get(address), 404, "not_found")
        refuse(other.delete(address), 404, "not_found")
        bad = {"list_name": "applications", "name": "Mine", "query": "panel=x"}
        refuse(client.post(FILTERS, bad), 400, "invalid_input", "query")
    assert client.delete(address).status_code == 204
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_however_long(count: int, django_assert_num_queries: Any) -> None:
    reviewer = make_staff()
    for _ in range(count):
        make_review(make_application(), reviewer, status="assigned")
    client = as_user(reviewer)
    for address, queries in ((REVIEWS, 5), (APPLICATIONS, 5), ("/api/v1/rubrics", 5)):
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200
    assert Review.objects.count() == count


def test_a_draft_as_user() -> None:
    review = make_review(make_application(), status="assigned")
    client = as_user(review.reviewer)
    address = f"{REVIEWS}/{review.pk}/draft"
    assert client.get(address).status_code == 404
    kept = client.put(address, {"levels": {"live_operations": "none"}, "reasons": "So far."}, format="json")
    assert (kept.status_code, kept.json()["reasons"], kept.json()["levels"]["live_operations"]) == (
        200,
        "So far.",
        "none",
    )
    assert client.get(address).json() == kept.json()
    refused = client.put(address, {"levels": {"live_operations": "9"}}, format="json")
    assert (refused.status_code, refused.json()["field"]) == (400, "levels.live_operations")
    assert as_user(make_staff()).get(address).status_code == 404
    assert as_user(make_staff(Role.ADMINISTRATOR)).get(address).status_code == 404
    assert as_user(make_staff(Role.ADMINISTRATOR)).put(address, {"reasons": "x"}, format="json").status_code == 403
