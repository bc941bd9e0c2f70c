"""Match rounds by the API: start, follow, read, commit, discard; refusals and query budgets."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from merchants.rounds import services
from merchants.rounds.models import MatchRound
from merchants.rounds.work import carry_out, prepare
from tests.factories.accounts import make_staff, make_user
from tests.factories.merchants import (
    NOON,
    Quiet,
    make_committed_round,
    make_ready_provider,
    make_round,
    make_scores,
    make_waiting_request,
    state_of,
)
from tests.factories.providers import owner_of

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/match-rounds"


def client_of(user: User) -> APIClient:
    client = APIClient(headers={"accept-language": "en"})
    client.force_authenticate(User.objects.get(pk=user.pk))
    return client


@pytest.fixture
def manager() -> User:
    return make_staff(Role.PROGRAMME_MANAGER)


def actions(body: dict[str, Any]) -> list[str]:
    return [offer["action"] for offer in body["allowed_actions"] if offer["allowed"]]


def test_the_whole_path(manager: User) -> None:
    best, second = make_ready_provider(max_live_rooms=1), make_ready_provider(max_live_rooms=1)
    make_scores({best: [90] * 5, second: [60] * 5})
    requests = [make_waiting_request() for _ in range(2)]
    client = client_of(manager)
    begun = client.post(ROOT, {"balance": "none"}, headers={"Idempotency-Key": "round-1"})
    again = client.post(ROOT, {"balance": "none"}, headers={"Idempotency-Key": "round-1"})
    body = begun.json()
    assert (begun.status_code, again.json(), MatchRound.objects.count()) == (202, body, 1)
    assert (body["status"], body["balance"], body["newcomer_places"], body["candidate_limit"]) == (
        "preparing",
        "none",
        1,
        50,
    )
    assert (body["job"]["name"], body["request_count"], actions(body)) == (
        "merchants.prepare_round",
        None,
        ["discard"],
    )
    prepare(body["id"], Quiet(), now=NOON)
    address = f"{ROOT}/{body['id']}"
    found = client.get(address).json()
    assert (found["status"], found["request_count"], found["matched_count"]) == ("preview", 2, 2)
    assert (len(found["costs"]), found["loads"]["after"], found["last_committed"]) == (8, [0, 0, 0, 0, 2], None)
    assert actions(found) == ["commit", "discard"]
    assert len(found["digest"]) == 64

    places = client.get(f"{address}/places").json()["results"]
    assert {place["help_request"] for place in places} == {request.pk for request in requests}
    by_provider = {place["provider"]: place for place in places}
    told = by_provider[second.code]
    assert (told["outcome"], told["invitation"], told["skipped"]) == ("planned", None, "")
    assert [(entry["provider"], entry["seat"]) for entry in told["candidates"]] == [
        (second.code, "round"),
        (best.code, "fit"),
    ]
    assert told["candidates"][0]["reasons_for"][0]["text"].startswith("Traders have room")
    (why,) = told["why_not"]
    assert (why["code"], why["params"]["provider"]) == ("flow.full", best.code)
    assert why["text"].startswith(f"{best.code} would fit better")

    committed = client.post(f"{address}/actions", {"action": "commit", "version": found["version"]}).json()
    assert (committed["status"], committed["job"]["name"]) == ("committed", "merchants.invite_round")
    carry_out(body["id"], Quiet(), now=NOON)
    invited = client.get(f"{address}/places", {"result": "invited"}).json()["results"]
    assert len(invited) == 2
    assert {place["outcome"] for place in invited} == {"invited"}
    assert [entry["id"] for entry in client.get(ROOT, {"status": "committed"}).json()["results"]] == [body["id"]]


def test_refusals_are_problems_and_change_nothing(manager: User) -> None:
    client = client_of(manager)
    refused = client.post(ROOT, {})
    assert (refused.status_code, refused.json()["code"]) == (409, "nobody_waits")
    make_ready_provider()
    make_waiting_request()
    wrong = client.post(ROOT, {"candidate_limit": 4})
    assert (wrong.status_code, MatchRound.objects.exists()) == (400, False)
    match_round = make_round(by=manager)
    before = state_of(match_round)
    address = f"{ROOT}/{match_round.pk}"
    taken = client.post(ROOT, {})
    assert (taken.status_code, taken.json()["code"]) == (409, "round_open")
    stale = client.post(f"{address}/actions", {"action": "commit", "version": match_round.version - 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    portal = client.post(f"{address}/actions", {"action": "present", "version": match_round.version})
    assert portal.status_code == 409
    body = {"action": "discard", "version": match_round.version}
    assert client_of(make_staff(Role.AUDITOR)).post(f"{address}/actions", body).status_code == 403
    assert client_of(make_staff(Role.AUDITOR)).post(ROOT, {}).status_code == 403
    assert state_of(match_round) == before
    gone = client.post(f"{address}/actions", body)
    assert (gone.status_code, gone.json()["status"]) == (200, "discarded")


def test_others_see_no_round(manager: User) -> None:
    provider = make_ready_provider()
    make_waiting_request()
    match_round = make_round(by=manager)
    for person in (make_user(), owner_of(provider)):
        client = client_of(person)
        assert client.get(ROOT).json()["results"] == []
        for address in (f"{ROOT}/{match_round.pk}", f"{ROOT}/{match_round.pk}/places"):
            assert client.get(address).status_code == 404
        assert client.post(ROOT, {}).status_code == 403
        assert client.post(f"{ROOT}/{match_round.pk}/actions", {"action": "commit", "version": 1}).status_code == 404
    assert client_of(make_staff(Role.AUDITOR)).get(f"{ROOT}/{match_round.pk}/places").status_code == 200
    assert client_of(manager).get(f"{ROOT}/{match_round.pk + 1}/places").status_code == 404


@pytest.mark.parametrize("part", ["", "/{pk}", "/{pk}/places"])
def test_an_endpoint_costs_the_same_for_one_and_three_rows(manager: User, part: str) -> None:
    counts = []
    for count in (1, 3):
        for _ in range(count):
            make_ready_provider()
            make_waiting_request()
        match_round = make_round(by=manager)
        client = client_of(manager)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(ROOT + part.format(pk=match_round.pk)).status_code == 200
        counts.append(len(queries))
        make_committed_round(match_round) if count == 3 else services.discard_round(round_id=match_round.pk, by=manager)
    assert counts[0] == counts[1]
