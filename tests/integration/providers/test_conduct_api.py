"""Contracts, watch list and nights by the API."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from common.days import business_day
from providers.conduct.models import Judgement, Probation, WatchEntry
from providers.conduct.night_services import judge_night
from tests.factories.accounts import make_staff
from tests.factories.conduct import COMPLAINTS, conduct_unchanged, keep_measures, make_probation, make_watch_entry
from tests.factories.criteria import make_published_set
from tests.factories.providers import make_provider, owner_of

pytestmark = pytest.mark.django_db

PROBATIONS, WATCH, NIGHTS = "/api/v1/probations", "/api/v1/watch-entries", "/api/v1/nights"
TODAY = business_day(timezone.now())


def as_user(user: User) -> APIClient:
    client = APIClient(headers={"Accept-Language": "en"})
    client.force_login(User.objects.get(pk=user.pk))
    return client


def make_night() -> Judgement:
    make_published_set(COMPLAINTS)
    good, bad, drifting = (make_provider(status="admitted") for _ in range(3))
    drift = [0.008 + 0.0002 * back for back in range(-20, 1)]
    keep_measures({good: [0.001] * 21, bad: [0.05] * 21, drifting: drift})
    return judge_night()


def test_a_contract_is_proposed_signed_judged_and_extended() -> None:
    provider = make_provider(status="probation")
    reviewer, owner = as_user(make_staff()), as_user(owner_of(provider))
    given = {
        "provider": provider.code,
        "ends_on": (TODAY + timedelta(days=60)).isoformat(),
        "targets": [{"measure": "orders_90d", "direction": "at_least", "limit": 50}],
    }
    key = {"Idempotency-Key": "proposal-1"}
    first = reviewer.post(PROBATIONS, given, format="json", headers=key)
    assert first.status_code == 201
    assert first.json()["targets"] == [
        {"measure": "orders_90d", "direction": "at_least", "limit": 50.0, "value": None, "met": None}
    ]
    assert reviewer.post(PROBATIONS, given, format="json", headers=key).json() == first.json()
    assert Probation.objects.count() == 1
    address = f"{PROBATIONS}/{first.json()['id']}"
    body = owner.get(address).json()
    assert {offer["action"]: offer["allowed"] for offer in body["allowed_actions"]} == {
        "sign": True,
        "judge": False,
        "lapse": False,
    }
    body = owner.post(f"{address}/actions", {"action": "sign", "version": body["version"]}).json()
    assert body["status"] == "running"
    keep_measures({provider: [49.0]}, measure="orders_90d")
    step = {"action": "judge", "note": "Now.", "version": body["version"]}
    body = reviewer.post(f"{address}/actions", step).json()
    assert (body["status"], body["verdict"], body["targets"][0]["value"], body["targets"][0]["met"]) == (
        "judged",
        "fail",
        49.0,
        False,
    )
    until = (TODAY + timedelta(days=80)).isoformat()
    with conduct_unchanged():
        odd = {"action": "complete", "note": "x", "version": body["version"], "ends_on": until}
        assert reviewer.post(f"{address}/actions", odd).status_code == 400
        late = {"action": "extend", "note": "x", "version": body["version"], "ends_on": "2999-01-01"}
        assert reviewer.post(f"{address}/actions", late).json()["field"] == "ends_on"
    step = {"action": "extend", "note": "A slow month.", "version": body["version"], "ends_on": until}
    assert reviewer.post(f"{address}/actions", step).json()["ends_on"] == until


def test_a_bad_proposal_changes_nothing() -> None:
    provider, admitted = make_provider(status="probation"), make_provider(status="admitted")
    reviewer, officer, owner = as_user(make_staff()), as_user(make_staff(Role.AUDITOR)), as_user(owner_of(provider))
    target = {"measure": "orders_90d", "direction": "at_least", "limit": 50}
    good = {"provider": provider.code, "ends_on": (TODAY + timedelta(days=60)).isoformat(), "targets": [target]}
    with conduct_unchanged():
        for client, changes, status in (
            (reviewer, {"provider": "P999999"}, 400),
            (reviewer, {"provider": admitted.code}, 409),
            (reviewer, {"targets": []}, 400),
            (reviewer, {"targets": [target, target]}, 400),
            (reviewer, {"targets": [{**target, "measure": "shoes"}]}, 400),
            (reviewer, {"ends_on": TODAY.isoformat()}, 400),
            (officer, {}, 403),
            (owner, {}, 403),
        ):
            assert client.post(PROBATIONS, {**good, **changes}, format="json").status_code == status, changes


def test_a_matter_goes_its_way() -> None:
    entry = make_watch_entry()
    officer, owner = as_user(make_staff(Role.CONDUCT_OFFICER)), as_user(owner_of(entry.provider))
    address = f"{WATCH}/{entry.pk}"
    body = officer.get(address).json()
    assert (body["criterion_text"]["title_zh"], body["value"], body["trend"]) == (
        "投诉率",
        0.05,
        [{"day": TODAY.isoformat(), "value": 0.05}],
    )
    step = {"action": "notify", "note": "Too many.", "version": body["version"]}
    body = officer.post(f"{address}/actions", step).json()
    assert (body["status"], body["due_on"]) == ("notified", (TODAY + timedelta(days=10)).isoformat())
    offers = {offer["action"]: offer for offer in body["allowed_actions"]}
    assert (offers["suspend"]["allowed"], offers["close"]["allowed"]) == (False, True)
    assert "to act" in offers["suspend"]["reason"]
    with conduct_unchanged():
        step = {"action": "suspend", "note": "Now.", "version": body["version"]}
        refused = officer.post(f"{address}/actions", step)
        assert (refused.status_code, refused.headers["Content-Type"]) == (409, "application/problem+json")
        assert owner.post(f"{address}/actions", {**step, "action": "close"}).status_code == 403
        assert officer.post(f"{address}/actions", {**step, "action": "close", "version": 1}).status_code == 409
        assert officer.post(f"{address}/actions", {**step, "action": "close", "note": ""}).status_code == 400
    step = {"action": "propose", "note": "By June.", "version": body["version"]}
    key = {"Idempotency-Key": "plan-1"}
    first = owner.post(f"{address}/actions", step, headers=key)
    assert first.json()["plan"] == "By June."
    assert owner.post(f"{address}/actions", step, headers=key).json() == first.json()


def test_what_is_not_yours_does_not_exist() -> None:
    entry, contract = make_watch_entry(), make_probation()
    make_night_of = Judgement.objects.count()
    stranger = as_user(owner_of(make_provider()))
    assert make_night_of == 0
    with conduct_unchanged():
        for address in (WATCH, PROBATIONS, NIGHTS):
            assert stranger.get(address).json()["results"] == []
        for address in (f"{WATCH}/{entry.pk}", f"{PROBATIONS}/{contract.pk}"):
            assert stranger.get(address).status_code == 404
            step = {"action": "sign", "note": "x", "version": 1}
            assert stranger.post(f"{address}/actions", step).status_code == 404
    assert [row["id"] for row in as_user(owner_of(entry.provider)).get(WATCH).json()["results"]] == [entry.pk]


def test_nights_and_their_rows() -> None:
    night = make_night()
    client = as_user(make_staff(Role.AUDITOR))
    (row,) = client.get(NIGHTS).json()["results"]
    assert row == {
        "id": night.pk,
        "judged_on": TODAY.isoformat(),
        "criteria_set": night.criteria_set.number,
        "providers": 3,
        "passed": 2,
        "open": 0,
        "failed": 1,
        "forecasts": 1,
    }
    assert client.get(NIGHTS, {"since": (TODAY + timedelta(days=1)).isoformat()}).json()["results"] == []
    rows = client.get(f"{NIGHTS}/{night.pk}/rows").json()["results"]
    assert [(row["outcome"], row["failed"], row["forecast_key"]) for row in rows] == [
        ("definite_fail", ["complaints"], ""),
        ("definite_pass", [], "complaints"),
    ]
    assert rows[1]["forecast_on"] == (TODAY + timedelta(days=10)).isoformat()
    assert client.get(f"{NIGHTS}/{night.pk + 1}/rows").status_code == 404
    stranger = as_user(owner_of(make_provider()))
    assert stranger.get(f"{NIGHTS}/{night.pk}/rows").status_code == 404


def test_lists_filter_as_pages_do() -> None:
    make_night()
    breach = WatchEntry.objects.get(breach_on__isnull=False)
    client = as_user(make_staff(Role.AUDITOR))
    for query, count in (({"sign": "breach"}, 1), ({"within": 10}, 1), ({"within": 9}, 0), ({"matter": "open"}, 2)):
        assert client.get(WATCH, query).json()["count"] == count, query
    (row,) = client.get(WATCH, {"q": breach.provider.code}).json()["results"]
    assert (row["id"], row["criterion"], row["value"]) == (breach.pk, "complaints", 0.05)
    assert client.get(WATCH, {"status": "odd"}).status_code == 400


def test_a_provider_with_a_contract_is_not_completed_past_it() -> None:
    contract = make_probation()
    reviewer = as_user(make_staff())
    address = f"/api/v1/providers/{contract.provider.code}"
    version = reviewer.get(address).json()["version"]
    step = {"action": "complete_probation", "note": "Fine.", "version": version}
    with conduct_unchanged():
        assert reviewer.post(f"{address}/actions", step).status_code == 409


def test_lists_take_as_many_queries_for_three_as_for_one() -> None:
    make_watch_entry()
    make_probation()
    client = as_user(make_staff(Role.AUDITOR))

    def count(address: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    for address in (WATCH, PROBATIONS):
        client.get(address)
    one = [count(WATCH), count(PROBATIONS)]
    for _round in range(2):
        make_watch_entry()
        make_probation()
    assert [count(WATCH), count(PROBATIONS)] == one
