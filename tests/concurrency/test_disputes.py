"""Two connections at once about disputes and corrections: one decision, one dispute, one list."""

import pytest

from accounts.models import Notice
from accounts.roles import Role
from common.exceptions import Conflict, IllegalTransition, InvalidInput
from scoring.disputes.decision_services import reject_dispute, uphold_dispute
from scoring.disputes.models import Dispute
from scoring.facts.adjustment_models import Adjustment
from scoring.facts.related_models import RelatedMerchant
from scoring.facts.related_services import FoundPair, keep_related
from scoring.facts.rows import Slice, list_facts
from tests.concurrency.test_admission import run_at_once, split
from tests.factories.accounts import make_staff
from tests.factories.disputes import LATER, make_dispute, make_fake_orders
from tests.factories.providers import make_provider
from tests.factories.scoring import DAY, make_facts, work

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_officers_decide_at_once() -> None:
    for turn in range(3):
        provider = make_provider(status="admitted")
        make_facts([{"provider": provider.code, **work(500 + turn, 10, 40)}])
        dispute = make_dispute(provider)
        first, second = make_staff(Role.APPEALS_OFFICER), make_staff(Role.SCORING_ANALYST)
        won, lost = split(
            run_at_once(
                [
                    lambda key=dispute.pk, by=first: uphold_dispute(dispute_id=key, by=by, note="Yes.", now=LATER),
                    lambda key=dispute.pk, by=second: reject_dispute(dispute_id=key, by=by, note="No.", now=LATER),
                ]
            )
        )
        assert (len(won), [type(one) for one in lost]) == (1, [IllegalTransition])
        dispute.refresh_from_db()
        upheld = dispute.status == "upheld"
        assert Adjustment.objects.filter(reference=dispute.number).count() == (1 if upheld else 0)
        assert list_facts(Slice(provider.code, DAY, DAY), ("refunded_orders",)).totals == ((4,) if upheld else (10,))
        assert Notice.objects.filter(organisation_id=provider.organisation_id, kind__startswith="dispute.").count() == 1


def test_the_same_slice_disputed_twice_at_once() -> None:
    provider = make_provider(status="admitted")
    make_facts([{"provider": provider.code, **work(500, 10, 40)}])
    won, lost = split(run_at_once([lambda: make_dispute(provider), lambda: make_dispute(provider)]))
    assert (len(won), [type(one) for one in lost]) == (1, [Conflict])
    assert Dispute.objects.count() == 1


def test_two_officers_take_the_same_orders_away() -> None:
    provider = make_provider(status="admitted")
    make_facts([{"provider": provider.code, **work(500, 10, 40)}])
    officers = [make_staff(Role.CONDUCT_OFFICER) for _ in range(2)]
    won, lost = split(
        run_at_once([lambda by=officer: make_fake_orders(provider, by=by, orders=60) for officer in officers])
    )
    assert (len(won), [type(one) for one in lost]) == (1, [InvalidInput])
    assert list_facts(Slice(provider.code, DAY, DAY), ("orders",)).totals == (40,)


def test_two_searches_write_one_list() -> None:
    provider = make_provider(status="admitted")
    found = [FoundPair(provider.pk, "M1", ("same_phone",), 0.7, ("a" * 32,))]
    won, lost = split(run_at_once([lambda: keep_related(found=found), lambda: keep_related(found=found)]))
    assert (sorted(one.added for one in won), lost) == ([0, 1], [])
    assert RelatedMerchant.objects.count() == 1
