"""Two connections at once about conduct: one night, one winner."""

import pytest

from accounts.models import Notice
from accounts.roles import Role
from common.exceptions import IllegalTransition
from providers.conduct import probation_services, watch_services
from providers.conduct.models import Judgement, JudgementRow, Probation, WatchEntry
from providers.conduct.night_services import judge_night
from tests.concurrency.test_admission import run_at_once, split
from tests.factories.accounts import make_staff
from tests.factories.conduct import COMPLAINTS, keep_measures, make_probation, make_watch_entry
from tests.factories.criteria import make_published_set
from tests.factories.providers import make_provider, owner_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_workers_judge_one_night() -> None:
    make_published_set(COMPLAINTS)
    provider = make_provider(status="admitted")
    keep_measures({provider: [0.05]})
    won, lost = split(run_at_once([judge_night, judge_night]))
    assert (len(won), lost, won[0]) == (2, [], won[1])
    counts = [model.objects.count() for model in (Judgement, JudgementRow, WatchEntry)]  # type: ignore[attr-defined]
    assert counts == [1, 1, 1]
    assert Notice.objects.filter(kind="watch.open").count() == 1


def test_two_workers_begin_one_contract() -> None:
    provider = make_provider(status="probation")
    begin = lambda: probation_services.begin_probation(provider_id=provider.pk)  # noqa: E731
    won, lost = split(run_at_once([begin, begin]))
    assert (lost, won[0]) == ([], won[1])
    assert Probation.objects.count() == 1


def test_two_officers_act_at_once() -> None:
    for _round in range(3):
        entry = make_watch_entry()
        first, second = make_staff(Role.CONDUCT_OFFICER), make_staff(Role.CONDUCT_OFFICER)
        won, lost = split(
            run_at_once(
                [
                    lambda key=entry.pk, by=first: watch_services.notify_watch(entry_id=key, by=by, note="Look."),
                    lambda key=entry.pk, by=second: watch_services.notify_watch(entry_id=key, by=by, note="Look."),
                ]
            )
        )
        assert (len(won), [type(one) for one in lost]) == (1, [IllegalTransition])


def test_a_signature_and_a_replacement() -> None:
    contract = make_probation()
    owner, officer = owner_of(contract.provider), make_staff()
    run_at_once(
        [
            lambda: probation_services.sign_probation(probation_id=contract.pk, by=owner),
            lambda: probation_services.lapse_probation(probation_id=contract.pk, by=officer, note="Wrong targets."),
        ]
    )
    contract.refresh_from_db()
    assert contract.status == "lapsed"  # whichever came first: a signed one may lapse, a lapsed one is not signed
