"""Pages of merchants, providers and staff around matching: they open, they act, they refuse."""

import re
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from merchants.engagements.models import Engagement
from merchants.matching.models import Invitation
from merchants.registry.models import Merchant
from merchants.requests.models import HelpRequest
from providers.enums import Capability
from tests.factories.accounts import make_member, make_staff, make_user
from tests.factories.merchants import (
    make_engagement,
    make_invitation,
    make_merchant,
    make_open_request,
    make_ready_provider,
    make_request,
    make_scores,
    make_shortlisted_request,
    owner_of_shop,
    state_of,
)
from tests.factories.providers import owner_of

pytestmark = pytest.mark.django_db


def sign_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=user.pk))
    return client


def page(name: str, *args: Any) -> str:
    return reverse(f"pages:{name}", args=args)


def words(response: HttpResponse) -> str:
    return response.content.decode()


def fresh_invitation() -> Invitation:
    """Open at this moment, by the clock of the machine."""
    request = make_shortlisted_request(**now())
    return make_invitation(request, **now())


def now() -> dict[str, Any]:
    """Pages act by the clock of the machine."""
    return {"now": timezone.now()}


STEP_1 = {
    "title": "Reach the first half million",
    "goal": "first_500k",
    "target_metric": "monthly_gmv",
    "target_amount": "500000",
    "target_by": "2099-09-01",
    "description": "Evening rooms.",
}
STEP_2 = {
    **{f"need_{name}": "0" for name in Capability.values},
    "need_live_operations": "3",
    "category": "apparel",
    "region": "",
    "rooms": "2",
}
STEP_3 = {"budget_model": "fixed_fee", "budget_min_minor": "", "budget_max_minor": "30000", "mode": "i_pick"}


def test_a_shop_registers_and_asks_for_help_in_three_steps() -> None:
    client = sign_in(make_user())
    shop = {"code": "m700001", "name": "Reed House", "merchant_type": "other", "category": "apparel", "followers": "10"}
    answer = client.post(page("merchant:register"), shop)
    assert (answer.status_code, answer["Location"]) == (302, page("merchant:request_list"))
    merchant = Merchant.objects.get(code="M700001")
    assert "You have not asked for help yet." in words(client.get(page("merchant:request_list")))

    answer = client.post(page("merchant:request_new"), {**STEP_1, "then": "next"})
    request = HelpRequest.objects.get(merchant=merchant)
    assert answer["Location"] == page("merchant:request_edit", request.pk, 2)
    assert (request.status, request.target_amount) == ("draft", 50_000_000)
    answer = client.post(page("merchant:request_edit", request.pk, 2), {**STEP_2, "version": "1", "then": "stay"})
    assert answer["Location"] == page("merchant:request_detail", request.pk)
    shown = words(client.get(page("merchant:request_edit", request.pk, 2)))
    assert re.search(r'name="need_live_operations"[^>]*value="3"[^>]*checked', shown)
    answer = client.post(page("merchant:request_edit", request.pk, 3), {**STEP_3, "version": "2", "then": "submit"})
    assert answer["Location"] == page("merchant:request_detail", request.pk)
    request.refresh_from_db()
    assert (request.status, request.needs, request.budget_max_minor, request.rooms) == (
        "open",
        [0, 0, 0, 0, 3],
        3_000_000,
        2,
    )
    assert "The portal looks for providers" in words(client.get(page("merchant:request_detail", request.pk)))


def test_a_step_with_gaps_is_shown_again_and_writes_nothing() -> None:
    merchant = make_merchant()
    client = sign_in(owner_of_shop(merchant))
    answer = client.post(page("merchant:request_new"), {**STEP_1, "target_amount": ""})
    assert answer.status_code == 400
    assert not HelpRequest.objects.exists()


def test_submitting_too_early_keeps_the_step_and_names_the_gap() -> None:
    request = make_request(needs={}, mode="", budget_model="", budget_min_minor=None, budget_max_minor=None)
    client = sign_in(owner_of_shop(request.merchant))
    address = page("merchant:request_edit", request.pk, 3)
    answer = client.post(address, {**STEP_3, "version": "1", "then": "submit"})
    assert answer.status_code == 400
    assert "No capability matters yet." in words(answer)
    request.refresh_from_db()
    assert (request.status, request.mode, request.version) == ("draft", "i_pick", 2)
    assert f'name="version" value="{request.version}"' in words(answer)


def test_a_stale_step_is_refused() -> None:
    request = make_request()
    client = sign_in(owner_of_shop(request.merchant))
    before = state_of(request)
    answer = client.post(page("merchant:request_edit", request.pk, 1), {**STEP_1, "version": "9"})
    assert answer.status_code == 409
    assert state_of(request) == before


