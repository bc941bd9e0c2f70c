"""From the watch list to the end of the matter, and every refusal."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Notice
from accounts.roles import Role
from common.days import business_day
from common.exceptions import Conflict, DomainError, IllegalTransition, InvalidInput, NotPermitted, Stale
from providers.conduct import policies
from providers.conduct import watch_services as watch
from providers.conduct.models import Probation, WatchEntry
from tests.factories.accounts import make_staff
from tests.factories.conduct import conduct_unchanged, make_probation, make_watch_entry
from tests.factories.providers import make_provider, owner_of

pytestmark = pytest.mark.django_db

NOW = timezone.now()
TODAY = business_day(NOW)


def officer() -> Any:
    return make_staff(Role.CONDUCT_OFFICER)


def told(entry: WatchEntry) -> list[str]:
    notices = Notice.objects.filter(organisation=entry.provider.organisation).order_by("pk")
    return list(notices.values_list("kind", flat=True).distinct())


def test_notice_plan_cure_and_close() -> None:
    entry, by = make_watch_entry(now=NOW), officer()
    entry = watch.notify_watch(entry_id=entry.pk, by=by, note=" Too many. ", version=entry.version, now=NOW)
    assert (entry.status, entry.notice, entry.due_on) == ("notified", "Too many.", TODAY + timedelta(days=10))
    owner = owner_of(entry.provider)
    entry = watch.propose_plan(entry_id=entry.pk, by=owner, note="We answer faster.", now=NOW)
    assert (entry.status, entry.plan, entry.plan_by, entry.plan_at) == ("planned", "We answer faster.", owner, NOW)
    entry = watch.refuse_plan(entry_id=entry.pk, by=by, note="Until when?", now=NOW)
    assert (entry.status, entry.due_on) == ("notified", TODAY + timedelta(days=policies.PLAN_DAYS))
    entry = watch.propose_plan(entry_id=entry.pk, by=owner, note="By June.", now=NOW)
    entry = watch.accept_plan(entry_id=entry.pk, by=by, note="Good.", now=NOW)
    assert (entry.status, entry.due_on) == ("curing", TODAY + timedelta(days=policies.CURE_DAYS))
    entry = watch.close_watch(entry_id=entry.pk, by=by, note="Cured.", now=NOW)
    assert (entry.status, entry.closed_at, entry.closed_by) == ("closed", NOW, by)
    assert set(told(entry)) >= {"watch.open", "watch.notify", "watch.refuse", "watch.accept", "watch.close"}


def test_suspension_ends_the_contract_and_reinstatement_begins_another() -> None:
    provider = make_provider(status="probation")
    contract = make_probation(provider, now=NOW)
    entry = make_watch_entry(provider, status="notified", now=NOW)
    late = NOW + timedelta(days=11)
    entry = watch.suspend_watched(entry_id=entry.pk, by=officer(), note="No plan.", now=late)
    contract.refresh_from_db()
    provider.refresh_from_db()
    assert (entry.status, provider.status, contract.status) == ("suspended", "suspended", "lapsed")
    assert entry.due_on == business_day(late) + timedelta(days=policies.ANSWER_DAYS)
    entry = watch.reinstate_watched(entry_id=entry.pk, by=officer(), note="They explained.", now=late)
    provider.refresh_from_db()
    assert (entry.status, entry.plan, provider.status) == ("curing", "They explained.", "probation")
    assert Probation.objects.get(provider=provider, status="proposed").starts_on == business_day(late)


def test_clear_out_by_a_second_person() -> None:
    first, second = officer(), officer()
    entry = make_watch_entry(status="suspended", by=first, now=NOW)
    late = NOW + timedelta(days=31 + policies.ANSWER_DAYS + 1)
    with conduct_unchanged(), pytest.raises(NotPermitted) as refusal:
        watch.clear_out_watched(entry_id=entry.pk, by=first, note="Out.", now=late)
    assert refusal.value.reason == "second_person"
    entry = watch.clear_out_watched(entry_id=entry.pk, by=second, note="Out.", now=late)
    entry.provider.refresh_from_db()
    assert (entry.status, entry.closed_by, entry.provider.status) == ("cleared_out", second, "cleared_out")


@pytest.mark.parametrize(("status", "days"), [("notified", policies.PLAN_DAYS), ("curing", policies.CURE_DAYS)])
def test_a_suspension_waits_for_its_day(status: str, days: int) -> None:
    entry, by = make_watch_entry(status=status, now=NOW), officer()
    with conduct_unchanged(), pytest.raises(Conflict) as refusal:
        watch.suspend_watched(entry_id=entry.pk, by=by, note="Now.", now=NOW + timedelta(days=days))
    assert refusal.value.reason == "too_early"
    assert (
        watch.suspend_watched(entry_id=entry.pk, by=officer(), note="Now.", now=NOW + timedelta(days=days + 1)).status
        == "suspended"
    )


def test_a_clear_out_waits_for_its_day() -> None:
    entry, by = make_watch_entry(status="suspended", now=NOW), officer()
    until = NOW + timedelta(days=31 + policies.ANSWER_DAYS)
    with conduct_unchanged(), pytest.raises(Conflict) as refusal:
        watch.clear_out_watched(entry_id=entry.pk, by=by, note="Out.", now=until)
    assert refusal.value.reason == "too_early"


CASES = [
    ("watching", "notify"),
    ("notified", "propose"),
    ("planned", "accept"),
    ("planned", "refuse"),
    ("curing", "suspend"),
    ("suspended", "reinstate"),
    ("suspended", "clear_out"),
    ("curing", "close"),
]


@pytest.mark.parametrize(("status", "action"), CASES)
def test_every_step_is_refused_without_reason_right_and_version(status: str, action: str) -> None:
    entry = make_watch_entry(status=status, now=NOW)
    late = NOW + timedelta(days=99)
    person = owner_of(entry.provider) if action == "propose" else officer()
    stranger = officer() if action == "propose" else make_staff(Role.AUDITOR)
    act = watch.ACTIONS[action]
    refused: list[tuple[type[DomainError], dict[str, Any]]] = [
        (InvalidInput, {"by": person, "note": "  "}),
        (NotPermitted, {"by": stranger, "note": "Because."}),
        (Stale, {"by": person, "note": "Because.", "version": entry.version + 1}),
    ]
    for error, given in refused:
        with conduct_unchanged(), pytest.raises(error):
            act(entry_id=entry.pk, now=late, **given)


@pytest.mark.parametrize("status", ["closed", "cleared_out"])
def test_an_ended_matter_stays_ended(status: str) -> None:
    entry, by = make_watch_entry(status=status, now=NOW), officer()
    for act in watch.ACTIONS.values():
        with conduct_unchanged(), pytest.raises(IllegalTransition):
            act(entry_id=entry.pk, by=by, note="Again.", now=NOW + timedelta(days=99))
