"""Real connections at once: one place is taken once, an invitation ends once, a request invites once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from common.exceptions import Conflict, DomainError, IllegalTransition
from merchants.engagements.models import Assignment, Engagement
from merchants.engagements.selectors import spare_rooms_of
from merchants.matching.answer_services import accept_invitation, expire_due_invitations, expire_invitation
from merchants.matching.models import Invitation, Shortlist
from merchants.matching.services import invite
from merchants.registry.models import Merchant
from merchants.registry.services import register_merchant
from merchants.requests.models import HelpRequest
from tests.factories.accounts import make_user
from tests.factories.merchants import (
    IN_TIME,
    NOON,
    TOO_LATE,
    make_invitation,
    make_ready_provider,
    make_shortlisted_request,
    owner_of_shop,
)
from tests.factories.providers import owner_of

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Run each call on a thread and connection of its own, released together; a refusal is given back, not raised."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=60)
            return call()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=120) for future in [pool.submit(run, call) for call in calls]]


def test_ten_acceptances_for_one_place_give_one_engagement() -> None:
    provider = make_ready_provider(max_live_rooms=1)
    owner, trader = owner_of(provider), provider.traders.get()
    invitations = [make_invitation(make_shortlisted_request(providers=0, rooms=1)) for _ in range(10)]
    results = at_once(
        [
            lambda pk=invitation.pk: accept_invitation(
                invitation_id=pk, trader_codes=[trader.code], by=owner, now=IN_TIME
            )
            for invitation in invitations
        ]
    )
    won = [result for result in results if isinstance(result, Engagement)]
    refused = [result for result in results if isinstance(result, Conflict)]
    assert (len(won), len(refused)) == (1, 9)
    assert {error.reason for error in refused} == {"no_capacity"}
    assert Assignment.objects.filter(ended_at=None).count() == 1
    assert spare_rooms_of(provider.pk) == 0
    assert Invitation.objects.filter(status="pending").count() == 9
    assert HelpRequest.objects.filter(status="engaged").count() == 1


def test_traders_named_in_opposite_order_do_not_deadlock() -> None:
    provider = make_ready_provider(traders=2, max_live_rooms=5)
    owner = owner_of(provider)
    first, second = provider.traders.order_by("code")
    orders = [[first.code, second.code], [second.code, first.code]]
    invitations = [make_invitation(make_shortlisted_request(providers=0, rooms=1)) for _ in range(8)]
    results = at_once(
        [
            lambda pk=invitation.pk, codes=orders[number % 2]: accept_invitation(
                invitation_id=pk, trader_codes=codes, by=owner, now=IN_TIME
            )
            for number, invitation in enumerate(invitations)
        ]
    )
    assert [type(result) for result in results] == [Engagement] * 8
    assert spare_rooms_of(provider.pk) == 2


def test_accepting_the_same_invitation_twice_opens_one_engagement() -> None:
    invitation = make_invitation()
    owner, code = owner_of(invitation.provider), invitation.provider.traders.get().code
    results = at_once(
        [lambda: accept_invitation(invitation_id=invitation.pk, trader_codes=[code], by=owner, now=IN_TIME)] * 4
    )
    assert sorted(type(result).__name__ for result in results) == ["Engagement", *["IllegalTransition"] * 3]
    assert Engagement.objects.count() == 1


def test_an_answer_in_the_last_moment_and_the_sweep_never_both_win() -> None:
    """The answer came in time, the sweep a moment later; both want the row."""
    for _ in range(5):
        invitation = make_invitation()
        owner, code = owner_of(invitation.provider), invitation.provider.traders.get().code
        in_time = invitation.expires_at.replace(microsecond=0)
        answered, swept = at_once(
            [
                lambda pk=invitation.pk, by=owner, trader=code: accept_invitation(
                    invitation_id=pk, trader_codes=[trader], by=by, now=IN_TIME
                ),
                lambda pk=invitation.pk, now=in_time: expire_invitation(invitation_id=pk, now=now),
            ]
        )
        invitation.refresh_from_db()
        if isinstance(answered, Engagement):
            assert (invitation.status, type(swept)) == ("accepted", IllegalTransition)
        else:
            assert (invitation.status, type(answered), type(swept)) == ("expired", IllegalTransition, Invitation)
        assert Engagement.objects.filter(invitation=invitation).exists() == (invitation.status == "accepted")


def test_two_sweeps_at_once_close_each_invitation_once() -> None:
    requests = [make_shortlisted_request(providers=1, mode="refer_me") for _ in range(4)]
    results = at_once([lambda: expire_due_invitations(now=TOO_LATE)] * 3)
    assert sum(results) == 4
    assert Invitation.objects.filter(request__in=requests, status="expired").count() == 4
    for request in requests:
        assert request.invitations.filter(status="pending").count() <= 1


def test_two_invitations_at_once_leave_one_open() -> None:
    request = make_shortlisted_request(providers=3)
    owner = owner_of_shop(request.merchant)
    shortlist = Shortlist.objects.get(request=request)
    found = list(shortlist.candidates.values_list("provider__code", flat=True))
    results = at_once(
        [lambda code=code: invite(request_id=request.pk, provider_code=code, by=owner, now=NOON) for code in found * 2]
    )
    assert sum(isinstance(result, Invitation) for result in results) == 1
    assert sum(isinstance(result, IllegalTransition) for result in results) == 5
    assert request.invitations.count() == 1


def test_two_people_registering_one_shop_make_one() -> None:
    people = [make_user() for _ in range(6)]
    results = at_once(
        [
            lambda person=person: register_merchant(code="M800001", name="Reed House", category="food", by=person)
            for person in people
        ]
    )
    assert sum(isinstance(result, Merchant) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 5
    assert Merchant.objects.filter(code="M800001").count() == 1