def test_from_shortlist_to_engagement_by_page() -> None:
    request = make_shortlisted_request(providers=3, **now())
    merchant_client = sign_in(owner_of_shop(request.merchant))
    shortlist = words(merchant_client.get(page("merchant:shortlist", request.pk)))
    for part in ("Fit", "For", "Against", "Side by side", "not assessed", "Decisive"):
        assert part in shortlist
    candidate = request.shortlists.get().candidates.select_related("provider").get(position=1)
    data = {"provider": candidate.provider.code, "version": str(request.version)}
    answer = merchant_client.post(page("merchant:request_invite", request.pk), data)
    assert answer["Location"] == page("merchant:request_detail", request.pk)
    invitation = Invitation.objects.get()

    provider_client = sign_in(owner_of(candidate.provider))
    assert request.title in words(provider_client.get(page("provider:invitation_list")))
    address = page("provider:invitation_detail", invitation.pk)
    opened = words(provider_client.get(address))
    assert "5 of 5 live rooms free" in opened
    assert "Evening rooms, six days a week." in opened
    nobody = provider_client.post(address, {"version": str(invitation.version)})
    assert (nobody.status_code, Engagement.objects.count()) == (400, 0)
    trader = candidate.provider.traders.get()
    answer = provider_client.post(address, {"traders": [trader.code], "version": str(invitation.version)})
    engagement = Engagement.objects.get()
    assert answer["Location"] == page("provider:engagement_detail", engagement.pk)
    for client, audience in ((merchant_client, "merchant"), (provider_client, "provider")):
        shown = words(client.get(page(f"{audience}:engagement_detail", engagement.pk)))
        assert trader.name in shown
        assert "Work begun" in shown
    done = merchant_client.post(
        page("merchant:engagement_act", engagement.pk), {"action": "complete", "version": str(engagement.version)}
    )
    assert done.status_code == 302
    engagement.refresh_from_db()
    assert engagement.status == "completed"


def test_declining_by_page_needs_a_reason() -> None:
    invitation = fresh_invitation()
    client = sign_in(owner_of(invitation.provider))
    address = page("provider:invitation_act", invitation.pk)
    version = str(invitation.version)
    assert client.post(address, {"action": "decline", "note": "", "version": version}).status_code == 400
    invitation.refresh_from_db()
    assert invitation.status == "pending"
    assert client.post(address, {"action": "decline", "note": "Full.", "version": version}).status_code == 302
    invitation.refresh_from_db()
    assert invitation.status == "declined"


def test_withdrawing_and_cancelling_by_page() -> None:
    invitation = fresh_invitation()
    client = sign_in(owner_of_shop(invitation.request.merchant))
    data = {"action": "withdraw", "note": "Plans changed.", "version": str(invitation.version)}
    assert client.post(page("merchant:invitation_act", invitation.pk), data).status_code == 302
    request = HelpRequest.objects.get(pk=invitation.request_id)
    assert request.status == "shortlisted"
    answer = client.post(
        page("merchant:request_act", request.pk), {"action": "cancel", "version": str(request.version)}
    )
    assert answer.status_code == 302
    request.refresh_from_db()
    assert request.status == "cancelled"


def test_traders_are_changed_by_page() -> None:
    engagement = make_engagement()
    client = sign_in(owner_of(engagement.provider))
    assignment = engagement.assignments.get()
    answer = client.post(page("provider:assignment_end", engagement.pk, assignment.pk), {"version": "1"})
    assert answer.status_code == 302
    trader = engagement.provider.traders.get()
    address = page("provider:engagement_detail", engagement.pk)
    assert client.post(address, {"trader": trader.code, "rooms": "9", "version": "2"}).status_code == 409
    assert client.post(address, {"trader": trader.code, "rooms": "3", "version": "2"}).status_code == 302
    assert list(engagement.assignments.filter(ended_at=None).values_list("rooms", flat=True)) == [3]


def test_staff_work_the_match_desk() -> None:
    request = make_open_request(**now())
    make_ready_provider()
    outsider = make_ready_provider(category="food")
    client = sign_in(make_staff(Role.PROGRAMME_MANAGER))
    assert request.title in words(client.get(page("staff:match_desk")))
    address = page("staff:match_request_act", request.pk)
    assert client.post(address, {"action": "shortlist", "version": str(request.version)}).status_code == 302
    request.refresh_from_db()
    assert request.status == "shortlisted"
    why = words(client.get(page("staff:match_request", request.pk) + f"?provider={outsider.code.lower()}"))
    assert "Its main category is another one." in why
    unknown = words(client.get(page("staff:match_request", request.pk) + "?provider=P9"))
    assert "There is no provider with this code." in unknown
    auditor = sign_in(make_staff(Role.AUDITOR))
    assert "Why not this provider?" not in words(auditor.get(page("staff:match_request", request.pk)))
    assert auditor.post(address, {"action": "shortlist", "version": str(request.version)}).status_code == 403


