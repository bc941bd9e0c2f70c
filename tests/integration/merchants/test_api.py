"""The same steps by the API: representations, actions, refusals as problem documents, query budgets."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from merchants.engagements.models import Engagement
from merchants.matching.models import Invitation
from merchants.registry.models import Merchant
from merchants.requests.models import HelpRequest
from tests.factories.accounts import make_staff, make_user
from tests.factories.merchants import (
    COMPLETE,
    make_engagement,
    make_invitation,
    make_merchant,
    make_open_request,
    make_ready_provider,
    make_request,
    make_shortlisted_request,
    owner_of_shop,
    state_of,
)
from tests.factories.providers import owner_of

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"


def client_of(user: User) -> APIClient:
    client = APIClient(headers={"accept-language": "en"})
    client.force_authenticate(User.objects.get(pk=user.pk))
    return client


def actions(body: dict[str, Any]) -> list[str]:
    return [offer["action"] for offer in body["allowed_actions"] if offer["allowed"]]


def test_the_whole_path() -> None:
    provider = make_ready_provider()
    trader = provider.traders.get()
    shop, company = client_of(make_user()), client_of(owner_of(provider))
    data: dict[str, Any] = {"code": "M600001", "name": "Reed House", "category": "apparel", "followers": 2_000_000}
    answer = shop.post(f"{ROOT}/merchants", data)
    assert (answer.status_code, answer.json()["stage"]) == (201, "transition")
    answer = shop.patch(f"{ROOT}/merchants/M600001", {"followers": 10, "version": 1})
    assert (answer.status_code, answer.json()["stage"], answer.json()["version"]) == (200, "cold_start", 2)

    shop = client_of(Merchant.objects.get().registered_by)  # type: ignore[arg-type]
    draft = shop.post(f"{ROOT}/help-requests", {"merchant": "M600001", "title": "Grow", "goal": "first_500k"}).json()
    assert (draft["status"], draft["needs"]["live_operations"], actions(draft)) == ("draft", 0, ["submit", "cancel"])
    address = f"{ROOT}/help-requests/{draft['id']}"
    refused = shop.post(f"{address}/actions", {"action": "submit", "version": 1})
    assert (refused.status_code, refused.json()["field"], refused.json()["code"]) == (
        400,
        "target_metric",
        "incomplete",
    )
    complete = {**COMPLETE, "target_by": "2099-09-01", "version": 1}
    assert shop.patch(address, complete).json()["version"] == 2
    sent = shop.post(f"{address}/actions", {"action": "submit", "version": 2}).json()
    assert (sent["status"], sent["version"]) == ("open", 3)
    made = shop.post(f"{address}/shortlist", {"version": 3})
    assert made.status_code == 201
    body = made.json()
    assert shop.get(f"{address}/shortlist").json() == body
    assert (body["considered"], body["eligible"], [row["provider"] for row in body["candidates"]]) == (
        1,
        1,
        [provider.code],
    )
    [candidate] = body["candidates"]
    assert candidate["reasons_for"][0] == {
        "code": "trader_load.strong",
        "params": {"value": 1.0, "weight": 0.1, "contribution": 0.1, "spare": 5.0, "capacity": 5.0},
        "text": "Traders have room: 5 of 5 live rooms are free.",
    }
    assert candidate["capabilities"]["supply_chain"] == {"score": None, "lower": None, "upper": None}

    invited = shop.post(f"{ROOT}/invitations", {"help_request": draft["id"], "provider": provider.code, "version": 4})
    assert (invited.status_code, actions(invited.json())) == (201, ["withdraw"])
    invitation = f"{ROOT}/invitations/{invited.json()['id']}"
    seen = company.get(invitation).json()
    assert (seen["help_request"]["title"], seen["help_request"]["needs"]["live_operations"]) == (
        "Reach the first half million",
        3,
    )
    assert actions(seen) == ["accept", "decline"]
    done = company.post(f"{invitation}/actions", {"action": "accept", "traders": [trader.code], "version": 1}).json()
    assert (done["status"], done["engagement"]) == ("accepted", Engagement.objects.get().pk)

    work = f"{ROOT}/engagements/{done['engagement']}"
    body = shop.get(work).json()
    assert (body["status"], body["progress"], [row["trader"] for row in body["assignments"]]) == (
        "active",
        {"measured": None, "target": 50_000_000, "share": None, "until": None},
        [trader.code],
    )
    assert actions(body) == ["pause", "complete", "terminate"]
    paused = company.post(f"{work}/actions", {"action": "pause", "note": "Moving house.", "version": 1}).json()
    assert (paused["status"], paused["version"]) == ("paused", 2)
    assert shop.post(f"{work}/actions", {"action": "resume", "version": 2}).json()["status"] == "active"
    ended = company.post(f"{work}/assignments/{body['assignments'][0]['id']}/end", {"version": 3}).json()
    assert (ended["assignments"][0]["ended_at"] is not None, ended["version"]) == (True, 4)
    again = company.post(f"{work}/assignments", {"trader": trader.code, "rooms": 2, "version": 4})
    assert (again.status_code, again.json()["assignments"][1]["rooms"]) == (201, 2)
    assert shop.post(f"{work}/actions", {"action": "complete", "version": 5}).json()["status"] == "completed"
    for noun in ("merchants", "help-requests", "invitations", "engagements"):
        assert shop.get(f"{ROOT}/{noun}").json()["count"] == 1


def test_an_idempotency_key_makes_one_draft_of_two_posts() -> None:
    merchant = make_merchant()
    client = client_of(owner_of_shop(merchant))
    data = {"merchant": merchant.code, "title": "Grow", "goal": "first_500k"}
    first, second = (client.post(f"{ROOT}/help-requests", data, headers={"idempotency-key": "k-1"}) for _ in range(2))
    assert (first.status_code, second.status_code, first.json()["id"]) == (201, 201, second.json()["id"])
    assert HelpRequest.objects.count() == 1


def test_refusals_are_problems_and_change_nothing() -> None:
    now = timezone.now()
    invitation = make_invitation(make_shortlisted_request(now=now), now=now)
    request = HelpRequest.objects.get(pk=invitation.request_id)
    company, shop = client_of(owner_of(invitation.provider)), client_of(owner_of_shop(request.merchant))
    before = state_of(invitation, request)
    address, asked = f"{ROOT}/invitations/{invitation.pk}/actions", f"{ROOT}/help-requests/{request.pk}"
    code = invitation.provider.code
    cases = [
        (company.post(address, {"action": "decline", "version": 1}), 400, "note_required", "note"),
        (company.post(address, {"action": "accept", "traders": [], "version": 1}), 400, "invalid_input", "traders"),
        (company.post(address, {"action": "accept", "traders": ["T9"], "version": 1}), 400, "invalid_input", "traders"),
        (company.post(address, {"action": "decline", "note": "No.", "version": 7}), 409, "stale", None),
        (company.post(address, {"action": "withdraw", "note": "No.", "version": 1}), 403, "not_permitted", None),
        (company.post(address, {"action": "expire", "version": 1}), 409, "illegal_transition", "action"),
        (company.post(address, {"action": "dance", "version": 1}), 409, "illegal_transition", "action"),
        (company.post(address, {"action": "accept"}), 400, "invalid_input", "version"),
        (shop.post(address, {"action": "accept", "traders": ["T1"], "version": 1}), 403, "not_permitted", None),
        (shop.patch(asked, {"rooms": 1, "version": request.version}), 409, "conflict", None),
        (shop.patch(asked, {"rooms": 0}), 400, "invalid_input", "rooms"),
        (shop.patch(asked, {"rooms": 1}), 400, "invalid_input", "version"),
        (shop.post(f"{asked}/shortlist", {"version": request.version}), 409, "illegal_transition", "action"),
        (shop.post(f"{asked}/actions", {"action": "cancel", "version": request.version}), 400, "note_required", "note"),
        (
            shop.post(f"{ROOT}/invitations", {"help_request": request.pk, "provider": code, "version": 1}),
            409,
            "stale",
            None,
        ),
        (
            shop.post(f"{ROOT}/help-requests", {"merchant": "M0", "title": "T", "goal": "first_500k"}),
            400,
            "invalid_input",
            "merchant",
        ),
        (shop.get(f"{asked}/why-not?provider={code}"), 403, "not_permitted", None),
    ]
    found = [(answer.status_code, answer.json()["code"], answer.json()["field"]) for answer, *_expected in cases]
    assert found == [tuple(expected) for _answer, *expected in cases]
    assert state_of(invitation, request) == before
    assert (Invitation.objects.count(), Engagement.objects.count(), HelpRequest.objects.count()) == (1, 0, 1)


def test_strangers_and_others_find_nothing() -> None:
    engagement = make_engagement()
    draft = make_request(engagement.merchant)
    addresses = [
        f"help-requests/{engagement.request_id}",
        f"help-requests/{engagement.request_id}/shortlist",
        f"invitations/{engagement.invitation_id}",
        f"engagements/{engagement.pk}",
        f"merchants/{engagement.merchant.code}",
        f"help-requests/{draft.pk}",
    ]
    for address in addresses:
        assert APIClient().get(f"{ROOT}/{address}").status_code == 401
        assert client_of(owner_of_shop(make_merchant())).get(f"{ROOT}/{address}").status_code == 404
        assert client_of(owner_of(make_ready_provider())).get(f"{ROOT}/{address}").status_code == 404
    company, staff = client_of(owner_of(engagement.provider)), client_of(make_staff(Role.AUDITOR))
    assert [company.get(f"{ROOT}/{address}").status_code for address in addresses] == [404, 404, 200, 200, 404, 404]
    assert [staff.get(f"{ROOT}/{address}").status_code for address in addresses] == [200, 200, 200, 200, 200, 404]


def test_staff_ask_why_not() -> None:
    request = make_open_request(now=timezone.now())
    on_list, other = make_ready_provider(), make_ready_provider(category="food")
    client = client_of(make_staff(Role.PROGRAMME_MANAGER))
    address = f"{ROOT}/help-requests/{request.pk}/why-not?provider="
    assert client.get(address + on_list.code).json() == {
        "provider": on_list.code,
        "on_shortlist": True,
        "reasons": [],
    }
    assert client.get(address + other.code).json() == {
        "provider": other.code,
        "on_shortlist": False,
        "reasons": [{"code": "filter.category", "params": {}, "text": "Its main category is another one."}],
    }
    assert client.get(address + "P9").status_code == 400


def test_filters_are_those_of_the_pages() -> None:
    merchant = make_merchant()
    make_request(merchant)
    make_open_request(merchant)
    client = client_of(owner_of_shop(merchant))
    assert client.get(f"{ROOT}/help-requests?status=open").json()["count"] == 1
    assert client.get(f"{ROOT}/help-requests?search=half").json()["count"] == 2
    assert client.get(f"{ROOT}/help-requests?status=nonsense").status_code == 400


def test_lists_cost_the_same_for_one_and_three() -> None:
    merchant = make_merchant()
    make_ready_provider()
    client = client_of(owner_of_shop(merchant))

    def grow() -> None:
        make_engagement(make_invitation(make_shortlisted_request(0, merchant, rooms=1)))

    def count() -> list[int]:
        costs = []
        for noun in ("help-requests", "invitations", "engagements", "merchants"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"{ROOT}/{noun}").status_code == 200
            costs.append(len(queries))
        return costs

    grow()
    count()
    one = count()
    grow()
    grow()
    assert count() == one