def test_all_pages_open() -> None:
    engagement = make_engagement()
    merchant = sign_in(owner_of_shop(engagement.merchant))
    provider = sign_in(owner_of(engagement.provider))
    staff = sign_in(make_staff(Role.PROGRAMME_MANAGER))
    cases = [
        (merchant, "merchant:request_list", ()),
        (merchant, "merchant:request_new", ()),
        (merchant, "merchant:request_detail", (engagement.request_id,)),
        (merchant, "merchant:shortlist", (engagement.request_id,)),
        (merchant, "merchant:engagement_list", ()),
        (merchant, "merchant:shop_edit", ()),
        (provider, "provider:invitation_list", ()),
        (provider, "provider:invitation_detail", (engagement.invitation_id,)),
        (provider, "provider:engagement_list", ()),
        (staff, "staff:match_request", (engagement.request_id,)),
        (staff, "staff:engagement_list", ()),
        (staff, "staff:engagement_detail", (engagement.pk,)),
        (staff, "staff:merchant_list", ()),
        (staff, "staff:merchant_detail", (engagement.merchant.code,)),
    ]
    for client, name, args in cases:
        assert client.get(page(name, *args)).status_code == 200, name


def test_others_find_nothing() -> None:
    engagement = make_engagement()
    open_invitation = fresh_invitation()
    rival, company = sign_in(owner_of_shop(make_merchant())), sign_in(owner_of(make_ready_provider()))
    request_pk, invitation_pk = engagement.request_id, open_invitation.pk
    before = state_of(engagement, open_invitation, HelpRequest.objects.get(pk=request_pk))
    hidden = [
        (rival, "merchant:request_detail", (request_pk,)),
        (rival, "merchant:request_edit", (request_pk, 1)),
        (rival, "merchant:shortlist", (request_pk,)),
        (rival, "merchant:engagement_detail", (engagement.pk,)),
        (company, "provider:invitation_detail", (invitation_pk,)),
        (company, "provider:engagement_detail", (engagement.pk,)),
    ]
    for client, name, args in hidden:
        assert client.get(page(name, *args)).status_code == 404, name
    acts = [
        (rival, "merchant:request_act", (request_pk,), "cancel"),
        (rival, "merchant:invitation_act", (invitation_pk,), "withdraw"),
        (rival, "merchant:engagement_act", (engagement.pk,), "terminate"),
        (company, "provider:invitation_act", (invitation_pk,), "decline"),
        (company, "provider:engagement_act", (engagement.pk,), "terminate"),
    ]
    for client, name, args, action in acts:
        data = {"action": action, "note": "Because.", "version": "1"}
        assert client.post(page(name, *args), data).status_code == 404, name
    assert company.post(page("provider:invitation_detail", invitation_pk), {"version": "1"}).status_code == 404
    invite = {"provider": open_invitation.provider.code, "version": "1"}
    assert rival.post(page("merchant:request_invite", request_pk), invite).status_code == 404
    assert state_of(engagement, open_invitation, HelpRequest.objects.get(pk=request_pk)) == before


def test_an_operator_and_a_trader_are_refused_what_belongs_to_owners() -> None:
    engagement = make_engagement()
    operator = sign_in(make_member(engagement.merchant.organisation, Role.MERCHANT_OPERATOR))
    trader = sign_in(make_member(engagement.provider.organisation, Role.PROVIDER_TRADER))
    data = {"action": "terminate", "note": "Because.", "version": "1"}
    assert operator.post(page("merchant:engagement_act", engagement.pk), data).status_code == 403
    assert trader.post(page("provider:engagement_act", engagement.pk), data).status_code == 403
    assert operator.get(page("merchant:shop_edit")).status_code == 403
    engagement.refresh_from_db()
    assert engagement.status == "active"


def queries_of(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_lists_cost_the_same_for_one_and_three() -> None:
    merchant = make_merchant()
    provider = make_ready_provider()
    staff = sign_in(make_staff(Role.PROGRAMME_MANAGER))
    shop, company = sign_in(owner_of_shop(merchant)), sign_in(owner_of(provider))
    addresses = [
        (shop, page("merchant:request_list")),
        (shop, page("merchant:engagement_list")),
        (company, page("provider:invitation_list")),
        (company, page("provider:engagement_list")),
        (staff, page("staff:match_desk")),
        (staff, page("staff:engagement_list")),
        (staff, page("staff:merchant_list")),
    ]

    def grow() -> None:
        make_engagement(make_invitation(make_shortlisted_request(0, merchant, rooms=1)))
        make_merchant()

    grow()
    one = [queries_of(client, address) for client, address in addresses]
    grow()
    grow()
    assert [queries_of(client, address) for client, address in addresses] == one


def test_the_shortlist_page_costs_the_same_for_one_and_three() -> None:
    costs = []
    for count in (1, 2):
        providers = [make_ready_provider() for _ in range(count)]
        make_scores({provider: [50] * 5 for provider in providers})
        request = make_shortlisted_request(providers=0)
        costs.append(queries_of(sign_in(owner_of_shop(request.merchant)), page("merchant:shortlist", request.pk)))
    assert costs[0] == costs[1]
